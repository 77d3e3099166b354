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


# A clock that is kept right is never moved by so much at once: it was set.
SET = timedelta(seconds=5)
# One that is set, and set back soon after, was never right.
_BELIEVED_AFTER = 60.0


def steady() -> float:
    """Return the seconds of a clock that nobody can set, and that runs on while the machine is suspended."""
    return time.clock_gettime(_STEADY) if _STEADY is not None else time.monotonic()


# Python's own stands still meanwhile, on Linux: https://man7.org/linux/man-pages/man2/clock_gettime.2.html
_STEADY: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def elapsing() -> datetime:
    """Return a time that goes on as time does, whoever sets what: for spans, and for nothing that is shown or kept."""
    return _EPOCH + timedelta(seconds=steady())


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class AgreedClock:
    """The machine's own, as it was first, until somebody says what time it is; no setting of a clock moves it.

    Several instances that agree with one database agree with each other.  One that is alone agrees with its machine,
    whose clock is not believed at once when it was set.
    """

    def __init__(self) -> None:
        """Begin with the machine's own: what is set from now on is noticed."""
        self._at, self._when = datetime.now(UTC), steady()
        self._has_agreed = False
        self._doubted: tuple[timedelta, float] | None = None

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return self._at + timedelta(seconds=steady() - self._when)

    def agree(self, told: datetime, asked: float, answered: float) -> timedelta:
        """Take over a time that was told between two moments of the steady clock; returns how far that moves ours."""
        before, self._at = self._at, told.astimezone(UTC)
        moment, self._when = self._when, (asked + answered) / 2
        moved = self._at - (before + timedelta(seconds=self._when - moment))
        # At first it is the difference of two machines' clocks, and nothing was set.
        had_agreed, self._has_agreed = self._has_agreed, True
        return moved if had_agreed else timedelta()

    def doubt(self) -> timedelta | None:
        """Look at the machine's clock, and follow it; returns by how much it was set, once that is to be believed.

        As long as it is not, and until `agree`, time goes on here as if it had not been set.
        """
        told, when = datetime.now(UTC), steady()
        off = told - (self._at + timedelta(seconds=when - self._when))
        if abs(off) < SET:
            self._doubted = None
            self._at, self._when = told, when
            return None
        if self._doubted is None or abs(off - self._doubted[0]) > SET:
            self._doubted = off, when
        return off if when - self._doubted[1] >= _BELIEVED_AFTER else None

    def believe(self) -> None:
        """Take over the time of the machine's clock as it is."""
        self._at, self._when, self._doubted = datetime.now(UTC), steady(), None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the machine's clock was set a moment ago."""
        return self._doubted is not None

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
