"""The composition root and nothing else: settings become objects, objects become loops, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from adapters.console import Console
from bot import __version__, boards, callers, catalog, garbage, logs, paging, plugins, process, reaching
from bot import settings as configuration
from bot.checks import PROBE_LIMITS, probes_of
from bot.clock import AgreedClock, Clock
from bot.commands import calling
from bot.commands.declaring import terms_of
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.errors import StoreUnavailable
from bot.fetch import EgressPolicy, Fetcher
from bot.loops import own, people
from bot.loops.checking import Probing
from bot.loops.deliver import Delivering, deliver
from bot.loops.escalate import Escalating, escalate
from bot.loops.fleet import Fleet, keep, leave
from bot.loops.forget import Forgetting, forget
from bot.loops.heed import Heeding, heed
from bot.loops.hold import Holding, hold
from bot.loops.probing import probe
from bot.loops.recognising import read_once
from bot.loops.remind import Reminding, remind
from bot.loops.revisit import Revisiting, revisit
from bot.loops.sight import Eyes, recall
from bot.loops.supervise import DATABASE_PAUSE, Crashes, supervise
from bot.loops.take_in import Rules
from bot.loops.telling import Told
from bot.loops.watch import Watching, watch
from bot.model import Source
from bot.ports import Chat, Platform
from bot.settings import Settings
from bot.store import announcements, sources
from bot.store.database import Database, claim_purpose, migrate, open_database
from bot.store.installations import Kept

if TYPE_CHECKING:
    from adapters.discord.connect import Keys as DiscordKeys
    from adapters.slack.connect import Keys

log = logging.getLogger("sitrep")
T = TypeVar("T")

_PATIENCE = 30


async def run(settings: Settings) -> None:
    """Watch and deliver until told to stop; what is under way is then finished."""
    stop = process.told_to_stop()
    logs.to_stderr(settings.log_level, settings.log_format)
    process.allow_many_connections()
    clock = AgreedClock()
    watched = configuration.sources(settings, catalog.load(), plugins.discover("bot.feeds"))
    # A process may come again under its number, and a container under its name.
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
    database = open_database(settings.database.reveal(), name)
    fleet = Fleet(database, clock, name, __version__, asyncio.Event())
    try:
        database.hold()
        await migrate(database)
        all_of_it = (*watched, *map(configuration.source_of, settings.probes))
        await _patiently(partial(_prepare, database, all_of_it, clock.now()), clock)
        _announce(settings, len(watched))
        egress = EgressPolicy.allowing(*settings.egress_allow)
        async with (
            Fetcher(egress=egress, now=clock.now) as fetcher,
            Fetcher(egress=egress, now=clock.now, limits=PROBE_LIMITS) as web,
        ):
            await _loops(settings, fleet, (fetcher, web), watched, stop)
        await leave(fleet)
    finally:
        await database.close()


async def _patiently(work: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Do what may be done twice; a database that was there a moment ago is waited for."""
    for _ in range(_PATIENCE):
        try:
            return await work()
        except StoreUnavailable as error:
            log.warning("starting waits for the database: %s", error)
        await clock.sleep(DATABASE_PAUSE)
    return await work()


async def _prepare(database: Database, watched: Sequence[Source], now: datetime) -> None:
    await claim_purpose(database, "run")
    if database.is_sqlite:
        await sources.release_all(database)
        await announcements.release_all(database)
    # A person may have mended what was in the way; if not, it is parked again.
    await announcements.revive(database, now)
    await sources.register(database, watched, now)


