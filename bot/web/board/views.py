"""The pages beside the first ones: incidents, search, services, maintenance, and how Sitrep itself is."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.board import incident, incidents, maintenance, operations, report, search, services
from bot.web.board.beside import NOTHING, Beside
from bot.web.board.pages import Board


def routes(board: Board, beside: Beside = NOTHING) -> list[Route]:
    """Return what is served of them."""
    found = [route for one in (incidents, report, incident, search, services) for route in one.routes(board)]
    return [*found, *maintenance.routes(board, beside.windows), *operations.routes(board, beside)]
