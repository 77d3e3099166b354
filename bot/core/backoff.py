"""When to try again.  Randomness comes in as a number between 0 and 1, so that a test can name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` to `longest`; after `attempts` tries it is over."""

    first: timedelta
    longest: timedelta
    attempts: int

    def delay(self, attempt: int, chance: float, asked: timedelta | None = None) -> timedelta:
        """Return how long to wait after failed try number `attempt` (from 1).

        The wait is spread over its upper half by `chance`, so that many that failed together do not come
        back together.  It is never shorter than what the other side `asked` for.
        """
        doublings = min(max(attempt, 1) - 1, 32)
        full: timedelta = min(self.first * float(2**doublings), self.longest)
        spread = full * (0.5 + chance / 2)
        return max(spread, asked) if asked is not None else spread

    def is_over(self, attempt: int) -> bool:
        """Whether try number `attempt` was the last one."""
        return attempt >= self.attempts


# A chat platform that is down for a night must not cost an update: about ten hours of tries.
DELIVERY = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=10), attempts=70)
# A feed that can not be read is asked less often, but never given up.
FEED = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=5), attempts=2**31)
LOOP = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1), attempts=2**31)


def jittered(interval: timedelta, chance: float) -> timedelta:
    """Return `interval` moved by up to a tenth either way."""
    return interval * (0.9 + chance / 5)


def scattered(interval: timedelta, chance: float) -> timedelta:
    """Return any part of `interval` from a fifth to the whole: what began together does not come back together."""
    return interval * (0.2 + chance * 0.8)
