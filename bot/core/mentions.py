"""Whom a message calls: found when its entry is written, so that every repetition of it calls the same people.

A route calls once at each level: the root that is posted first, or the reply that raises it.  A lone witness calls
nobody, and neither does what is routine, muted or over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import direct, replies, routing
from bot.core.message import Call, Reach
from bot.core.people import is_muted
from bot.core.rota import NOBODY, Rotas
from bot.core.rules import Route, Service
from bot.core.windows import is_in
from bot.model import Calling, ChangeKind, Confidence, Destination, Impact, Incident, Kind, State, TimelineEntry

ROTA = "oncall:"
_ALL = {"@here": Reach.HERE, "@channel": Reach.ALL, "@everyone": Reach.ALL}
_BEGINNINGS = frozenset({ChangeKind.OPENED, ChangeKind.REOPENED})


@dataclass(frozen=True, slots=True)
class Callers:
    """What the configuration says about who is called, and who has which duty; `where` says where something is told."""

    where: Callable[[Incident], Sequence[Destination]]
    routes: tuple[Route, ...] = ()
    services: tuple[Service, ...] = ()
    rotas: Rotas = NOBODY

    @property
    def are_there(self) -> bool:
        """Whether any route calls anybody."""
        return any(route.mention for route in self.routes)


def is_sure(incident: Incident) -> bool:
    """Whether it is more than what a lone witness says: only then is anybody called."""
    if incident.kind is not Kind.SUSPECTED:
        return True
    return incident.evidence is not None and incident.evidence.confidence is not Confidence.LOW


def with_calls(
    before: Incident | None,
    after: Incident,
    entries: Sequence[TimelineEntry],
    callers: Callers,
    now: datetime,
) -> tuple[Incident, tuple[TimelineEntry, ...]]:
    """Return the incident and its new entries with those who are to be called, if that is anybody.

    They are called by the last of the entries that the channel hears; in a channel that has heard nothing yet by the
    last that is told at all.
    """
    if not (entries and callers.are_there and after.is_open and is_sure(after)) or after.state is State.SCHEDULED:
        return after, tuple(entries)
    wanted = dict(_wanted(after, callers, now))
    is_late = before is not None and before.untold
    known = set[Destination]() if before is None or is_late else set(callers.where(before))
    by, called = {is_new: _by(entries, is_new=is_new) for is_new in (True, False)}, _called(after)
    found: dict[int, list[Calling]] = {}
    for to, (level, who) in wanted.items():
        entry = by[to not in known]
        people = resolved(who, callers.rotas, now)
        if entry is not None and people and level.rank > called.get(str(to), Impact.NONE).rank:
            calling = Calling(who=people, to=str(to), level=level, by_root=is_late)
            found.setdefault(entry.seq, []).append(calling)
    if not found:
        return after, tuple(entries)
    told = tuple(replace(one, calls=tuple(found.get(one.seq, ()))) for one in entries)
    calls = tuple((one.to, one.level) for seq in sorted(found) for one in found[seq] if one.level is not None)
    return replace(after, called=(*after.called, *calls)), told


def _by(entries: Sequence[TimelineEntry], *, is_new: bool) -> TimelineEntry | None:
    """Return the entry that calls: the first root's, or the last that is loud enough."""
    told = [one for one in entries if not one.hushed]
    if told and told[0].seq == 1:
        raising = [one for one in told[1:] if not one.quiet and replies.is_broadcast(one)]
        return raising[-1] if raising else told[0]
    loud = [one for one in told if not one.quiet and (is_new or replies.is_broadcast(one))]
    return loud[-1] if loud else None


def _wanted(incident: Incident, callers: Callers, now: datetime) -> Iterable[tuple[Destination, tuple[Impact, str]]]:
    """Give the destinations in which somebody is to be called, at which level, and whom; the first route decides."""
    told, seen = frozenset(callers.where(incident)), set[Destination]()
    for route in routing.taken(incident, callers.routes, callers.services):
        level = level_of(route, incident.impact, now)
        for to in route.to:
            if to in told and to not in seen and level is not None:
                yield to, level
            seen.add(to)


