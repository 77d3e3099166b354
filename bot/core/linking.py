"""Two incidents that a person, or the vendor, says are one, and one that is two.  Claims move, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.core.actions import Outcome
from bot.core.fold import advance
from bot.core.lines import by_bot, by_person
from bot.core.team import is_ours
from bot.core.witnesses import statements, testimonies
from bot.core.wording import headline
from bot.model import Asked, ChangeKind, ClaimView, Incident, Kind, SourceKind, TimelineEntry, Transition

# Why claims have moved: two incidents were one, or one was two.
JOINED, PARTED = "joined", "parted"
SAID = "said"


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: the incidents that lost and that got claims, as they are now, and a line for each of them.

    `begins` if the one that got them did not exist before.
    """

    outcome: Outcome
    loses: Incident
    gets: Incident
    entries: tuple[TimelineEntry, ...] = ()
    begins: bool = False


def join(away: Incident, host: Incident, asked: Asked, now: datetime) -> Moved:
    """Return `host` with all claims of `away`, which goes on there.

    FOREIGN: what one vendor tells of its trouble can not go on as another's, or as one of our own.
    """
    if away.id == host.id or not away.claims:
        return Moved(Outcome.ALREADY, away, host)
    if away.vendor != host.vendor and accuses(away):
        return Moved(Outcome.FOREIGN, away, host)
    return _moved(away, host, away.claims, partial(by_person, asked=asked, now=now), JOINED)


def counted_in(away: Incident, host: Incident, now: datetime) -> Moved:
    """Return `host` with all claims of `away`, a suspicion of ours that the vendor has come to name in it."""
    return _moved(away, host, away.claims, partial(by_bot, now=now), JOINED)


def accuses(incident: Incident) -> bool:
    """Whether it is a vendor's trouble: posted, shown or suspected; what is our own accuses nobody."""
    return any(view.teller is SourceKind.FEED or view.kind is Kind.SUSPECTED for view in incident.claims)


def unlink(
    incident: Incident, entries: Sequence[TimelineEntry], origin: Incident | None, asked: Asked, now: datetime
) -> Moved:
    """Return what was linked by hand last to where it came from; else our own witnesses to an incident of their own.

    `origin` is the incident that `came_from` names.
    """
    joined = _last_joined(entries)
    if joined is not None and origin is not None:
        there = {view.key: view for view in incident.claims}
        views = tuple(there[view.key] for view in joined.views if view.key in there)
        if views and len(views) < len(incident.claims):
            return _moved(incident, origin, views, partial(by_person, asked=asked, now=now), PARTED)
    seen = testimonies(incident.claims)
    if not seen or not statements(incident.claims):
        return Moved(Outcome.NOTHING, incident, incident)
    parted = partial(by_person, asked=asked, now=now)
    return replace(_moved(incident, _of_our_own(incident, seen, now), seen, parted, PARTED), begins=True)


def came_from(entries: Sequence[TimelineEntry]) -> str | None:
    """Return the id of the incident that was linked into this one last, and is still part of it."""
    joined = _last_joined(entries)
    return joined.transitions[0].before if joined else None


def parts_of(entries: Sequence[TimelineEntry]) -> tuple[str, ...]:
    """Return the ids of all incidents that were linked into this one, and still are part of it."""
    found: list[str] = []
    left = list(entries)
    while (joined := _last_joined(left)) is not None:
        left.remove(joined)
        if joined.transitions[0].subject == JOINED:
            found.append(joined.transitions[0].before)
    return tuple(found)


def _last_joined(entries: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Return the last entry by which claims came that have not gone again since."""
    gone: set[str] = set()
    for entry in sorted(entries, key=lambda entry: -entry.seq):
        if entry.kind is ChangeKind.LEFT:
            gone |= {view.key for view in entry.views}
        if entry.kind is ChangeKind.JOINED and not gone & {view.key for view in entry.views}:
            return entry
    return None


def _of_our_own(incident: Incident, views: tuple[ClaimView, ...], now: datetime) -> Incident:
    """Return the beginning of an incident that only our witnesses tell of."""
    begun = min((view.started_at for view in views if view.started_at), default=now)
    return Incident(
        id=f"{incident.id}-ours-{now:%H%M%S}",
        vendor=incident.vendor,
        name=incident.name,
        kind=Kind.SUSPECTED,
        title=views[0].title,
        state=views[0].state,
        impact=views[0].impact,
        peak=views[0].impact,
        started_at=begun,
        first_seen_at=incident.detected_at or now,
        services=incident.services,
        cards=incident.cards,
        detected_at=incident.detected_at,
    )


def _moved(
    loses: Incident,
    gets: Incident,
    views: tuple[ClaimView, ...],
    by: Callable[[Incident, ChangeKind], TimelineEntry],
    why: str,
) -> Moved:
    known = tuple(replace(view, seen_at=view.seen_at or loses.detected_at) for view in views)
    left = replace(by(loses, ChangeKind.LEFT), views=known)
    joined = replace(by(gets, ChangeKind.JOINED), views=known)
    entries = (
        replace(left, transitions=(Transition(why, gets.id, headline(gets)),)),
        replace(joined, transitions=(Transition(why, loses.id, headline(loses)), *_said(loses, why))),
    )
    after = (advance(loses, entries[0]), advance(gets, entries[1]))
    told = tuple(replace(entry, state=i.state, impact=i.impact) for entry, i in zip(entries, after, strict=True))
    return Moved(Outcome.DONE, *after, told)


def _said(loses: Incident, why: str) -> tuple[Transition, ...]:
    """What the team has said last goes along: it stands nowhere in the thread in which it goes on."""
    if why != JOINED or not is_ours(loses) or loses.latest is None:
        return ()
    return (Transition(SAID, loses.latest.author, loses.latest.text),)
