"""What `make chaos` says in the end, and ends with."""

from __future__ import annotations

from argparse import Namespace

import pytest

from tests.chaos.__main__ import verdict, wanted_of


def test_days_that_all_went_well_end_with_0() -> None:
    assert verdict([True, True], 2) == (0, "2 of 2 days: 2 passed, 0 failed")


def test_a_day_that_ended_badly_ends_with_1_however_many_were_asked_for() -> None:
    assert verdict([True, False], 50) == (1, "2 of 50 days: 1 passed, 1 failed")


def test_too_few_days_end_with_3() -> None:
    said = "7 of 50 days: 7 passed, 0 failed; time was over before there were as many as asked for"

    assert verdict([True] * 7, 50) == (3, said)


def test_whoever_asks_for_time_alone_has_what_there_was_time_for() -> None:
    assert verdict([True] * 7, None) == (0, "7 days: 7 passed, 0 failed")
    assert verdict([], None)[0] == 3


@pytest.mark.parametrize(
    ("rounds", "minutes", "seed", "wanted"),
    [(None, None, None, 10), (50, 20.0, None, 50), (None, 20.0, None, None), (None, 20.0, 4711, 1)],
)
def test_so_many_days_are_asked_for(
    rounds: int | None, minutes: float | None, seed: int | None, wanted: int | None
) -> None:
    assert wanted_of(Namespace(rounds=rounds, minutes=minutes, seed=seed)) == wanted
