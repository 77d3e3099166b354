"""Where people's questions and clicks go, from whatever platform: answered from the database, at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands import acting, declaring, oncall, routes
from bot.commands.acting import Acting
from bot.commands.answering import BEFORE_A_FORM, answered, offered, or_failed
from bot.commands.boarding import Boarding
from bot.commands.calling import Callers, nobody
from bot.commands.declaring import Declaring
from bot.commands.finding import as_told, label, matching
from bot.commands.following import Following, Visiting
from bot.commands.health import health
from bot.commands.muting import Mutes
from bot.commands.oncall import Duties
from bot.commands.overview import Overview
from bot.commands.recording import Recording
from bot.commands.reporting import Hearing, Reporting
from bot.commands.routes import Routes
from bot.commands.serving import Serving
from bot.commands.trail import Trail
from bot.commands.vendors import Fetch, Vendors
from bot.commands.watching import Watches
from bot.core import helping, remarks, team_verbs, whom
from bot.core.access import ADMINISTERING, Access
from bot.core.audit import without_secrets
from bot.core.calling import CallerView
from bot.core.chat_routes import routes_of
from bot.core.escalation import Plans
from bot.core.forms import Form
from bot.core.grammar import Misunderstood, parse
from bot.core.holding import Ruling
from bot.core.message import Reply
from bot.core.ours import Terms
from bot.core.rota import Rotas
from bot.core.rules import Oncall, Service
from bot.core.strangers import safe
from bot.model import Action, Asked, Command, Destination, Person, Ref
from bot.ports import Answer
from bot.ports import Desk as Port
from bot.store import chat_routes, lookups, overrides
from bot.store.database import Database

log = logging.getLogger(__name__)

# As many choices as Discord shows while somebody types.
# https://discord.com/developers/docs/interactions/application-commands#autocomplete
_COMPLETIONS = 25
_EVERYBODY = Access()
_HELP = Command(action=Action.HELP)


class Desk(Port):
    """Answers from the database.

    `due` is set when something is to be told; `fetch` reads pages nobody watches; `hearing` takes in
    what people report.  `expected` says what those are called that are configured, read or not.
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
        expected: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Ask nothing yet.

        `platforms` says what is wrong with them, `jobs` which are waited for, a line each; `callers` how all stand who
        call in; `rotas` are who takes turns, `plans` who is called when; `trail` knows who may do what; `visits` look
        at a channel on each platform, `configured` is where the file leads; `ours` who is told of what the team
        declares, `ruling` where incidents are told, `board` how people come to look instead.
        """
        self.rotas: tuple[Oncall, ...] = ()
        self.trail = Trail(database, clock, access, lambda: self.rotas)
        self.plans = Plans()
        self.ours = Terms(services=services)
        self.ruling = Ruling()
        self.board = Boarding()
        self.platforms: Callable[[], Sequence[str]] = tuple
        self.jobs: Callable[[], Sequence[str]] = tuple
        self.callers: Callers = nobody
        self.visits: Mapping[str, Visiting] | None = None
        self.configured: Sequence[Destination] = ()
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._due = due
        self._serving = Serving(database, catalog, clock, services, expected)
        self._vendors = Vendors(database, catalog, clock, fetch, self._serving, self._calling)
        self._watches = Watches(database, catalog, clock, fetch)
        self._overview = Overview(database, catalog, clock, self._serving)
        self._recording = Recording(database, catalog, clock)
        self._reporting = Reporting(database, catalog, clock, hearing)

    async def _calling(self) -> Sequence[CallerView]:
        return await self.callers()

    async def ask(self, asked: Asked) -> Answer:
        """Do what is asked; whatever goes wrong, there is an answer."""
        return await answered(lambda: self._do(asked))

    async def say(
        self, text: str, asked_by: Person, *, address: str = "", thread: Ref | None = None, request: str = ""
    ) -> Answer:
        """Do what somebody typed."""
        where = Asked(command=_HELP, person=asked_by, address=address, thread=thread, request=request)
        return await answered(lambda: self._said(text, where))

    async def refusal(self, asked: Asked) -> Reply | None:
        """Return what to tell somebody who may not do this, None if they may; if that can not be told, they may not."""
        return await or_failed(lambda: self.trail.refusal(asked), BEFORE_A_FORM)

    async def form(self, asked: Asked) -> Form | Reply:
        """Return what is to be filled in, or why there is nothing to fill in."""
        refused = await self.refusal(asked)
        if refused is not None:
            return refused
        return await or_failed(lambda: self._declaring.form(asked), BEFORE_A_FORM)

    @property
    def _declaring(self) -> Declaring:
        return Declaring(self._database, self._catalog, self._clock, self._serving, self.ours)

    async def services(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return services of our own that may be meant; what stands before the last comma is chosen already."""
        chosen, comma, last = typed.rpartition(",")
        names = [name for name in self._serving.suggest(last) if name not in chosen]
        found = [f"{chosen.strip()}, {name}" if comma else name for name in names]
        return tuple((one, one) for one in found[:_COMPLETIONS])

    async def complete(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return open incidents that the words may mean, the likeliest first: label and id."""
        return await offered(lambda: self._open(typed))

    async def _open(self, typed: str) -> tuple[tuple[str, str], ...]:
        found = await lookups.briefs(self._database)
        if typed.strip():
            begun = tuple(b for b in found if b.id.casefold().startswith(typed.strip().casefold()))
            found = tuple(dict.fromkeys((*begun, *matching(found, self._catalog, typed))))
            found = tuple(sorted(found, key=lambda brief: not brief.is_burst))
        else:
            found = as_told(found)
        return tuple((label(brief), brief.id) for brief in found[:_COMPLETIONS])

    async def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return what a status may be asked of: the watched, those in trouble first; then the rest of the catalog."""
        return await offered(lambda: self._vendors.suggest(typed, _COMPLETIONS))

    async def home(self, person: Person) -> Reply:
        """Return the open incidents, and how everything watched stands."""
        del person  # everybody sees the same, so far
        return (await answered(self._home)).reply

    async def _home(self) -> Answer:
        return Answer(await self._overview.home())

    async def _said(self, text: str, asked: Asked) -> Answer:
        command = parse(text)
        if isinstance(command, Misunderstood):
            if command.otherwise is None or not await self._is_meant(command.otherwise, asked):
                return Answer(remarks.misunderstood(command))
            command = command.otherwise
        return await self._do(replace(asked, command=command))

    async def _is_meant(self, otherwise: Command, asked: Asked) -> bool:
        """Whether a word that is almost a verb is really the name of something, or is plain where it was said."""
        wanted = otherwise.query or otherwise.incident or ""
        if otherwise.action is Action.WRITE_UP:
            there = asked.thread
            return there is not None and await lookups.of_root(self._database, asked.person.platform, there) is not None
        if otherwise.action is Action.STATUS:
            return await self._vendors.knows(wanted)
        return bool(await lookups.named(self._database, wanted))

    async def _do(self, asked: Asked) -> Answer:
        command = await self._reporting.understood(asked.command)
        title = team_verbs.titled(whom.worded(command.title))
        meant = replace(asked, command=replace(command, title=title, text=whom.worded(command.text)))
        return await self.trail.kept(meant, lambda: self._done(meant))

    async def _done(self, asked: Asked) -> Answer:
        action = asked.command.action
        _log(asked)
        if action is Action.MUTES or _mutes_a_vendor(asked.command):
            return Answer(await self._mutes().answer(asked, self._clock.now()))
        if action in declaring.ABOUT:
            done, reply = await self._declaring.answer(asked)
            if done:
                self._due.set()
            return Answer(reply)
        if action in acting.ABOUT:
            return Answer(await self._acting.answer(asked))
        if action in routes.ABOUT:
            return Answer(await self._routes(asked.command))
        if action in oncall.ABOUT:
            return Answer(await Duties(self._database, self.rotas).answer(asked, self._clock.now()))
        if action in {Action.FOLLOW, Action.UNFOLLOW, Action.WATCHES}:
            return await self._about_channels(asked)
        if action is Action.REPORT:
            return Answer(await self._reporting.answer(asked))
        if action is Action.BOARD:
            return Answer(await self.board.answer(self._database, asked, self._clock.now()))
        return await self._answer(asked.command)

    async def _about_channels(self, asked: Asked) -> Answer:
        following = Following(
            self._database, self._catalog, self._watches, self.trail.require, self.visits, self.configured
        )
        if asked.command.action is Action.WATCHES:
            return Answer(await following.listed(asked))
        if asked.command.action is Action.UNFOLLOW:
            return Answer(await following.unfollow(asked, self._clock.now()))
        answer = await following.follow(asked, self._clock.now())
        self._due.set()
        return answer

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
            case Action.AUDIT:
                return await self.trail.shown(command.query)
            case Action.HEALTH:
                said, board = (self.platforms(), self.jobs()), self.board.url
                return await health(self._database, self._catalog, self._clock.now(), *said, board)
            case _:
                return helping.usage(command.query)

    async def _routes(self, command: Command) -> Reply:
        now = self._clock.now()
        agreed = await overrides.agreed(self._database, now)
        asked = routes_of(self.ruling.routes, await chat_routes.made(self._database))
        ruling = replace(self.ruling, routes=asked, rotas=Rotas(self.ruling.rotas.rotas, agreed))
        return await Routes(self._database, self._catalog, ruling).answer(command, now)

    @property
    def _acting(self) -> Acting:
        around = (self._database, self._catalog, self._clock, self._due)
        return Acting(*around, self._serving, self.rotas, self.plans, self.board.url, self.board.links)

    def _mutes(self) -> Mutes:
        return Mutes(self._database, self._catalog, self.rotas)


def _log(asked: Asked) -> None:
    action = asked.command.action
    if action in ADMINISTERING or action in {Action.OVERRIDE, Action.UNOVERRIDE} or _mutes_a_vendor(asked.command):
        what = " ".join(safe(without_secrets(asked.command.query)).split())
        log.info("asked for action=%s what=%s person=%s", action, what, asked.person.key)


def _mutes_a_vendor(command: Command) -> bool:
    return command.action in {Action.MUTE, Action.UNMUTE} and bool(command.query)
