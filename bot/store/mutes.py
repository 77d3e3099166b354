"""What is muted beyond one incident: who muted a vendor or some components, until when, and who took that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, or_, select, update

from bot.catalog import folded
from bot.core.lines import AUTHOR
from bot.core.muting import Muting
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, MUTING
from bot.store.turns import wait_for_others

_UNTIL = MUTING.c.until
_NOW = bindparam("b_now", type_=_UNTIL.type)
_HOLDS = MUTING.c.removed_at.is_(None) & or_(_UNTIL.is_(None), _NOW < _UNTIL)
_ALL = select(MUTING).where(_HOLDS).order_by(MUTING.c.id)
_OF_VENDOR = _ALL.where(MUTING.c.vendor == bindparam("b_vendor"))
_ONE = select(MUTING).where(MUTING.c.id == bindparam("b_id"))
_REMOVE = (
    update(MUTING)
    .where(MUTING.c.id == bindparam("b_id"), MUTING.c.removed_at.is_(None))
    .values(removed_at=_NOW, removed_by=bindparam("b_by"))
)
_OPEN = select(INCIDENT.c.id).where(INCIDENT.c.is_open, INCIDENT.c.vendor == MUTING.c.vendor).exists()
_ENDED = select(MUTING.c.id, MUTING.c.vendor).where(MUTING.c.removed_at.is_(None), MUTING.c.ends_with_incidents, ~_OPEN)
# A time that has come is what the escalate loop asks for.
_LATER = or_(INCIDENT.c.attend_at.is_(None), INCIDENT.c.attend_at > _NOW)
# Always in the same order: two that wait for each other's rows would wait for ever.
_THEIRS = (
    select(INCIDENT.c.id)
    .where(INCIDENT.c.is_open, INCIDENT.c.vendor == bindparam("b_vendor"), _LATER)
    .order_by(INCIDENT.c.id)
    .with_for_update()
)
_ATTEND = update(INCIDENT).where(INCIDENT.c.id.in_(_THEIRS)).values(attend_at=_NOW)


def of_vendor(connection: Connection, vendor: str, now: datetime, known: int = 0) -> tuple[Muting, ...]:
    """Return the mutes of a vendor that hold now, and what became of the one that is `known` by its number."""
    rows = connection.execute(_OF_VENDOR, {"b_vendor": vendor, "b_now": now}).mappings().all()
    found = tuple(map(_muting, rows))
    if not known or any(one.id == known for one in found):
        return found
    return (*found, *map(_muting, connection.execute(_ONE, {"b_id": known}).mappings().all()))


def _muting(row: RowMapping) -> Muting:
    muting = codec.MUTING.load(row["body"])
    return replace(muting, id=row["id"], removed_at=row["removed_at"], removed_by=row["removed_by"])


async def standing(database: Database, now: datetime) -> tuple[Muting, ...]:
    """Return all that hold now, the oldest first."""
    rows = await database.read(lambda connection: connection.execute(_ALL, {"b_now": now}).mappings().all())
    return tuple(map(_muting, rows))


async def mute(database: Database, muting: Muting) -> bool:
    """Keep a mute in place of those of the same things; returns whether it is another one than before.

    What is open of the vendor is looked at again at once.
    """

    def work(connection: Connection) -> bool:
        # What begins just now is there to be hushed after this.
        wait_for_others(connection, muting.vendor)
        there = [one for one in of_vendor(connection, muting.vendor, muting.at) if _parts(one) == _parts(muting)]
        if any(_is_same(one, muting) for one in there):
            return False
        for one in there:
            connection.execute(_REMOVE, {"b_id": one.id, "b_by": muting.by, "b_now": muting.at})
        values = {
            "vendor": muting.vendor,
            "until": muting.until,
            "ends_with_incidents": muting.is_of_the_end,
            "made_at": muting.at,
            "removed_by": "",
            "body": codec.MUTING.dump(replace(muting, id=0)),
        }
        connection.execute(insert(MUTING), values)
        connection.execute(_ATTEND, {"b_vendor": muting.vendor, "b_now": muting.at})
        return True

    return await database.write(work)


def _parts(one: Muting) -> frozenset[str]:
    return frozenset(map(folded, one.parts))


def _is_same(one: Muting, other: Muting) -> bool:
    """Whether somebody says the same once more: a press that arrives twice is a moment later."""
    if one.until is None or other.until is None:
        return (one.until, one.for_good) == (other.until, other.for_good)
    return abs((one.until - other.until).total_seconds()) < _SAME_PRESS


_SAME_PRESS = 60


async def unmute(database: Database, some: Sequence[Muting], by: str, now: datetime) -> int:
    """Take mutes back; returns how many still held.  What is open of the vendor is looked at again at once."""

    def work(connection: Connection) -> int:
        count = 0
        for vendor in sorted({one.vendor for one in some}):
            wait_for_others(connection, vendor)
        for one in some:
            count += connection.execute(_REMOVE, {"b_id": one.id, "b_by": by, "b_now": now}).rowcount
            connection.execute(_ATTEND, {"b_vendor": one.vendor, "b_now": now})
        return count

    return await database.write(work)


async def end(database: Database, now: datetime) -> int:
    """End the mutes that hold until nothing of their vendor is open, where nothing is; returns how many those are."""
    ended = await database.read(lambda connection: connection.execute(_ENDED).all())
    if not ended:
        return 0

    def work(connection: Connection) -> int:
        rows = connection.execute(_ENDED).all()
        return sum(connection.execute(_REMOVE, {"b_id": r.id, "b_by": AUTHOR, "b_now": now}).rowcount for r in rows)

    return await database.write(work)
