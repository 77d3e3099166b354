"""The machine's clock, how far a test has moved it, and the ids that carry its time.

https://docs.discord.com/developers/reference#snowflakes
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.clock import SystemClock

EPOCH = 1_420_070_400_000


class LocalClock:
    """Tells the time of the local Discord, which need not be ours."""

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._ahead = timedelta()
        self._stopped: datetime | None = None
        self._numbers: Iterator[int] = itertools.count()

    def now(self) -> datetime:
        return (self._stopped or self._machine.now()) + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def stops(self) -> None:
        """Let no time pass any more, but for jumps."""
        self._stopped = self._machine.now()

    def jumps(self, seconds: float) -> None:
        """Let that much time pass at once; less than nothing sets the clock back."""
        self._ahead += timedelta(seconds=seconds)

    def snowflake(self) -> str:
        """Return a new id of now."""
        return str(snowflake(self.now()) + next(self._numbers) % (1 << 22))


def snowflake(moment: datetime) -> int:
    """Return the least id of a moment."""
    return (int(moment.timestamp() * 1_000) - EPOCH) << 22


def moment_of(snowflake_: str) -> datetime:
    return datetime.fromtimestamp(((int(snowflake_) >> 22) + EPOCH) / 1_000, UTC)


def iso(moment: datetime) -> str:
    """Return a moment as Discord writes it: microseconds and an offset."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
