"""Who has a duty instead of whoever's turn it is: agreed by somebody, for a time, and kept for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.core.rota import Override
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import OVERRIDE

_ENDS = OVERRIDE.c.ends_at
_CURRENT = (
    select(OVERRIDE.c.id, OVERRIDE.c.body)
    .where(OVERRIDE.c.removed_at.is_(None), bindparam("b_now", type_=_ENDS.type) < _ENDS)
    .order_by(OVERRIDE.c.id)
)
_REMOVE = (
    update(OVERRIDE)
    .where(OVERRIDE.c.id == bindparam("b_id"), OVERRIDE.c.removed_at.is_(None))
    .values(removed_at=bindparam("b_now", type_=_ENDS.type), removed_by=bindparam("b_by"))
)


def current(connection: Connection, now: datetime) -> tuple[Override, ...]:
    """Return what holds now or will, oldest first."""
    rows = connection.execute(_CURRENT, {"b_now": now}).all()
    return tuple(replace(codec.OVERRIDE.load(row.body), id=row.id) for row in rows)


async def agreed(database: Database, now: datetime) -> tuple[Override, ...]:
    """Return what holds now or will, oldest first."""
    return await database.read(lambda connection: current(connection, now))


async def add(database: Database, override: Override) -> bool:
    """Keep what somebody has agreed; False if it is agreed already: it is not kept twice."""

    def work(connection: Connection) -> bool:
        if any(_is_same(one, override) for one in current(connection, override.at)):
            return False
        values = {
            "rota": override.rota,
            "starts_at": override.starts,
            "ends_at": override.ends,
            "made_at": override.at,
            "removed_by": "",
            "body": codec.OVERRIDE.dump(replace(override, id=0)),
        }
        connection.execute(insert(OVERRIDE), values)
        return True

    return await database.write(work)


def _is_same(one: Override, other: Override) -> bool:
    return (one.rota, one.person, one.starts, one.ends) == (other.rota, other.person, other.starts, other.ends)


async def remove(database: Database, override: int, by: str, now: datetime) -> bool:
    """Take back what was agreed; returns whether it was still there."""
    values = {"b_id": override, "b_now": now, "b_by": by}
    return await database.write(lambda connection: connection.execute(_REMOVE, values).rowcount == 1)
