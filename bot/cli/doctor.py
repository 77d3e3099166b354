"""`doctor`: everything that can be wrong, the worst first, and what to do; while Sitrep runs, and while it does not."""

from __future__ import annotations

import asyncio
import json
import platform
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot import __version__, boards, catalog, reaching, settings
from bot.cli import examining, trying
from bot.cli.running import sources_of
from bot.cli.trying import Sort, Tried, counted
from bot.cli.verb import Verb, awaited, config, load_all
from bot.clock import SystemClock
from bot.commands import calling
from bot.commands.health import misfits
from bot.core import chat_routes
from bot.core.diagnosis import configured, finding, machine, serving, stored, working
from bot.core.diagnosis.configured import Configured, mistaken
from bot.core.diagnosis.finding import Area, Finding, look, wrong
from bot.core.diagnosis.stored import Stored
from bot.core.diagnosis.working import Waiting, Working
from bot.core.operating import size
from bot.errors import ConfigError
from bot.model import Source
from bot.settings import Settings
from bot.settings.callers import accused
from bot.settings.database import sqlite_directory
from bot.settings.surroundings import alone
from bot.store import chat_routes as made_routes
from bot.store import checkup, lookups, mutes, operations, overrides, standings
from bot.store.database import Database, open_database

_MOST = 20
_SAYS = "DATABASE_URL"
_RESTORE = "Keep a copy of it, and restore a back-up: docs/operations.md."


@dataclass(slots=True)
class Case:
    """One pass: what is examined, and what was found so far; `seen` is what was looked at."""

    chosen: Settings
    now: datetime
    watched: tuple[Source, ...] = ()
    is_sound: bool = True
    found: list[Finding] = field(default_factory=list[Finding])
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


async def _doctor(options: Namespace) -> int:
    now = SystemClock().now()
    case = _configuration(options, now)
    folder = sqlite_directory(case.chosen.database.reveal(), Path.cwd())
    place = await asyncio.to_thread(examining.machine, case.chosen, folder, len(case.watched) + len(case.chosen.probes))
    kept = await _database(case)
    if options.live:
        place = await _outside(case, place)
    case.found += machine.findings(place)
    port = await examining.port(case.chosen, now, runs=_runs_here(kept))
    case.found += serving.findings(port, boards.warnings(case.chosen) if case.is_sound else ())
    if not options.live:
        case.seen.append(("not tried", "tokens, channels, scopes, pages, probes, network: `sitrep doctor --live` does"))
    findings = finding.in_order(case.found)
    if options.json:
        print(json.dumps(finding.as_json(findings, case.seen), ensure_ascii=False, indent=2))
    else:
        print(finding.text(findings, case.seen))
    return 0 if finding.is_well(findings) else 2


def _configuration(options: Namespace, now: datetime) -> Case:
    """Read the configuration; where it is wrong, go on with what the environment alone says."""
    seen = [("program", f"Sitrep {__version__}, Python {platform.python_version()}")]
    try:
        chosen = load_all(options)
        watched = sources_of(chosen)
    except ConfigError as error:
        case = Case(alone(), now, is_sound=False, found=[mistaken(one) for one in error.mistakes], seen=seen)
        case.seen.append(("configuration", "not usable; only what the environment says was looked at"))
        return case
    origin = str(chosen.config_path) if chosen.config_path else "no sitrep.toml: the default watch list"
    case = Case(chosen, now, watched, seen=seen)
    case.found += [mistaken(one) for one in settings.missing_tokens(chosen)]
    counts = (counted(len(watched), "page"), counted(len(chosen.probes), "probe"), counted(len(chosen.routes), "route"))
    case.seen.append(("configuration", f"{origin}: {', '.join(counts)}"))
    return case


async def _database(case: Case) -> Stored | None:
    """Look at the database, and at what it tells; None where it is not known which one is meant."""
    if any(one.what.find(_SAYS) >= 0 for one in case.found):
        return None
    address = case.chosen.database.reveal()
    kept = await checkup.examine(address, case.now)
    if kept.is_usable and not kept.damage:
        try:
            kept = await _inside(case, kept, address)
        except checkup.UNREADABLE as error:
            reason = str(error).partition("\n")[0]
            case.found.append(wrong(Area.DATABASE, f"what {kept.where} holds can not be read: {reason}", _RESTORE))
    elif case.is_sound:
        case.found += configured.findings(_configured(case))
    case.found += stored.findings(kept, __version__, case.now)
    case.seen.append(("database", _described(kept)))
    return kept


async def _inside(case: Case, kept: Stored, address: str) -> Stored:
    database = open_database(address)
    try:
        kept = await checkup.looks(database, kept, case.now)
        if case.is_sound:
            case.found += configured.findings(await _with_chats(_configured(case), database, case.now))
        case.found += working.findings(await _working(case, database, kept), case.now)
    finally:
        await database.close()
    return kept


