"""How often something may be done, and when it is whose turn; nothing waits here, who must wait is told how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


def alone() -> int:
    """Say that nobody shares them."""
    return 1


@dataclass(slots=True)
class Turns:
    """One turn in `every`, `burst` of them at once after a rest.

    Who must wait stands in line, and is told when its turn comes; the urgent have a line of their own, which begins at
    the next free moment.  `full_at` is when the whole burst is free again.
    """

    every: timedelta
    burst: int
    full_at: datetime
    promised: datetime
    promised_urgent: datetime

    @classmethod
    def starting(cls, now: datetime, *, every: timedelta, burst: int) -> Turns:
        """Return a rested one."""
        return cls(every, burst, now, now, now)

    def shared(self, every: timedelta, burst: int, crew: int) -> Turns:
        """Return the same as one of `crew` that have all these turns together: each has its part of them."""
        self.every, self.burst = every * crew, max(burst // crew, 1)
        return self

    def take(self, now: datetime, *, urgent: bool = False) -> timedelta | None:
        """Use a turn and return None, or return how long to wait for one."""
        self.full_at = max(self.full_at, now)
        free_at = self.full_at - (self.burst - 1) * self.every
        if free_at <= now:
            self.full_at += self.every
            return None
        if urgent:
            self.promised_urgent = moment = max(self.promised_urgent, free_at - self.every) + self.every
        else:
            self.promised = moment = max(self.promised, free_at - self.every) + self.every
        return moment - now

    def is_idle(self, now: datetime) -> bool:
        """Whether nothing of the past matters any more."""
        return max(self.full_at, self.promised, self.promised_urgent) <= now
