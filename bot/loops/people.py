"""What people report, taken in like what any witness says; and the loop that sees to what fades."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core import actions, reports
from bot.core.actions import Acted
from bot.core.health import Health
from bot.core.reports import Reported, Target, Terms
from bot.loops.heed import Heeding, weigh_all
from bot.loops.take_in import Ending, Rules, destinations, take_in
from bot.model import Action, Asked, Claim, Command, Incident, Person, Source, TimelineEntry
from bot.store import chat_routes, incidents
from bot.store import reports as stored
from bot.store.database import Database
from bot.store.reports import Resting
from bot.store.sources import Watched

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class People:
    """What it takes to hear people.  `announced` is set whenever something became due for delivery."""

    database: Database
    rules: Rules
    terms: Terms
    clock: Clock
    announced: asyncio.Event
    # Two who report the same at once begin one incident, and none is ended while it is reported once more.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


async def mind(people: People) -> None:
    """See to all reports a few times a minute, until cancelled."""
    while True:
        await look(people)
        await people.clock.sleep(PAUSE)


async def look(people: People) -> None:
    """Announce what has come to be seen by enough, and end what nobody reports any more."""
    async with people.turn:
        for one in await stored.resting(people.database):
            await _judge(people, one)


async def report(people: People, target: Target, person: Person, words: str) -> Reported:
    """Count somebody for whom something fails: in the incident that tells of it, else in a new suspicion."""
    async with people.turn:
        found = reports.place(target, await incidents.open_incidents(people.database, target.vendor))
        if len(found) > 1:
            return Reported(choices=found)
        name = found[0].id if found else await _begin(people, target)
        acted = await _count(people, name, person, words)
        # What is announced now is to say how many there are now.
        await weigh_all(Heeding(people.database, people.rules, people.clock, people.announced))
        for one in await stored.resting(people.database):
            if one.incident.id == name:
                await _judge(people, one)
    if acted.entries:
        people.announced.set()
    verdict = reports.judge(acted.incident, acted.incident.started_at, people.terms, people.clock.now())
    return Reported(
        acted=acted,
        witnesses=verdict.witnesses,
        is_lone=reports.is_lone(acted.incident),
        is_told=not acted.incident.untold and await stored.is_told(people.database, name),
    )


async def _begin(people: People, target: Target) -> str:
    """Open a suspicion that no channel hears of yet."""
    now = people.clock.now()
    source, claim = reports.source_of(target.vendor, target.name), reports.claim_of(target, now)
    told = await _take_in(people, source, claim, now)
    if not told:
        # Somebody has just reported the same to another instance.
        told = reports.place(target, await incidents.open_incidents(people.database, target.vendor))
    incident = told[0]
    log.info("suspected incident=%s because somebody reported it", incident.id)
    return incident.id


async def _take_in(people: People, source: Source, claim: Claim, now: datetime) -> Sequence[Incident]:
    taken = await take_in(
        people.database,
        Watched(source=source, health=Health(first_look=now, last_look=now)),
        reports.snapshot_of(source, claim, now),
        # Where it is told is decided apart, once there are witnesses enough.
        rules=replace(people.rules, routes=()),
        follow_up=_no_page,
    )
    return tuple(taken.told.incidents.values())


async def _no_page(source: Source, external_id: str) -> Ending:
    del source, external_id
    return Ending.UNREADABLE


async def _count(people: People, incident: str, person: Person, words: str) -> Acted:
    now = people.clock.now()
    asked = Asked(command=Command(action=Action.AFFECTED, incident=incident, text=words), person=person)

    def decide(one: Incident, recent: Sequence[TimelineEntry]) -> Acted:
        return actions.act(one, asked, now, recent)

    acted = await incidents.act(people.database, incident, decide, now)
    if acted is None:
        raise LookupError(f"the incident {incident} is gone")
    return acted


async def _judge(people: People, one: Resting) -> None:
    now = people.clock.now()
    verdict = reports.judge(one.incident, one.claim.started_at or now, people.terms, now)
    source = reports.source_of(one.vendor, one.incident.name)
    if verdict.over_at is not None:
        await _take_in(people, source, reports.ended(one.claim, verdict.over_at), now)
        log.info("nobody reports it any more incident=%s", one.incident.id)
        people.announced.set()
    elif verdict.announce:
        made = await chat_routes.for_vendor(people.database, one.vendor)
        where = destinations(one.incident, source, people.rules.with_made(made))
        if await stored.announce(people.database, one.incident.id, where, now):
            log.info("announced incident=%s witnesses=%d", one.incident.id, verdict.witnesses)
            people.announced.set()
