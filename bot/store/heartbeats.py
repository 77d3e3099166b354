"""Jobs that call in: what the calls of each amount to, whichever instance they came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.core.heartbeat import Heartbeat
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.tables import CLAIM, HEARTBEAT


async def every(database: Database) -> Mapping[str, Heartbeat]:
    """Return what is known of each job, by its name in the address."""
    rows = await database.read(lambda connection: connection.execute(select(*HEARTBEAT.c)).all())
    return {row.name: codec.HEARTBEAT.load(row.body) for row in rows}


async def change(database: Database, name: str, how: Callable[[Heartbeat], Heartbeat]) -> None:
    """Put what `how` makes of one job in place of what is known, in one transaction."""

    def work(connection: Connection) -> None:
        nothing = {"name": name, "body": codec.HEARTBEAT.dump(Heartbeat())}
        connection.execute(insert_into(connection.dialect.name, HEARTBEAT).on_conflict_do_nothing(), nothing)
        before = codec.HEARTBEAT.load(connection.execute(_ONE, {"b_name": name}).scalar_one())
        connection.execute(_PUT, {"b_name": name, "b_body": codec.HEARTBEAT.dump(how(before))})

    await database.write(work)


_ONE = select(HEARTBEAT.c.body).where(HEARTBEAT.c.name == bindparam("b_name")).with_for_update()
_PUT = update(HEARTBEAT).where(HEARTBEAT.c.name == bindparam("b_name")).values(body=bindparam("b_body"))


async def left_open(database: Database, source: str) -> str | None:
    """Return the vendor whose trouble a job told of and that is still open; None if there is none."""
    still = select(CLAIM.c.vendor).where(CLAIM.c.source == source, CLAIM.c.is_open).limit(1)
    found: str | None = await database.read(lambda connection: connection.execute(still).scalar())
    return found


async def forget(database: Database, name: str) -> None:
    """Forget a job."""
    await database.write(lambda connection: connection.execute(delete(HEARTBEAT).where(HEARTBEAT.c.name == name)))
