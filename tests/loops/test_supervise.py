from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.core.backoff import LOOP
from bot.loops.supervise import WELL, Crashes, supervise
from tests.fakes import ManualClock


class Supervised:
    """A loop under supervision: `ends` says what each of its runs does, the last one for ever."""

    def __init__(self, *ends: Callable[[], Awaitable[None]]) -> None:
        self.clock = ManualClock()
        self.crashes = Crashes()
        self.runs = 0
        self.ends = ends
        self.task = asyncio.create_task(
            supervise("watch", self._loop, clock=self.clock, chance=lambda: 1.0, crashes=self.crashes)
        )

    async def _loop(self) -> None:
        self.runs += 1
        await self.ends[min(self.runs, len(self.ends)) - 1]()

    async def waits(self, times: int) -> list[timedelta]:
        """Return how long it waits before each of its next starts."""
        spans = []
        for _ in range(times):
            span = await self.clock.until_someone_sleeps()
            spans.append(span)
            self.clock.move(seconds=span.total_seconds())
            await asyncio.sleep(0)
        return spans


async def crash() -> None:
    raise LookupError("nobody thought of this")


async def end() -> None:
    return


async def for_ever() -> None:
    await asyncio.Event().wait()


async def stopped(supervised: Supervised) -> None:
    supervised.task.cancel()
    await asyncio.wait([supervised.task])


async def test_a_loop_that_crashes_is_started_anew_after_growing_waits() -> None:
    supervised = Supervised(crash)

    waits = await supervised.waits(8)
    await stopped(supervised)

    assert [wait.total_seconds() for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert supervised.runs == 9


async def test_a_crash_is_logged_with_its_cause_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    supervised = Supervised(crash, crash, for_ever)
    await supervised.waits(2)
    await stopped(supervised)

    assert supervised.crashes.counts == {"watch": 2}
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert all("loop=watch" in record.getMessage() for record in caplog.records)
    assert "nobody thought of this" in caplog.text


async def test_a_loop_that_ends_should_not_have_and_is_started_anew(caplog: pytest.LogCaptureFixture) -> None:
    supervised = Supervised(end, for_ever)
    await supervised.waits(1)
    await stopped(supervised)

    assert supervised.runs == 2
    assert "loop ended loop=watch" in caplog.text
    assert supervised.crashes.counts == {"watch": 1}


async def test_a_loop_that_was_well_for_long_begins_with_the_shortest_wait_again() -> None:
    async def well_and_then_not() -> None:
        supervised.clock.move(seconds=WELL.total_seconds())
        raise LookupError

    supervised = Supervised(crash, crash, crash, well_and_then_not, crash)

    waits = await supervised.waits(5)
    await stopped(supervised)

    assert [wait.total_seconds() for wait in waits] == [1, 2, 4, 1, 2]


async def test_a_loop_that_is_told_to_stop_stops(caplog: pytest.LogCaptureFixture) -> None:
    supervised = Supervised(for_ever)
    await asyncio.sleep(0)

    await stopped(supervised)

    assert supervised.task.cancelled()
    assert supervised.crashes.counts == {}
    assert caplog.records == []


def test_waits_never_grow_beyond_a_minute() -> None:
    assert LOOP.delay(1_000, 1.0) == timedelta(minutes=1)


async def test_a_loop_that_fails_while_it_is_stopped_is_not_started_anew() -> None:
    clock, crashes = ManualClock(), Crashes()
    started = asyncio.Event()

    async def loop() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("the disk is full")

    task = asyncio.create_task(supervise("loop", loop, clock=clock, chance=lambda: 0.5, crashes=crashes))
    await started.wait()
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(task, return_exceptions=True)

    assert task.done()
    assert crashes.counts == {}
