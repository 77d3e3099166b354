"""The escalate loop: those on call are told of what nobody acknowledges, and acknowledgements for a while lapse."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core.escalation import Case, Outcome, Plans, look
from bot.core.rota import Override
from bot.errors import StoreUnavailable
from bot.gauges import ESCALATIONS, UNCOUNTED, Gauges
from bot.model import ChangeKind
from bot.store import attending, mutes
from bot.store.commits import Conflict
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=1)
# However much is written at a time, what is due comes to its turn.
ROUNDS = 20
PUT_OFF = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Escalating:
    """What the escalate loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    plans: Plans
    clock: Clock
    announced: asyncio.Event
    gauges: Gauges = UNCOUNTED


async def escalate(escalating: Escalating) -> None:
    """Look every second, until cancelled; first at everything, for the plans may have changed."""
    await attending.everything(escalating.database, escalating.clock.now())
    while True:
        await escalate_due(escalating)
        await escalating.clock.sleep(PAUSE)


async def escalate_due(escalating: Escalating) -> int:
    """Do what is due now; returns how many entries that were."""
    count = 0
    await mutes.end(escalating.database, escalating.clock.now())
    for _ in range(ROUNDS):
        found = await attending.due(escalating.database, escalating.clock.now())
        for incident in found:
            count += await _attend(escalating, incident)
        if len(found) < attending.AT_ONCE_MOST:
            break
    if count:
        escalating.announced.set()
    return count


async def _attend(escalating: Escalating, incident: str) -> int:
    now = escalating.clock.now()
    try:
        outcome = await attending.attend(escalating.database, incident, partial(_decide, escalating.plans, now), now)
    except Conflict:
        # It is still due, and is looked at next time.
        return 0
    except StoreUnavailable:
        raise
    except Exception:
        log.exception("could not be looked at incident=%s", incident)
        # It must not keep the others waiting.
        await attending.put_off(escalating.database, incident, now + PUT_OFF)
        return 0
    for entry in outcome.entries if outcome is not None else ():
        steps = ",".join(change.after for change in entry.transitions if change.subject == "to")
        if entry.kind is ChangeKind.ESCALATED:
            escalating.gauges.count(ESCALATIONS)
        log.info("time passed incident=%s kind=%s to=%s", incident, entry.kind, steps or "-")
    return len(outcome.entries) if outcome is not None else 0


def _decide(plans: Plans, now: datetime, case: Case, overrides: tuple[Override, ...]) -> Outcome:
    return look(case, replace(plans, rotas=replace(plans.rotas, overrides=overrides)), now)
