"""Incidents that are over and whose report may be due: each looked at by one instance, and written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.afterwards import Told, Verdict
from bot.core.fold import fold
from bot.model import Incident
from bot.store import codec
from bot.store.commits import make_due, write_entries, write_incidents, written
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, INCIDENT

AT_ONCE_MOST = 100
_DUE = INCIDENT.c.report_at
_NOW = bindparam("b_now", type_=_DUE.type)
_IDS = select(INCIDENT.c.id).where(_NOW >= _DUE).order_by(_DUE).limit(AT_ONCE_MOST)
# One that somebody else is writing is looked at next time.
_ONE = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"), _NOW >= _DUE).with_for_update(skip_locked=True)
_WHERE = select(ANNOUNCEMENT.c.root, ANNOUNCEMENT.c.state, ANNOUNCEMENT.c.due_at).where(
    ANNOUNCEMENT.c.incident == bindparam("b_id"), ANNOUNCEMENT.c.about == "incident"
)
_LOOKED = (
    update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id")).values(report_at=bindparam("b_again", type_=_DUE.type))
)


async def due(database: Database, now: datetime) -> Sequence[str]:
    """Return the ids of incidents that are to be looked at by now."""
    return await database.read(lambda connection: connection.execute(_IDS, {"b_now": now}).scalars().all())


async def put_off(database: Database, incident: str, until: datetime) -> None:
    """Have an incident looked at later: something is wrong with it."""
    later = {"b_id": incident, "b_again": until}
    await database.write(lambda connection: connection.execute(_LOOKED, later))


async def attend(
    database: Database, incident: str, decide: Callable[[Incident, Told], Verdict], now: datetime
) -> Verdict | None:
    """Let `decide` look at an incident and commit what it adds, in one transaction.

    None if it is not due any more, or somebody else has it in hand.
    """

    def work(connection: Connection) -> Verdict | None:
        body = connection.execute(_ONE, {"b_id": incident, "b_now": now}).scalar()
        if body is None:
            return None
        before = codec.INCIDENT.load(body)
        verdict = decide(before, _told(connection.execute(_WHERE, {"b_id": incident}).all()))
        if verdict.entries:
            after = fold(before, verdict.entries)
            write_incidents(connection, [after], {before.id: before})
            write_entries(connection, verdict.entries)
            make_due(connection, [after.id], now)
        connection.execute(_LOOKED, {"b_id": incident, "b_again": verdict.again})
        return verdict

    return await written(database, work)


def _told(rows: Iterable[Any]) -> Told:
    """Return whether any channel has an incident, or is still to get it."""
    if any(row.root is not None for row in rows):
        return Told.THERE
    return Told.LATER if any(row.state == "live" and row.due_at is not None for row in rows) else Told.NEVER
