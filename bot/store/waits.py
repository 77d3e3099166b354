"""What platforms have asked to wait for, kept for all instances and for the next start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from bot.store.database import Database, insert_into
from bot.store.tables import NOTE

# `wait:slack:chat.update`, with the instant as it is written in one length, so that the later is the greater, and with
# when that was said, by the clock of whoever was told.
_MARK = "wait:"


@dataclass(frozen=True, slots=True)
class Known:
    """One thing of a platform that is left alone `until` an instant; `said_at` is when that was written here."""

    platform: str
    name: str
    until: datetime
    said_at: datetime


async def share(database: Database, told: Mapping[str, Mapping[str, datetime]], now: datetime) -> None:
    """Write what each platform has asked to be left alone until when; a later instant that stands there stays."""
    rows = [
        {"name": f"{_MARK}{platform}:{name}", "value": f"{_written(until)} {_written(now)}"}
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


async def forget(database: Database, those: Collection[Known]) -> None:
    """Forget some, but for what was said of the same things since."""
    gone = [{"b_name": _name(one), "b_value": f"{_written(one.until)} {_written(one.said_at)}"} for one in those]
    if gone:
        await database.write(lambda connection: connection.execute(_FORGET, gone))


async def known(database: Database) -> tuple[Known, ...]:
    """Return all that is kept, of whichever instance; some of it may be over."""
    rows = await database.read(lambda connection: connection.execute(_KNOWN).all())
    return tuple(_known(row.name, row.value) for row in rows)


def _known(name: str, value: str) -> Known:
    platform, _, what = name.removeprefix(_MARK).partition(":")
    until, _, said_at = value.partition(" ")
    return Known(platform, what, datetime.fromisoformat(until), datetime.fromisoformat(said_at))


def _name(one: Known) -> str:
    return f"{_MARK}{one.platform}:{one.name}"


def _written(until: datetime) -> str:
    return until.astimezone(UTC).isoformat(timespec="microseconds")


_KNOWN = select(NOTE.c.name, NOTE.c.value).where(NOTE.c.name.startswith(_MARK, autoescape=True))
_THAT: tuple[BindParameter[str], BindParameter[str]] = (bindparam("b_name"), bindparam("b_value"))
_FORGET = delete(NOTE).where(NOTE.c.name == _THAT[0], NOTE.c.value == _THAT[1])
