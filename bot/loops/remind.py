"""The remind loop: maintenances that draw near are told of, and those about to begin once more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core.actions import Acted
from bot.core.diff import FAR_OFF
from bot.core.reminding import is_due
from bot.core.reminding import remind as reminded
from bot.fetch import Fetcher
from bot.loops.reading import follow_up
from bot.loops.take_in import Rules, take_in
from bot.model import Incident, Snapshot, TimelineEntry
from bot.store import incidents, maintenances
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Reminding:
    """What the remind loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    fetcher: Fetcher
    rules: Rules
    clock: Clock
    announced: asyncio.Event


async def remind(reminding: Reminding) -> None:
    """Look twice a minute, until cancelled."""
    while True:
        await remind_due(reminding)
        await reminding.clock.sleep(PAUSE)


async def remind_due(reminding: Reminding) -> int:
    """Tell what is due now; returns how many maintenances that were."""
    count, now = await _tell_of_the_near(reminding), reminding.clock.now()
    for incident, ahead in await maintenances.told(reminding.database, now):
        if not is_due(incident, ahead, now):
            continue
        acted = await incidents.act(reminding.database, incident.id, partial(_decide, ahead, now), now)
        if acted is not None and acted.entries:
            log.info("reminder incident=%s begins=%s", incident.id, acted.incident.starts_at)
            count += 1
    if count:
        reminding.announced.set()
    return count


def _decide(ahead: Collection[timedelta], now: datetime, incident: Incident, _recent: Sequence[TimelineEntry]) -> Acted:
    return reminded(incident, ahead, now)


async def _tell_of_the_near(reminding: Reminding) -> int:
    """Take in again what a page has long said of a maintenance that was far off then: it may never say more."""
    now, count = reminding.clock.now(), 0
    for watched, claim in await maintenances.untold(reminding.database, now, now + FAR_OFF):
        source = watched.source
        snapshot = Snapshot(vendor=source.vendor, format=source.format, incidents=(claim,), taken_at=now)
        find = partial(follow_up, reminding.fetcher)
        taken = await take_in(reminding.database, watched, snapshot, rules=reminding.rules, follow_up=find)
        count += bool(taken.told.entries)
    return count
