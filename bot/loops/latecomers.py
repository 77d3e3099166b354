"""What may reach a chat late, when it has been done again already: looked for afterwards, and put right.

A message may lie in a network for longer than anybody waits for its answer, or be sent by one who was stopped between
his last check and the system call.  By then it was looked for in vain and sent again: no check that comes before can
help.  So the places are looked at once more: what stands there twice is taken back, but for the first; a root that an
old edit may have reached is made to say again what is true.  What is to be looked for stands in the database: whoever
has done it again may be gone by then.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.errors import MessageGone, SitrepError, StoreUnavailable, TemporaryFailure, UnknownOutcome
from bot.gauges import STEPS, UNCOUNTED, Gauges
from bot.loops.deliver import Delivering
from bot.model import Announcement, AnnouncementState, StepKind
from bot.ports import Retracts
from bot.store import announcements
from bot.store import latecomers as expected
from bot.store.latecomers import Late

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)
# As long as others are at it, or the platform does not answer; for half an hour.
AGAIN = timedelta(seconds=15)
TRIES = 120
# What was found to be another's began a minute before its lease was to end, and the platform's clock is not ours.
_EARLIER = timedelta(minutes=10)
# A platform that hangs does not keep the other places waiting for long.
_PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class Latecomers:
    """What the loop works with: the platforms and the database of the deliver loop."""

    delivering: Delivering
    clock: Clock
    gauges: Gauges = UNCOUNTED


async def mind(latecomers: Latecomers) -> None:
    """Look wherever the time has come, until cancelled."""
    while True:
        await look(latecomers)
        await latecomers.clock.sleep(PAUSE)


async def look(latecomers: Latecomers) -> int:
    """Look wherever the time has come; returns how many messages were taken back."""
    database, taken = latecomers.delivering.database, 0
    for late in await expected.claim(database, latecomers.clock.now()):
        count = await _looked_for(latecomers, late)
        if count is not None:
            taken += count
            await expected.looked(database, late, latecomers.clock.now())
        elif late.tries < TRIES:
            await expected.put_off(database, late, latecomers.clock.now() + AGAIN)
        else:
            await expected.give_up(database, late)
    return taken


async def _looked_for(latecomers: Latecomers, late: Late) -> int | None:
    """Return how many messages were taken back; None if it can not be told yet what is there too often."""
    delivering, key = latecomers.delivering, late.step.key
    now = await announcements.one(delivering.database, late.announcement)
    if now is None or now.generation != late.generation:
        return 0
    try:
        count = await _put_right(delivering, now, late)
    except MessageGone:
        return 0
    except (TemporaryFailure, UnknownOutcome, TimeoutError) as error:
        log.debug("whether it was told twice can not be seen yet key=%s: %s", key, error)
        return None
    except StoreUnavailable:
        raise
    except SitrepError as error:
        log.warning("whether it was told twice can not be seen key=%s: %s", key, error)
        return 0
    if count:
        log.warning("told twice, for it arrived late: taken back key=%s count=%d", key, count)
        latecomers.gauges.count(STEPS, now.destination.platform, late.step.kind.value, "retracted", by=count)
    return count


async def _put_right(delivering: Delivering, now: Announcement, late: Late) -> int | None:
    step, to = late.step, now.destination
    if now.intent is not None and now.intent.key == step.key:
        return None
    if step.kind is StepKind.EDIT:
        return await _said_anew(delivering, now)
    platform = delivering.platforms.get(to.platform)
    if not isinstance(platform, Retracts):
        return 0
    if now.root is None:
        return None
    is_root = step.kind is StepKind.POST
    # A platform that knows a message by its key may have given us the one that came late for the one sent again, and
    # that says what was true then.
    if is_root and late.looks and await _said_anew(delivering, now) is None:
        return None
    in_channel = is_root or step.kind is StepKind.BROADCAST
    since = min(step.since, delivering.clock.now()) - _EARLIER
    async with asyncio.timeout(_PATIENCE):
        return await platform.retract(
            to.address, None if in_channel else now.root, step.key, since, keep=now.root if is_root else None
        )


async def _said_anew(delivering: Delivering, now: Announcement) -> int | None:
    if now.root is None or now.root_hash == "" or now.state is not AnnouncementState.LIVE:
        return 0
    if not await announcements.doubt_root(delivering.database, now.id, delivering.clock.now()):
        return None
    delivering.due.set()
    return 0
