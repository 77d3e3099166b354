"""N failures in a row open a trouble, M passes in a row close it; it began with the first of them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.confirm import Streak, Threshold, confirm
from bot.model import Fault, ProbeResult
from tests.unit.build import at

THREE_AND_TWO = Threshold(fail_after=3, pass_after=2)


def after(results: str, threshold: Threshold = THREE_AND_TWO) -> Streak:
    """Return what results, one a minute, amount to: `x` failed, `.` passed."""
    streak = Streak()
    for minute, result in enumerate(results):
        streak = confirm(streak, ProbeResult(ok=result == ".", at=at(minute), reason="refused"), threshold)
    return streak


def test_failures_in_a_row_are_trouble_since_the_first_of_them() -> None:
    assert not after(".xx").is_failing
    assert after(".xxx").is_failing
    assert after(".xxx").since == at(1)


def test_passes_in_a_row_end_it_with_the_first_of_them() -> None:
    assert after("xxx.").is_failing
    assert not after("xxx..").is_failing
    assert after("xxx..").until == at(3)


def test_a_probe_that_flaps_below_the_thresholds_opens_nothing() -> None:
    assert after("xx.xx.xx.xx.").since is None


def test_a_single_pass_in_between_ends_nothing() -> None:
    assert after("xxx.x.x.").is_failing


def test_a_second_trouble_is_another_one() -> None:
    assert after("xxx..xxx").since == at(5)


@given(st.text("x.", max_size=40), st.integers(1, 4), st.integers(1, 4))
def test_trouble_is_what_the_last_long_run_says(results: str, fail_after: int, pass_after: int) -> None:
    failing = False
    run = 0
    for number, result in enumerate(results):
        run = run + 1 if number and results[number - 1] == result else 1
        if run >= (fail_after if result == "x" else pass_after):
            failing = result == "x"

    assert after(results, Threshold(fail_after, pass_after)).is_failing is failing


def test_what_stands_in_our_own_way_neither_opens_nor_closes() -> None:
    failed = ProbeResult(ok=False, at=at(1), fault=Fault.SERVER)
    refused = ProbeResult(ok=False, at=at(2), fault=Fault.KEY)
    once = confirm(Streak(), failed, THREE_AND_TWO)

    assert confirm(once, refused, THREE_AND_TWO) == once
    assert confirm(after("xxx."), refused, THREE_AND_TWO) == after("xxx.")


def test_failures_that_nobody_saw_the_time_between_are_not_in_a_row() -> None:
    twice = after("xx")
    hours_later = twice.at + timedelta(hours=2) if twice.at else at(0)

    streak = confirm(twice, ProbeResult(ok=False, at=hours_later), THREE_AND_TWO)

    assert not streak.is_failing
    assert streak.first_failure == hours_later


def test_it_is_an_open_question_until_it_is_confirmed_or_passed() -> None:
    asked = {results: after(results).is_open_question for results in (".", "x", "xx", "xxx", "xxx.", "xxx.x", "xxx..")}

    assert asked == {".": False, "x": True, "xx": True, "xxx": False, "xxx.": True, "xxx.x": False, "xxx..": False}