async def _loops(
    settings: Settings,
    fleet: Fleet,
    fetchers: tuple[Fetcher, Fetcher],
    watched: Sequence[Source],
    stop: asyncio.Event,
) -> None:
    fetcher, web = fetchers
    database, clock, owner, due = fleet.database, fleet.clock, fleet.id, fleet.due
    dice = random.SystemRandom().random
    rules = Rules(settings.routes, settings.services, settings.thresholds, settings.oncalls, settings.bursts)
    heard = people.People(database, rules, settings.people, clock, due)
    desk = desk_of(settings, heard, fetcher)
    chats = _chats(settings, desk, fleet)
    desk.visits = {chat.platform.name: chat.visit for chat in chats if chat.visit is not None}
    platforms = _console(settings) | {chat.platform.name: chat.platform for chat in chats}
    delivering = Delivering(database, platforms, clock, owner, dice, due, None, rules.ruling, fleet.held, fleet.shards)
    eyes = Eyes(database, clock, settings.witnesses)
    await _patiently(partial(recall, eyes), clock)
    watching = Watching(
        database, fetcher, rules, clock, owner, dice, due, Told(len(watched), pages_lost=eyes.pages_lost)
    )
    checks = Probing(database, web, rules, clock, owner, due, probes_of(settings), eyes, settings.windows)
    mine = own.Own(database, delivering, own.places(settings.routes), clock, due, lambda: eyes.blind_since)
    escalating = Escalating(database, reaching.plans_of(settings), clock, due)
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "fleet": partial(keep, fleet),
        "watch": partial(watch, watching),
        "probe": partial(probe, checks),
        "deliver": partial(deliver, delivering),
        "revisit": partial(revisit, Revisiting(database, fetcher, rules, clock, due)),
        "remind": partial(remind, Reminding(database, fetcher, rules, clock, due)),
        "heed": partial(heed, Heeding(database, rules, clock, due)),
        "hold": partial(hold, Holding(database, rules.ruling, clock, due)),
        "escalate": partial(fleet.alone, "escalation", partial(escalate, escalating)),
        "people": partial(people.mind, heard),
        "own": partial(own.tell, mine),
        "forget": partial(forget, Forgetting(database, settings.audit_keep, clock)),
    }
    for chat in chats:
        loops |= chat.loops
    routes = [route for chat in chats for route in chat.routes]
    around = callers.Around(database, rules, clock, due, watched)
    routes += callers.routes(settings, around, loops)
    those = calling.expected(settings, watched, catalog.load())
    desk.callers = lambda: calling.views(database, those, clock.now())
    desk.trail.directories = {chat.platform.name: chat.directory for chat in chats if chat.directory is not None}
    desk.platforms, desk.jobs = partial(_conditions, chats), partial(_shown, around.shown)
    boards.serve(settings, database, clock, routes, loops)
    garbage.seldom()
    await _until_stopped(loops, chats, clock, dice, stop)


def desk_of(settings: Settings, heard: people.People, fetcher: Fetcher) -> Desk:
    """Return the desk that answers people, and hands on what they report."""
    fetch = partial(read_once, fetcher, now=heard.clock.now)
    hearing = Hearing(partial(people.report, heard), heard.terms)
    around = (heard.database, catalog.load(), heard.clock, heard.announced)
    desk = Desk(*around, fetch, hearing, settings.access, heard.rules.services)
    desk.rotas, desk.plans, desk.configured = settings.oncalls, reaching.plans_of(settings), reaching.routed(settings)
    desk.ours = terms_of(settings)
    desk.ruling = heard.rules.ruling
    return desk


async def _until_stopped(
    loops: Mapping[str, Callable[[], Awaitable[None]]],
    chats: Sequence[Chat],
    clock: Clock,
    dice: Callable[[], float],
    stop: asyncio.Event,
) -> None:
    crashes = Crashes()
    tasks = [
        asyncio.create_task(supervise(name, loop, clock=clock, chance=dice, crashes=crashes), name=name)
        for name, loop in loops.items()
    ]
    tasks += [asyncio.create_task(chat.check(), name=f"{chat.platform.name}-check") for chat in chats]
    await stop.wait()
    log.info("stopping: finishing what is under way")
    # Others count on a sign of life for as long as anything of ours may still be sent.
    lasting = [task for task in tasks if task.get_name() == "fleet"]
    for some in ([task for task in tasks if task not in lasting], lasting):
        for task in some:
            task.cancel()
        await asyncio.gather(*some, return_exceptions=True)
    for chat in chats:
        await chat.close()


