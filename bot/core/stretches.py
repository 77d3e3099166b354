"""From when to when an incident was of which impact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Impact, State


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which an incident was of one impact."""

    began_at: datetime
    ended_at: datetime
    impact: Impact


class Lasting(Protocol):
    """An incident, as far as it takes to know from when to when it was."""

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def resolved_at(self) -> datetime | None:
        """When it was over."""


class Moved(Protocol):
    """A line of its history, as far as it says how it stood."""

    @property
    def happened_at(self) -> datetime:
        """When that was."""

    @property
    def state(self) -> State:
        """Where it stood from then on."""

    @property
    def impact(self) -> Impact:
        """How bad it was from then on."""


def stretches(incident: Lasting, entries: Iterable[Moved], now: datetime) -> Iterator[Stretch]:
    """Give the times of each impact, in order and without overlap, of what had begun and was not over."""
    end = now if incident.is_open else min(incident.resolved_at or now, now)
    at, impact = min(incident.started_at, now), None
    for number, entry in enumerate(entries):
        is_on = not entry.state.is_over and entry.state is not State.SCHEDULED
        after = entry.impact if is_on else None
        if after is impact:
            continue
        begins = at if number == 0 else max(at, min(entry.happened_at, end))
        if impact is not None and begins > at:
            yield Stretch(at, begins, impact)
        at, impact = begins, after
    if impact is not None and end > at:
        yield Stretch(at, end, impact)
