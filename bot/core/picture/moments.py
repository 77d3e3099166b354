"""What is marked in an incident's picture, and from when to when it reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.picture import lanes
from bot.core.picture.axes import Span
from bot.core.picture.lanes import Segment
from bot.core.witnesses import statements
from bot.model import ChangeKind, Incident, Kind, State, TimelineEntry

_LEAD, _TAIL = 0.15, 0.1
_LEADS = (timedelta(minutes=20), timedelta(hours=6))
_TAILS = (timedelta(minutes=10), timedelta(hours=3))
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The four instants of an outage, as far as there were any.

    `detected` is when the first witness of ours saw it, `acknowledged` the vendor's first word, `ended` when it called
    the last of it over (`withdrawn`: its page lists it no longer, without a word), `recovered` when the last witness of
    ours saw it pass.
    """

    detected: datetime | None = None
    acknowledged: datetime | None = None
    ended: datetime | None = None
    recovered: datetime | None = None
    withdrawn: bool = False


def moments(incident: Incident, entries: Sequence[TimelineEntry], now: datetime) -> Moments:
    """Return what is marked; of a maintenance that was announced nobody detects or acknowledges anything."""
    seen = lanes.seen(entries, incident.claims, now)
    posted = statements(incident.claims)
    ends = [view.resolved_at for view in posted if view.state.is_over and view.resolved_at]
    is_planned = incident.kind is Kind.MAINTENANCE
    return Moments(
        detected=incident.detected_at,
        acknowledged=None if is_planned else incident.acknowledged_at,
        ended=max(ends) if ends and len(ends) == len(posted) else None,
        recovered=_recovered(seen, incident, now),
        withdrawn=incident.ending is ChangeKind.WITHDRAWN,
    )


def _recovered(seen: Sequence[Segment], incident: Incident, now: datetime) -> datetime | None:
    """Return when the last of ours passed; nobody has recovered from what goes on."""
    last = max((one.ended_at for one in seen), default=None)
    return last if last is not None and (last < now or not incident.is_open) else None


def window(incident: Incident, entries: Sequence[TimelineEntry], now: datetime) -> Span | None:
    """Return what the picture shows: some time before the beginning until some time after the end; None of nothing."""
    found = moments(incident, entries, now)
    begins = filter(None, (incident.started_at, found.detected, found.acknowledged))
    began_at = min(begins)
    ended_at = now if incident.is_open else max([began_at, *_ends(incident, found)])
    if began_at >= now or incident.state is State.SCHEDULED:
        return None
    lasted = ended_at - began_at
    since = began_at - min(max(lasted * _LEAD, _LEADS[0]), _LEADS[1])
    until = min(ended_at + min(max(lasted * _TAIL, _TAILS[0]), _TAILS[1]), now)
    return Span(since, until) if until - since >= _SHORTEST else None


def _ends(incident: Incident, found: Moments) -> Iterator[datetime]:
    for one in (incident.resolved_at, found.ended, found.recovered):
        if one is not None:
            yield one
