"""`run`, `check` and `migrate`: from the configuration to something that works."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from bot import boards, catalog, compose, plugins, process, settings
from bot.cli import trying
from bot.cli.trying import counted
from bot.cli.verb import Verb, config, load, load_all
from bot.clock import SystemClock
from bot.errors import ConfigError
from bot.model import Source
from bot.settings import Settings
from bot.store.database import migrate, open_database


def sources_of(chosen: Settings) -> tuple[Source, ...]:
    """Return what is to be watched."""
    return settings.sources(chosen, catalog.load(), plugins.discover("bot.feeds"))


def require_deliverable(chosen: Settings) -> None:
    """Raise ConfigError for every destination that nothing here can post to: it would be lost in silence."""
    here = plugins.discover("adapters")
    mistakes = list(settings.missing_tokens(chosen))
    mistakes += [
        f"{route.name}.to: {to}: this version can not post to {to.platform} yet; write console instead"
        for route in chosen.routes
        for to in route.to
        if to.platform not in here
    ]
    if mistakes:
        raise ConfigError(*mistakes)


async def _run(options: Namespace) -> int:
    chosen = load_all(options)
    require_deliverable(chosen)
    process.leave_no_core()
    await compose.run(chosen)
    return 0


async def _check(options: Namespace) -> int:
    chosen = load_all(options)
    watched = sources_of(chosen)
    require_deliverable(chosen)
    origin = chosen.config_path.name if chosen.config_path else "no sitrep.toml: the default watch list"
    probes = f"{counted(len(chosen.probes), 'probe')}, " if chosen.probes else ""
    routes = counted(len(chosen.routes), "route")
    print(f"{origin}: {counted(len(watched), 'page')} watched, {probes}{routes}")
    for line in _addresses_of_callers(chosen):
        print(line)
    for line in boards.described(chosen):
        print(line)
    return await _live(chosen, watched) if options.live else 0


def _addresses_of_callers(chosen: Settings) -> Iterator[str]:
    """Where those who call in are heard; of a secret only the name."""
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    for door in chosen.doors:
        yield f"hook {door.hook.name}: http://{host}:{chosen.port}/hooks/{door.hook.name}"
    for job in chosen.jobs:
        yield f"heartbeat {job.name}: http://{host}:{chosen.port}/heartbeat/{job.slug}/${job.variable}"


async def _live(chosen: Settings, watched: tuple[Source, ...]) -> int:
    """Try everything once and say how it went; 2 if something of it fails."""
    tried = await trying.everything(chosen, watched, SystemClock())
    for one in tried:
        print(f"{'ok  ' if one.good else 'FAIL'}  {one}", file=sys.stdout if one.good else sys.stderr)
    return 0 if all(one.good for one in tried) else 2


async def _migrate(options: Namespace) -> int:
    database = open_database(load(options).database.reveal())
    try:
        database.hold()
        print("the database was brought up to date" if await migrate(database) else "the database is up to date")
    finally:
        await database.close()
    return 0


def _check_arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("--live", action="store_true", help="also try tokens, scopes, channels, pages and probes")


VERBS = {
    "run": Verb(config, _run),
    "check": Verb(_check_arguments, _check),
    "migrate": Verb(config, _migrate),
}
