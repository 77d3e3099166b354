"""The composition root and nothing else: settings become objects, objects become loops, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from adapters.console import Console
from bot import boards, callers, catalog, garbage, hiding, paging, plugins, process, reaching
from bot import settings as configuration
from bot.checks import PROBE_LIMITS, probes_of
from bot.clock import SystemClock
from bot.commands import calling
from bot.commands.declaring import terms_of
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.fetch import EgressPolicy, Fetcher
from bot.loops import own, people
from bot.loops.alive import Alive, alive, watch_lag
from bot.loops.attach import Attaching, attach
from bot.loops.checking import Probing
from bot.loops.deliver import Delivering, deliver
from bot.loops.escalate import Escalating, escalate
from bot.loops.forget import Forgetting, forget
from bot.loops.heed import Heeding, heed
from bot.loops.hold import Holding, hold
from bot.loops.probing import probe
from bot.loops.recognising import read_once
from bot.loops.remind import Reminding, remind
from bot.loops.report import Reporting, report
from bot.loops.revisit import Revisiting, revisit
from bot.loops.sight import Eyes, recall
from bot.loops.supervise import Crashes, supervise
from bot.loops.take_in import Rules
from bot.loops.telling import Told
from bot.loops.watch import Watching, watch
from bot.model import Source
from bot.ports import Chat, Platform
from bot.settings import Settings
from bot.store import announcements, listed, roles, sources
from bot.store.database import Database, claim_purpose, is_ready, migrate, open_database
from bot.store.installations import Kept
from bot.vitals import Pace, Vitals
from bot.web.board.beside import Beside

if TYPE_CHECKING:
    from adapters.discord.connect import Keys as DiscordKeys
    from adapters.slack.connect import Keys
    from bot.core.afterwards import Written
    from bot.core.report.material import Material
    from bot.model import TimelineEntry
    from bot.store.errands import Errand

log = logging.getLogger("sitrep")


async def run(settings: Settings) -> None:
    """Watch and deliver until told to stop; what is under way is then finished."""
    stop = process.told_to_stop()
    process.log_to_stderr(settings.log_level)
    hiding.hide(configuration.secrets_of(settings))
    process.allow_many_connections()
    clock = SystemClock()
    watched = configuration.sources(settings, catalog.load(), plugins.discover("bot.feeds"))
    database = open_database(settings.database.reveal())
    try:
        database.hold()
        await _prepare(database, clock.now())
        witnesses = map(configuration.source_of, settings.probes)
        await sources.register(database, (*watched, *witnesses), clock.now())
        _announce(settings, len(watched))
        egress = EgressPolicy.allowing(*settings.egress_allow)
        async with (
            Fetcher(egress=egress, now=clock.now) as fetcher,
            Fetcher(egress=egress, now=clock.now, limits=PROBE_LIMITS) as web,
        ):
            await _loops(settings, database, (fetcher, web), clock, watched, stop)
    finally:
        await database.close()


async def _prepare(database: Database, now: datetime) -> None:
    await migrate(database)
    await claim_purpose(database, "run")
    await listed.catch_up(database)
    if database.is_sqlite:
        await sources.release_all(database)
        await announcements.release_all(database)
    # A person may have mended what was in the way; if not, it is parked again.
    await announcements.revive(database, now)


async def _loops(
    settings: Settings,
    database: Database,
    fetchers: tuple[Fetcher, Fetcher],
    clock: SystemClock,
    watched: Sequence[Source],
    stop: asyncio.Event,
) -> None:
    fetcher, web = fetchers
    owner = f"{socket.gethostname()}-{os.getpid()}"
    due = asyncio.Event()
    dice = random.SystemRandom().random
    rules = Rules(
        settings.routes, settings.services, settings.thresholds, settings.oncalls, settings.bursts, settings.board_url
    )
    crashes, gauges = Crashes(), boards.counting()
    database.gauges = gauges
    vitals = Vitals(partial(is_ready, database), crashed=lambda: crashes.repeated(clock.now()))
    paced = partial(Pace, clock, vitals.turns)
    heard = people.People(database, rules, settings.people, paced("people"), due)
    desk = desk_of(settings, heard, fetcher)
    chats = _chats(settings, desk, database, clock, due)
    desk.visits = {chat.platform.name: chat.visit for chat in chats if chat.visit is not None}
    platforms = _console(settings) | {chat.platform.name: chat.platform for chat in chats}
    turned = partial(vitals.turns.turned, "deliver")
    delivering = Delivering(
        database, platforms, clock, owner, dice, due, ruling=rules.ruling, gauges=gauges, turned=turned
    )
    delivering.report = report_of(settings, database)
    eyes = Eyes(database, clock, settings.witnesses)
    await recall(eyes)
    told = Told(len(watched), pages_lost=eyes.pages_lost)
    watching = Watching(database, fetcher, rules, paced("watch"), owner, dice, due, told, gauges=gauges)
    checks = Probing(database, web, rules, paced("probe"), owner, due, probes_of(settings), eyes, settings.windows)
    checks.gauges = gauges
    mine = own.Own(database, delivering, own.places(settings.routes), paced("own"), due, lambda: eyes.blind_since)
    escalating = Escalating(database, reaching.plans_of(settings), paced("escalate"), due, gauges)
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "watch": partial(watch, watching),
        "probe": partial(probe, checks),
        "deliver": partial(deliver, delivering),
        "revisit": partial(revisit, Revisiting(database, fetcher, rules, paced("revisit"), due)),
        "remind": partial(remind, Reminding(database, fetcher, rules, paced("remind"), due)),
        "heed": partial(heed, Heeding(database, rules, paced("heed"), due)),
        "hold": partial(hold, Holding(database, rules.ruling, paced("hold"), due)),
        "escalate": partial(escalate, escalating),
        "report": partial(report, Reporting(database, settings.reports, paced("report"), due)),
        "people": partial(people.mind, heard),
        "own": partial(own.tell, mine),
        "forget": partial(forget, Forgetting(database, settings.audit_keep, paced("forget"))),
        "lag": partial(watch_lag, gauges, clock),
    }
    for chat in chats:
        loops |= chat.loops
    routes = [route for chat in chats for route in chat.routes]
    if settings.heartbeat_url is not None:
        loops["alive"] = partial(alive, Alive(settings.heartbeat_url.reveal(), web, vitals, paced("alive"), gauges))
    around = callers.Around(database, rules, clock, due, watched, gauges=gauges, turns=vitals.turns)
    routes += callers.routes(settings, around, loops)
    those = calling.expected(settings, watched, catalog.load())
    desk.callers = lambda: calling.views(database, those, clock.now())
    desk.trail.directories = {chat.platform.name: chat.directory for chat in chats if chat.directory is not None}
    desk.platforms, desk.jobs = partial(reaching.conditions, chats), partial(_shown, around.shown)
    desk.trail.gauges = gauges
    vitals.platforms = partial(reaching.cut_off, chats)
    beside = Beside(settings.windows, desk.callers, desk.platforms, desk.jobs, clock.now())
    boards.serve(settings, boards.Around(database, clock, desk, vitals, gauges, beside), routes, loops)
    garbage.seldom()
    beginning = partial(supervise, clock=clock, chance=dice, crashes=crashes)
    await _until_stopped(loops, chats, beginning, stop, vitals)


def desk_of(settings: Settings, heard: people.People, fetcher: Fetcher) -> Desk:
    """Return the desk that answers people, and hands on what they report."""
    fetch = partial(read_once, fetcher, now=heard.clock.now)
    hearing = Hearing(partial(people.report, heard), heard.terms)
    around = (heard.database, catalog.load(), heard.clock, heard.announced)
    desk = Desk(*around, fetch, hearing, settings.access, heard.rules.services)
    desk.rotas, desk.plans, desk.configured = settings.oncalls, reaching.plans_of(settings), reaching.routed(settings)
    desk.ours = terms_of(settings)
    desk.ruling = heard.rules.ruling
    desk.board = reaching.boarding_of(settings)
    return desk


async def _until_stopped(
    loops: callers.Loops,
    chats: Sequence[Chat],
    beginning: Callable[[str, Callable[[], Awaitable[None]]], Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    vitals: Vitals,
) -> None:
    named = {name: asyncio.create_task(beginning(name, loop), name=name) for name, loop in loops.items()}
    # To the last it is answered that we are stopping, so that nobody is sent here any more.
    web = [named.pop("web")] if "web" in named else []
    tasks = [*named.values()]
    tasks += [asyncio.create_task(chat.check(), name=f"{chat.platform.name}-check") for chat in chats]
    await stop.wait()
    vitals.stopping = True
    log.info("stopping: finishing what is under way")
    for some in (tasks, web):
        for task in some:
            task.cancel()
        await asyncio.gather(*some, return_exceptions=True)
    for chat in chats:
        await chat.close()


def report_of(settings: Settings, database: Database) -> Callable[[Errand, TimelineEntry], Awaitable[Written]]:
    """Return what makes a report that is posted."""

    def write(material: Material, now: datetime) -> Written:
        from bot.written import posted  # noqa: PLC0415  (Pillow, for those who have a report posted)

        return posted(material, settings.reports.form, now)

    return partial(attach, Attaching(database, write))


def _shown(some: callers.Shown) -> tuple[str, ...]:
    return tuple(chain.from_iterable(one() for one in some))


def _console(settings: Settings) -> dict[str, Platform]:
    console = Console(sys.stdout, settings.console_log, colour=sys.stdout.isatty())
    return {console.name: console}


def _chats(
    settings: Settings, desk: Desk, database: Database, clock: SystemClock, due: asyncio.Event
) -> tuple[Chat, ...]:
    """Return the chat platforms that there are tokens for."""

    async def revive(platform: str) -> None:
        await announcements.revive(database, clock.now(), platform)
        due.set()

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
        chats.append(_discord(settings.discord, desk, database, clock, revive, there))
    return (*chats, *paging.chats(settings, database, clock.now))


def _discord(
    discord: configuration.Discord,
    desk: Desk,
    database: Database,
    clock: SystemClock,
    revive: Callable[[str], Awaitable[None]],
    addresses: tuple[str, ...],
) -> Chat:
    from adapters.discord.connect import Around, connect  # noqa: PLC0415  (half a second, for those who use it)

    alone = partial(roles.alone, database, "discord-gateway")
    around = Around(now=clock.now, revive=revive, kept=Kept(database, "discord"), alone=alone, addresses=addresses)
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
