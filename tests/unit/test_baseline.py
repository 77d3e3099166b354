"""What is usual for a probe is learnt from its own passes, and what is slow is told against that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.baseline import Baseline, kept, learnt, limit, seconds, slow
from tests.unit.build import at


def taught(latencies: Iterable[float], every: float = 0.5) -> tuple[Baseline, datetime]:
    """Return what is learnt from answers, one every half minute, and when the last of them came."""
    baseline, now = Baseline(), at(0)
    for number, latency in enumerate(latencies):
        now = at(number * every)
        baseline = learnt(baseline, timedelta(seconds=latency), now)
    return baseline, now


@given(st.lists(st.floats(0.002, 60), min_size=1, max_size=200))
def test_the_usual_is_the_middle_one_within_a_quarter(latencies: list[float]) -> None:
    baseline, _ = taught(latencies)
    usual, middle = baseline.quantile(0.5), median(latencies)

    assert usual is not None
    assert sorted(latencies)[(len(latencies) - 1) // 2] / 1.26 <= usual <= sorted(latencies)[len(latencies) // 2] * 1.26
    assert middle > 0


def test_nothing_is_slow_before_enough_is_known() -> None:
    little, now = taught([0.6] * 20)

    assert limit(little, 3, now) is None
    assert slow(little, (9, 9, 9), 3, now) is None


def test_several_times_the_usual_is_slow_by_the_middle_of_the_last_few() -> None:
    baseline, now = taught([0.6] * 60)

    assert slow(baseline, (4.0, 0.6, 4.2), 3, now) is not None
    assert slow(baseline, (0.6, 0.6, 30.0), 3, now) is None
    found = slow(baseline, (4.2, 4.2, 4.2), 3, now)
    assert found is not None
    assert found.now == 4.2
    assert found.usual == pytest.approx(0.6, rel=0.25)


def test_nobody_minds_three_times_next_to_nothing() -> None:
    baseline, now = taught([0.02] * 60)

    assert slow(baseline, (0.4, 0.4, 0.4), 3, now) is None
    assert slow(baseline, (0.6, 0.6, 0.6), 3, now) is not None


def test_what_is_old_counts_less_and_is_forgotten() -> None:
    baseline, now = taught([0.6] * 60)

    assert baseline.weight(now) == pytest.approx(60, abs=3)
    assert baseline.weight(now + timedelta(hours=8)) == pytest.approx(30, abs=2)
    assert limit(baseline, 3, now + timedelta(hours=24)) is None


def test_another_pace_becomes_the_usual_once_the_old_one_is_forgotten() -> None:
    # A day at one pace, and a day at another.
    baseline, _ = taught([0.1] * 288 + [2.0] * 288, every=5)

    usual = baseline.quantile(0.5)
    assert usual is not None
    assert usual > 1.5


def test_it_takes_a_few_numbers_however_much_was_seen() -> None:
    baseline, _ = taught([0.05 * (1 + number % 40) for number in range(5000)])

    assert len(baseline.buckets) < 30


def test_the_last_few_are_kept() -> None:
    assert kept((1.0, 2.0, 3.0), timedelta(seconds=4)) == (2.0, 3.0, 4.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0001, "1 ms"),
        (0.045, "45 ms"),
        (0.0994, "99 ms"),
        (0.6, "0.6 s"),
        (4.24, "4.2 s"),
        (9.96, "10 s"),
        (61, "61 s"),
    ],
)
def test_a_latency_reads_as_a_person_would_say_it(value: float, text: str) -> None:
    assert seconds(value) == text
