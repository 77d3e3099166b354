"""What a day has cost: how it is said, when it is enough, and that another day begins at nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.core.spending import Day, amount, day_of, is_reached, reached, so_far
from bot.model import Ceiling, Spent
from tests.unit.build import at

MONEY = Ceiling(checks=5000, money=0.5)
COUNT = Ceiling(checks=5000)
CENT = Spent(checks=1, money=0.01)


def test_a_day_is_one_of_utc_wherever_the_moment_was_told() -> None:
    there = timezone(timedelta(hours=9))

    assert day_of(datetime(2026, 3, 2, 8, tzinfo=there)) == date(2026, 3, 1)
    assert day_of(datetime(2026, 3, 2, tzinfo=UTC)) == date(2026, 3, 2)


def test_on_another_day_nothing_is_spent_yet() -> None:
    day = Day(day_of(at(0)), CENT)

    assert day.at(at(11 * 60)) == CENT
    assert day.at(at(12 * 60)) == Spent()


@pytest.mark.parametrize(
    ("ceiling", "spent", "said"),
    [
        (MONEY, Spent(checks=2880, money=0.06), "2,880 checks, 0.06 of 0.50"),
        (MONEY, CENT, "1 check, 0.01 of 0.50"),
        (COUNT, Spent(checks=2880), "2,880 of 5,000 checks"),
        (COUNT, Spent(checks=1, money=0.3), "1 of 5,000 checks, 0.30"),
    ],
)
def test_what_is_spent_is_said_with_what_may_be(ceiling: Ceiling, spent: Spent, said: str) -> None:
    assert so_far(spent, ceiling) == said


@pytest.mark.parametrize(
    ("ceiling", "spent", "what"),
    [
        (MONEY, Spent(checks=9, money=0.491), "0.50"),
        (MONEY, Spent(checks=5000, money=0.1), "5,000 checks"),
        (COUNT, Spent(checks=5000), "5,000 checks"),
    ],
)
def test_a_ceiling_is_reached_when_one_more_check_could_pass_it(ceiling: Ceiling, spent: Spent, what: str) -> None:
    said = reached(ceiling, spent, CENT)

    assert said == f"its daily ceiling of {what} is reached; it checks again at 00:00 UTC"
    assert is_reached(said)


def test_what_fits_exactly_is_allowed() -> None:
    assert reached(MONEY, Spent(checks=4999, money=0.49), CENT) == ""
    assert not is_reached("can not tell: the key was refused (HTTP 401)")


@pytest.mark.parametrize(("money", "said"), [(0.0, "0.00"), (0.00007, "0.00007"), (0.5, "0.50"), (12.3456, "12.3456")])
def test_small_sums_are_not_nothing(money: float, said: str) -> None:
    assert amount(money) == said
