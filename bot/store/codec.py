"""Our values as JSON text and back."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import TypeAdapter

from bot.core.chat_routes import ChatRoute
from bot.core.escalation import Course
from bot.core.heartbeat import Heartbeat
from bot.core.muting import Muting
from bot.core.probing import ProbeState
from bot.core.rota import Override
from bot.core.witness import Sight
from bot.model import Claim, Digest, Incident, Intent, Page, Source, TimelineEntry

T = TypeVar("T")


class Codec(Generic[T]):
    """Writes one type as JSON and reads it back to an equal value."""

    def __init__(self, kind: type[T]) -> None:
        """Prepare for one type; the work is done at the first use."""
        self._kind = kind
        self._adapter: TypeAdapter[T] | None = None

    def _ready(self) -> TypeAdapter[T]:
        if self._adapter is None:
            self._adapter = TypeAdapter(self._kind)
        return self._adapter

    def dump(self, value: T) -> str:
        """Return `value` as JSON."""
        return self._ready().dump_json(value, exclude_defaults=True).decode()

    def load(self, text: str) -> T:
        """Return the value that `dump` wrote."""
        return self._ready().validate_json(text)


CLAIM = Codec(Claim)
INCIDENT = Codec(Incident)
ENTRY = Codec(TimelineEntry)
INTENT = Codec(Intent)
DIGEST = Codec(Digest)
SOURCE = Codec(Source)
PAGE = Codec(Page)
HEARTBEAT = Codec(Heartbeat)
COURSES = Codec(tuple[Course, ...])
OVERRIDE = Codec(Override)
MUTING = Codec(Muting)
CHAT_ROUTE = Codec(ChatRoute)
SEEN = Codec(frozenset[str])
PROBE = Codec(ProbeState)
SIGHT = Codec(Sight)
