"""A database that is away, or can not keep anything: the loops wait for it, and blame nobody."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import StoreLost, StoreRefused
from bot.loops.supervise import Crashes, supervise
from bot.loops.watch import watch
from bot.store import sources, timers
from bot.store.database import Database
from bot.vitals import Turns
from tests.fakes import ManualClock
from tests.loops.acme import incident, summary
from tests.loops.desk import Desk
from tests.loops.world import acme, until

FULL = StoreRefused("the disk is full: make room")
BEGUN = ("investigating", "Some requests fail.", 1.0)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_a_loop_that_waits_says_why_once_is_not_counted_and_not_expected_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    clock, crashes, turns, runs = ManualClock(), Crashes(), Turns(lambda: 0.0), 0
    turns.turned("watch")

    async def refused() -> None:
        nonlocal runs
        runs += 1
        raise FULL

    task = asyncio.create_task(
        supervise("watch", refused, clock=clock, chance=lambda: 1.0, crashes=crashes, waits=turns.rests)
    )
    for _ in range(5):
        await clock.until_someone_sleeps()
        clock.move(seconds=1)
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    said = [record.getMessage() for record in caplog.records]

    assert runs >= 5
    assert said == ["loop waits for the database loop=watch: DATABASE_URL: the disk is full: make room"]
    assert crashes.counts == {}
    assert "watch" not in turns.back_at


async def test_a_look_that_the_database_could_not_keep_is_no_fault_of_the_page(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        run, refusals = database.engine.run, 1

        async def refuses_once(work: object, **how: object) -> object:
            nonlocal refusals
            if refusals and "settle" in getattr(work, "__qualname__", ""):
                refusals -= 1
                raise StoreLost("DATABASE_URL: the database does not answer")
            return await run(work, **how)  # type: ignore[arg-type]  # as it was asked

        database.engine.run = refuses_once  # type: ignore[method-assign,assignment]  # a database that fails once
        task = asyncio.create_task(watch(world.watching))
        await until(lambda: _was_in_vain(caplog))
        (before,) = await sources.all_watched(database)
        await until(lambda: _goes_on(world.clock, world.watching.announced))
        task.cancel()
        await asyncio.wait([task])

        assert before.health.failures == 0
        assert (await world.incident()).title == "Errors"
        assert "look crashed" not in caplog.text


async def _was_in_vain(caplog: pytest.LogCaptureFixture) -> bool:
    return "look was in vain" in caplog.text


async def _goes_on(clock: ManualClock, announced: asyncio.Event) -> bool:
    clock.move(seconds=1)
    return announced.is_set()


async def test_what_is_under_way_is_not_begun_once_more_though_a_clock_was_set(desk: Desk) -> None:
    desk.fake.hangs_after_posting()
    await desk.opens()
    first = await desk.begins()
    await asyncio.sleep(0)
    desk.clock.move(seconds=3_600)
    second = await desk.begins()
    desk.fake.answers_again()
    await desk.settles()

    assert (first, second) == (1, 0)
    assert [call.verb for call in desk.fake.calls].count("post") == 1


async def test_a_step_that_was_begun_while_the_clock_was_wrong_is_found_all_the_same(desk: Desk) -> None:
    desk.fake.clock = ManualClock(desk.clock.now())
    desk.clock.move(hours=3)
    desk.fake.hangs_after_posting()
    await desk.opens()
    await desk.begins()
    await desk.fake.until_called(1)
    desk.clock = ManualClock(desk.fake.clock.now())
    await desk.restart()
    await timers.settle(desk.database, desk.clock.now())
    desk.fake.answers_again()
    await desk.settles()

    assert [call.verb for call in desk.fake.calls].count("post") == 1
