"""Two incidents that a person links or unlinks: claims move from one to the other, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from bot.core import members
from bot.core.linking import Moved
from bot.model import Destination, Incident, TimelineEntry
from bot.store import codec
from bot.store.commits import Conflict, make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, INCIDENT

_TRIES = 10
_BODY = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id")).with_for_update()
_READ = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"))
_ENTRIES = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq)
_WHERE_TOLD = select(ANNOUNCEMENT.c.destination).where(ANNOUNCEMENT.c.incident == bindparam("b_id"))
_MOVE = update(CLAIM).where(CLAIM.c.source == bindparam("b_source"), CLAIM.c.external_id == bindparam("b_claim"))

# Of an incident, its history, and the other one if there is one: what becomes of them.
Decide = Callable[[Incident, Sequence[TimelineEntry], Incident | None], Moved]


async def relink(
    database: Database,
    incident: str,
    other: Callable[[Sequence[TimelineEntry]], str | None],
    decide: Decide,
    now: datetime,
) -> Moved | None:
    """Gather an incident and the `other` one that its history leads to, let `decide` act, and commit what it says.

    Wherever the one that loses claims is announced, the one that gets them is announced from then on.  None if there
    is no such incident.
    """

    def work(connection: Connection) -> Moved | None:
        entries = [codec.ENTRY.load(body) for body in connection.execute(_ENTRIES, {"b_id": incident}).scalars()]
        name = other(entries)
        found = _locked(connection, {incident, name or incident})
        if incident not in found:
            return None
        moved = decide(found[incident], entries, found.get(name) if name else None)
        if moved.entries:
            _commit(connection, moved, found, now)
        return moved

    for _ in range(_TRIES):
        try:
            return await written(database, work)
        except Conflict:
            await asyncio.sleep(0)
    raise Conflict


def _locked(connection: Connection, names: Iterable[str]) -> dict[str, Incident]:
    # Always in the same order: two that wait for each other's rows would wait for ever.
    rows = {name: connection.execute(_BODY, {"b_id": name}).scalar() for name in sorted(names)}
    return {name: codec.INCIDENT.load(body) for name, body in rows.items() if body is not None}


def _commit(connection: Connection, moved: Moved, before: dict[str, Incident], now: datetime) -> None:
    write_incidents(connection, [moved.loses, moved.gets], before)
    write_entries(connection, moved.entries)
    move(connection, moved.entries[0], moved.gets.id)
    where = told(connection, moved.loses)
    touched = sorted({moved.loses.id, moved.gets.id})
    make_due(connection, touched, now, destinations={moved.gets.id: where}, before=before)


def move(connection: Connection, left: TimelineEntry, to: str) -> None:
    """Let the claims that have `left` an incident belong to another one."""
    for view in left.views:
        source, _, claim = view.key.partition("|")
        connection.execute(_MOVE.values(incident=to), {"b_source": source, "b_claim": claim})


def told(connection: Connection, incident: Incident) -> list[Destination]:
    """Return where an incident is told; one that is told in a burst, where that shows it."""
    rows = connection.execute(_WHERE_TOLD, {"b_id": incident.burst or incident.id}).scalars()
    places = [Destination.parse(to) for to in rows]
    if not incident.burst:
        return places
    burst = codec.INCIDENT.load(connection.execute(_READ, {"b_id": incident.burst}).scalar_one())
    return [to for to in places if members.shows(burst, incident.id, to)]
