"""The machine's clock, and how far a test has moved it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import SystemClock


class LocalClock:
    """Tells the time of the local Slack, which need not be ours."""

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._machine.now() + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def jumps(self, seconds: float) -> None:
        """Let that much time pass at once; less than nothing sets the clock back."""
        self._ahead += timedelta(seconds=seconds)
