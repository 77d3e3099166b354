"""How values are written for programs: instants, lengths of time, text that must not be taken for markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Annotated, Generic, TypeVar

from pydantic import PlainSerializer, TypeAdapter, WithJsonSchema

T = TypeVar("T")

_LIKE_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;")


def iso(at: datetime) -> str:
    """Write an instant: always UTC, always with milliseconds, as Statuspage does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Seconds = Annotated[
    timedelta,
    PlainSerializer(lambda span: round(span.total_seconds(), 3), return_type=float),
    WithJsonSchema({"type": "number", "description": "A length of time, in seconds."}),
]


def typed(text: str) -> str:
    """Return plain text as a status page has it: such are read as HTML, so what looks like markup is escaped."""
    return escape(text, quote=False) if _LIKE_MARKUP.search(text) else text


class Writer(Generic[T]):
    """Writes one type as JSON."""

    def __init__(self, kind: type[T]) -> None:
        """Prepare for one type; the work is done at the first use."""
        self.kind = kind
        self._adapter: TypeAdapter[T] | None = None

    @property
    def adapter(self) -> TypeAdapter[T]:
        """What knows the type."""
        if self._adapter is None:
            self._adapter = TypeAdapter(self.kind)
        return self._adapter

    def __call__(self, value: T) -> bytes:
        """Return a value as JSON."""
        return self.adapter.dump_json(value)
