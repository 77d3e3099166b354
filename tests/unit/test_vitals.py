"""Whether Sitrep is well: which loop hangs, which crashes again and again, what is missing before it does its work."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.loops.supervise import WELL, Crashes
from bot.vitals import Pace, Turns, Vitals
from tests.fakes import NOON, ManualClock


class Watch:
    """A clock that nobody can set but the test."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


async def answers() -> bool:
    return True


def vitals(watch: Watch, **more: object) -> Vitals:
    found = Vitals(answers, Turns(watch))
    for name, value in more.items():
        setattr(found, name, value)
    return found


def test_a_loop_that_does_not_come_back_hangs_and_one_that_sleeps_long_does_not() -> None:
    watch = Watch()
    well = vitals(watch)
    well.turns.turned("watch")
    well.turns.turned("forget", timedelta(hours=1))

    watch.seconds += 600

    assert well.ills() == ("the loop watch hangs: it is 600 s late",)
    well.turns.turned("watch")
    assert well.ills() == ()


async def test_whoever_sleeps_by_its_pace_turns() -> None:
    watch, clock = Watch(), ManualClock()
    turns = Turns(watch)
    pace = Pace(clock, turns, "heed")

    sleeping = asyncio.create_task(pace.sleep(timedelta(minutes=10)))
    await clock.until_someone_sleeps()
    watch.seconds += 600 + 179
    still = list(turns.late())
    watch.seconds += 2

    assert still == []
    assert [name for name, _ in turns.late()] == ["heed"]
    assert pace.now() == clock.now()
    sleeping.cancel()


def test_a_loop_that_crashes_again_and_again_is_told_until_it_has_run_for_a_while() -> None:
    crashes = Crashes()
    for in_a_row in (1, 2, 3):
        crashes.add("own", in_a_row, NOON)
    crashes.add("heed", 2, NOON)
    well = vitals(Watch(), crashed=lambda: crashes.repeated(NOON))

    assert well.ills() == ("the loop own crashes again and again, 3 times in a row",)
    assert crashes.repeated(NOON + 2 * WELL) == {}
    assert crashes.counts == {"own": 3, "heed": 1}


async def test_it_is_ready_when_its_loops_have_begun_its_database_answers_and_its_platforms_are_connected() -> None:
    well = vitals(Watch(), platforms=lambda: ("Slack hears nobody: HTTP 503",))

    assert await well.lacks() == (
        "the loop watch has not begun yet",
        "the loop deliver has not begun yet",
        "Slack hears nobody: HTTP 503",
    )
    for loop in ("watch", "deliver"):
        well.turns.turned(loop)
    well.platforms = tuple
    assert await well.lacks() == ()


async def test_a_database_that_does_not_answer_is_told() -> None:
    async def no() -> bool:
        return False

    well = vitals(Watch(), answers=no, expected=())

    assert await well.lacks() == ("the database does not answer, or is not brought up to date",)


async def test_whoever_is_stopping_is_not_ready_at_once_and_is_still_alive() -> None:
    well = vitals(Watch(), stopping=True)

    assert await well.lacks() == ("stopping: what is under way is being finished",)
    assert well.ills() == ()


async def test_a_database_that_keeps_nothing_is_no_ill_that_a_restart_would_mend_and_still_nothing_is_done() -> None:
    well = vitals(Watch(), refused=lambda: "the disk is full: make room", expected=())

    assert well.ills() == ()
    assert well.waits() == ("nothing can be written: the disk is full: make room",)
    assert await well.lacks() == well.waits()
