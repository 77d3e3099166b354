"""The board, the interfaces and the numbers, put together: from what is configured to routes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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

log = logging.getLogger(__name__)


def serve(settings: Settings, database: Database, clock: Clock, others: Sequence[Route], loops: Loops) -> None:
    """Add to `loops` what serves the board, and `others` beside it.

    Where another program has the port, and nobody chose it, there is no board, and the log says so; ConfigError if
    somebody chose it, or if anything calls in.
    """
    from bot.web import server  # noqa: PLC0415  (a fifth of a second, for those who need it)
    from bot.web.board import home, live, probes, vendor, vendors, views  # noqa: PLC0415  (as above)
    from bot.web.board.pages import Board, static  # noqa: PLC0415  (as above)

    board = Board(database, clock, settings.services, settings.board_url)
    changes = live.Pulse(lambda: pulse.version(database, clock.now()))
    routes = [*others, *live.routes(changes), *static()]
    for one in (home, vendors, vendor, probes, views):
        routes += one.routes(board)
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
    loops["web"] = partial(server.serve, routes, listening, changes.close)
