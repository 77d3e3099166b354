"""The report of one incident, and what people write into it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from bot.addresses import Links, unlinked
from bot.clock import Clock
from bot.core import remarks
from bot.core.actions import Outcome
from bot.core.message import Reply, line
from bot.core.picture.incident import of_incident
from bot.core.picture.svg import standalone
from bot.core.report import additions, attached
from bot.core.report.facts import facts
from bot.core.report.material import Material
from bot.core.report.material import found as addresses
from bot.core.verbs import Misunderstood
from bot.model import Action, Asked
from bot.store import additions as stored
from bot.store.database import Database
from bot.store.report import material

log = logging.getLogger(__name__)

ABOUT = frozenset({Action.WRITE_UP, Action.WRITE})


@dataclass(frozen=True, slots=True)
class Writing:
    """What it takes to make a report, and to add to one."""

    database: Database
    clock: Clock
    links: Links = unlinked

    async def answer(self, asked: Asked, incident: str) -> Reply:
        """Return the report of an incident, or what became of what somebody wants in it."""
        now = self.clock.now()
        if asked.command.action is Action.WRITE:
            return await self._add(asked, incident, now)
        found = await material(self.database, incident, now)
        if found is None:
            return remarks.no_incident(incident)
        # Days of checks are drawn and written in a moment, and nobody else waits for it.
        linked = replace(found, links=addresses(await self.links(found.announcements)))
        return await asyncio.to_thread(_report, linked, now)

    async def _add(self, asked: Asked, incident: str, now: datetime) -> Reply:
        wording = additions.read(asked.command.text)
        if wording is None:
            return remarks.misunderstood(Misunderstood(f"write {asked.command.text}".strip(), additions.HINT))
        added = await stored.add(
            self.database, incident, lambda one, before: additions.add(one, before, wording, asked.person, now)
        )
        if added is None:
            return remarks.no_incident(incident)
        if added.outcome is Outcome.DONE:
            log.info("added to report incident=%s section=%s by=%s", incident, wording.section, asked.person.key)
        rows = [line(f"It stands in the report: `incident report {incident}`")] if added.outcome is Outcome.DONE else []
        reply = remarks.say(additions.told(added, wording), *rows)
        return replace(reply, already=added.outcome is Outcome.ALREADY)


def _report(found: Material, now: datetime) -> Reply:
    drawing = of_incident(found, now)
    return attached.reply(facts(found, now), standalone(drawing) if drawing is not None else "")
