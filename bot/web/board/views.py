"""The pages beside the first ones: incidents, search, services, maintenance, and how Sitrep itself is."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route

from bot.core.windows import Window
from bot.web.board import incident, incidents, maintenance, operations, search, services
from bot.web.board.operations import Beside
from bot.web.board.pages import Board

_NOTHING = Beside()


def routes(board: Board, windows: Sequence[Window] = (), beside: Beside = _NOTHING) -> list[Route]:
    """Return what is served of them; `windows` are when we work on something ourselves."""
    found = [route for one in (incidents, incident, search, services) for route in one.routes(board)]
    return [*found, *maintenance.routes(board, windows), *operations.routes(board, beside)]
