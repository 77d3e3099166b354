"""Telling somebody else that we live, while all is well; and how long tasks wait for their turn.

Who does not hear from us for a while tells people: nobody can report their own death.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from bot.clock import Clock
from bot.errors import FetchError
from bot.gauges import HEARTBEATS, LOOP_LAG, UNCOUNTED, Gauges
from bot.ports import Web, WebRequest
from bot.vitals import Vitals

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
PATIENCE = timedelta(seconds=10)
_GOOD = range(200, 300)
_TICK = timedelta(seconds=1)


@dataclass(slots=True)
class Alive:
    """What the loop works with.  The address is a secret: who knows it can say that we live when we do not.

    `was_heard` is how the last call went, so that a change is logged and nothing else.
    """

    url: str = field(repr=False)
    web: Web
    vitals: Vitals
    clock: Clock
    gauges: Gauges = UNCOUNTED
    was_heard: bool | None = None
    was_well: bool = True


async def alive(one: Alive) -> None:
    """Call every minute while all is well, until cancelled."""
    while True:
        await beat(one)
        await one.clock.sleep(EVERY)


async def beat(one: Alive) -> bool:
    """Call, if the loops turn and the database answers; returns whether that was heard.

    Where something is wrong nothing is sent: every such service tells people of silence, and not all know more.
    """
    ills = (*await one.vitals.database(), *one.vitals.ills(), *one.vitals.unbegun())
    if ills:
        one.gauges.count(HEARTBEATS, "withheld")
        if one.was_well:
            log.warning("heartbeat withheld: %s", "; ".join(ills))
        one.was_well = False
        return False
    one.was_well = True
    said = await call(one.url, one.web)
    one.gauges.count(HEARTBEATS, "failed" if said else "sent")
    if said and one.was_heard is not False:
        log.warning("heartbeat not heard: %s", said)
    if not said and one.was_heard is False:
        log.info("heartbeat heard again")
    one.was_heard = not said
    return not said


async def call(url: str, web: Web) -> str:
    """Call once; returns why it was not heard, without the address; nothing if it was.

    GET is understood by all of them: https://healthchecks.io/docs/http_api/,
    https://betterstack.com/docs/uptime/cron-and-heartbeat-monitor/, https://docs.deadmanssnitch.com/
    """
    try:
        answer = await web.send(WebRequest(url=url, within=PATIENCE))
    except FetchError as e:
        return _without(url, str(e))
    return "" if answer.status in _GOOD else f"HTTP {answer.status}"


def _without(url: str, reason: str) -> str:
    """Return a reason without the address, however much of it is in there."""
    rest = url.partition("://")[2].partition("/")[2]
    hidden = reason.replace(url, "***")
    return hidden.replace(rest, "***") if rest else hidden


async def watch_lag(gauges: Gauges, clock: Clock) -> None:
    """Measure once a second how much later than it wanted this very task comes to its turn, until cancelled."""
    while True:
        began = monotonic()
        await clock.sleep(_TICK)
        gauges.measure(LOOP_LAG, max(monotonic() - began - _TICK.total_seconds(), 0))
