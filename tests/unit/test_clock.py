"""What time it is, when somebody sets the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import pytest

from bot import clock as clock_module
from bot.clock import AgreedClock, elapsing
from tests.fakes import NOON

HOURS = timedelta(hours=3)


@dataclass
class Machine:
    """A machine with a clock that can be set, and one that can not."""

    wrong: timedelta = timedelta()
    passed: float = 0.0

    def passes(self, seconds: float, looks: Callable[[], object] = lambda: None) -> None:
        for _ in range(int(seconds)):
            self.passed += 1
            looks()

    @property
    def true(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    here = Machine()

    class Told(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one
            del tz
            return here.true + here.wrong

    monkeypatch.setattr(clock_module, "datetime", Told)
    monkeypatch.setattr(clock_module, "steady", lambda: here.passed)
    return here


def test_what_elapses_does_so_whoever_sets_the_clock(machine: Machine) -> None:
    before = elapsing()
    machine.wrong = -HOURS
    machine.passes(50)

    assert elapsing() - before == timedelta(seconds=50)


@pytest.mark.parametrize("by", [HOURS, -HOURS, timedelta(days=90), -timedelta(days=90)])
def test_a_clock_that_is_set_and_set_back_is_never_believed(machine: Machine, by: timedelta) -> None:
    clock = AgreedClock()
    clock.doubt()
    machine.wrong = by
    machine.passes(50, clock.doubt)
    meanwhile = clock.now()
    machine.wrong = timedelta()
    machine.passes(120, clock.doubt)

    assert meanwhile == NOON + timedelta(seconds=50)
    assert clock.now() == machine.true
    assert not clock.is_in_doubt


def test_a_clock_that_stays_set_is_believed_after_a_minute_and_not_before(machine: Machine) -> None:
    clock, found = AgreedClock(), list[timedelta | None]()
    clock.doubt()
    machine.wrong = HOURS
    machine.passes(70, lambda: found.append(clock.doubt()))
    before = clock.now()
    clock.believe()

    assert found[:60] == [None] * 60
    assert found[60:] == [HOURS] * 10
    assert before == machine.true
    assert clock.now() == machine.true + HOURS


def test_a_clock_that_is_set_before_anybody_has_looked_at_it_is_not_believed_either(machine: Machine) -> None:
    clock = AgreedClock()
    machine.wrong = timedelta(days=90)
    first = clock.doubt()
    machine.passes(50, clock.doubt)

    assert first is None
    assert clock.is_in_doubt
    assert clock.now() == machine.true


def test_what_is_told_first_is_the_difference_of_two_clocks_and_nothing_was_set(machine: Machine) -> None:
    clock = AgreedClock()
    machine.passes(10)

    assert clock.agree(NOON - HOURS, machine.passed, machine.passed) == timedelta()
    assert clock.now() == NOON - HOURS


def test_a_clock_that_is_set_again_and_again_is_waited_for(machine: Machine) -> None:
    clock, found = AgreedClock(), list[timedelta | None]()
    clock.doubt()
    for hours in (1, 2, 3):
        machine.wrong = timedelta(hours=hours)
        machine.passes(50, lambda: found.append(clock.doubt()))

    assert set(found) == {None}


def test_a_clock_that_is_kept_right_is_followed(machine: Machine) -> None:
    clock = AgreedClock()
    clock.doubt()
    for _ in range(10):
        machine.wrong += timedelta(seconds=1)
        machine.passes(1, clock.doubt)

    assert clock.now() == machine.true + timedelta(seconds=10)


def test_what_is_told_says_how_far_that_is_from_what_was_known(machine: Machine) -> None:
    clock = AgreedClock()
    first = clock.agree(NOON, 0, 0)
    machine.passes(10)
    second = clock.agree(NOON + HOURS + timedelta(seconds=10), machine.passed, machine.passed)

    assert (first, second) == (timedelta(), HOURS)
