"""An incident on two clocks, as it is drawn: what its vendor said when, and what we saw when.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import testimony
from bot.core.clockmarks import Mark, marks
from bot.core.health import Gap
from bot.core.message import Tone
from bot.core.moving import MOVED
from bot.core.severity import worst
from bot.core.team import is_ours
from bot.core.wording import TONES, words
from bot.model import ChangeKind, ClaimView, Incident, Kind, SourceKind, State, TimelineEntry

_LEAST = timedelta(minutes=10)
_AN_HOUR = timedelta(hours=1)
_SPEAKS = frozenset({SourceKind.FEED, SourceKind.TEAM})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one lane says the same: a word for it, and how it looks."""

    began_at: datetime
    ended_at: datetime
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Two lanes over one time: `theirs` is the vendor's, by what it said, `ours` by what witnesses of ours saw.

    In the gaps nobody could read the one, or check by the other.  `planned` is the window of a maintenance.  `lag` is
    from when to when only one of the two had spoken.
    """

    since: datetime
    until: datetime
    name: str
    theirs: tuple[Stretch, ...] = ()
    ours: tuple[Stretch, ...] = ()
    unread: tuple[Gap, ...] = ()
    unchecked: tuple[Gap, ...] = ()
    marks: tuple[Mark, ...] = ()
    lag: tuple[datetime, datetime] | None = None
    lag_words: str = ""
    planned: tuple[datetime, datetime] | None = None
    is_ongoing: bool = False


def clocks(
    incident: Incident,
    entries: Sequence[TimelineEntry],
    now: datetime,
    unread: Sequence[Gap] = (),
    unchecked: Sequence[Gap] = (),
) -> Clocks:
    """Return the two clocks of an incident; `unread` and `unchecked` are the gaps of its pages and of our witnesses."""
    theirs = _dated_back(incident, _theirs(incident, entries, now))
    ours = _ours(entries, now)
    since, until = _bounds(incident, theirs, ours, now)
    shown = [one for one in marks(incident, entries, ours[-1].ended_at if ours else None) if since <= one.at <= until]
    seen, told = incident.detected_at, incident.acknowledged_at
    return Clocks(
        since=since,
        until=until,
        name="The team" if is_ours(incident) else incident.name,
        theirs=tuple(_within(theirs, since, until)),
        ours=tuple(_within(ours, since, until)),
        unread=tuple(_touching(unread, since, min(until, now))),
        unchecked=tuple(_touching(unchecked, since, min(until, now))),
        marks=tuple(replace(one, number=number) for number, one in enumerate(shown, 1)),
        lag=(min(seen, told), max(seen, told)) if seen and told and seen != told else None,
        lag_words=testimony.order(incident) if seen and told else "",
        planned=(incident.starts_at, incident.ends_at) if incident.starts_at and incident.ends_at else None,
        is_ongoing=incident.is_open,
    )


def _theirs(incident: Incident, entries: Sequence[TimelineEntry], now: datetime) -> tuple[Stretch, ...]:
    """Return what the vendor says from time to time; what it said before we began to watch is not known."""
    said = tuple(_stretches(_by_time(entries, _SPEAKS, now), _said, now))
    first = incident.first_seen_at
    if not incident.was_open_at_first_look or not said or said[0].began_at >= first:
        return said
    unseen = Stretch(said[0].began_at, first, "posted before we watched", Tone.NOTICE)
    return (unseen, *(replace(one, began_at=max(one.began_at, first)) for one in said if one.ended_at > first))


def _ours(entries: Sequence[TimelineEntry], now: datetime) -> tuple[Stretch, ...]:
    """Return the times in which any witness of ours tells of it."""
    return tuple(_stretches(_by_time(entries, frozenset(SourceKind) - _SPEAKS, now), _seen, now))


def _stretches(
    steps: Iterable[tuple[datetime, Mapping[str, ClaimView]]],
    says: Callable[[Mapping[str, ClaimView]], str],
    now: datetime,
) -> Iterator[Stretch]:
    since, word, tone = now, "", Tone.NOTICE
    for at, views in steps:
        after, look = says(views), TONES[worst(one.impact for one in views.values())]
        if (after, look) == (word, tone):
            continue
        if word and at > since:
            yield Stretch(since, at, word, tone)
        since, word, tone = at, after, look
    if word and now > since:
        yield Stretch(since, now, word, tone)


def _seen(views: Mapping[str, ClaimView]) -> str:
    if not views:
        return ""
    by_people = all(one.teller is SourceKind.PEOPLE for one in views.values())
    return "people report it" if by_people else "fails for us"


def _said(views: Mapping[str, ClaimView]) -> str:
    """Return what was said last: words count before what a page shows without any."""
    view = max(reversed(tuple(views.values())), key=lambda one: one.kind is not Kind.COMPONENT, default=None)
    if view is None:
        return ""
    if view.kind is Kind.COMPONENT:
        return "shown, not announced"
    return "state not known" if view.state is State.UNKNOWN else words(view.state)


def _by_time(
    entries: Sequence[TimelineEntry], tellers: frozenset[SourceKind], now: datetime
) -> Iterator[tuple[datetime, Mapping[str, ClaimView]]]:
    """Give after each line that matters which claims of these tellers are open, never going back in time."""
    still: dict[str, ClaimView] = {}
    last: datetime | None = None
    for entry in entries:
        before = dict(still)
        for view in (*((entry.claim,) if entry.claim else ()), *entry.views):
            if view.teller not in tellers:
                continue
            still.pop(view.key, None)
            if not view.state.is_over and entry.kind not in {ChangeKind.LEFT, ChangeKind.MERGED}:
                still[view.key] = view
        for moved in entry.transitions:
            if moved.subject == MOVED:
                still.pop(moved.before, None)
        if still != before:
            at = entry.recorded_at if tellers is not _SPEAKS and still and not before else _told_at(entry)
            last = min(max(at, last or at), now)
            yield last, dict(still)


def _told_at(entry: TimelineEntry) -> datetime:
    view = entry.claim
    if view is not None and view.state.is_over and view.resolved_at is not None:
        return min(view.resolved_at, entry.recorded_at)
    if entry.kind is ChangeKind.ACKNOWLEDGED and view is not None and view.published_at is not None:
        return min(view.published_at, entry.recorded_at)
    return min(entry.happened_at, entry.recorded_at)


def _dated_back(incident: Incident, theirs: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Put the time before the vendor's first word in front, if the vendor says that it had begun then."""
    if not testimony.dated_back(incident) or incident.dated_from is None or not theirs:
        return theirs
    first = theirs[0].began_at
    if incident.dated_from >= first:
        return theirs
    return (Stretch(incident.dated_from, first, "dated back, not yet told", Tone.NOTICE), *theirs)


