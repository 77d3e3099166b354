"""A probe that fails again and again for a short time: told once, and counted as one trouble."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.confirm import Streak
from bot.core.spans import duration

SO_MANY = 3
WITHIN = timedelta(minutes=30)
# Well for so long, it is over.
WELL = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaps:
    """When the last troubles began.  `count` is how many they are since `since`, once they are counted as one."""

    starts: tuple[datetime, ...] = ()
    count: int = 0
    since: datetime | None = None

    @property
    def is_flapping(self) -> bool:
        """Whether they are counted as one."""
        return self.count > 0


def begun(flaps: Flaps, since: datetime) -> Flaps:
    """Return the flaps once one more trouble, which began at `since`, is confirmed."""
    if flaps.is_flapping:
        return replace(flaps, count=flaps.count + 1)
    starts = (*(start for start in flaps.starts if since - start <= WITHIN), since)[-SO_MANY:]
    if len(starts) < SO_MANY:
        return Flaps(starts=starts)
    return Flaps(starts=starts, count=len(starts), since=starts[0])


def is_over(flaps: Flaps, streak: Streak, now: datetime) -> bool:
    """Whether a probe that flapped has been well for long enough."""
    well = not streak.is_failing and not streak.failures and streak.until is not None
    return flaps.is_flapping and well and streak.until is not None and now - streak.until >= WELL


def words(flaps: Flaps, now: datetime) -> str:
    """Return how it is told."""
    return f"Flapping: failed {_how_often(flaps, now)}; counted as one until it is well for {duration(WELL)}."


def last_words(flaps: Flaps, until: datetime) -> str:
    """Return how its end is told."""
    return f"Well for {duration(WELL)}. It failed {_how_often(flaps, until)}."


def _how_often(flaps: Flaps, until: datetime) -> str:
    return f"{flaps.count} times within {duration(until - (flaps.since or until))}"
