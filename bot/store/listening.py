"""Until when those who call in could be heard: what was due while nobody listened says nothing about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.database import Database, insert_into
from bot.store.tables import NOTE


async def listening(database: Database, to: str, now: datetime) -> datetime | None:
    """Note that somebody listens now, and return until when anybody did before; None if nobody ever did."""
    name = f"{to} heard until"

    def work(connection: Connection) -> str | None:
        found: str | None = connection.execute(select(NOTE.c.value).where(NOTE.c.name == name)).scalar()
        put = insert_into(connection.dialect.name, NOTE).values(name=name, value=now.isoformat())
        connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": put.excluded["value"]}))
        return found

    before = await database.write(work)
    return datetime.fromisoformat(before) if before else None
