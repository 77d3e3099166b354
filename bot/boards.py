"""The board, the interfaces and the numbers, put together: from what is configured to routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import garbage
from bot.addresses import Links, unlinked
from bot.callers import Loops
from bot.clock import Clock
from bot.errors import ConfigError
from bot.ports import Desk
from bot.settings import Secret, Settings
from bot.store import pulse
from bot.store.database import Database
from bot.vitals import Vitals
from bot.web.board.beside import NOTHING, Beside

if TYPE_CHECKING:
    from starlette.routing import BaseRoute, Route

    from bot.web.board.live import Pulse
    from bot.web.board.pages import Board
    from bot.web.entrance import Entrance
    from bot.web.metrics import Prometheus

log = logging.getLogger(__name__)
_HERE = "127.0.0.1"
# The first page is made ready as soon as status pages are being read; what only others are made from has time.
_FIRST, _LATER = timedelta(seconds=0.2), timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Around:
    """What the web port is served from: whom people ask, how Sitrep itself is, what was counted."""

    database: Database
    clock: Clock
    desk: Desk
    vitals: Vitals
    gauges: Prometheus
    beside: Beside = NOTHING
    links: Links = unlinked


def counting() -> Prometheus:
    """Return what counts, for everything that is put together after it."""
    from bot.web.metrics import Prometheus  # noqa: PLC0415  (a tenth of a second, for `run` alone)

    return Prometheus()


def serve(settings: Settings, around: Around, others: Sequence[Route], loops: Loops) -> None:
    """Add to `loops` what serves the board, and `others` beside it.

    Where another program has the port, and nobody chose it, there is no board, and the log says so; ConfigError if
    somebody chose it, or if anything calls in.
    """
    from bot.web import guard, health, metrics, server  # noqa: PLC0415  (a fifth of a second, for those who need it)
    from bot.web.board import live  # noqa: PLC0415  (as above)
    from bot.web.board.pages import Board  # noqa: PLC0415  (as above)

    board = Board(around.database, around.clock, settings.services, settings.board_url, around.links)
    changes = live.Pulse(lambda: pulse.version(around.database, around.clock.now()))
    shown = metrics.Shown(metrics.readers(around.database, around.clock), around.vitals)
    mine = [*health.routes(around.vitals), *metrics.routes(around.gauges, shown, _revealed(settings.board_token))]
    routes: list[BaseRoute] = [
        *guard.guarded([*others, *mine], guard.Rules(around.clock)),
        *_pages(settings, around, board, changes),
    ]
    try:
        listening = server.bound(settings.host, settings.port)
    except ConfigError as e:
        if others or settings.port_from_environment:
            raise
        log.warning("no board: %s", "; ".join(e.mistakes))
        return
    log.info("board: %s", address(settings.host, listening.getsockname()[1]))
    for what, do in warnings(settings):
        log.warning("%s; %s", what, do)
    loops["board"] = partial(current, board, changes)
    loops["web"] = partial(server.serve, routes, listening, around.gauges, changes.close)


async def current(board: Board, changes: Pulse) -> None:
    """Look for what changes, for ever; meanwhile learn what pages are made from, before anybody asks for one.

    Raises what either of them raises, as it is: whoever runs this knows a database that is away by its error.
    """
    both = [asyncio.ensure_future(work) for work in (changes.run(), _learn(board))]
    try:
        await asyncio.gather(*both)
    finally:
        for one in both:
            one.cancel()
        await asyncio.wait(both)


async def _learn(board: Board) -> None:
    from bot.web.board import home, pages, past  # noqa: PLC0415  (as above)

    await board.clock.sleep(_FIRST)
    await home.warm(board)
    await board.clock.sleep(_LATER)
    # A quarter of a second of work, in which everything else goes on.
    await asyncio.to_thread(pages.ready)
    await past.warm(board.past, board.spells, board.clock.now())
    garbage.settled()


def address(host: str, port: int) -> str:
    """Return where the board is found by who knows nothing but what it listens on."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def described(settings: Settings) -> tuple[str, ...]:
    """Return where the board is and who may do what there, a line each, and what to think of."""
    here = address(settings.host, settings.port)
    at = f"{settings.board_url}/ (served on {here})" if settings.board_url else here
    who = "only by links from the chat" if settings.board_is_signed else "whoever reaches it"
    acts = "people act by links from the chat" if settings.board_secret else "nobody acts (no SITREP_BOARD_SECRET)"
    return (f"board: {at}: {who} may look, {acts}", *(f"warning: {what}; {do}" for what, do in warnings(settings)))


