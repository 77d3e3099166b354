"""Which incidents are of one cause: so many of one vendor, or of vendors on one platform, that begin at one time.

They become one burst, which is told in one thread.  Those who are of it already, or were taken out of one by a person,
stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.carrying import calls_above
from bot.core.fold import advance
from bot.core.lines import by_bot
from bot.core.members import member_of, title
from bot.core.platforms import PLATFORMS
from bot.core.severity import worst
from bot.core.team import is_ours
from bot.core.wording import headline
from bot.model import ChangeKind, Destination, Incident, Kind, Member, State, TimelineEntry, Transition

LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How many make a burst, and within what time; 0 for never.  `names` is what platforms are called, by slug."""

    at_least: int = 4
    within: timedelta = timedelta(minutes=2)
    names: tuple[tuple[str, str], ...] = ()

    @property
    def are_on(self) -> bool:
        """Whether anything is grouped."""
        return self.at_least >= LEAST


OFF = Terms(at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What else there is of the same causes: bursts that go on, and incidents that go on by themselves.

    `told` says where each is to be told, also of those that are new; `rooted` are those of which a message was sent
    already, and `lines` what the others say that nobody was told yet.
    """

    bursts: tuple[Incident, ...] = ()
    others: tuple[Incident, ...] = ()
    told: Mapping[str, tuple[Destination, ...]] = field(default_factory=dict[str, tuple[Destination, ...]])
    rooted: frozenset[str] = frozenset()
    lines: tuple[TimelineEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouped:
    """What is changed by grouping: lines, and every incident that they touch, bursts among them."""

    entries: tuple[TimelineEntry, ...] = ()
    incidents: Mapping[str, Incident] = field(default_factory=dict[str, Incident])


def causes(incident: Incident) -> tuple[str, ...]:
    """Return by what an incident may belong to others: its vendor, and the platform that this one stands on."""
    return tuple(dict.fromkeys(filter(None, (incident.vendor, incident.runs_on))))


def is_eligible(incident: Incident) -> bool:
    """Whether it may be grouped: not what only we suspect, nor what a person wants apart, or does not want to hear."""
    by_itself = not (incident.burst or incident.cause or incident.apart or incident.muted) and not is_ours(incident)
    return incident.is_open and by_itself and incident.kind is not Kind.SUSPECTED and bool(incident.claims)


def is_news(after: Incident, before: Incident | None) -> bool:
    """Whether something has come that may make it one of many: it began, it got worse, its platform was named."""
    if not is_eligible(after):
        return False
    return before is None or not before.is_open or _grew(before, after)


def _grew(before: Incident, after: Incident) -> bool:
    return before.runs_on != after.runs_on or before.impact is not after.impact or before.kind is not after.kind


def group(
    fresh: Iterable[Incident], entries: Sequence[TimelineEntry], kin: Kin, terms: Terms, now: datetime
) -> Grouped:
    """Return what becomes of incidents of which something is new (`fresh`), beside those around them.

    `entries` are the lines that they have just got: whom these call is called by the burst that begins with them.
    """
    pool = {one.id: one for one in (*kin.others, *fresh) if is_eligible(one) and kin.told.get(one.id)}
    new = [pool[one.id] for one in fresh if one.id in pool]
    found = Grouped()
    for burst in kin.bursts:
        for one in _joining(burst, new, terms):
            found = _with(found, _taken_in(one, burst, kin, now))
            new.remove(one)
            del pool[one.id]
    while (cluster := _largest(new, tuple(pool.values()), terms)) is not None:
        cause, some = cluster
        found = _with(found, _begun(cause, some, entries, kin, terms, now))
        for one in some:
            del pool[one.id]
        new = [one for one in new if one.id in pool]
    return found


def _with(found: Grouped, more: Grouped) -> Grouped:
    return Grouped((*found.entries, *more.entries), {**found.incidents, **more.incidents})


def _is_planned(incident: Incident | Member) -> bool:
    return incident.kind is Kind.MAINTENANCE


def began(incident: Incident | Member) -> datetime:
    """Return when an incident came up: at the first look at a page by its own account, for all is seen at once then."""
    is_old = incident.was_open_at_first_look and not _is_planned(incident)
    return incident.started_at if is_old else incident.first_seen_at


def _joining(burst: Incident, new: Sequence[Incident], terms: Terms) -> list[Incident]:
    """Return those that begin with the last of a burst, in their order: each may draw the next one in."""
    times = [began(one) for one in burst.members]
    found = []
    for one in sorted(new, key=began):
        alike = burst.cause in causes(one) and _is_planned(one) is _is_planned(burst)
        if alike and any(abs(began(one) - at) <= terms.within for at in times):
            found.append(one)
            times.append(began(one))
    return found


def _largest(
    new: Sequence[Incident], pool: Sequence[Incident], terms: Terms
) -> tuple[str, tuple[Incident, ...]] | None:
    """Return the largest burst that any of the new ones is of, and its cause; a vendor's own before a platform's."""
    found: list[tuple[int, int, str, tuple[Incident, ...]]] = []
    for planned in (False, True):
        for rank, cause in enumerate(dict.fromkeys(c for one in new for c in causes(one))):
            alike = [one for one in pool if cause in causes(one) and _is_planned(one) is planned]
            found += [
                (len(some), -rank, cause, some)
                for some in _clusters(alike, terms)
                if any(one in some for one in new) and _is_one(cause, some)
            ]
    best = max(found, key=lambda one: one[:2], default=None)
    return best[2:] if best is not None else None


def _is_one(cause: str, some: Sequence[Incident]) -> bool:
    """Whether it is their cause: a platform is, where several vendors stand on it."""
    vendors = {one.vendor for one in some}
    return vendors == {cause} or len(vendors) > 1


def _clusters(alike: Iterable[Incident], terms: Terms) -> list[tuple[Incident, ...]]:
    """Return those that began one shortly after the other, where so many began within the time at any point."""
    chains: list[list[Incident]] = []
    for one in sorted(alike, key=lambda one: (began(one), one.id)):
        if chains and began(one) - began(chains[-1][-1]) <= terms.within:
            chains[-1].append(one)
        else:
            chains.append([one])
    return [tuple(chain) for chain in chains if _is_dense(chain, terms)]


def _is_dense(chain: Sequence[Incident], terms: Terms) -> bool:
    ends = zip(chain, chain[terms.at_least - 1 :], strict=False)
    return any(began(last) - began(first) <= terms.within for first, last in ends)


def _taken_in(one: Incident, burst: Incident, kin: Kin, now: datetime) -> Grouped:
    """Return an incident that is told in a burst from now on; quietly, if nobody was told of it by itself."""
    entry = replace(
        by_bot(one, ChangeKind.GROUPED, now),
        transitions=(Transition("burst", burst.id, headline(burst)),),
        quiet=one.id not in kin.rooted,
    )
    return Grouped((entry,), {one.id: advance(one, entry)})


def _begun(
    cause: str, some: Sequence[Incident], entries: Sequence[TimelineEntry], kin: Kin, terms: Terms, now: datetime
) -> Grouped:
    """Return a burst that begins with these, and all of them taken into it."""
    begun = _beginning(cause, some, kin, terms)
    taken = Grouped()
    for one in some:
        taken = _with(taken, _taken_in(one, begun, kin, now))
    untold = {one.id for one in some} - kin.rooted
    calls = [call for entry in (*kin.lines, *entries) if entry.incident in untold for call in entry.calls]
    founders = tuple(_founder(taken.incidents[one.id], kin) for one in some)
    first = replace(by_bot(begun, ChangeKind.OPENED, now), members=founders, calls=calls_above(calls, begun))
    burst = advance(begun, first)
    first = replace(first, state=burst.state, impact=burst.impact)
    return _with(Grouped((first,), {burst.id: burst}), taken)


def _founder(one: Incident, kin: Kin) -> Member:
    # The list tells that it began; whatever else it has said follows in the thread, unless its own thread has that.
    return member_of(one, seq=one.last_seq if one.id in kin.rooted else 1, to=kin.told[one.id])


def _beginning(cause: str, some: Sequence[Incident], kin: Kin, terms: Terms) -> Incident:
    """Return a burst of which nothing is told yet: it has one name on every instance, and in every replay."""
    planned = _is_planned(some[0])
    impact = worst(one.impact for one in some)
    kind = Kind.MAINTENANCE if planned else Kind.INCIDENT
    return Incident(
        id=f"{cause}-{'planned' if planned else 'burst'}-{min(map(began, some)):%Y%m%dT%H%M%S}",
        vendor=cause,
        name=_name(cause, some, terms),
        kind=kind,
        title=title(kind, len(some)),
        state=State.INVESTIGATING,
        impact=impact,
        peak=impact,
        started_at=min(one.started_at for one in some),
        first_seen_at=min(one.first_seen_at for one in some),
        was_open_at_first_look=all(one.was_open_at_first_look for one in some),
        called=tuple(dict.fromkeys(call for one in some if one.id in kin.rooted for call in one.called)),
        cause=cause,
    )


def _name(cause: str, some: Iterable[Incident], terms: Terms) -> str:
    """Return whose a burst is: the vendor's, or that of all who stand on a platform."""
    own = next((one.name for one in some if one.vendor == cause), None)
    if own is not None:
        return own
    known = dict(terms.names)
    return f"On {known.get(cause) or PLATFORMS.get(cause, (cause,))[0]}"