async def _with_chats(given: Configured, database: Database, now: datetime) -> Configured:
    """Return what is configured with what people have said in chats besides."""
    return replace(
        given,
        known={**await checkup.chosen(database), **given.known},
        routes=(*given.routes, *map(chat_routes.route_of, await made_routes.made(database))),
        overrides=await overrides.agreed(database, now),
        mutes=await mutes.standing(database, now),
    )


async def _working(case: Case, database: Database, kept: Stored) -> Working:
    troubles = await lookups.troubles(database, case.now, _MOST)
    running = await operations.running(database, case.now)
    lost = {one.key: one for one in await standings.some(database, troubles.stale)}
    those = calling.expected(case.chosen, case.watched, catalog.load())
    case.seen.append(
        ("kept", ", ".join((*(f"{count:,} {name}" for name, count in running.counts), size(running.size))))
    )
    return Working(
        runs=kept.runs,
        watched=troubles.watched,
        stale=tuple(lost[key] for key in troubles.stale if key in lost),
        stale_total=troubles.stale_total,
        stuck=troubles.stuck,
        stuck_total=troubles.stuck_total,
        waiting=tuple(Waiting(one.where, one.count, one.since, one.error or "") for one in running.queues),
        callers=tuple(await calling.views(database, those, case.now)),
        misfits=await misfits(database, catalog.load()),
    )


def _configured(case: Case) -> Configured:
    chosen = case.chosen
    of_callers = [one.vendor for one in chosen.jobs] + [door.hook.vendor for door in chosen.doors]
    those = [accused(vendor, case.watched, catalog.load()) for vendor in of_callers if vendor]
    places = reaching.routed(chosen)
    return Configured(
        known={**{one.slug: one.name for one in those}, **awaited(chosen)},
        routes=chosen.routes,
        services=chosen.services,
        rotas=chosen.oncalls,
        escalations=chosen.escalations,
        allowed=chosen.egress_allow,
        reached=reaching.connected(chosen) | {to.platform for to in places},
    )


def _runs_here(kept: Stored | None) -> bool:
    """Whether a Sitrep of this configuration runs on this machine, as far as it can be told."""
    if kept is None:
        return False
    here = platform.node()
    return kept.is_held or any(
        one.id.startswith(f"{here[:40]}-") and not (one.hangs or one.is_gone) for one in kept.instances
    )


def _described(kept: Stored) -> str:
    if not kept.exists:
        return f"{kept.where}: not there yet; `sitrep run` makes it"
    if kept.error:
        return f"{kept.where}: not to be had"
    if kept.is_held:
        return f"{kept.where}: a Sitrep works on it"
    names = [
        f"{one.id} ({one.version}, since {one.since:%Y-%m-%d %H:%M} UTC)" for one in kept.instances if not one.is_gone
    ]
    return f"{kept.where}: {', '.join(names) or 'no Sitrep works on it'}"


async def _outside(case: Case, place: machine.Machine) -> machine.Machine:
    """Try what can only be told by trying."""
    answers = await examining.witnesses(case.chosen)
    off = await examining.clock_off(case.chosen, case.now) if any(answers.values()) else None
    if case.is_sound and not settings.missing_tokens(case.chosen):
        tried = await trying.everything(case.chosen, case.watched, SystemClock())
        case.found += [one for some in map(_judged, tried) for one in some]
        case.seen.append(("tried", f"{len(tried)} tokens, channels, pages and probes; {len(answers)} witnesses"))
    return replace(place, witnesses=answers, clock_off=off)


def _judged(one: Tried) -> Iterator[Finding]:
    """Return what is wrong with something that was tried; such words say after their `;` what to do."""
    if one.good:
        return
    what = f"{one.name}: {one.words}"
    if one.sort is Sort.PROBE and not one.is_ours:
        yield look(Area.SOURCES, what, "That is what the probe is for; see to its target.")
    else:
        what, _, instead = what.partition("; ")
        yield wrong(_AREAS[one.sort], what, instead or _DO[one.sort])


_AREAS = {
    Sort.PLATFORM: Area.PLATFORM,
    Sort.HEARTBEAT: Area.PLATFORM,
    Sort.PAGE: Area.SOURCES,
    Sort.PROBE: Area.SOURCES,
}
_DO = {
    Sort.PLATFORM: "Mend it there: docs/slack.md, docs/discord.md, docs/paging.md.",
    Sort.HEARTBEAT: "See to SITREP_HEARTBEAT_URL: docs/metrics.md.",
    Sort.PAGE: "`sitrep detect URL` tells what is there now.",
    Sort.PROBE: "Mend its [[probe]]: docs/probes.md.",
}


def _arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("--live", action="store_true", help="also try tokens, channels, pages, probes and the network")
    parser.add_argument("--json", action="store_true", help="one JSON object")


VERBS = {"doctor": Verb(_arguments, _doctor)}
