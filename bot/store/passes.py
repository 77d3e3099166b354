"""Passes to the board that are good no more before their time: links that were used, sessions that were ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.core.passes import Pass, Purpose
from bot.store.database import Database, insert_into
from bot.store.tables import SPENT_PASS


async def spend(database: Database, purpose: Purpose, one: Pass, now: datetime) -> bool:
    """Note that a pass is good no more; returns whether it was until now.  What is over anyway is forgotten."""
    return await spend_mark(database, _mark(purpose, one), now, one.until)


async def spend_mark(database: Database, mark: str, now: datetime, until: datetime) -> bool:
    """Note that something is good no more, and is over anyway after `until`; returns whether it was good until now."""
    row = {"mark": mark, "until": until}

    def work(connection: Connection) -> bool:
        connection.execute(delete(SPENT_PASS).where(SPENT_PASS.c.until <= now))
        put = insert_into(connection.dialect.name, SPENT_PASS).values(row).on_conflict_do_nothing()
        return bool(connection.execute(put).rowcount)

    return await database.write(work)


async def is_spent(database: Database, purpose: Purpose, one: Pass) -> bool:
    """Whether a pass is good no more."""
    found = select(SPENT_PASS.c.mark).where(SPENT_PASS.c.mark == _mark(purpose, one))
    return await database.read(lambda connection: connection.execute(found).first() is not None)


def _mark(purpose: Purpose, one: Pass) -> str:
    return f"{purpose}:{one.nonce}"
