"""`status`, `incidents`, `vendors` and `routes test`: questions, and answers for people or for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import catalog, plugins
from bot.cli.verb import Run, Verb, config, load
from bot.clock import SystemClock
from bot.commands.status import status
from bot.core import routing
from bot.core import standing as standings
from bot.core.standing import Standing
from bot.core.wording import duration, words
from bot.errors import ConfigError
from bot.model import Component, ComponentStatus, Impact, Incident, Kind, State
from bot.store import announcements, incidents
from bot.store.database import Database, migrate, open_database

_WIDE = 14


@asynccontextmanager
async def _reading(options: Namespace) -> AsyncIterator[Database]:
    database = open_database(load(options).database.reveal())
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def _status(options: Namespace, run: Run) -> int:
    del run
    now = SystemClock().now()
    async with _reading(options) as database:
        found = await status(database, catalog.load(), " ".join(options.query))
        stuck = await announcements.troubled(database)
    if options.json:
        print(json.dumps([_standing_json(one) for one in found], ensure_ascii=False, indent=2))
        return 0
    for one in found:
        _print_standing(one, now)
    for announcement in stuck:
        print(f"! {announcement.destination}: {announcement.incident} is {announcement.state}: {announcement.error}")
    if not found:
        print(_nothing(" ".join(options.query)))
    return 0


def _nothing(query: str) -> str:
    if not query:
        return "Nothing has been watched yet: `sitrep run` begins."
    guess = [vendor.name for vendor in catalog.search(query)[:3]]
    return f"Nothing watched is called {query!r}." + (f" Not watched, but known: {', '.join(guess)}." if guess else "")


def _print_standing(one: Standing, now: datetime) -> None:
    first, *rest = standings.details(one, now)
    print(f"{one.name:<{_WIDE}} {standings.label(one).upper() if one.incidents else standings.label(one):<12} {first}")
    for row in rest:
        print(f"{'':<{_WIDE}} {'':<12} {row}")


def _standing_json(one: Standing) -> Mapping[str, object]:
    return {
        "vendor": one.vendor,
        "name": one.name,
        "status": standings.label(one),
        "impact": one.impact.value if one.impact else None,
        "checked_at": _iso(one.checked_at),
        "stale_since": _iso(one.stale_since),
        "reason": one.reason or None,
        "url": one.url,
        "components": [{"name": c.name, "status": c.status.value} for c in one.components],
        "incidents": [_incident_json(incident) for incident in one.incidents],
    }


async def _incidents(options: Namespace, run: Run) -> int:
    del run
    now = SystemClock().now()
    async with _reading(options) as database:
        found = await (
            incidents.recent_incidents(database, options.limit) if options.all else incidents.open_incidents(database)
        )
    if options.json:
        print(json.dumps([_incident_json(incident) for incident in found], ensure_ascii=False, indent=2))
        return 0
    for incident in found:
        print(f"{incident.id}\n    {_incident_line(incident, now)}")
    if not found:
        print("No incident is known." if options.all else "No open incident.")
    return 0


def _incident_line(incident: Incident, now: datetime) -> str:
    end = incident.resolved_at or now
    lasting = duration(end - incident.started_at) if end >= incident.started_at else "not begun"
    return f"{incident.name}: {incident.title} · {words(incident.impact)} · {words(incident.state)} · {lasting}"


def _incident_json(incident: Incident) -> Mapping[str, object]:
    return {
        "id": incident.id,
        "vendor": incident.vendor,
        "title": incident.title,
        "kind": incident.kind.value,
        "state": incident.state.value,
        "impact": incident.impact.value,
        "started_at": _iso(incident.started_at),
        "resolved_at": _iso(incident.resolved_at),
        "url": incident.url,
        "components": [{"name": c.name, "status": c.status.value} for c in incident.components],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


async def _vendors(options: Namespace, run: Run) -> int:
    del run
    readable = plugins.discover("bot.feeds")
    found = catalog.search(" ".join(options.query))
    for vendor in found:
        note = "" if vendor.format in readable else "  (this version can not read its format yet)"
        print(f"{vendor.slug:<20} {vendor.name:<24} {vendor.format:<12} {vendor.page}{note}")
    if not found:
        raise ConfigError(f'no vendor is called {" ".join(options.query)!r}; watch its page by `url = "https://…"`')
    return 0


@dataclass(frozen=True, slots=True)
class Imagined:
    """An incident that only exists to see where it would go."""

    vendor: str
    component: str | None
    impact: Impact
    kind: Kind


def imagined_incident(imagined: Imagined, now: datetime) -> Incident:
    """Return the incident that `routes test` asks about."""
    parts = (Component("imagined", imagined.component, ComponentStatus.UNKNOWN),) if imagined.component else ()
    return Incident(
        id="imagined",
        vendor=imagined.vendor,
        name=imagined.vendor,
        kind=imagined.kind,
        title="Imagined",
        state=State.INVESTIGATING,
        impact=imagined.impact,
        peak=imagined.impact,
        started_at=now,
        first_seen_at=now,
        components=parts,
    )


async def _routes_test(options: Namespace, run: Run) -> int:
    del run
    chosen = load(options)
    known = catalog.find(options.vendor)
    wanted = Imagined(
        known.slug if known else options.vendor, options.component, Impact(options.impact), Kind(options.kind)
    )
    choice = routing.choose(imagined_incident(wanted, SystemClock().now()), chosen.routes, chosen.services)
    for verdict in choice.verdicts:
        print(f"{verdict.route:<12} {'yes' if verdict.matched else 'no ':<4} {verdict.reason}")
    print("goes to: " + (", ".join(str(to) for to in choice.destinations) or "nowhere"))
    return 0


def _query(parser: ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", help="a vendor, a product or a component, as you would call it")


def _status_arguments(parser: ArgumentParser) -> None:
    _query(parser)
    config(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def _incidents_arguments(parser: ArgumentParser) -> None:
    config(parser)
    parser.add_argument("--all", action="store_true", help="those that are over, too")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most N with --all (default: 20)")
    parser.add_argument("--json", action="store_true", help="for programs")


def _routes_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    does = "tell where an incident would go, and why"
    test = verbs.add_parser("test", help=does, description=does)
    config(test)
    test.add_argument("--vendor", required=True, metavar="V")
    test.add_argument("--component", metavar="C")
    impacts = [impact.value for impact in Impact if impact is not Impact.MAINTENANCE]
    test.add_argument("--impact", choices=impacts, default="major", metavar="I", help=", ".join(impacts))
    kinds = [Kind.INCIDENT.value, Kind.MAINTENANCE.value, Kind.SUSPECTED.value]
    test.add_argument("--kind", choices=kinds, default="incident", metavar="K", help=", ".join(kinds))


VERBS = {
    "status": Verb("how everything watched stands", _status_arguments, _status),
    "incidents": Verb("the open incidents", _incidents_arguments, _incidents),
    "vendors": Verb("the vendors that Sitrep knows", _query, _vendors),
    "routes": Verb("explain the routes", _routes_arguments, _routes_test),
}
