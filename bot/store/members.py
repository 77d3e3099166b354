"""What is new of the members of bursts, for the timelines of those: read in the transaction that wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, select

from bot.core.carrying import Arrival, carried
from bot.core.members import with_place
from bot.model import Destination, Incident, TimelineEntry
from bot.store import codec
from bot.store.tables import ENTRY, INCIDENT

# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_HELD = select(INCIDENT.c.id, INCIDENT.c.burst).where(INCIDENT.c.id.in_(_IDS), INCIDENT.c.burst.is_not(None))
_MEMBERS = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS)).order_by(INCIDENT.c.id)
# Always after its members, which are written by now: two that wait for each other's rows would wait for ever.
_BURST = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id")).with_for_update()
_LINES = (
    select(ENTRY.c.body)
    .where(ENTRY.c.incident == bindparam("b_id"), ENTRY.c.seq > bindparam("b_seq"))
    .order_by(ENTRY.c.seq)
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A burst before and after what is new of its members, the lines that tell it, and where that is to be told."""

    before: Incident
    after: Incident
    entries: tuple[TimelineEntry, ...]
    to: tuple[Destination, ...]


def held(connection: Connection, touched: Sequence[str]) -> Mapping[str, str]:
    """Return which of some incidents are told in a burst, and in which."""
    return {row.id: row.burst for row in connection.execute(_HELD, {"b_ids": [*touched]})}


def news(
    connection: Connection, held: Mapping[str, str], destinations: Mapping[str, Sequence[Destination]]
) -> list[Carried]:
    """Return the bursts of some members with what is new of those."""
    return [_news(connection, burst, ids, destinations) for burst, ids in by_burst(held)]


def by_burst(held: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return the bursts of some members, each with those of them that are its."""
    return [(burst, sorted(name for name, one in held.items() if one == burst)) for burst in sorted(set(held.values()))]


def locked(connection: Connection, burst: str) -> Incident:
    """Return a burst, which nobody else writes until the transaction ends."""
    return codec.INCIDENT.load(connection.execute(_BURST, {"b_id": burst}).scalar_one())


def shown_at(connection: Connection, held: Mapping[str, str], to: Destination) -> list[tuple[Incident, Incident]]:
    """Return the bursts of some members as they are, and as they are once a channel is shown these."""
    # The members are held by now, and their bursts after them.
    found = [
        codec.INCIDENT.load(connection.execute(_BURST, {"b_id": burst}).scalar_one())
        for burst in sorted(set(held.values()))
    ]
    return [(one, with_place(one, held, to)) for one in found]


def _news(
    connection: Connection, name: str, ids: Sequence[str], destinations: Mapping[str, Sequence[Destination]]
) -> Carried:
    before = locked(connection, name)
    known = {member.id: member.seq for member in before.members}
    rows = connection.execute(_MEMBERS, {"b_ids": ids}).all()
    arrivals = [
        Arrival(
            codec.INCIDENT.load(row.body),
            _lines(connection, row.id, known.get(row.id, 0)),
            tuple(destinations.get(row.id, ())),
        )
        for row in rows
    ]
    after, entries = carried(before, arrivals)
    to = dict.fromkeys(Destination.parse(place) for member in after.members for place in member.to)
    return Carried(before, after, entries, tuple(to))


def _lines(connection: Connection, name: str, seq: int) -> tuple[TimelineEntry, ...]:
    found = connection.execute(_LINES, {"b_id": name, "b_seq": seq}).scalars()
    return tuple(map(codec.ENTRY.load, found))
