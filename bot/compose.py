"""The composition root and nothing else: settings become objects, objects become loops, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import resource
import signal
import socket
import sys
from collections.abc import Mapping
from functools import partial

from adapters.console import Console
from bot import catalog, plugins
from bot import settings as configuration
from bot.clock import SystemClock
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.deliver import Delivering, deliver
from bot.loops.revisit import Revisiting, revisit
from bot.loops.supervise import Crashes, supervise
from bot.loops.take_in import Rules
from bot.loops.watch import Watching, watch
from bot.ports import Platform
from bot.settings import Settings
from bot.store import announcements, sources
from bot.store.database import Database, claim_purpose, migrate, open_database

log = logging.getLogger("sitrep")

_FILES = 65536


async def run(settings: Settings) -> None:
    """Watch and deliver until told to stop; what is under way is then finished."""
    _log_to_stderr(settings.log_level)
    _allow_many_connections()
    clock = SystemClock()
    watched = configuration.sources(settings, catalog.load(), plugins.discover("bot.feeds"))
    database = open_database(settings.database.reveal())
    try:
        database.hold()
        await _prepare(database)
        await sources.register(database, watched, clock.now())
        _announce(settings, len(watched))
        async with Fetcher(egress=EgressPolicy.allowing(*settings.egress_allow), now=clock.now) as fetcher:
            await _loops(settings, database, fetcher, clock, len(watched))
    finally:
        await database.close()


def _allow_many_connections() -> None:
    """Take as many open files as the system lets us have: each watched page keeps a connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _prepare(database: Database) -> None:
    await migrate(database)
    await claim_purpose(database, "run")
    if database.is_sqlite:
        await sources.release_all(database)
        await announcements.release_all(database)


async def _loops(settings: Settings, database: Database, fetcher: Fetcher, clock: SystemClock, pages: int) -> None:
    owner = f"{socket.gethostname()}-{os.getpid()}"
    due = asyncio.Event()
    dice = random.SystemRandom().random
    rules = Rules(settings.routes, settings.services)
    watching = Watching(database, fetcher, rules, clock, owner, dice, due, pages)
    delivering = Delivering(database, _platforms(settings), clock, owner, dice, due)
    crashes = Crashes()
    revisiting = Revisiting(database, fetcher, rules, clock, due)
    loops = {
        "watch": partial(watch, watching),
        "deliver": partial(deliver, delivering),
        "revisit": partial(revisit, revisiting),
    }
    tasks = [
        asyncio.create_task(supervise(name, loop, clock=clock, chance=dice, crashes=crashes), name=name)
        for name, loop in loops.items()
    ]
    await _told_to_stop()
    log.info("stopping: finishing what is under way")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _platforms(settings: Settings) -> Mapping[str, Platform]:
    console = Console(sys.stdout, settings.console_log, colour=sys.stdout.isatty())
    return {console.name: console}


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def _announce(settings: Settings, pages: int) -> None:
    origin = settings.config_path.name if settings.config_path else "no sitrep.toml, so the default watch list"
    log.info("watching %d status pages (%s); Ctrl-C stops", pages, origin)
    for line in settings.not_yet:
        log.warning("not yet: %s", line)


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)-7s %(message)s", force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
