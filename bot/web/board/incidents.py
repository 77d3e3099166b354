"""`/incidents`: all that are known, from new to old, narrowed by whoever looks."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import catalog
from bot.core import choosing
from bot.core.slugs import slug
from bot.store import listing
from bot.web.board.pages import Board, page


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    return [Route("/incidents", partial(_incidents, board))]


async def _incidents(board: Board, request: Request) -> Response:
    wanted = choosing.choice(request.query_params)
    found = await listing.found(board.database, wanted, _vendor(wanted.vendor))
    return page(
        request,
        "incidents.html",
        title="Incidents",
        now=board.clock.now(),
        wanted=wanted,
        states=choosing.STATES,
        kinds=choosing.KINDS,
        impacts=choosing.IMPACTS,
        counted=choosing.counted(found.total, wanted),
        rows=[choosing.row(one) for one in found.incidents],
        older=choosing.address(wanted, after=found.older) if found.older else "",
        newer=choosing.address(wanted, before=found.newer) if found.newer else "",
    )


def _vendor(typed: str) -> str:
    """Return the slug of whoever is called so."""
    known = catalog.find(typed) if typed else None
    return known.slug if known else slug(typed)
