"""What is asked of one incident: it is found first, then it is done to it or shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.addresses import Links, unlinked
from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands import handing, writing
from bot.commands.finding import Found, begun, find, label
from bot.commands.grouping import act_on_all, is_for_each, ungroup
from bot.commands.handing import Handing
from bot.commands.linking import history, relink
from bot.commands.muting import Mutes, timed
from bot.commands.serving import Serving
from bot.commands.writing import Writing
from bot.core import acted, actions, boarding, cards, chronicle, histories, remarks
from bot.core.actions import DEEDS, Acted
from bot.core.escalation import Plans
from bot.core.grammar import spell
from bot.core.message import Reply, line
from bot.core.people import as_of
from bot.core.rules import Oncall
from bot.model import Action, Asked, Command, Incident, TimelineEntry
from bot.store import incidents, lookups
from bot.store.database import Database
from bot.store.lookups import Brief

log = logging.getLogger(__name__)

_OTHERS = {Action.DETAILS, Action.TIMELINE, Action.JOIN, Action.UNLINK, Action.UNGROUP, *handing.ABOUT, *writing.ABOUT}
ABOUT = DEEDS | frozenset(_OTHERS)
_ENTRIES = 3 * histories.MOST_ENTRIES


@dataclass(frozen=True, slots=True)
class Acting:
    """What it takes to do something to an incident; `due` is set when something is to be told of it."""

    database: Database
    catalog: Catalog
    clock: Clock
    due: asyncio.Event
    serving: Serving
    rotas: tuple[Oncall, ...]
    plans: Plans
    board: str = ""
    links: Links = unlinked

    async def answer(self, asked: Asked) -> Reply:
        """Do what is asked to the incident that is meant, or ask back which one that is."""
        meant = timed(asked.command, self.rotas, self.clock.now())
        if isinstance(meant, Reply):
            return meant
        reply = await self._about_one(replace(asked, command=meant[0]))
        return replace(reply, message=replace(reply.message, parts=(*reply.message.parts, *meant[1])))

    async def _about_one(self, asked: Asked) -> Reply:
        asked, found = await self.serving.find(asked) or await self._find(asked)
        command = asked.command
        if not found.briefs:
            is_mute = command.action in {Action.MUTE, Action.UNMUTE}
            instead = await self._mutes.instead(command, self.clock.now()) if is_mute else None
            return instead or remarks.no_incident(command.incident)
        if len(found.briefs) > 1:
            return remarks.which(command, _choices(found.briefs, command))
        (one,) = found.briefs
        reply = await self._of(one, asked)
        return await self._with_others(reply, one, command) if found.is_guess else reply

    async def _find(self, asked: Asked) -> tuple[Asked, Found]:
        found = await find(self.database, self.catalog, asked)
        command = asked.command
        if found.briefs or command.action is not Action.NOTE or not command.incident:
            return asked, found
        # `note us-east-1 is back`: what looked like an id was the first word of the note.
        asked = replace(asked, command=replace(command, incident=None, text=f"{command.incident} {command.text}"))
        return asked, await find(self.database, self.catalog, asked)

    async def _with_others(self, reply: Reply, chosen: Brief, command: Command) -> Reply:
        """Nobody said which incident: if several are open, say which was taken, and offer the others."""
        going_on = begun(await lookups.rooted(self.database, limit=6))
        others = [brief for brief in going_on if brief.id != chosen.id]
        if not others:
            return reply
        parts = (*reply.message.parts, line("The newest open incident was taken. Others are open too."))
        return replace(reply, message=replace(reply.message, parts=parts), choices=_choices(others, command))

    async def _of(self, one: Brief, asked: Asked) -> Reply:
        if asked.command.action is Action.DETAILS:
            return await self._details(one)
        if asked.command.action is Action.TIMELINE:
            return await self._timeline(one, asked.command.query)
        action, now = asked.command.action, self.clock.now()
        if action in writing.ABOUT:
            return await Writing(self.database, self.clock, self.links).answer(asked, one.id)
        if action is Action.UNGROUP:
            done, reply = await ungroup(self.database, one, asked, now)
        elif is_for_each(one, action):
            done, reply = await act_on_all(self.database, one, asked, now)
        elif action in handing.ABOUT:
            done, reply = await Handing(self.database, self.plans).do(asked, one, now)
        elif action in {Action.JOIN, Action.UNLINK}:
            done, reply = await relink(self.serving, self.catalog, asked, one, now)
        else:
            return await self._act(asked, one)
        if done:
            self.due.set()
        return reply

    async def _details(self, brief: Brief) -> Reply:
        found = await lookups.one(self.database, brief.id, _ENTRIES)
        if found is None:
            return remarks.no_incident(brief.id)
        (incident, entries), now = found, self.clock.now()
        plans = cards.plans(incident, await self.serving.conditions(incident), now)
        link = (boarding.row(self.board, brief.id),) if self.board else ()
        return histories.details(as_of(incident, now), entries, (*plans, *link))

    async def _timeline(self, brief: Brief, page: str) -> Reply:
        found = await lookups.one(self.database, brief.id, 0)
        if found is None:
            return remarks.no_incident(brief.id)
        entries = await history(self.database, brief.id)
        return chronicle.page(found[0], entries, int(page or 1))

    async def _act(self, asked: Asked, brief: Brief) -> Reply:
        now = self.clock.now()

        def decide(incident: Incident, recent: Sequence[TimelineEntry]) -> Acted:
            return actions.act(incident, asked, now, recent)

        done = await incidents.act(self.database, brief.id, decide, now)
        if done is None:
            return remarks.no_incident(brief.id)
        for entry in done.entries:
            log.info("noted incident=%s seq=%d kind=%s by=%s", entry.incident, entry.seq, entry.kind, entry.person)
        if done.entries:
            self.due.set()
        return acted.acted(done, asked.command.action, now)

    @property
    def _mutes(self) -> Mutes:
        return Mutes(self.database, self.catalog, self.rotas)


def _choices(briefs: Sequence[Brief], command: Command) -> tuple[tuple[str, str], ...]:
    """Return the same command for each of some incidents."""
    return tuple((label(brief), spell(replace(command, incident=brief.id))) for brief in briefs)