def level_of(route: Route, impact: Impact, now: datetime) -> tuple[Impact, str] | None:
    """Return the worst level that is reached and that somebody is called at: what is worse is never quieter.

    In quiet hours only what is critical calls anybody.
    """
    if route.quiet is not None and is_in(route.quiet, now) and impact is not Impact.CRITICAL:
        return None
    reached = [(level, who) for level, who in route.mention if level.rank <= impact.rank]
    return max(reached, key=lambda one: one[0].rank, default=None)


def owed(incident: Incident, to: Destination, route: Route, rotas: Rotas, now: datetime) -> Calling | None:
    """Return whom quiet hours kept from being called in a destination, if it still deserves that when they are over."""
    if not (incident.is_open and is_sure(incident)) or incident.state is State.SCHEDULED or is_muted(incident, now):
        return None
    found = level_of(route, incident.impact, now)
    if found is None or found[0].rank <= _called(incident).get(str(to), Impact.NONE).rank:
        return None
    people = resolved(found[1], rotas, now)
    return Calling(who=people, to=str(to), level=found[0]) if people else None


def _called(incident: Incident) -> dict[str, Impact]:
    """Return at which level each destination was called last: what is worse comes last."""
    return dict(sorted(incident.called, key=lambda one: one[1].rank))


def resolved(who: str, rotas: Rotas, now: datetime) -> tuple[str, ...]:
    """Return who is meant, on every platform: in place of a rota whoever is on call `now`."""
    if not who.startswith(ROTA):
        return (who,)
    person = rotas.on_call(who.removeprefix(ROTA), now)
    return person.keys if person is not None else ()


def by_root(unsent: Iterable[TimelineEntry], through: int) -> Iterable[TimelineEntry]:
    """Give the entries whose calls a first root makes: those that it stands for, and what let it be posted."""
    for entry in unsent:
        calls = entry.calls if entry.seq <= through else tuple(call for call in entry.calls if call.by_root)
        yield replace(entry, calls=calls)


def but_by_root(entries: Iterable[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Return entries without the calls that the root has made."""
    return tuple(
        replace(one, calls=tuple(c for c in one.calls if not c.by_root)) if one.calls else one for one in entries
    )


def by_place(entry: TimelineEntry) -> Mapping[str, tuple[Calling, ...]]:
    """Return the calls of an entry by the destination in which they are made."""
    found: dict[str, list[Calling]] = {}
    for one in entry.calls:
        found.setdefault(one.to, []).append(one)
    return {to: tuple(some) for to, some in found.items()}


def calls_of(entries: Iterable[TimelineEntry], incident: Incident, to: Destination) -> tuple[Call, ...]:
    """Return whom a message that tells these entries calls in one destination; nobody once it is over.

    Nobody in a direct message either: whoever reads it is told by the message itself.
    """
    if not incident.is_open or direct.is_direct(to):
        return ()
    meant = (one for entry in entries if not entry.hushed for one in entry.calls if one.to == str(to))
    found = (_call(who, to.platform) for one in meant for who in one.who)
    return tuple(dict.fromkeys(call for call in found if call is not None))


def _call(who: str, platform: str) -> Call | None:
    """Return the call of somebody by the id that a platform knows; None if they are somebody elsewhere."""
    if who in _ALL:
        return Call(_ALL[who])
    where, _, id_ = who.partition(":")
    if where != platform:
        return None
    if where == "slack":
        return Call(Reach.GROUP if id_.startswith("S") else Reach.PERSON, id_)
    role = id_.removeprefix("role:")
    return Call(Reach.GROUP, role) if role != id_ else Call(Reach.PERSON, id_)
