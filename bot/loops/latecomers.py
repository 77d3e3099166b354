"""What may reach a chat late, when others have gone on already: looked for afterwards, and put right.

A message may lie in a network for longer than anybody waits for its answer, or be sent by one who was stopped between
his last check and the system call.  By then it was looked for in vain and sent again: no check that comes before can
help.  So the places are looked at once more: what stands there twice is taken back, but for the first; a root that an
old edit may have reached is made to say again what is true.  What is to be looked at is remembered by whoever has
reason to, and by nobody else: an instance that ends forgets it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import MessageGone, SitrepError, StoreUnavailable, TemporaryFailure, UnknownOutcome
from bot.gauges import STEPS, UNCOUNTED, Gauges
from bot.loops.deliver import Delivering
from bot.model import Announcement, AnnouncementState, Intent, StepKind
from bot.ports import Retracts
from bot.store import announcements
from bot.store.announcements import Outcome
from bot.store.errands import Errand

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)
# By the first others have looked for it and sent it anew; what comes after the last is not looked for.
LOOKS = (timedelta(seconds=20), timedelta(minutes=3))
# As long as others are at it, or the platform does not answer.
AGAIN = timedelta(seconds=15)
_TRIES = 20
# A step is claimed a minute before its lease ends at most, and the platform's clock is not ours.
_EARLIER = timedelta(minutes=10)
# Of a bad hour the latest: each costs the platform a call or two.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Late:
    """One step that may still arrive: looked for at each of the instants that are `left`."""

    announcement: Announcement
    step: Intent
    left: tuple[datetime, ...]
    tries: int = 0


@dataclass(slots=True)
class Latecomers:
    """What the loop works with, and what it is still to look at, by the key of the step."""

    delivering: Delivering
    clock: Clock
    gauges: Gauges = UNCOUNTED
    expected: dict[str, Late] = field(default_factory=dict[str, Late])

    def ended(self, errand: Errand, outcome: Outcome | None) -> None:
        """Hear how a step ended; without an `outcome` it was another's by then."""
        step = _may_arrive(errand, outcome)
        if step is None:
            return
        now = self.clock.now()
        late = Late(errand.announcement, step, tuple(now + after for after in LOOKS))
        self.expected.pop(step.key, None)
        self.expected[step.key] = late
        while len(self.expected) > MOST:
            del self.expected[next(iter(self.expected))]


def _may_arrive(errand: Errand, outcome: Outcome | None) -> Intent | None:
    """Return the step that may arrive when it is not expected any more, if there is one."""
    if errand.unfinished is not None:
        # Looked for in vain: it is done again.
        in_vain = outcome is None or outcome.announcement == replace(errand.announcement, intent=None)
        return errand.unfinished if in_vain else None
    # An edit is not looked for, but done again at once.
    is_unknown = outcome is None or (errand.step.kind is StepKind.EDIT and outcome.announcement.intent is not None)
    step = errand.step
    return Intent(step.key, step.kind, step.through, errand.until) if is_unknown else None


def expecting(delivering: Delivering, clock: Clock, gauges: Gauges = UNCOUNTED) -> Latecomers:
    """Return those that listen to the deliver loop from now on."""
    latecomers = Latecomers(delivering, clock, gauges)
    delivering.ended = latecomers.ended
    return latecomers


async def mind(latecomers: Latecomers) -> None:
    """Look wherever the time has come, until cancelled."""
    while True:
        await look(latecomers)
        await latecomers.clock.sleep(PAUSE)


async def look(latecomers: Latecomers) -> int:
    """Look wherever the time has come; returns how many messages were taken back."""
    now, taken = latecomers.clock.now(), 0
    for key, late in list(latecomers.expected.items()):
        if late.left[0] > now:
            continue
        del latecomers.expected[key]
        count = await _looked_at(latecomers, late)
        taken += count or 0
        left = late.left[1:] if count is not None else (now + AGAIN, *late.left[1:])
        tries = 0 if count is not None else late.tries + 1
        if left and tries < _TRIES:
            latecomers.expected.setdefault(key, replace(late, left=left, tries=tries))
    return taken


async def _looked_at(latecomers: Latecomers, late: Late) -> int | None:
    """Return how many messages were taken back; None if it can not be told yet what is there too often."""
    kind, key = late.step.kind, late.step.key
    try:
        count = await _put_right(latecomers.delivering, late)
    except MessageGone:
        return 0
    except (TemporaryFailure, UnknownOutcome, StoreUnavailable, TimeoutError) as error:
        log.debug("whether it was told twice can not be seen yet key=%s: %s", key, error)
        return None
    except SitrepError as error:
        log.warning("whether it was told twice can not be seen key=%s: %s", key, error)
        return 0
    if count:
        log.warning("told twice, for it arrived late: taken back key=%s count=%d", key, count)
        latecomers.gauges.count(STEPS, late.announcement.destination.platform, kind.value, "retracted", by=count)
    return count


async def _put_right(delivering: Delivering, late: Late) -> int | None:
    before, step = late.announcement, late.step
    now = await announcements.one(delivering.database, before.id)
    if now is None or now.generation != before.generation:
        return 0
    if now.intent is not None and now.intent.key == step.key:
        return None
    if step.kind is StepKind.EDIT:
        return await _said_anew(delivering, now)
    platform = delivering.platforms.get(before.destination.platform)
    if not isinstance(platform, Retracts):
        return 0
    is_root = step.kind is StepKind.POST
    if is_root and now.root is None:
        return None
    in_channel = is_root or step.kind is StepKind.BROADCAST
    since = min(step.since, delivering.clock.now()) - _EARLIER
    async with asyncio.timeout(_PATIENCE):
        return await platform.retract(
            before.destination.address,
            None if in_channel else before.root,
            step.key,
            since,
            keep=now.root if is_root else None,
        )


async def _said_anew(delivering: Delivering, now: Announcement) -> int | None:
    if now.root is None or now.root_hash == "" or now.state is not AnnouncementState.LIVE:
        return 0
    if not await announcements.doubt_root(delivering.database, now.id, delivering.clock.now()):
        return None
    delivering.due.set()
    return 0


# A platform that hangs does not keep the other places waiting for long.
_PATIENCE = 45.0
