"""N failures in a row open a trouble, M passes in a row close it; it began with the first of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.confirm import Streak, Threshold, confirm, snapshot_of
from bot.model import ChangeKind, ProbeResult, SourceKind, State
from tests.unit.build import ACME, at
from tests.unit.desk import Desk

PROBE = replace(ACME, key="probe:acme-api", name="acme-api", format="probe", kind=SourceKind.PROBE)
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


def test_a_probe_goes_the_way_of_every_feed() -> None:
    desk = Desk()
    looks = [
        desk.sees(snapshot_of(PROBE, after(results), at(len(results))), source=PROBE)
        for results in (".", ".xxx", ".xxxx", ".xxxx..")
    ]

    assert [look.loud for look in looks] == [
        [],
        [ChangeKind.OPENED, ChangeKind.UPDATED],
        [],
        [ChangeKind.RESOLVED],
    ]
    assert looks[1].entries[0].state is State.SUSPECTED
    assert desk.incident.started_at == at(1)
    assert desk.incident.resolved_at == at(5)


def test_a_probe_that_fails_for_ever_other_reasons_tells_the_first() -> None:
    desk, streak = Desk(), Streak()
    for minute in range(9):
        reason = f"no answer within {10 + minute} s"
        streak = confirm(streak, ProbeResult(ok=not minute, at=at(minute), reason=reason), THREE_AND_TWO)
        desk.sees(snapshot_of(PROBE, streak, at(minute)), source=PROBE)

    assert desk.kinds == [ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.WEIGHED]
    assert desk.timelines[desk.incident.id][1].text == "no answer within 13 s"
