"""`vendors` and `routes`: what Sitrep knows, and what the configuration makes of it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from bot import catalog, plugins, settings
from bot.cli.verb import Verb, config, load, query
from bot.clock import SystemClock
from bot.core import imagining, route_views
from bot.core.chat_routes import ChatRoute, routes_of
from bot.core.holding import Ruling
from bot.core.imagining import Imagined
from bot.core.message import Reply, plain
from bot.core.rota import Rotas
from bot.core.slugs import slug
from bot.core.strangers import safe
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store import chat_routes
from bot.store.database import is_ready, open_database


async def _vendors(options: Namespace) -> int:
    readable = plugins.discover("bot.feeds")
    found = catalog.search(" ".join(options.query))
    for vendor in found:
        note = "" if vendor.format in readable else "  (its format is found out at the first look)"
        print(f"{vendor.slug:<20} {vendor.name:<24} {vendor.format:<16} {vendor.page}{note}")
    if not found:
        raise ConfigError(f'no vendor is called {" ".join(options.query)!r}; watch its page by `url = "https://…"`')
    return 0


def _vendor(word: str, chosen: Settings) -> str:
    """Return whom a word means, as a route does: the file's own names come first."""
    wanted, known = slug(word), catalog.find(word)
    watched = settings.sources(chosen, catalog.load(), plugins.discover("bot.feeds"))
    own = next((source.vendor for source in watched if wanted in {source.vendor, slug(source.name)}), None)
    return own or (known.slug if known else wanted)


async def _routes(options: Namespace) -> int:
    chosen = load(options)
    routes = routes_of(chosen.routes, await _made(chosen))
    reply = await options.ask(options, chosen, Ruling(routes, chosen.services, Rotas(chosen.oncalls)))
    # What a file says must not act on the terminal.
    print("\n".join(map(safe, plain(reply.message).split("\n"))))
    return 0


async def _made(chosen: Settings) -> tuple[ChatRoute, ...]:
    """Return the routes that were made in chats, if Sitrep has run here yet."""
    database = open_database(chosen.database.reveal())
    try:
        return await chat_routes.made(database) if await is_ready(database) else ()
    finally:
        await database.close()


async def _shown(options: Namespace, chosen: Settings, ruling: Ruling) -> Reply:
    del options, chosen
    return route_views.listed(ruling)


async def _tested(options: Namespace, chosen: Settings, ruling: Ruling) -> Reply:
    said = {key: getattr(options, key) for key in imagining.KEYS if getattr(options, key)}
    imagined = Imagined(vendor=options.vendor, **said)
    now = SystemClock().now()
    if imagining.when(imagined, ruling.routes, now) is None:
        raise ConfigError(f"--at: {imagined.at!r} is no time; write 23:00, Sat 03:00 or 2026-12-24T23:00+01:00")
    return route_views.tested(imagined, _vendor(options.vendor, chosen), ruling, now)


def _routes_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    shows = "show the routes, in the order in which they are asked"
    show = verbs.add_parser("show", help=shows, description=shows)
    config(show)
    show.set_defaults(ask=_shown)
    does = "tell where an incident would go, and why, when, and whom that would call"
    test = verbs.add_parser("test", help=does, description=does)
    config(test)
    test.set_defaults(ask=_tested)
    test.add_argument("--vendor", required=True, metavar="V")
    for key, short in _SHORT.items():
        words = imagining.KEYS[key]
        default = "major" if key == "impact" else None
        test.add_argument(f"--{key}", metavar=short, choices=words, default=default, help=_HELP[key])


_SHORT = {"component": "C", "region": "R", "service": "S", "impact": "I", "kind": "K", "confidence": "S", "at": "TIME"}
_HELP = {
    "component": "a component of the vendor",
    "region": "where it is",
    "service": "a service of yours that it touches",
    "impact": ", ".join(imagining.IMPACTS),
    "kind": ", ".join(imagining.KINDS),
    "confidence": f"how sure it is, of a suspicion: {', '.join(imagining.SURENESS)}",
    "at": "when it would be: 23:00, Sat 03:00, 2026-12-24T23:00+01:00 (default: now)",
}
VERBS = {
    "vendors": Verb(query, _vendors),
    "routes": Verb(_routes_arguments, _routes),
}
