"""The forget loop: what is older than it is to be kept goes, hour by hour, however much that is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core.audit import CameOf, Deed
from bot.core.wanted import Wanted
from bot.loops.forget import PAUSE, Forgetting, forget, forget_old
from bot.store import audit
from bot.store.audit import AT_ONCE, Signature
from bot.store.database import Database
from bot.store.tables import AUDIT
from tests.fakes import ManualClock

ROW = {column.name: "" for column in AUDIT.c if column.name != "id"} | {"came_of": "done"}


async def test_what_is_old_goes_when_its_time_has_come(database: Database) -> None:
    clock = ManualClock()
    one = Deed(at=clock.now(), person="slack:U1", name="lead", platform="slack", action="ack", command="ack")
    await audit.note(database, Signature(one), CameOf.DONE, "")
    loop = asyncio.create_task(forget(Forgetting(database, timedelta(days=400), clock)))

    assert await clock.until_someone_sleeps() == PAUSE
    assert len(await audit.deeds(database, Wanted(), None)) == 1
    clock.move(days=400, hours=1)
    await clock.until_someone_sleeps()
    loop.cancel()

    assert await audit.deeds(database, Wanted(), None) == ()


async def test_a_great_many_go_in_several_transactions(database: Database) -> None:
    clock = ManualClock()
    old = clock.now() - timedelta(days=2)
    rows = [{**ROW, "request": str(number), "at": old} for number in range(AT_ONCE + 1)]
    await database.write(lambda connection: connection.execute(AUDIT.insert(), rows))

    forgetting = asyncio.create_task(forget_old(Forgetting(database, timedelta(days=1), clock)))
    clock.move(seconds=(await clock.until_someone_sleeps()).total_seconds())

    assert await forgetting == AT_ONCE + 1
