"""Steps that may reach a chat late: expected as soon as they are done again, and looked for until nobody need wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.model import Intent
from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.tables import LATECOMER

# After so long others have looked for it and done it anew; what comes after the last is not looked for.
LOOKS = (timedelta(seconds=20), timedelta(minutes=3))
# Whoever looks has this long for it, before another one does.
_LOOKING = timedelta(minutes=1)
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Expected:
    """A step that may arrive late, by what was known of its announcement when it was done again, `at` that instant."""

    announcement: int
    generation: int
    step: Intent
    at: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """A step that is to be looked for now, and `looks` times more; this is try number `tries` of this time."""

    announcement: int
    step: Intent
    generation: int
    looks: int
    tries: int


def expect(connection: Connection, steps: Sequence[Expected]) -> None:
    """Have steps looked for; one that is expected already is waited for anew."""
    if not steps:
        return
    put = insert_into(connection.dialect.name, LATECOMER)
    again = {name: put.excluded[name] for name in ("generation", "step", "look_at", "looks", "tries")}
    rows = [
        {
            "announcement": one.announcement,
            "key": one.step.key,
            "generation": one.generation,
            "step": codec.INTENT.dump(one.step),
            "look_at": one.at + LOOKS[0],
            "looks": len(LOOKS) - 1,
            "tries": 0,
        }
        for one in sorted(steps, key=lambda one: (one.announcement, one.step.key))
    ]
    connection.execute(put.on_conflict_do_update(index_elements=["announcement", "key"], set_=again), rows)


async def claim(database: Database, now: datetime) -> tuple[Late, ...]:
    """Return those whose time has come, the longest due first; for a minute they are nobody else's."""
    due = {"b_now": now}
    if await database.read(lambda connection: connection.execute(_ANY, due).first()) is None:
        return ()

    def work(connection: Connection) -> tuple[Late, ...]:
        rows = connection.execute(_DUE, due).mappings().all()
        found = tuple(
            Late(
                announcement=row["announcement"],
                step=codec.INTENT.load(row["step"]),
                generation=row["generation"],
                looks=row["looks"],
                tries=row["tries"] + 1,
            )
            for row in rows
        )
        if found:
            connection.execute(_TAKEN, [{**_which(late), "b_until": now + _LOOKING} for late in found])
        return found

    return await database.write(work)


async def looked(database: Database, late: Late, now: datetime) -> None:
    """Note that it was looked for: the next time is later, or there is none."""
    if not late.looks:
        await give_up(database, late)
        return
    then = {"b_until": now + LOOKS[-1] - LOOKS[0], "b_looks": late.looks - 1}
    await database.write(lambda connection: connection.execute(_LATER, {**_which(late), **then}))


async def put_off(database: Database, late: Late, until: datetime) -> None:
    """Look for it again then: nothing could be seen yet."""
    await database.write(lambda connection: connection.execute(_PUT_OFF, {**_which(late), "b_until": until}))


async def give_up(database: Database, late: Late) -> None:
    """Look for it no more."""
    await database.write(lambda connection: connection.execute(_OVER, _which(late)))


def _which(late: Late) -> dict[str, Any]:
    """Return what tells one from all others, and from itself if it is waited for anew or another one looks for it."""
    return {"b_announcement": late.announcement, "b_key": late.step.key, "b_tries": late.tries}


_NOW = bindparam("b_now", type_=LATECOMER.c.look_at.type)
_UNTIL = bindparam("b_until", type_=LATECOMER.c.look_at.type)
_ANY = select(LATECOMER.c.key).where(LATECOMER.c.look_at <= _NOW).limit(1)
_DUE = (
    select(*LATECOMER.c)
    .where(LATECOMER.c.look_at <= _NOW)
    .order_by(LATECOMER.c.look_at, LATECOMER.c.announcement, LATECOMER.c.key)
    .limit(_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_THAT = (LATECOMER.c.announcement == bindparam("b_announcement"), LATECOMER.c.key == bindparam("b_key"))
_TAKEN = update(LATECOMER).where(*_THAT).values(look_at=_UNTIL, tries=bindparam("b_tries"))
_THIS = (*_THAT, LATECOMER.c.tries == bindparam("b_tries"))
_PUT_OFF = update(LATECOMER).where(*_THIS).values(look_at=_UNTIL)
_LATER = update(LATECOMER).where(*_THIS).values(look_at=_UNTIL, looks=bindparam("b_looks"), tries=0)
_OVER = delete(LATECOMER).where(*_THIS)
