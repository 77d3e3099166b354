"""Until when those who call in could be heard: what was due while nobody listened says nothing about them.

And until when each of them was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.database import Database, insert_into
from bot.store.tables import NOTE

_UNTIL = " heard until"


async def listening(database: Database, to: str, now: datetime) -> datetime | None:
    """Note that somebody listens now, and return until when anybody did before; None if nobody ever did."""
    name = f"{to}{_UNTIL}"

    def work(connection: Connection) -> str | None:
        found: str | None = connection.execute(select(NOTE.c.value).where(NOTE.c.name == name)).scalar()
        put = insert_into(connection.dialect.name, NOTE).values(name=name, value=now.isoformat())
        connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": put.excluded["value"]}))
        return found

    before = await database.write(work)
    return datetime.fromisoformat(before) if before else None


async def heard_until(database: Database, those: Iterable[str]) -> Mapping[str, datetime]:
    """Return what was noted last of some; nothing of those of whom nothing was."""
    query = select(NOTE.c.name, NOTE.c.value).where(NOTE.c.name.in_([f"{one}{_UNTIL}" for one in those]))
    rows = await database.read(lambda connection: connection.execute(query).all())
    return {row.name.removesuffix(_UNTIL): datetime.fromisoformat(row.value) for row in rows}
