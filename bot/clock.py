"""The time, as something that can be handed over: the real one, or one that a replay moves."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...

    async def sleep(self, span: timedelta) -> None:
        """Return when `span` has passed."""
        ...


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, span: timedelta) -> None:
        """Wait for real."""
        await asyncio.sleep(max(span.total_seconds(), 0))


class AgreedClock:
    """The machine's own, until somebody says what time it is; then theirs, which no setting of a clock moves.

    Several instances that agree with one database agree with each other.
    """

    def __init__(self) -> None:
        """Begin with the machine's own."""
        self._at: datetime | None = None
        self._when = 0.0

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        if self._at is None:
            return datetime.now(UTC)
        return self._at + timedelta(seconds=time.monotonic() - self._when)

    def agree(self, told: datetime, asked: float, answered: float) -> None:
        """Take over a time that was told between two moments of the steady clock."""
        self._at, self._when = told.astimezone(UTC), (asked + answered) / 2

    async def sleep(self, span: timedelta) -> None:
        """Wait for real."""
        await asyncio.sleep(max(span.total_seconds(), 0))


class SimulatedClock:
    """A clock that stands still until somebody sets it, and never goes back."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start`."""
        self._now = start

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move on to `moment`; an earlier one is ignored."""
        self._now = max(self._now, moment)

    async def sleep(self, span: timedelta) -> None:
        """Let the time pass at once."""
        self._now += span
        await asyncio.sleep(0)