def _bounds(
    incident: Incident, theirs: Sequence[Stretch], ours: Sequence[Stretch], now: datetime
) -> tuple[datetime, datetime]:
    """Return from when to when it is drawn; the time in which a maintenance was only planned is left out."""
    said = [one for one in theirs if one.word != words(State.SCHEDULED)]
    starts = [one.began_at for one in (*said, *ours)]
    ends = [one.ended_at for one in (*said, *ours)]
    if incident.starts_at is not None:
        starts.append(incident.starts_at)
        ends.append(incident.ends_at or incident.starts_at + _AN_HOUR)
    elif incident.state is not State.SCHEDULED:
        starts += filter(None, (incident.started_at, incident.detected_at, incident.acknowledged_at))
        ends.append(incident.resolved_at or now)
    since, until = min(starts, default=incident.started_at), max(ends, default=now)
    pad = max((until - since) / 25, (_LEAST - (until - since)) / 2)
    return since - pad, max(until, since) + pad


def _within(some: Iterable[Stretch], since: datetime, until: datetime) -> Iterator[Stretch]:
    for one in some:
        if one.began_at < until and one.ended_at > since:
            yield replace(one, began_at=max(one.began_at, since), ended_at=min(one.ended_at, until))


def _touching(gaps: Iterable[Gap], since: datetime, until: datetime) -> Iterator[Gap]:
    for one in sorted(gaps, key=lambda gap: gap.began_at):
        if one.began_at < until and one.ended_at > since:
            yield Gap(max(one.began_at, since), min(one.ended_at, until), one.reason)
