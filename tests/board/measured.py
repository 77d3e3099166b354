"""What was measured and what was missed in months of watching, as rows: probes by the minute and the hour, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.core.keeping import MINUTES as BY_THE_MINUTE
from bot.core.keeping import RECORD as KEPT
from tests.board.copies import Copier, Row
from tests.board.vendor import Vendor

REASONS = ("HTTP 503", "no answer within 10 s", "HTTP 200, but HTML instead of JSON", "the name is not known")


def gaps(keys: Sequence[str], count: int, days: int, now: datetime, dice: Random) -> Iterator[Row]:
    for _ in range(count):
        began = now - timedelta(hours=1) - timedelta(days=days) * dice.random()
        lasted = timedelta(minutes=2 + dice.expovariate(1 / 25))
        ended = min(began + lasted, now - timedelta(minutes=30))
        yield {"source": dice.choice(keys), "began_at": began, "ended_at": ended, "reason": dice.choice(REASONS)}


def states(copier: Copier, witnesses: Sequence[tuple[Vendor, str]]) -> list[Row]:
    """Return what is remembered of probes, as of the one in that story."""
    found = [row for vendor, _ in witnesses for _, row in copier.copies(vendor, timedelta(), 0, "probe")]
    return [{**row, "fence": 0} for row in found]


def minutes(keys: Sequence[str], now: datetime, dice: Random) -> Iterator[Row]:
    """Return what the checks of each probe came to: by the minute for two days, by the hour before that."""
    minute = now.replace(second=0, microsecond=0)
    fine = int(BY_THE_MINUTE / timedelta(minutes=1))
    by_minute = [(minute - timedelta(minutes=n), 2) for n in range(fine, 0, -1)]
    hour = (minute - BY_THE_MINUTE).replace(minute=0)
    by_hour = [(hour - timedelta(hours=n), 120) for n in range(int((KEPT - BY_THE_MINUTE) / timedelta(hours=1)), 0, -1)]
    for key in keys:
        usual = 0.08 + 0.3 * dice.random()
        for at, checks in (*by_hour, *by_minute):
            bad = dice.random() < 0.004
            failures = dice.randint(1, checks) if bad else 0
            took = usual * (0.9 + 0.3 * dice.random())
            passed = checks - failures
            yield {
                "source": key, "minute": at, "checks": checks, "failures": failures, "slow": 0,
                "latency": took * passed, "slowest": took * 1.6 if passed else 0.0,
            }  # fmt: skip
