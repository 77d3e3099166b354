"""The composition root and nothing else: settings become objects, objects become loops, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from adapters.console import Console
from bot import (
    __version__,
    beginning,
    boards,
    callers,
    catalog,
    garbage,
    hiding,
    logs,
    otel,
    plugins,
    process,
    reaching,
)
from bot import settings as configuration
from bot.beginning import before, begin, patiently
from bot.chats import chats as chats_of
from bot.checks import PROBE_LIMITS, probes_of
from bot.clock import AgreedClock, elapsing
from bot.commands import calling
from bot.commands.declaring import terms_of
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core.reach import Reach
from bot.fetch import EgressPolicy, Fetcher
from bot.linked import links
from bot.loops import own, people, waits
from bot.loops.alive import Alive, alive, watch_lag
from bot.loops.attach import Attaching, attach
from bot.loops.checking import Probing
from bot.loops.deliver import Delivering, deliver
from bot.loops.escalate import Escalating, escalate
from bot.loops.fleet import Fleet, keep, leave
from bot.loops.forget import Forgetting, forget
from bot.loops.heed import Heeding, heed
from bot.loops.hold import Holding, hold
from bot.loops.latecomers import Latecomers, mind
from bot.loops.probing import probe
from bot.loops.reaching import Reaching
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
from bot.store.database import Database, is_ready, open_database
from bot.vitals import Pace, Vitals
from bot.web.board.beside import Beside

if TYPE_CHECKING:
    from bot.core.afterwards import Written
    from bot.core.report.material import Material
    from bot.model import TimelineEntry
    from bot.store.errands import Errand

log = logging.getLogger("sitrep")

# Longer than steps and answers under way are waited for, and all of it within ten seconds.
_LOOPS_END_WITHIN, _WEB_ENDS_WITHIN, _CLOSES_WITHIN = 5.5, 2.5, 1.0


async def run(settings: Settings) -> None:
    """Watch and deliver until told to stop; what is under way is then finished."""
    stop, name = process.told_to_stop(), beginning.name()
    logs.to_stderr(settings.log_level, settings.log_format)
    hiding.hide(configuration.secrets_of(settings))
    process.allow_many_connections()
    async with otel.exporting(settings, name):
        await _run(settings, name, stop)


async def _run(settings: Settings, name: str, stop: process.Stop) -> None:
    clock = AgreedClock()
    watched = configuration.sources(settings, catalog.load(), plugins.discover("bot.feeds"))
    database = open_database(settings.database.reveal(), name)
    database.told = beginning.tell_of_refusal
    fleet = Fleet(database, clock, name, __version__, asyncio.Event(), stop=stop)
    try:
        database.hold()
        all_of_it = (*watched, *map(configuration.source_of, settings.probes))
        if not await before(stop, begin(database, all_of_it, clock)):
            return
        _announce(settings, len(watched))
        egress = EgressPolicy.allowing(*settings.egress_allow)
        async with (
            Fetcher(egress=egress, now=clock.now) as fetcher,
            Fetcher(egress=egress, now=clock.now, limits=PROBE_LIMITS) as web,
        ):
            await _loops(settings, fleet, (fetcher, web), watched, stop)
        await leave(fleet, within=stop.left - _CLOSES_WITHIN)
    finally:
        await database.close()
    if fleet.outgrown is not None:
        raise fleet.outgrown


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
    rules = Rules(
        settings.routes, settings.services, settings.thresholds, settings.oncalls, settings.bursts, settings.board_url
    )
    gauges = boards.counting()
    crashes = Crashes(gauges)
    database.gauges = gauges
    vitals = Vitals(
        partial(is_ready, database), crashed=lambda: crashes.repeated(clock.now()), refused=lambda: database.refused
    )
    paced = partial(Pace, clock, vitals.turns)
    heard = people.People(database, rules, settings.people, paced("people"), due)
    desk = desk_of(settings, heard, fetcher)
    chats = chats_of(settings, desk, fleet)
    desk.visits = {chat.platform.name: chat.visit for chat in chats if chat.visit is not None}
    platforms = _console(settings) | {chat.platform.name: chat.platform for chat in chats}
    desk.board = replace(desk.board, links=partial(links, platforms))
    turned = partial(vitals.turns.turned, "deliver")
    delivering = Delivering(
        database,
        platforms,
        clock,
        owner,
        dice,
        due,
        ruling=rules.ruling,
        gauges=gauges,
        turned=turned,
        reaching=Reaching({chat.platform.name: Reach() for chat in chats if chat.is_one_place}),
    )
    delivering.term, delivering.shards = fleet.held, fleet.shards
    delivering.report = report_of(settings, database, platforms)
    eyes = Eyes(database, clock, settings.witnesses)
    sharing = waits.Sharing(
        database, {chat.platform.name: chat.waits for chat in chats}, paced("waits"), elapsing, lambda: fleet.crew
    )
    # Before anything is sent or judged: what was known when the last program ended, and what others know.
    if not await before(stop, patiently(partial(_remember, eyes, sharing), clock)):
        return
    told = Told(len(watched), pages_lost=eyes.pages_lost)
    watching = Watching(database, fetcher, rules, paced("watch"), owner, dice, due, told, gauges=gauges)
    checks = Probing(database, web, rules, paced("probe"), owner, due, probes_of(settings), eyes, settings.windows)
    checks.gauges = gauges
    mine = own.Own(database, delivering, own.places(settings.routes), paced("own"), due, lambda: eyes.blind_since)
    mine.named = frozenset(to for route in settings.routes for to in route.to)
    escalating = Escalating(database, reaching.plans_of(settings), paced("escalate"), due, gauges)
    rests = partial(partial, vitals.turns.rests)
    loops: dict[str, Callable[[], Awaitable[None]]] = {
        "watch": partial(watch, watching),
        "probe": partial(probe, checks),
        "deliver": partial(deliver, delivering),
        "latecomers": partial(mind, Latecomers(delivering, paced("latecomers"), gauges)),
        "revisit": partial(revisit, Revisiting(database, fetcher, rules, paced("revisit"), due)),
        "remind": partial(remind, Reminding(database, fetcher, rules, paced("remind"), due)),
        "heed": partial(heed, Heeding(database, rules, paced("heed"), due)),
        "hold": partial(hold, Holding(database, rules.ruling, paced("hold"), due)),
        "fleet": partial(keep, fleet),
        "escalate": partial(fleet.alone, "escalation", partial(escalate, escalating), rests("escalate")),
        "report": partial(
            fleet.alone,
            "reports",
            partial(report, Reporting(database, settings.reports, paced("report"), due)),
            rests("report"),
        ),
        "people": partial(people.mind, heard),
        "own": partial(own.tell, mine),
        "sight": partial(fleet.alone, "sight", partial(own.tell_of_sight, mine, paced("sight")), rests("sight")),
        "forget": partial(forget, Forgetting(database, settings.keep, paced("forget"))),
        "waits": partial(waits.share, sharing),
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
    desk.platforms, desk.jobs = partial(_ills, vitals, chats), partial(_shown, around.shown)
    desk.trail.gauges = gauges
    vitals.platforms = partial(reaching.cut_off, chats)
    vitals.takes = lambda: {name: name not in delivering.stopped for name in platforms}
    beside = Beside(settings.windows, desk.callers, desk.platforms, desk.jobs, clock.now())
    shown = boards.Around(database, clock, desk, vitals, gauges, beside, partial(links, platforms))
    boards.serve(settings, shown, routes, loops)
    garbage.seldom()
    begun = partial(supervise, clock=clock, chance=dice, crashes=crashes, waits=vitals.turns.rests)
    await _until_stopped(loops, chats, begun, stop, vitals)


async def _remember(eyes: Eyes, sharing: waits.Sharing) -> None:
    await recall(eyes)
    await waits.heard(sharing)


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
    begun: Callable[[str, Callable[[], Awaitable[None]]], Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    vitals: Vitals,
) -> None:
    named = {name: asyncio.create_task(begun(name, loop), name=name) for name, loop in loops.items()}
    # To the last it is answered that we are stopping, so that nobody is sent here any more; and others count on a sign
    # of life for as long as anything of ours may still be sent.
    last = [named.pop(name) for name in ("web", "fleet") if name in named]
    tasks = [*named.values()]
    tasks += [asyncio.create_task(chat.check(), name=f"{chat.platform.name}-check") for chat in chats]
    await stop.wait()
    vitals.stopping = True
    log.info("stopping: finishing what is under way")
    for some, seconds in ((tasks, _LOOPS_END_WITHIN), (last, _WEB_ENDS_WITHIN)):
        for task in some:
            task.cancel()
        # A database that hangs must not keep us: what was begun is recorded, and is read back.
        await asyncio.wait(some, timeout=seconds)
    for chat in chats:
        await chat.close()


def report_of(
    settings: Settings, database: Database, platforms: Mapping[str, Platform]
) -> Callable[[Errand, TimelineEntry], Awaitable[Written]]:
    """Return what makes a report that is posted."""

    def write(material: Material, now: datetime) -> Written:
        from bot.written import posted  # noqa: PLC0415  (Pillow, for those who have a report posted)

        return posted(material, settings.reports.form, now)

    return partial(attach, Attaching(database, write, partial(links, platforms)))


def _ills(vitals: Vitals, chats: Sequence[Chat]) -> tuple[str, ...]:
    return (*vitals.waits(), *reaching.conditions(chats))


def _shown(some: callers.Shown) -> tuple[str, ...]:
    return tuple(chain.from_iterable(one() for one in some))


def _console(settings: Settings) -> dict[str, Platform]:
    console = Console(sys.stdout, settings.console_log, colour=sys.stdout.isatty())
    return {console.name: console}


def _announce(settings: Settings, pages: int) -> None:
    origin = settings.config_path.name if settings.config_path else "no sitrep.toml, so the default watch list"
    probes = len(settings.probes)
    own_checks = f" and {probes} probe{'s' if probes > 1 else ''}" if probes else ""
    watched = "1 status page" if pages == 1 else f"{pages} status pages"
    log.info("watching %s%s (%s); Ctrl-C stops", watched, own_checks, origin)