def warnings(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return what had better be looked at, each with what to do."""
    found = []
    if not is_local(settings.host) and not settings.board_is_signed:
        found.append(
            (
                f"HOST={settings.host} is open to the network, and whoever reaches it may look at the board",
                '`[board] access = "signed"` keeps it to those who come from the chat',
            )
        )
    if settings.board_secret is not None and not settings.board_url:
        found.append(("links from the chat need the board's address: without it nobody can act there", _SET_URL))
    if _is_in_the_clear(settings.board_url) and settings.board_secret is not None:
        found.append(("the board's `url` is no https address: sessions can be read on their way", _ENCRYPT))
    return tuple(found)


_SET_URL = "set `url` in the table [board]"
_ENCRYPT = "put a proxy with a certificate before it, and write https in `url`"


def _is_in_the_clear(url: str) -> bool:
    return url.startswith("http:") and not is_local(urlsplit(url).hostname or "")


def is_local(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pages(settings: Settings, around: Around, board: Board, changes: Pulse) -> list[Route]:
    """Return all that people look at, behind the gate."""
    from bot.web.entrance import Entrance  # noqa: PLC0415  (as above)
    from bot.web.gate import Gate, Limits  # noqa: PLC0415  (as above)

    entrance = Entrance(
        around.database,
        around.clock,
        secret=_revealed(settings.board_secret),
        token=_revealed(settings.board_token),
        is_signed=settings.board_is_signed,
        url=settings.board_url,
    )
    routes, limits = _routes(board, entrance, around, changes), Limits()
    for route in routes:
        # One by one, and not all under one roof: what stands beside them would else never hear of a wrong method.
        route.app = Gate(route.app, entrance, limits)
    return routes


def _routes(board: Board, entrance: Entrance, around: Around, changes: Pulse) -> list[Route]:
    from bot.web.board import acting, entering  # noqa: PLC0415  (as above)

    acts = (*entering.routes(entrance), *acting.routes(entrance, around.desk))
    return [*looks(board, changes, around.beside), *acts]


def looks(board: Board, changes: Pulse, beside: Beside = NOTHING) -> list[Route]:
    """Return what there is to look at."""
    from bot.web.api.routes import routes as api  # noqa: PLC0415  (as above)
    from bot.web.board import home, live, probes, vendor, vendors, views  # noqa: PLC0415  (as above)
    from bot.web.board.pages import static  # noqa: PLC0415  (as above)

    pages = [route for one in (home, vendors, vendor, probes) for route in one.routes(board)]
    more = views.routes(board, beside)
    return [*pages, *more, *live.routes(changes), *api(board), *static()]


@asynccontextmanager
async def shown(database: Database, clock: Clock, port: int) -> AsyncIterator[str]:
    """Serve the board to this machine alone for as long as the block lasts, to be looked at only; gives its address.

    Where another program has the port, it is another one.
    """
    from bot.web import server  # noqa: PLC0415  (as above)
    from bot.web.board import live  # noqa: PLC0415  (as above)
    from bot.web.board.pages import Board  # noqa: PLC0415  (as above)

    changes = live.Pulse(lambda: pulse.version(database, clock.now()))
    try:
        listening = server.bound(_HERE, port)
    except ConfigError:
        listening = server.bound(_HERE, 0)
    serving = server.serve(looks(Board(database, clock), changes), listening, ending=changes.close)
    tasks = [asyncio.create_task(serving), asyncio.create_task(changes.run())]
    try:
        yield address(_HERE, listening.getsockname()[1])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Who is cancelled before they have begun closes nothing.
        listening.close()


def _revealed(secret: Secret | None) -> str:
    return secret.reveal() if secret is not None else ""
