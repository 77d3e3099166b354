"""The keys of a probe type: how they are read, and what they may refer to.

Each reader returns a value or raises ValueError with what to write instead; no message shows what may be secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.core.spans import LONGEST, span_of

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Keys(BaseModel):
    """What a type's own keys are; every other is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _span(value: object) -> timedelta:
    span = span_of(value) if isinstance(value, str) else None
    if span is None or not timedelta(0) < span <= LONGEST:
        raise ValueError('is not a duration; write for example "500ms", "2s" or "1m"')
    return span


def _pattern(value: object) -> re.Pattern[str]:
    try:
        if isinstance(value, str):
            return re.compile(value)
    except re.error as error:
        raise ValueError(f"is not a regular expression ({error})") from None
    raise ValueError('is not a regular expression in quotes; write for example "status: (ok|fine)"')


Span = Annotated[timedelta, BeforeValidator(_span)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


def as_list(value: object) -> object:
    """Let one value stand for a list of one."""
    return value if isinstance(value, list) else [value]


def references(value: object) -> Iterable[str]:
    """Return the names of variables that a value refers to as `${NAME}`, however deep."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


def filled(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text with the variables that it refers to in their places."""
    return REFERENCE.sub(lambda found: secrets.get(found[1], ""), text)
