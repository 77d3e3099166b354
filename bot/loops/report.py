"""The report loop: what has been over for a while gets its report into its threads, and again with its cause."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.core.afterwards import Terms, Told, Verdict, look
from bot.errors import StoreUnavailable
from bot.model import Incident
from bot.store import afterwards
from bot.store.commits import Conflict
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)
# However many end at a time, what is due comes to its turn.
ROUNDS = 20
PUT_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reporting:
    """What the report loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    terms: Terms
    clock: Clock
    announced: asyncio.Event


async def report(reporting: Reporting) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await report_due(reporting)
        await reporting.clock.sleep(PAUSE)


async def report_due(reporting: Reporting) -> int:
    """Have every report posted that is due now; returns how many those were."""
    count = 0
    for _ in range(ROUNDS):
        found = await afterwards.due(reporting.database, reporting.clock.now())
        for incident in found:
            count += await _attend(reporting, incident)
        if len(found) < afterwards.AT_ONCE_MOST:
            break
    if count:
        reporting.announced.set()
    return count


async def _attend(reporting: Reporting, incident: str) -> int:
    now = reporting.clock.now()

    def decide(found: Incident, told: Told) -> Verdict:
        return look(found, told, reporting.terms, now)

    try:
        verdict = await afterwards.attend(reporting.database, incident, decide, now)
    except Conflict:
        # It is still due, and is looked at next time.
        return 0
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("could not be looked at for its report incident=%s", incident)
        # It must not keep the others waiting.
        await afterwards.put_off(reporting.database, incident, now + PUT_OFF)
        return 0
    if verdict is None or not verdict.entries:
        return 0
    log.info("report incident=%s seq=%d", incident, verdict.entries[0].seq)
    return 1
