"""`run`, `check` and `migrate`: from the configuration to something that works."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapters._named import Named
from bot import boards, catalog, chats, checks, compose, paging, plugins, process, reaching, settings
from bot.cli.verb import Verb, config, load, load_all
from bot.clock import SystemClock
from bot.core.baseline import seconds
from bot.core.routing import misfits
from bot.core.spending import day_of, so_far
from bot.errors import ConfigError, FetchError, ParseError
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.alive import call
from bot.loops.checking import Probe, kept, paid
from bot.loops.recognising import read_once
from bot.model import Fault, ProbeResult, Source, Spent
from bot.settings import Settings
from bot.store import spending
from bot.store.database import is_ready, migrate, open_database


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
    probes = f"{_counted(len(chosen.probes), 'probe')}, " if chosen.probes else ""
    routes = _counted(len(chosen.routes), "route")
    print(f"{origin}: {_counted(len(watched), 'page')} watched, {probes}{routes}")
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
    """Try everything once and say how it went: pages, tokens, channels, scopes; 2 if something of it fails."""
    clock = SystemClock()
    paged = [_told(name, answers) for name, answers in await paging.live(chosen, clock.now)]
    well = all([await _live_slack(chosen, clock), await _live_discord(chosen, clock), *paged])
    probes = checks.probes_of(chosen)
    egress = EgressPolicy.allowing(*chosen.egress_allow)
    async with (
        Fetcher(egress=egress, now=clock.now) as fetcher,
        Fetcher(egress=egress, now=clock.now, limits=checks.PROBE_LIMITS) as web,
    ):
        pages = await asyncio.gather(*(_try(fetcher, source, clock) for source in watched))
        tried = await _check_all(chosen, probes, web, clock) if probes else []
        well = await _live_heartbeat(chosen, web) and well
    names = [*(source.name for source in watched), *(f"probe {probe.source.name}" for probe in probes.values())]
    for name, (good, words) in zip(names, (*pages, *tried), strict=True):
        print(f"{'ok  ' if good else 'FAIL'}  {name}: {words}", file=sys.stdout if good else sys.stderr)
    return 0 if well and all(good for good, _ in (*pages, *tried)) else 2


async def _check_all(
    chosen: Settings, probes: Mapping[str, Probe], web: Fetcher, clock: SystemClock
) -> list[tuple[bool, str]]:
    """Check every probe once.  What that costs counts as it does when Sitrep runs, if it has run here yet."""
    database = open_database(chosen.database.reveal())
    try:
        has_run = await is_ready(database)
        today = await spending.on(database, day_of(clock.now())) if has_run else {}
        setups = {key: replace(one.setup, spent=today.get(key, Spent())) for key, one in probes.items()}
        results = await asyncio.gather(*(one.check(setups[key], web, clock.now()) for key, one in probes.items()))
        if has_run:
            await spending.add(
                database, [(key, cost) for key, one in zip(probes, results, strict=True) if (cost := paid(one))]
            )
    finally:
        await database.close()
    return [_checked(kept(one), setup.spent) for one, setup in zip(results, setups.values(), strict=True)]


def _checked(result: ProbeResult, before: Spent) -> tuple[bool, str]:
    today = f"; today: {so_far(before + (result.cost or Spent()), result.ceiling)}" if result.ceiling else ""
    if result.fault is Fault.BUDGET:
        return True, f"not checked: {result.reason}{today}"
    if not result.ok:
        return False, f"{'can not tell' if result.is_ours else 'fails'}: {result.reason}{today}"
    took = f"passes in {seconds(result.latency.total_seconds())}" if result.latency else "passes"
    return True, f"{took}{''.join(f', {name} {value}' for name, value in result.facts)}{today}"


async def _live_slack(chosen: Settings, clock: SystemClock) -> bool:
    if chosen.slack.bot_token is None:
        return True
    from adapters.slack.checks import check  # noqa: PLC0415  (a third of a second, for those who use it)

    names = _named(chosen, "slack")
    return _told("Slack", await check(chats.slack_keys(chosen.slack), names, clock.now))


async def _live_discord(chosen: Settings, clock: SystemClock) -> bool:
    if chosen.discord.token is None:
        return True
    from adapters.discord.checks import check  # noqa: PLC0415  (half a second, for those who use it)

    names = _named(chosen, "discord")
    return _told("Discord", await check(chats.discord_keys(chosen.discord), names, clock.now))


async def _live_heartbeat(chosen: Settings, web: Fetcher) -> bool:
    """Call once who should notice when Sitrep does not run: the address is right if it is heard."""
    if chosen.heartbeat_url is None:
        return True
    reason = await call(chosen.heartbeat_url.reveal(), web)
    return _told("heartbeat", [(not reason, f"not heard: {reason}" if reason else "heard")])


def _named(chosen: Settings, platform: str) -> Named:
    told = (to.address for to in reaching.addressed(chosen) if to.platform == platform)
    here = f"{platform}:"
    return Named(
        addresses=tuple(dict.fromkeys(told)),
        who=tuple(one for one in chosen.access.everybody if one.startswith(here)),
        channels=tuple(room.removeprefix(here) for room, _ in chosen.access.channels if room.startswith(here)),
    )


def _told(platform: str, answers: list[tuple[bool, str]]) -> bool:
    for good, words in answers:
        print(f"{'ok  ' if good else 'FAIL'}  {platform}: {words}", file=sys.stdout if good else sys.stderr)
    return all(good for good, _ in answers)


async def _try(fetcher: Fetcher, source: Source, clock: SystemClock) -> tuple[bool, str]:
    try:
        snapshot = await read_once(fetcher, source, clock.now)
    except (FetchError, ParseError) as e:
        return False, str(e)
    still = sum(claim.is_open for claim in snapshot.incidents)
    wrong = misfits(source.components, catalog.load().meanings(source.vendor), snapshot.components)
    note = f"; nothing there is called {', '.join(wrong)}, as `components` wants" if wrong else ""
    parts, open_ones = _counted(len(snapshot.components), "component"), _counted(still, "open incident")
    return True, f"{snapshot.format}, {parts}, {open_ones}{note}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


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
