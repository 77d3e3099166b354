"""What a platform asks one instance to wait for, all of them wait for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from adapters.slack.pace import Pace
from bot.core.waits import Waits
from bot.errors import Busy
from bot.loops import waits
from bot.loops.waits import Sharing
from bot.store.database import Database
from bot.store.tables import NOTE
from tests.fakes import NOON, ManualClock
from tests.loops.world import until

MINUTE = timedelta(minutes=1)
UPDATE = "chat.update"


def one_of(database: Database, clock: ManualClock, crew: int = 2) -> Sharing:
    return Sharing(database, {"slack": Waits(), "discord": Waits()}, clock, clock.now, lambda: crew)


async def notes(database: Database) -> list[str]:
    return list(await database.read(lambda connection: connection.execute(select(NOTE.c.name)).scalars().all()))


async def test_others_and_whoever_begins_next_wait_too(database: Database) -> None:
    clock = ManualClock(NOON)
    first, second = one_of(database, clock), one_of(database, clock)
    Pace(clock.now, first.platforms["slack"], "T1/").close(UPDATE, MINUTE)
    await waits.told(first)
    await waits.heard(second)

    assert second.platforms["slack"].left(f"T1/{UPDATE}", NOON) == MINUTE
    assert second.platforms["slack"].left(UPDATE, NOON) is None
    assert second.platforms["discord"].until == {}


async def test_the_longest_wait_stands_whoever_was_told_last(database: Database) -> None:
    clock = ManualClock(NOON)
    first, second, third = (one_of(database, clock) for _ in range(3))
    first.platforms["discord"].ask("", NOON + 2 * MINUTE, NOON)
    second.platforms["discord"].ask("", NOON + MINUTE, NOON)
    for one in (first, second):
        await waits.told(one)
    await waits.heard(third)

    assert third.platforms["discord"].left("", NOON) == 2 * MINUTE


async def test_what_is_over_is_forgotten_and_nothing_else(database: Database) -> None:
    clock = ManualClock(NOON)
    one = one_of(database, clock)
    one.platforms["slack"].ask(UPDATE, NOON + MINUTE, NOON)
    one.platforms["slack"].ask("chat.postMessage", NOON + 3 * MINUTE, NOON)
    await waits.told(one)
    before = [name for name in await notes(database) if name.startswith("wait:")]
    clock.move(minutes=2)
    await waits.heard(one_of(database, clock))

    assert sorted(before) == ["wait:slack:chat.postMessage", "wait:slack:chat.update"]
    assert [name for name in await notes(database) if name.startswith("wait:")] == ["wait:slack:chat.postMessage"]


async def test_two_that_run_hear_of_each_other(database: Database) -> None:
    clock = ManualClock(NOON)
    first, second = one_of(database, clock), one_of(database, clock)
    tasks = [asyncio.ensure_future(waits.share(one)) for one in (first, second)]
    first.platforms["slack"].ask(UPDATE, NOON + MINUTE, NOON)

    async def waits_too() -> bool:
        clock.move(seconds=1)
        try:
            Pace(lambda: NOON, second.platforms["slack"]).spend(UPDATE, "")
        except Busy:
            return True
        return False

    await until(waits_too)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_what_was_said_by_a_clock_that_ran_ahead_is_waited_for_as_long_as_it_was_asked_for(
    database: Database,
) -> None:
    clock = ManualClock(NOON + timedelta(hours=3))
    ahead, right = one_of(database, clock), one_of(database, ManualClock(NOON))
    ahead.platforms["slack"].ask(UPDATE, clock.now() + MINUTE, clock.now())
    await waits.told(ahead)
    await waits.heard(right)

    assert right.platforms["slack"].left(UPDATE, NOON) == MINUTE
    assert [name for name in await notes(database) if name.startswith("wait:")] == []


async def test_a_clock_that_is_set_makes_nobody_wait_for_hours(database: Database) -> None:
    clock, passed = ManualClock(NOON), ManualClock(NOON)
    one = Sharing(database, {"slack": Waits()}, clock, passed.now, lambda: 2)
    Pace(passed.now, one.platforms["slack"]).close(UPDATE, MINUTE)
    await waits.told(one)
    clock.move(hours=-3)
    passed.move(seconds=20)
    await waits.heard(one)

    left = one.platforms["slack"].left(UPDATE, passed.now())
    assert left is not None
    assert left <= MINUTE
