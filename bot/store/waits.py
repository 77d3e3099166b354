"""What platforms have asked to wait for, kept for all instances and for the next start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete, select

from bot.store.database import Database, insert_into
from bot.store.tables import NOTE

# `wait:slack:chat.update`, with the instant as it is written in one length, so that the later is the greater.
_MARK = "wait:"
Waiting = Mapping[str, Mapping[str, datetime]]


async def share(database: Database, told: Waiting) -> None:
    """Write, for each platform, what it has asked to be left alone until when; a later instant that stands there stays.

    What is over is forgotten on the way.
    """
    rows = [
        {"name": f"{_MARK}{platform}:{name}", "value": _written(until)}
        for platform, some in told.items()
        for name, until in sorted(some.items())
    ]

    def work(connection: Connection) -> None:
        put = insert_into(connection.dialect.name, NOTE)
        later = put.excluded.value
        connection.execute(
            put.on_conflict_do_update(index_elements=["name"], set_={"value": later}, where=NOTE.c.value < later), rows
        )

    if rows:
        await database.write(work)


async def forget(database: Database, now: datetime) -> None:
    """Forget what is over."""
    await database.write(lambda connection: connection.execute(_FORGET, {"b_now": _written(now)}))


async def known(database: Database) -> Waiting:
    """Return what each platform has asked for, of whichever instance; some of it may be over."""
    found: dict[str, dict[str, datetime]] = {}
    for row in await database.read(lambda connection: connection.execute(_KNOWN).all()):
        platform, _, name = row.name.removeprefix(_MARK).partition(":")
        found.setdefault(platform, {})[name] = datetime.fromisoformat(row.value)
    return found


def _written(until: datetime) -> str:
    return until.astimezone(UTC).isoformat(timespec="microseconds")


_OURS = NOTE.c.name.startswith(_MARK, autoescape=True)
_KNOWN = select(NOTE.c.name, NOTE.c.value).where(_OURS)
_FORGET = delete(NOTE).where(_OURS, NOTE.c.value <= bindparam("b_now", type_=NOTE.c.value.type))
