"""`/`: everything that is watched, the worst first."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.store import standings
from bot.web.board.pages import Board, page


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/", partial(_home, board))]


async def _home(board: Board, request: Request) -> Response:
    found = await standings.overview(board.database)
    return page(request, "home.html", title="Everything watched", overview=found, now=board.clock.now())
