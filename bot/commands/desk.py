"""Where people's questions and clicks go, from whatever platform: answered from the database, at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands import oncall, routes
from bot.commands.calling import Callers, nobody
from bot.commands.finding import Found, begun, find, label, matching
from bot.commands.health import health
from bot.commands.linking import relink
from bot.commands.oncall import Duties
from bot.commands.overview import Overview
from bot.commands.recording import Recording
from bot.commands.reporting import Hearing, Reporting
from bot.commands.routes import Routes
from bot.commands.serving import Serving
from bot.commands.vendors import Fetch, Vendors
from bot.commands.watching import Watches
from bot.core import acted, actions, cards, histories, remarks
from bot.core.access import ADMINISTERING, Access
from bot.core.actions import DEEDS, Acted
from bot.core.calling import CallerView
from bot.core.grammar import Misunderstood, parse, spell
from bot.core.holding import Ruling
from bot.core.message import Reply, line
from bot.core.people import as_of
from bot.core.rota import Rotas
from bot.core.rules import Oncall, Service
from bot.model import Action, Asked, Command, Incident, Person, Ref, TimelineEntry
from bot.ports import Answer
from bot.ports import Desk as Port
from bot.store import incidents, lookups, overrides
from bot.store.database import Database
from bot.store.lookups import Brief

log = logging.getLogger(__name__)

# As many choices as Discord shows while somebody types.
# https://discord.com/developers/docs/interactions/application-commands#autocomplete
_COMPLETIONS = 25
_EVERYBODY = Access()
_OF_INCIDENTS = frozenset({Action.DETAILS, Action.JOIN, Action.UNLINK})
_ENTRIES = 3 * histories.MOST_ENTRIES


class Desk(Port):
    """Answers from the database.

    `due` is set when something is to be told; `fetch` reads pages nobody watches; `hearing` takes in
    what people report.
    """

    def __init__(  # noqa: PLR0913, PLR0917  (all that an answer may need)
        self,
        database: Database,
        catalog: Catalog,
        clock: Clock,
        due: asyncio.Event,
        fetch: Fetch,
        hearing: Hearing,
        access: Access = _EVERYBODY,
        services: tuple[Service, ...] = (),
    ) -> None:
        """Ask nothing yet.

        `platforms` says what is wrong with them, `jobs` which are waited for, a line each; `callers` how all stand who
        call in; `rotas` are who takes turns, `ruling` is where incidents are told.
        """
        self.rotas: tuple[Oncall, ...] = ()
        self.ruling = Ruling()
        self.platforms: Callable[[], Sequence[str]] = tuple
        self.jobs: Callable[[], Sequence[str]] = tuple
        self.callers: Callers = nobody
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._due = due
        self._access = access
        self._serving = Serving(database, catalog, clock, services)
        self._vendors = Vendors(database, catalog, clock, fetch, self._serving, self._calling)
        self._watches = Watches(database, catalog, clock, fetch)
        self._overview = Overview(database, catalog, clock, self._serving)
        self._recording = Recording(database, catalog, clock)
        self._reporting = Reporting(database, catalog, clock, hearing)

    async def _calling(self) -> Sequence[CallerView]:
        return await self.callers()

    async def ask(self, asked: Asked) -> Answer:
        """Do what is asked; whatever goes wrong, there is an answer."""
        return await self._safely(lambda: self._do(asked))

    async def say(self, text: str, asked_by: Person, *, address: str = "", thread: Ref | None = None) -> Answer:
        """Do what somebody typed."""
        return await self._safely(lambda: self._said(text, asked_by, address, thread))

    async def complete(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return open incidents that the words may mean, the likeliest first: label and id."""
        return await self._offered(lambda: self._open(typed))

    async def _open(self, typed: str) -> tuple[tuple[str, str], ...]:
        found = await lookups.briefs(self._database)
        if typed.strip():
            begun = tuple(b for b in found if b.id.casefold().startswith(typed.strip().casefold()))
            found = tuple(dict.fromkeys((*begun, *matching(found, self._catalog, typed))))
        return tuple((label(brief), brief.id) for brief in found[:_COMPLETIONS])

    async def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return what a status may be asked of: the watched, those in trouble first; then the rest of the catalog."""
        return await self._offered(lambda: self._vendors.suggest(typed, _COMPLETIONS))

    async def home(self, person: Person) -> Reply:
        """Return the open incidents, and how everything watched stands."""
        del person  # everybody sees the same, so far
        return (await self._safely(self._home)).reply

    async def _home(self) -> Answer:
        return Answer(await self._overview.home())

    async def _offered(self, work: Callable[[], Awaitable[tuple[tuple[str, str], ...]]]) -> tuple[tuple[str, str], ...]:
        """Whatever goes wrong, what is being typed can be sent as it is."""
        try:
            return await work()
        except Exception:
            log.exception("nothing could be offered")
            return ()

    async def _safely(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            return await work()
        except Exception:
            log.exception("an answer failed")
            return Answer(remarks.failed())

    async def _said(self, text: str, by: Person, address: str, thread: Ref | None) -> Answer:
        command = parse(text)
        if isinstance(command, Misunderstood):
            if command.otherwise is None or not await self._is_name(command.otherwise):
                return Answer(remarks.misunderstood(command))
            command = command.otherwise
        return await self._do(Asked(command=command, person=by, address=address, thread=thread))

    async def _is_name(self, otherwise: Command) -> bool:
        """Whether a word that is almost a verb is really the name of something."""
        wanted = otherwise.query or otherwise.incident or ""
        if otherwise.action is Action.STATUS:
            return await self._vendors.knows(wanted)
        return bool(await lookups.named(self._database, wanted))

    async def _do(self, asked: Asked) -> Answer:
        action = asked.command.action
        if not self._access.permits(asked.person, action):
            log.info("not permitted action=%s person=%s", action, asked.person.key)
            return Answer(acted.not_permitted(action))
        if action in ADMINISTERING or action in {Action.OVERRIDE, Action.UNOVERRIDE}:
            log.info("asked for action=%s what=%s person=%s", action, asked.command.query, asked.person.key)
        if action in DEEDS or action in _OF_INCIDENTS:
            return Answer(await self._about_incident(asked))
        if action in routes.ABOUT:
            agreed = await overrides.agreed(self._database, self._clock.now())
            ruling = replace(self.ruling, rotas=Rotas(self.ruling.rotas.rotas, agreed))
            return Answer(await Routes(self._database, self._catalog, ruling).answer(asked.command, self._clock.now()))
        if action in oncall.ABOUT:
            return Answer(await Duties(self._database, self.rotas).answer(asked, self._clock.now()))
        if action is Action.REPORT:
            return Answer(await self._reporting.answer(asked))
        return await self._answer(asked.command)

    async def _answer(self, command: Command) -> Answer:
        if command.action is Action.STATUS and command.query:
            return await self._vendors.answer(command.query)
        if command.action is Action.WATCH:
            return await self._watches.add(command.query)
        return Answer(await self._shown(command))

    async def _shown(self, command: Command) -> Reply:
        match command.action:
            case Action.STATUS:
                return await self._overview.everything(await self.callers())
            case Action.HISTORY:
                return await self._recording.answer(command.query)
            case Action.INCIDENTS:
                return await self._overview.incidents(command.query)
            case Action.UNWATCH:
                return await self._watches.remove(command.query)
            case Action.WATCHES:
                return await self._watches.listed()
            case Action.HEALTH:
                return await health(self._database, self._catalog, self._clock.now(), self.platforms(), self.jobs())
            case _:
                return remarks.usage()

    async def _about_incident(self, asked: Asked) -> Reply:
        asked, found = await self._serving.find(asked) or await self._find(asked)
        command = asked.command
        if not found.briefs:
            return remarks.no_incident(command.incident)
        if len(found.briefs) > 1:
            return remarks.which(command, _choices(found.briefs, command))
        (one,) = found.briefs
        reply = await self._of(one, asked)
        return await self._with_others(reply, one, command) if found.is_guess else reply

    async def _find(self, asked: Asked) -> tuple[Asked, Found]:
        found = await find(self._database, self._catalog, asked)
        command = asked.command
        if found.briefs or command.action is not Action.NOTE or not command.incident:
            return asked, found
        # `note us-east-1 is back`: what looked like an id was the first word of the note.
        asked = replace(asked, command=replace(command, incident=None, text=f"{command.incident} {command.text}"))
        return asked, await find(self._database, self._catalog, asked)

    async def _with_others(self, reply: Reply, chosen: Brief, command: Command) -> Reply:
        """Nobody said which incident: if several are open, say which was taken, and offer the others."""
        going_on = begun(await lookups.briefs(self._database, limit=6))
        others = [brief for brief in going_on if brief.id != chosen.id]
        if not others:
            return reply
        parts = (*reply.message.parts, line("The newest open incident was taken. Others are open too."))
        return replace(reply, message=replace(reply.message, parts=parts), choices=_choices(others, command))

    async def _of(self, one: Brief, asked: Asked) -> Reply:
        if asked.command.action is Action.DETAILS:
            return await self._details(one)
        if asked.command.action not in {Action.JOIN, Action.UNLINK}:
            return await self._act(asked, one)
        done, reply = await relink(self._database, self._catalog, asked, one, self._clock.now())
        if done:
            self._due.set()
        return reply

    async def _details(self, brief: Brief) -> Reply:
        found = await lookups.one(self._database, brief.id, _ENTRIES)
        if found is None:
            return remarks.no_incident(brief.id)
        (incident, entries), now = found, self._clock.now()
        plans = cards.plans(incident, await self._serving.conditions(incident), now)
        return histories.details(as_of(incident, now), entries, plans)

    async def _act(self, asked: Asked, brief: Brief) -> Reply:
        now = self._clock.now()

        def decide(incident: Incident, recent: Sequence[TimelineEntry]) -> Acted:
            return actions.act(incident, asked, now, recent)

        done = await incidents.act(self._database, brief.id, decide, now)
        if done is None:
            return remarks.no_incident(brief.id)
        for entry in done.entries:
            log.info("noted incident=%s seq=%d kind=%s by=%s", entry.incident, entry.seq, entry.kind, entry.person)
        if done.entries:
            self._due.set()
        return acted.acted(done, asked.command.action, now)


def _choices(briefs: Sequence[Brief], command: Command) -> tuple[tuple[str, str], ...]:
    """Return the same command for each of some incidents."""
    return tuple((label(brief), spell(replace(command, incident=brief.id))) for brief in briefs)