def _conditions(chats: Sequence[Chat]) -> tuple[str, ...]:
    return tuple(line for chat in chats for line in chat.condition().splitlines())


def _shown(some: callers.Shown) -> tuple[str, ...]:
    return tuple(chain.from_iterable(one() for one in some))


def _console(settings: Settings) -> dict[str, Platform]:
    console = Console(sys.stdout, settings.console_log, colour=sys.stdout.isatty())
    return {console.name: console}


def _chats(settings: Settings, desk: Desk, fleet: Fleet) -> tuple[Chat, ...]:
    """Return the chat platforms that there are tokens for."""
    database, clock = fleet.database, fleet.clock

    async def revive(platform: str) -> None:
        await announcements.revive(database, clock.now(), platform)
        fleet.due.set()

    addresses = [to for to in reaching.addressed(settings) if to.address]
    chats = []
    if settings.slack.is_configured:
        from adapters.slack.connect import Around, connect  # noqa: PLC0415  (a third of a second, for those who use it)

        here = tuple(to.address for to in addresses if to.platform == "slack")
        rooms = tuple(room.partition(":")[2] for room, _ in settings.access.channels if room.startswith("slack:"))
        around = Around(clock.now, revive, Kept(database, "slack"), here, settings.access.groups, rooms)
        chats.append(connect(slack_keys(settings.slack), desk, around))
    if settings.discord.token is not None:
        there = tuple(to.address for to in addresses if to.platform == "discord")
        chats.append(_discord(settings.discord, desk, fleet, revive, there))
    return (*chats, *paging.chats(settings, database, clock.now))


def _discord(
    discord: configuration.Discord,
    desk: Desk,
    fleet: Fleet,
    revive: Callable[[str], Awaitable[None]],
    addresses: tuple[str, ...],
) -> Chat:
    from adapters.discord.connect import Around, connect  # noqa: PLC0415  (half a second, for those who use it)

    around = Around(
        now=fleet.clock.now,
        revive=revive,
        kept=Kept(fleet.database, "discord"),
        alone=partial(fleet.alone, "discord-gateway"),
        addresses=addresses,
        crew=lambda: fleet.crew,
    )
    return connect(discord_keys(discord), desk, around)


def discord_keys(discord: configuration.Discord) -> DiscordKeys:
    """Return what the bot is known by on Discord."""
    from adapters.discord.connect import Keys as DiscordKeys  # noqa: PLC0415  (as above)

    token = _revealed(discord.token) or ""
    return DiscordKeys(token=token, api_url=discord.api_url, gateway_url=discord.gateway_url)


def slack_keys(slack: configuration.Slack) -> Keys:
    """Return what Slack's app is known by."""
    from adapters.slack.connect import Keys  # noqa: PLC0415  (as above)

    return Keys(
        bot_token=_revealed(slack.bot_token),
        app_token=_revealed(slack.app_token),
        signing_secret=_revealed(slack.signing_secret),
        client_id=slack.client_id,
        client_secret=_revealed(slack.client_secret),
        api_url=slack.api_url,
    )


def _revealed(secret: configuration.Secret | None) -> str | None:
    return secret.reveal() if secret else None


def _announce(settings: Settings, pages: int) -> None:
    origin = settings.config_path.name if settings.config_path else "no sitrep.toml, so the default watch list"
    probes = len(settings.probes)
    own_checks = f" and {probes} probe{'s' if probes > 1 else ''}" if probes else ""
    watched = "1 status page" if pages == 1 else f"{pages} status pages"
    log.info("watching %s%s (%s); Ctrl-C stops", watched, own_checks, origin)
