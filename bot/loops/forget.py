"""The forget loop: what is older than it is to be kept goes, hour by hour, a little at a time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core.keeping import Keep
from bot.store import audit, forgetting, record, samples
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
# Between two transactions others have their turn.
BREATH = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What the forget loop works with."""

    database: Database
    keep: Keep
    clock: Clock


async def forget(work: Forgetting) -> None:
    """Forget what is old, hour by hour, until cancelled.  That several instances do so does no harm."""
    while True:
        await forget_old(work)
        await work.clock.sleep(PAUSE)


async def forget_old(work: Forgetting) -> dict[str, int]:
    """Forget what is old now; returns how many rows of each kind went, where any did.

    An incident counts as one.  Minutes are summed up, which is not counted.
    """
    now, keep = work.clock.now(), work.keep
    await _to_the_end(work, partial(_summed_up, work.database, now - keep.minutes))
    jobs: dict[str, tuple[datetime, _Job]] = {
        "records": (now - keep.record, record.forget),
        "deeds": (now - keep.deeds, _some(audit.forget, audit.AT_ONCE)),
        "agreements": (now - keep.deeds, _some(forgetting.agreements, forgetting.AT_ONCE)),
        "summaries": (now - keep.record, _some(forgetting.summaries, forgetting.AT_ONCE)),
    }
    if keep.incidents is not None:
        jobs["incidents"] = (now - keep.incidents, _some(forgetting.incidents, forgetting.INCIDENTS_AT_ONCE))
    gone = {}
    for what, (before, job) in jobs.items():
        if count := await _to_the_end(work, partial(job, work.database, before)):
            log.info("forgotten %s=%d older_than=%s", what, count, before.date())
            gone[what] = count
    return gone


_Job = Callable[[Database, datetime], Awaitable[tuple[int, bool]]]


def _some(job: Callable[[Database, datetime], Awaitable[int]], at_once: int) -> _Job:
    async def done(database: Database, before: datetime) -> tuple[int, bool]:
        count = await job(database, before)
        return count, count >= at_once

    return done


async def _summed_up(database: Database, before: datetime) -> tuple[int, bool]:
    return 0, await samples.thin(database, before)


async def _to_the_end(work: Forgetting, job: Callable[[], Awaitable[tuple[int, bool]]]) -> int:
    """Do one kind until nothing of it is old; returns how many rows went."""
    total, is_more = 0, True
    while is_more:
        count, is_more = await job()
        total += count
        if is_more:
            await work.clock.sleep(BREATH)
    return total
