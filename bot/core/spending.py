"""What checks that cost something have cost on a day, and when that is enough.  Days are those of UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.model import Ceiling, Spent

_REACHED = "its daily ceiling of "
_SMALL = 0.01


@dataclass(frozen=True, slots=True)
class Day:
    """What the checks of one probe have cost on one day, or one check of that day."""

    date: date
    spent: Spent = field(default_factory=Spent)

    def at(self, moment: datetime) -> Spent:
        """Return what is spent on the day of `moment`: on another day it is another sum, which begins at nothing."""
        return self.spent if day_of(moment) == self.date else Spent()


def day_of(moment: datetime) -> date:
    """Return the day that a moment is on."""
    return moment.astimezone(UTC).date()


def reached(ceiling: Ceiling, spent: Spent, most: Spent) -> str:
    """Say that a check that may cost as much as `most` has to wait for another day; nothing if it has not."""
    if spent.checks >= ceiling.checks:
        return f"{_REACHED}{ceiling.checks:,} checks is reached; it checks again at 00:00 UTC"
    if ceiling.money is not None and spent.money + most.money > ceiling.money:
        return f"{_REACHED}{amount(ceiling.money)} is reached; it checks again at 00:00 UTC"
    return ""


def is_reached(reason: str) -> bool:
    """Whether it is this for which a probe does not check."""
    return reason.startswith(_REACHED)


def so_far(spent: Spent, ceiling: Ceiling) -> str:
    """Say what a day has cost, and what of it may be: `2,880 checks, 0.06 of 0.50`."""
    word = "check" if spent.checks == 1 else "checks"
    if ceiling.money is not None:
        return f"{spent.checks:,} {word}, {amount(spent.money)} of {amount(ceiling.money)}"
    counted = f"{spent.checks:,} of {ceiling.checks:,} checks"
    return f"{counted}, {amount(spent.money)}" if spent.money else counted


def amount(money: float) -> str:
    """Write a sum, in cents and hundredths of them; smaller ones are not nothing either."""
    if 0 < money < _SMALL:
        return f"{Decimal(f'{money:.2g}'):f}"
    whole, _, parts = f"{money:.4f}".partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"
