"""`/services`: our own services, how each stands by what it needs, and what hit it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core import cards, choosing, hits, impact, pressing, routing, serving
from bot.core.people import as_of
from bot.core.slugs import slug
from bot.store import hitting
from bot.web.board import grounding
from bot.web.board.pages import Board, page


def routes(board: Board) -> list[Route]:
    """Return what is served of them."""
    return [Route("/services", partial(_services, board)), Route("/services/{name}", partial(_service, board))]


async def _services(board: Board, request: Request) -> Response:
    views = await grounding.views(board, routing.ours(board.services))
    rows = [
        (
            view,
            serving.tone(view),
            impact.label(view),
            serving.matters(view),
            hits.since_when(view.incidents),
            slug(view.name),
        )
        for view in views
    ]
    return page(request, "services.html", title="Our services", now=board.clock.now(), rows=rows)


async def _service(board: Board, request: Request) -> Response:
    name, now = request.path_params["name"], board.clock.now()
    meant = [one for one in routing.ours(board.services) if slug(one.name) == slug(name)]
    if not meant:
        text = f"No [[service]] of the configuration is called “{name[:100]}”."
        return page(request, "missing.html", 404, title="No such service", text=text)
    (view,) = await grounding.views(board, meant[:1])
    vendors = {vendor for vendor, _ in view.service.depends_on}
    lately, is_cut = await hitting.lately(board.database, vendors, now - timedelta(days=hits.DAYS))
    found = hits.hits(view.service, lately, now)
    going_on = pressing.in_order(as_of(one, now) for one in view.incidents)
    return page(
        request,
        "service.html",
        title=view.name,
        now=now,
        view=view,
        tone=serving.tone(view),
        word=impact.label(view),
        since=hits.since_when(view.incidents),
        needs=[(impact.need_tone(one), one, serving.need(one, now)) for one in view.needs],
        going_on=[choosing.row(one) for one in going_on],
        plan=cards.card(view.service),
        stand_in=(impact.need_tone(view.fallback), view.fallback) if view.fallback else None,
        told=hits.told(found),
        is_cut=is_cut,
        past=[choosing.row(one) for one in found.incidents if not one.is_open],
    )
