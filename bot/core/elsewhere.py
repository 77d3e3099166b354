"""What has gone on as part of another incident: where that is, and how it was until then.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.message import utc
from bot.core.witnesses import statements, testimonies
from bot.model import ChangeKind, Incident, TimelineEntry, Who


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """From when on it is told as part of another incident, and of which.

    `is_admitted`: the vendor has come to name it there; else a person has said so.
    """

    at: datetime
    id: str
    title: str
    is_admitted: bool = False

    def __str__(self) -> str:
        """Name the other one as in a sentence."""
        return f"“{self.title}” ({self.id})"

    @property
    def reason(self) -> str:
        """Why nothing more is known of it here."""
        return f"from {utc(self.at)} on it is told as part of {self}"


def elsewhere(incident: Incident, entries: Sequence[TimelineEntry]) -> Elsewhere | None:
    """Return where all that was told of it went on, if it did."""
    left = _left(incident, entries)
    if left is None:
        return None
    other = left.transitions[0]
    return Elsewhere(left.happened_at, other.before, other.after, is_admitted=left.who is Who.BOT)


def as_it_went(incident: Incident, entries: Sequence[TimelineEntry]) -> Incident:
    """Return the incident with all that had been told of it until it went on elsewhere; else as it is."""
    left = _left(incident, entries)
    if left is None:
        return incident
    posted, seen = statements(left.views), testimonies(left.views)
    return replace(
        incident,
        claims=left.views,
        detected_at=_first(view.seen_at or view.started_at for view in seen),
        acknowledged_at=_first(view.published_at for view in posted),
        dated_from=_first(view.started_at for view in posted),
    )


def _left(incident: Incident, entries: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Return the line by which it went."""
    if incident.claims or incident.ending is not ChangeKind.MERGED:
        return None
    return next((e for e in reversed(entries) if e.kind is ChangeKind.LEFT and e.views and e.transitions), None)


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
