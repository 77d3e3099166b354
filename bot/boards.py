"""The board, the interfaces and the numbers, put together: from what is configured to routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.callers import Loops
from bot.clock import Clock
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store import pulse
from bot.store.database import Database

if TYPE_CHECKING:
    from starlette.routing import Route

    from bot.web.board.live import Pulse
    from bot.web.board.pages import Board

log = logging.getLogger(__name__)
_HERE = "127.0.0.1"


def serve(settings: Settings, database: Database, clock: Clock, others: Sequence[Route], loops: Loops) -> None:
    """Add to `loops` what serves the board, and `others` beside it.

    Where another program has the port, and nobody chose it, there is no board, and the log says so; ConfigError if
    somebody chose it, or if anything calls in.
    """
    from bot.web import server  # noqa: PLC0415  (a fifth of a second, for those who need it)
    from bot.web.board.pages import Board  # noqa: PLC0415  (as above)

    routes, changes = _pages(Board(database, clock, settings.services, settings.board_url))
    try:
        listening = server.bound(settings.host, settings.port)
    except ConfigError as e:
        if others or settings.port_from_environment:
            raise
        log.warning("no board: %s", "; ".join(e.mistakes))
        return
    host, port = listening.getsockname()[:2]
    log.info("board: http://%s:%d/", f"[{host}]" if ":" in host else host, port)
    loops["board"] = changes.run
    loops["web"] = partial(server.serve, [*others, *routes], listening, changes.close)


def _pages(board: Board) -> tuple[Sequence[Route], Pulse]:
    """Return all the pages, and what tells them to look again."""
    from bot.web.board import home, live, probes, vendor, vendors, views  # noqa: PLC0415  (as above)
    from bot.web.board.pages import static  # noqa: PLC0415  (as above)

    changes = live.Pulse(lambda: pulse.version(board.database, board.clock.now()))
    routes = [route for one in (home, vendors, vendor, probes, views) for route in one.routes(board)]
    return [*routes, *live.routes(changes), *static()], changes


@asynccontextmanager
async def shown(database: Database, clock: Clock, port: int) -> AsyncIterator[str]:
    """Serve the board on this machine alone for as long as the block lasts; gives its address.

    Where another program has the port, it is another one.
    """
    from bot.web import server  # noqa: PLC0415  (as above)
    from bot.web.board.pages import Board  # noqa: PLC0415  (as above)

    routes, changes = _pages(Board(database, clock))
    try:
        listening = server.bound(_HERE, port)
    except ConfigError:
        listening = server.bound(_HERE, 0)
    tasks = [asyncio.create_task(server.serve(routes, listening, changes.close)), asyncio.create_task(changes.run())]
    try:
        yield f"http://{_HERE}:{listening.getsockname()[1]}/"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
