"""The revisit loop: incidents that are over are read of again, because root causes come late."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.core.revisit import next_visit
from bot.fetch import Fetcher
from bot.loops.reading import follow_up
from bot.loops.take_in import Ending, Rules, take_in
from bot.model import Claim, Snapshot
from bot.store import revisits
from bot.store.database import Database
from bot.store.revisits import Revisit

log = logging.getLogger(__name__)

AT_ONCE = 8
LEASE = timedelta(minutes=10)
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Revisiting:
    """What the revisit loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    fetcher: Fetcher
    rules: Rules
    clock: Clock
    announced: asyncio.Event


async def revisit(revisiting: Revisiting) -> None:
    """Read of every ended incident when it is due, until cancelled."""
    while True:
        await visit_due(revisiting)
        await revisiting.clock.sleep(PAUSE)


async def visit_due(revisiting: Revisiting) -> int:
    """Read of all that are due now; returns how many there were."""
    due = await revisits.claim_due(revisiting.database, revisiting.clock.now(), limit=AT_ONCE, lease=LEASE)
    for one in due:
        await _visit(revisiting, one)
    return len(due)


async def _visit(revisiting: Revisiting, one: Revisit) -> None:
    """Take in what its own page says now.  A server that does not answer is asked again at the next visit."""
    source = one.watched.source
    ending = await follow_up(revisiting.fetcher, source, one.external_id)
    now = revisiting.clock.now()
    due_at = None if ending is Ending.GONE else next_visit(one.resolved_at, now)
    if isinstance(ending, Claim):
        snapshot = Snapshot(vendor=source.vendor, format=source.format, incidents=(ending,), taken_at=now)
        taken = await take_in(
            revisiting.database,
            one.watched,
            snapshot,
            rules=revisiting.rules,
            follow_up=partial(follow_up, revisiting.fetcher),
        )
        if taken.told.entries:
            log.info("late word incident=%s entries=%d", taken.told.entries[0].incident, len(taken.told.entries))
            revisiting.announced.set()
        due_at = None if ending.is_open else due_at
    await revisits.plan(revisiting.database, source.key, one.external_id, due_at)
