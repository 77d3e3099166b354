"""Keeps a loop alive: its crash is logged, counted and followed by a new start, never silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core.backoff import LOOP
from bot.errors import StoreUnavailable
from bot.gauges import CRASHES, UNCOUNTED, Gauges

log = logging.getLogger(__name__)

# A loop that ran this long was well: its next crash is its first again.
WELL = timedelta(minutes=5)
# It is asked again so soon after it was gone: others take over within seconds too.
DATABASE_PAUSE = timedelta(seconds=1)
# So many crashes in a row are no accident.
AGAIN = 3
# What is wrong for hours is said now and then: a full disk may be the one that the log is on.
_SAID_EVERY = 60.0


@dataclass(slots=True)
class Crashes:
    """How often each loop has crashed since the start, and which of them do so again and again."""

    gauges: Gauges = UNCOUNTED
    counts: dict[str, int] = field(default_factory=dict[str, int])
    last: dict[str, tuple[int, datetime]] = field(default_factory=dict[str, tuple[int, datetime]])

    def add(self, name: str, in_a_row: int = 1, at: datetime | None = None) -> None:
        """Count one more."""
        self.counts[name] = self.counts.get(name, 0) + 1
        self.gauges.count(CRASHES, "loop")
        if at is not None:
            self.last[name] = (in_a_row, at)

    def repeated(self, now: datetime) -> dict[str, int]:
        """Return the loops that do not come to run, and how often each has crashed in a row."""
        found = ((name, in_a_row) for name, (in_a_row, at) in sorted(self.last.items()) if now - at < 2 * WELL)
        return {name: in_a_row for name, in_a_row in found if in_a_row >= AGAIN}


@dataclass(slots=True)
class Wait:
    """What is said while something waits for the database: why, at once, and once a minute if that stays the same."""

    what: str
    said: str = ""
    again_at: float = 0.0

    def tell(self, reason: str) -> None:
        now = asyncio.get_running_loop().time()
        if reason != self.said or now >= self.again_at:
            log.warning("%s: %s", self.what, reason)
            self.said, self.again_at = reason, now + _SAID_EVERY


async def supervise(
    name: str,
    loop: Callable[[], Awaitable[None]],
    *,
    clock: Clock,
    chance: Callable[[], float],
    crashes: Crashes,
    waits: Callable[[str], None] = lambda _: None,
) -> None:
    """Run `loop` for ever, starting it anew after every crash, with growing waits.

    `waits` is told whenever it stands still for want of the database: then nobody is to expect its turn.
    """
    attempt, wait = 0, Wait(f"loop waits for the database loop={name}")
    while True:
        began = clock.now()
        try:
            await loop()
            log.error("loop ended loop=%s: it should not; starting it anew", name)
        except StoreUnavailable as error:
            if _is_told_to_stop():
                log.warning("loop ended without the database loop=%s: %s", name, error)
                return
            wait.tell(str(error))
            waits(name)
            await clock.sleep(DATABASE_PAUSE)
            continue
        except Exception:
            if _is_told_to_stop():
                log.exception("loop failed while it was stopping loop=%s", name)
                return
            log.exception("loop crashed loop=%s crashes=%d: starting it anew", name, crashes.counts.get(name, 0) + 1)
        attempt = 1 if clock.now() - began >= WELL else attempt + 1
        crashes.add(name, attempt, clock.now())
        await clock.sleep(LOOP.delay(attempt, chance()))


def _is_told_to_stop() -> bool:
    """Whether we are being cancelled: an error in a loop's last actions must not start it anew."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
