"""What hit one of our services lately: how often, how long in all, and how bad."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import routing
from bot.core.rules import Service
from bot.core.severity import worst
from bot.core.spans import duration
from bot.core.wording import words
from bot.model import Impact, Incident, Kind, State

DAYS = 90


@dataclass(frozen=True, slots=True)
class Hits:
    """The incidents, the newest first, and what they amount to: two at once count once."""

    incidents: tuple[Incident, ...]
    lasted: timedelta
    worst: Impact


def hits(service: Service, some: Iterable[Incident], now: datetime) -> Hits:
    """Return what has hit a service in the last days; what was planned is no hit."""
    since = now - timedelta(days=DAYS)
    mine = [one for one in some if one.kind is not Kind.MAINTENANCE and routing.depends(service, one)]
    mine = [one for one in mine if (one.resolved_at or now) > since]
    spans = [(max(one.started_at, since), min(one.resolved_at or now, now)) for one in mine]
    return Hits(
        incidents=tuple(sorted(mine, key=lambda one: (one.started_at, one.id), reverse=True)),
        lasted=_together(spans),
        worst=worst(one.peak for one in mine),
    )


def _together(spans: Sequence[tuple[datetime, datetime]]) -> timedelta:
    whole, end = timedelta(), None
    for start, stop in sorted(spans):
        begins = start if end is None else max(start, end)
        if stop > begins:
            whole += stop - begins
            end = stop
    return whole


def told(found: Hits) -> str:
    """Return what it amounts to, in a sentence."""
    count = len(found.incidents)
    if not count:
        return f"Nothing is known to have hit it in the last {DAYS} days."
    bad = "" if found.worst in {Impact.NONE, Impact.UNKNOWN} else f", at worst {words(found.worst)}"
    times = "1 incident" if count == 1 else f"{count} incidents"
    return f"{times} in the last {DAYS} days, {duration(found.lasted)} in all{bad}."


def since_when(incidents: Iterable[Incident]) -> datetime | None:
    """Return since when something is the matter; None if nothing that has begun is."""
    begun = (one.started_at for one in incidents if one.state is not State.SCHEDULED)
    return min(begun, default=None)
