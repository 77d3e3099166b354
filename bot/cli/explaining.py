"""`vendors` and `routes test`: what Sitrep knows, and what the configuration makes of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from datetime import datetime

from bot import catalog, plugins, settings
from bot.cli.verb import Verb, config, load, query
from bot.clock import SystemClock
from bot.core import routing
from bot.core.slugs import slug
from bot.errors import ConfigError
from bot.model import Component, ComponentStatus, Impact, Incident, Kind, State
from bot.settings import Settings


async def _vendors(options: Namespace) -> int:
    readable = plugins.discover("bot.feeds")
    found = catalog.search(" ".join(options.query))
    for vendor in found:
        note = "" if vendor.format in readable else "  (its format is found out at the first look)"
        print(f"{vendor.slug:<20} {vendor.name:<24} {vendor.format:<16} {vendor.page}{note}")
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


def _vendor(word: str, chosen: Settings) -> str:
    """Return whom a word means, as a route does: the file's own names come first."""
    wanted, known = slug(word), catalog.find(word)
    watched = settings.sources(chosen, catalog.load(), plugins.discover("bot.feeds"))
    own = next((source.vendor for source in watched if wanted in {source.vendor, slug(source.name)}), None)
    return own or (known.slug if known else wanted)


async def _routes_test(options: Namespace) -> int:
    chosen = load(options)
    vendor = _vendor(options.vendor, chosen)
    wanted = Imagined(vendor, options.component, Impact(options.impact), Kind(options.kind))
    choice = routing.choose(imagined_incident(wanted, SystemClock().now()), chosen.routes, chosen.services)
    for verdict in choice.verdicts:
        print(f"{verdict.route:<12} {'yes' if verdict.matched else 'no ':<4} {verdict.reason}")
    print("goes to: " + (", ".join(str(to) for to in choice.destinations) or "nowhere"))
    return 0


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
    "vendors": Verb(query, _vendors),
    "routes": Verb(_routes_arguments, _routes_test),
}
