"""`declare`, `update`, `resolve`, `reopen`: the team's own incidents, from declaration to the same thread reopened."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands.finding import Found, find, label, matching
from bot.commands.serving import Serving
from bot.core import forms, ours, remarks, steered, steering
from bot.core.forms import Form
from bot.core.grammar import spell
from bot.core.message import Reply
from bot.core.ours import Outcome, Terms, Verdict
from bot.core.rota import Override, Rotas
from bot.core.team import is_ours
from bot.model import Action, Asked, Command, Incident, TimelineEntry
from bot.settings import Settings
from bot.store import declaring as stored
from bot.store import lookups, standings
from bot.store.database import Database
from bot.store.lookups import Brief

log = logging.getLogger(__name__)

ABOUT = frozenset({Action.DECLARE, Action.UPDATE, Action.RESOLVE, Action.REOPEN})
# So many of the team's own are looked through for those that may be meant.
_LATELY = 20


def terms_of(settings: Settings) -> Terms:
    """Return who is told of what the team declares, and for how long what is over may go on again."""
    return Terms(settings.routes, settings.services, Rotas(settings.oncalls), settings.reopen_within)


@dataclass(frozen=True, slots=True)
class Declaring:
    """What it takes to hear the team."""

    database: Database
    catalog: Catalog
    clock: Clock
    serving: Serving
    terms: Terms

    async def answer(self, asked: Asked) -> tuple[bool, Reply]:
        """Do what somebody says; returns whether anything came of it, and the answer."""
        if asked.command.action is Action.DECLARE:
            return await self._declare(asked)
        asked, found = await self._meant(asked)
        if isinstance(found, Reply):
            return False, found
        return await self._steer(asked, found)

    async def form(self, asked: Asked) -> Form | Reply:
        """Return what is to be asked of somebody who wants this, or why it can not be done."""
        command = asked.command
        if command.action is Action.DECLARE:
            return forms.declaring([one.name for one in self.serving.ours], command.incident or "")
        asked, found = await self._meant(asked)
        if isinstance(found, Reply):
            return found
        if command.action is not Action.UPDATE:
            return forms.ending(command.action, found)
        known = await lookups.one(self.database, found, 1)
        if known is None or not is_ours(known[0]) or not known[0].is_open:
            # It is as it would be with words: they would be lost.
            _, reply = await self._steer(asked, found)
            return reply
        return forms.updating(known[0])

    async def _declare(self, asked: Asked) -> tuple[bool, Reply]:
        command, now = asked.command, self.clock.now()
        if not command.title:
            return False, steered.no_title()
        services: list[str] = []
        for name in command.services:
            known = self.serving.named(name) or self.serving.partly(name)
            if len(known) != 1:
                return False, steered.no_service(name, [one.name for one in self.serving.ours])
            services.append(known[0].name)
        asked = replace(asked, command=replace(command, services=tuple(dict.fromkeys(services))))

        def decide(around: stored.Around) -> Outcome:
            return ours.declare(asked, around.others, around.old, self._terms(around.overrides), now)

        follows = await self._followed(command.incident)
        outcome = await stored.declare(self.database, follows, decide, now)
        return self._said(outcome, asked, now)

    async def _followed(self, which: str | None) -> str | None:
        found = await lookups.named(self.database, which) if which else ()
        return found[0].id if len(found) == 1 else None

    async def _steer(self, asked: Asked, incident: str) -> tuple[bool, Reply]:
        now = self.clock.now()

        def decide(one: Incident, recent: Sequence[TimelineEntry], overrides: tuple[Override, ...]) -> Outcome:
            return steering.steer(one, asked, recent, self._terms(overrides), now)

        outcome = await stored.steer(self.database, incident, decide, now)
        if outcome is None:
            return False, remarks.no_incident(incident)
        against: list[str] = []
        if outcome.verdict is Verdict.FOREIGN:
            views = steering.standing_against(outcome.incident)
            stands = await standings.some(self.database, [view.key.partition("|")[0] for view in views])
            against = steered.against(views, outcome.incident, {one.key: one for one in stands}, now)
        return self._said(outcome, asked, now, against)

    def _said(self, outcome: Outcome, asked: Asked, now: datetime, against: Sequence[str] = ()) -> tuple[bool, Reply]:
        for entry in outcome.entries:
            log.info("said incident=%s seq=%d kind=%s by=%s", entry.incident, entry.seq, entry.kind, entry.person)
        return bool(outcome.entries), steered.answered(outcome, asked, self.terms, now, against)

    def _terms(self, overrides: tuple[Override, ...]) -> Terms:
        return replace(self.terms, rotas=Rotas(self.terms.rotas.rotas, overrides))

    async def _meant(self, asked: Asked) -> tuple[Asked, str | Reply]:
        """Return which incident is meant; an end or a beginning is never guessed where several may be."""
        command = asked.command
        found = await self._named(asked)
        if found is None and command.incident:
            # `update re-index-2 is done`: what looked like an id was the first word of what somebody says.
            words = f"{command.incident} {command.text}".strip()
            asked = replace(asked, command=replace(command, incident=None, text=words))
            found = await self._named(asked)
        if found is None:
            asked, found = await self._by_words(asked)
        if not found.briefs:
            return asked, steered.none_of_ours(command.action)
        if len(found.briefs) > 1:
            return asked, _which(asked.command, found.briefs)
        return asked, found.briefs[0].id

    async def _named(self, asked: Asked) -> Found | None:
        """Return what is meant by its name, or by the thread; None if neither tells."""
        if not asked.command.incident and asked.thread is None:
            return None
        found = await find(self.database, self.catalog, asked)
        return found if found.briefs and not found.is_guess else None

    async def _by_words(self, asked: Asked) -> tuple[Asked, Found]:
        """Without a name the team's own is meant; `resolve checkout` names it by a word of its title."""
        command, now = asked.command, self.clock.now()
        mine = [one for one in await stored.ours(self.database, _LATELY) if is_ours(one)]
        over = command.action is Action.REOPEN
        fitting = [one for one in mine if one.is_open is not over]
        # What is over for too long is meant only if there is nothing else: then that is said of it.
        briefs = tuple(_brief(one) for one in [i for i in fitting if not self._is_late(i, now)] or fitting[:1])
        if command.action is Action.UPDATE or not command.text:
            return asked, Found(briefs)
        every = briefs if over else (*briefs, *await lookups.briefs(self.database))
        named = tuple(dict.fromkeys(matching(every, self.catalog, command.text)))
        if not named:
            return asked, Found(briefs)
        return replace(asked, command=replace(command, text="")), Found(named)

    def _is_late(self, one: Incident, now: datetime) -> bool:
        return one.resolved_at is not None and now - one.resolved_at > self.terms.reopen_within


def _brief(one: Incident) -> Brief:
    return Brief(one.id, one.vendor, one.name, one.title, one.impact, one.started_at, one.is_open)


def _which(command: Command, briefs: Sequence[Brief]) -> Reply:
    choices = [(label(brief), spell(replace(command, incident=brief.id))) for brief in briefs]
    return steered.which(choices)
