"""The heed loop: what time alone brings about.  Witnesses fade or fall silent, and so do vendors.

It also gives the thread of a trouble that has become likely what to do instead: how whoever can stand in is just then
is asked for that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core import cards, impact, silence
from bot.core.actions import Acted, Outcome
from bot.core.cards import card
from bot.core.evidence import Panel, weighed
from bot.core.fold import advance
from bot.core.mentions import Callers, with_calls
from bot.core.rota import Rotas
from bot.core.routing import choose
from bot.core.team import VENDOR
from bot.core.witnesses import testimonies
from bot.loops.take_in import Rules
from bot.model import Destination, Incident, SourceKind, TimelineEntry
from bot.store import chat_routes, grounds, heeding, incidents, overrides
from bot.store.database import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Heeding:
    """What the heed loop works with.  `announced` is set whenever something became due for delivery."""

    database: Database
    rules: Rules
    clock: Clock
    announced: asyncio.Event


async def heed(heeding_: Heeding) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await weigh_all(heeding_)
        await call_silent(heeding_)
        await hand_out(heeding_)
        await heeding_.clock.sleep(PAUSE)


async def weigh_all(heeding_: Heeding) -> int:
    """Weigh the witnesses of every open incident anew; returns for how many that came to something else."""
    now, count, rules = heeding_.clock.now(), 0, heeding_.rules
    for incident, panel in await heeding.witnessed(heeding_.database):
        if weighed(incident, panel, now, rules.thresholds) is None:
            continue
        callers = await _callers(heeding_, incident.vendor, now)
        decide, where = partial(_weigh, panel, rules, callers, now), partial(_where, callers)
        count += _is_done(await incidents.act(heeding_.database, incident.id, decide, now, where))
    if count:
        heeding_.announced.set()
    return count


async def call_silent(heeding_: Heeding) -> int:
    """Say of which open incidents nobody has heard for too long; returns how many those are."""
    now, count = heeding_.clock.now(), 0
    for incident in await heeding.silent(heeding_.database, now):
        entries = await incidents.timeline(heeding_.database, incident)
        acted = await incidents.act(heeding_.database, incident, partial(_judge, entries, now), now)
        if _is_done(acted):
            count += 1
            log.info("silent incident=%s", incident)
        elif acted is not None and acted.incident.last_seq == entries[-1].seq:
            # Else it has moved on meanwhile, and is judged anew the next time.
            found = silence.judge(acted.incident, entries, now)
            await heeding.ask_again(heeding_.database, acted.incident, found if isinstance(found, datetime) else None)
    if count:
        heeding_.announced.set()
    return count


async def hand_out(heeding_: Heeding) -> int:
    """Give each open incident that is owed it what to do instead; returns how many were given it."""
    planned = [one for one in heeding_.rules.services if card(one).has_plan]
    concerned = {vendor for one in planned for vendor, _ in one.depends_on} | ({VENDOR} if planned else set())
    owed = [one for one in await grounds.open_of(heeding_.database, concerned) if cards.is_owed(one)]
    if not owed:
        return 0
    others = {one.stand_in for incident in owed for one in incident.cards if one.stand_in}
    found = await grounds.grounds(heeding_.database, others)
    conditions = {vendor: impact.condition(vendor, ground) for vendor, ground in found.items()}
    now = heeding_.clock.now()
    decide = partial(_hand_out, conditions, now)
    count = sum([_is_done(await incidents.act(heeding_.database, one.id, decide, now)) for one in owed])
    if count:
        heeding_.announced.set()
    return count


def _hand_out(
    conditions: Mapping[str, str], now: datetime, incident: Incident, _recent: Sequence[TimelineEntry]
) -> Acted:
    return _with(incident, cards.handed_out(incident, conditions, now))


async def _callers(heeding_: Heeding, vendor: str, now: datetime) -> Callers:
    rules = heeding_.rules.with_made(await chat_routes.for_vendor(heeding_.database, vendor))
    agreed = await overrides.agreed(heeding_.database, now) if rules.call_rotas else ()

    def where(incident: Incident) -> Sequence[Destination]:
        return choose(incident, rules.routes, rules.services).destinations

    return Callers(where, rules.routes, rules.services, Rotas(rules.oncalls, agreed))


def _where(callers: Callers, incident: Incident) -> Sequence[Destination]:
    """Return where it is to be told from now on: a route may have waited until it is surer.

    When people alone tell of it, it is for them to say when the channel hears of it.
    """
    ours = any(not one.state.is_over and one.teller is not SourceKind.PEOPLE for one in testimonies(incident.claims))
    return callers.where(incident) if ours else ()


def _weigh(
    panel: Panel, rules: Rules, callers: Callers, now: datetime, incident: Incident, _recent: Sequence[TimelineEntry]
) -> Acted:
    acted = _with(incident, weighed(incident, panel, now, rules.thresholds))
    after, entries = with_calls(incident, acted.incident, acted.entries, callers, now)
    return replace(acted, incident=after, entries=entries)


def _judge(
    entries: Sequence[TimelineEntry], now: datetime, incident: Incident, recent: Sequence[TimelineEntry]
) -> Acted:
    known = {entry.seq for entry in entries}
    since = [entry for entry in recent if entry.seq not in known]
    found = silence.judge(incident, (*entries, *since), now)
    return _with(incident, found if isinstance(found, TimelineEntry) else None)


def _with(incident: Incident, entry: TimelineEntry | None) -> Acted:
    if entry is None:
        return Acted(Outcome.NOTHING, incident)
    return Acted(Outcome.DONE, advance(incident, entry), (entry,))


def _is_done(acted: Acted | None) -> bool:
    return acted is not None and bool(acted.entries)
