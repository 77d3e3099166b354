"""The soak's time leaps over waiting, and over nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event

import pytest

from tests.soak.dial import Dial
from tests.soak.judging import flat, slope
from tests.soak.program import Leaping, Loop, Seen

DAY = 86_400.0


@pytest.fixture
def dial(tmp_path: Path) -> Dial:
    Dial.begin(tmp_path / "dial")
    return Dial(tmp_path / "dial", holder=0)


def run(dial: Dial, tmp_path: Path, main: object) -> list[str]:
    with (tmp_path / "samples").open("w", encoding="utf-8") as into:
        loop = Loop(dial, Leaping(dial, Seen(dial, into)))
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(main)  # type: ignore[arg-type]  # a coroutine


def test_waiting_takes_no_time(dial: Dial, tmp_path: Path) -> None:
    async def main() -> list[str]:
        said: list[str] = []

        async def says(word: str, after: float) -> None:
            await asyncio.sleep(after)
            said.append(word)

        await asyncio.gather(says("late", 3 * DAY), says("early", DAY), says("between", 2 * DAY))
        return said

    assert run(dial, tmp_path, main()) == ["early", "between", "late"]
    assert dial.left_out > 2.9 * DAY
    assert dial.seconds() >= 3 * DAY


def test_what_is_under_way_in_a_thread_is_waited_for(dial: Dial, tmp_path: Path) -> None:
    async def main() -> list[str]:
        said: list[str] = []
        go = Event()
        asyncio.get_running_loop().call_later(0.01, go.set)

        async def works() -> None:
            await asyncio.to_thread(go.wait)
            said.append("done")

        async def sleeps() -> None:
            await asyncio.sleep(DAY)
            said.append("slept")

        await asyncio.gather(sleeps(), works())
        return said

    assert run(dial, tmp_path, main()) == ["done", "slept"]


def test_who_holds_the_time_keeps_it_from_leaping(dial: Dial, tmp_path: Path) -> None:
    other = Dial(tmp_path / "dial", holder=2)

    async def main() -> list[str]:
        with other.held():
            await asyncio.sleep(0.03)
            assert dial.left_out == 0
        await asyncio.sleep(DAY)
        return []

    run(dial, tmp_path, main())

    assert other.left_out > 0.9 * DAY
    assert abs(other.seconds() - dial.seconds()) < 60


def test_a_few_outliers_do_not_make_a_slope() -> None:
    level = [(float(hour), 100.0) for hour in range(18)]
    spiky = [(hour, 900.0 if hour in {3.0, 11.0, 17.0} else value) for hour, value in level]
    growing = [(hour, value + 2 * hour) for hour, value in level]

    assert slope(spiky) == 0
    assert flat("memory", spiky, within=0.1, unit="MiB").good
    assert not flat("memory", growing, within=0.1, unit="MiB").good
