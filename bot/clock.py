"""The time, as something that can be handed over: the real one, or one that a replay moves."""

from __future__ import annotations

import asyncio
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
