"""The pages beside the first ones: incidents, search, services, maintenance, and how Sitrep itself is."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.board import incident, incidents
from bot.web.board.pages import Board


def routes(board: Board) -> list[Route]:
    """Return what is served of them."""
    return [route for one in (incidents, incident) for route in one.routes(board)]
