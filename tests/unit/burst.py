"""The words in which tests speak of bursts: incidents of vendors that begin in a minute, and what is around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.bursts import Grouped, Kin, Terms, group
from bot.core.carrying import Arrival, carried
from bot.core.fold import advance
from bot.model import ChangeKind, Destination, Impact, Incident, Kind, State, TimelineEntry, Who
from tests.unit.build import CONSOLE, at, component, entry, incident, view

TERMS = Terms()


def one(
    name: str,
    minute: float = 0,
    *,
    vendor: str = "acme",
    impact: Impact = Impact.MINOR,
    kind: Kind = Kind.INCIDENT,
    runs_on: str = "",
    part: str = "",
) -> Incident:
    """Return an incident that came up in a minute, with its first line written."""
    parts = (component(part),) if part else ()
    state = State.SCHEDULED if kind is Kind.MAINTENANCE else State.INVESTIGATING
    begun = incident(*parts, vendor=vendor, impact=impact, kind=kind, state=state, opened=minute)
    title = f"{name} errors"
    return replace(begun, id=f"{vendor}-{name}", title=title, claims=(view(name),), runs_on=runs_on, last_seq=1)


def kin(
    some: Iterable[Incident] = (),
    others: Sequence[Incident] = (),
    bursts: Sequence[Incident] = (),
    *,
    posted: Iterable[str] = (),
    to: tuple[Destination, ...] = (CONSOLE,),
) -> Kin:
    """Return what is around some new incidents, all of which are told in one place."""
    told = {i.id: to for i in (*some, *others)}
    return Kin(bursts=tuple(bursts), others=tuple(others), told=told, rooted=frozenset(posted))


def grouped(
    *some: Incident,
    others: Sequence[Incident] = (),
    bursts: Sequence[Incident] = (),
    posted: Iterable[str] = (),
    terms: Terms = TERMS,
) -> Grouped:
    """Return what becomes of new incidents, beside those that are there."""
    return group(some, (), kin(some, others, bursts, posted=posted), terms, at(10))


def bursts(found: Grouped) -> list[Incident]:
    return [i for i in found.incidents.values() if i.cause]


def names(burst: Incident) -> list[str]:
    return sorted(member.id.partition("-")[2] for member in burst.members)


def burst(*some: Incident, to: tuple[Destination, ...] = (CONSOLE,)) -> tuple[Incident, dict[str, Incident]]:
    """Return a burst of these, and each of them as it is in it."""
    found = group(some, (), kin(some, to=to), Terms(at_least=2), at(0))
    (of_all,) = bursts(found)
    held = {name: i for name, i in found.incidents.items() if not i.cause}
    after, _ = carried(
        of_all, [Arrival(i, tuple(e for e in found.entries if e.incident == i.id)) for i in held.values()]
    )
    return after, held


def line(
    of: Incident,
    text: str = "",
    *,
    kind: ChangeKind = ChangeKind.UPDATED,
    state: State = State.INVESTIGATING,
    impact: Impact = Impact.MINOR,
    minute: float = 20,
    **more: object,
) -> tuple[Incident, TimelineEntry]:
    """Return an incident with one more line, and the line."""
    said = entry(of.last_seq + 1, text, kind=kind, said=state, state=state, impact=impact)
    own = replace(view(of.id.partition("-")[2], state, impact), title=of.title, components=of.components)
    over = at(minute) if state.is_over else None
    # What a person does is no claim of anybody's.
    claim = replace(own, resolved_at=over) if more.get("who") is not Who.PERSON else None
    said = replace(said, incident=of.id, happened_at=at(minute), recorded_at=at(minute), claim=claim)
    said = replace(said, **more)  # type: ignore[arg-type]  # whatever a test is about
    return advance(of, said), said


def ends(of: Incident, minute: float = 20) -> tuple[Incident, TimelineEntry]:
    return line(of, "All good.", kind=ChangeKind.RESOLVED, state=State.RESOLVED, minute=minute)
