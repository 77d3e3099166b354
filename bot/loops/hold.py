"""The hold loop: the next digest of each route that wants nothing else is planned in time.

All else about what is held back is decided where it is claimed for delivery, so that it depends on no loop.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.core.holding import Ruling
from bot.store import summaries
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the hold loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    ruling: Ruling
    clock: Clock
    announced: asyncio.Event


async def hold(holding: Holding) -> None:
    """Look every now and then, until cancelled; first at everything, for the routes may have changed."""
    await begin(holding)
    while True:
        await plan_due(holding)
        await holding.clock.sleep(PAUSE)


async def begin(holding: Holding) -> None:
    """Have all looked at that is held back, as the routes are now."""
    await summaries.renew(holding.database, holding.ruling, holding.clock.now())
    holding.announced.set()


async def plan_due(holding: Holding) -> int:
    """Plan the next digest wherever there is none; returns how many that were."""
    count = await summaries.plan(holding.database, holding.ruling, holding.clock.now())
    if count:
        log.info("digests planned count=%d", count)
        holding.announced.set()
    return count
