"""The forget loop: of the audit trail goes what is older than it is to be kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.store import audit
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
# Between two transactions others have their turn.
BREATH = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What the forget loop works with: deeds are kept for so long."""

    database: Database
    keep: timedelta
    clock: Clock


async def forget(forgetting: Forgetting) -> None:
    """Forget what is old, hour by hour, until cancelled.  That several instances do so does no harm."""
    while True:
        await forget_old(forgetting)
        await forgetting.clock.sleep(PAUSE)


async def forget_old(forgetting: Forgetting) -> int:
    """Forget what is old now; returns how many deeds that were."""
    before, total = forgetting.clock.now() - forgetting.keep, 0
    while gone := await audit.forget(forgetting.database, before):
        total += gone
        if gone < audit.AT_ONCE:
            break
        await forgetting.clock.sleep(BREATH)
    if total:
        log.info("forgotten deeds=%d older_than=%s", total, before.date())
    return total
