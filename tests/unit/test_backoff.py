"""Waits that double, spread, end somewhere, and are never shorter than what was asked for."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.backoff import DELIVERY, Backoff, jittered, scattered

TEN_TRIES = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1), attempts=10)
chances = st.floats(0, 1)


@given(st.integers(1, 10_000), chances)
def test_a_wait_lies_between_half_and_all_of_its_step_and_never_above_the_longest(attempt: int, chance: float) -> None:
    full = min(timedelta(seconds=2 ** min(attempt - 1, 20)), TEN_TRIES.longest)

    assert full / 2 <= TEN_TRIES.delay(attempt, chance) <= full


@given(st.integers(1, 100), chances, st.integers(0, 7200))
def test_what_was_asked_for_is_waited_at_least(attempt: int, chance: float, seconds: int) -> None:
    assert TEN_TRIES.delay(attempt, chance, timedelta(seconds=seconds)) >= timedelta(seconds=seconds)


def test_the_last_try_is_the_last() -> None:
    assert not TEN_TRIES.is_over(9)
    assert TEN_TRIES.is_over(10)


def test_a_platform_that_is_down_for_a_night_is_not_given_up() -> None:
    waits = sum((DELIVERY.delay(attempt, 0) for attempt in range(1, DELIVERY.attempts)), timedelta())

    assert waits > timedelta(hours=5)


@given(chances)
def test_an_interval_is_moved_by_a_tenth_at_most(chance: float) -> None:
    assert timedelta(seconds=27) <= jittered(timedelta(seconds=30), chance) <= timedelta(seconds=33)


@given(chances)
def test_what_began_together_comes_back_at_any_time_of_its_interval(chance: float) -> None:
    assert timedelta(seconds=6) <= scattered(timedelta(seconds=30), chance) <= timedelta(seconds=30)
