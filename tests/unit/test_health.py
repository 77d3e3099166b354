"""When a source is looked at again, and what is remembered of looks that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import health
from bot.core.health import LONGEST_PATIENCE, Health
from tests.unit.build import NOON, at

WELL = health.seen(Health(), NOON)
FAILING = health.missed(WELL, "HTTP 503", at(1))
INTERVAL = timedelta(seconds=30)
chances = st.floats(0, 1)


def wait(
    state: Health,
    chance: float = 0.5,
    *,
    interval: timedelta = INTERVAL,
    in_trouble: bool = False,
    asked: timedelta | None = None,
    in_crowd: bool = False,
) -> timedelta:
    found = health.next_look(
        state, NOON, interval, in_trouble=in_trouble, chance=chance, asked=asked, in_crowd=in_crowd
    )
    return found - NOON


@given(chances)
def test_a_source_that_is_well_is_looked_at_in_its_interval_give_or_take_a_tenth(chance: float) -> None:
    assert INTERVAL * 0.9 <= wait(WELL, chance) <= INTERVAL * 1.1


@given(chances)
def test_one_of_a_crowd_is_looked_at_again_sooner_at_any_time_but_never_at_once(chance: float) -> None:
    assert timedelta(seconds=5) <= wait(WELL, chance, in_crowd=True) <= INTERVAL
    assert wait(WELL, chance, interval=timedelta(seconds=5), in_crowd=True) == timedelta(seconds=5)
    assert wait(FAILING, chance, in_crowd=True) == wait(FAILING, chance)


def test_trouble_never_makes_a_source_that_is_looked_at_often_be_looked_at_less() -> None:
    assert wait(WELL, interval=timedelta(seconds=5), in_trouble=True) == timedelta(seconds=5)


def test_a_cache_that_asks_for_patience_gets_it_within_reason() -> None:
    assert wait(WELL, in_trouble=True, asked=timedelta(minutes=2)) == timedelta(minutes=2)
    assert wait(WELL, asked=timedelta(days=1)) == LONGEST_PATIENCE


@given(st.integers(1, 500), chances, st.integers(0, 3600))
def test_a_server_that_says_when_to_come_back_is_left_alone_until_then(
    failures: int, chance: float, seconds: int
) -> None:
    failing = Health(failures=failures, failing_since=NOON)

    assert wait(failing, chance, asked=timedelta(seconds=seconds)) >= timedelta(seconds=seconds)


@given(st.integers(1, 500), chances)
def test_a_source_that_fails_is_never_given_up(failures: int, chance: float) -> None:
    assert timedelta(0) < wait(Health(failures=failures, failing_since=NOON), chance) <= timedelta(minutes=5)


def test_a_look_that_fails_leaves_the_last_good_one_standing() -> None:
    assert FAILING.is_stale
    assert (FAILING.first_look, FAILING.last_look, FAILING.last_try) == (NOON, NOON, at(1))


def test_a_good_look_ends_the_failing_and_keeps_the_first() -> None:
    again = health.seen(FAILING, at(2))

    assert not again.is_stale
    assert (again.first_look, again.last_look, again.failures) == (NOON, at(2), 0)


def test_one_lost_packet_is_neither_news_nor_a_gap() -> None:
    again = health.seen(FAILING, at(2))

    assert health.notice(WELL, FAILING) is None
    assert health.notice(FAILING, again) is None
    assert health.gap(FAILING, again) is None


def test_a_source_that_could_never_be_read_has_been_lost_since_the_first_try() -> None:
    never = health.missed(health.missed(Health(), "HTTP 404", at(1)), "HTTP 404", at(2))

    assert never.failing_since == at(1)
    assert health.gap(never, health.seen(never, at(5))) == health.Gap(at(1), at(5), "HTTP 404")


def test_the_reason_is_that_of_the_last_failure() -> None:
    assert health.missed(FAILING, "HTML with status 200", at(2)).failure == "HTML with status 200"


def test_a_gap_is_known_only_once_it_is_over() -> None:
    lost = health.missed(FAILING, "HTTP 503", at(2))

    assert health.gap(FAILING, lost) is None


def test_a_time_in_which_nobody_looked_is_a_gap_as_well() -> None:
    half_a_minute, an_hour = timedelta(seconds=30), timedelta(hours=1)

    late = health.seen(WELL, at(14))
    back = health.seen(WELL, at(90))

    assert health.gap(WELL, late, half_a_minute) is None
    assert health.gap(WELL, back, half_a_minute) == health.Gap(NOON, at(90), health.NOT_LOOKED)
    assert health.gap(WELL, back, an_hour) is None
    assert health.gap(FAILING, back, half_a_minute) == health.Gap(NOON, at(90), health.NOT_LOOKED)
    assert health.gap(WELL, back) is None


def test_times_are_those_that_were_handed_in() -> None:
    assert isinstance(WELL.last_look, datetime)
    assert WELL.last_look == NOON
