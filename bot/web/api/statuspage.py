"""`/api/v2/…`: what Sitrep knows, as Statuspage serves its pages, so that any client of those can watch Sitrep.

Facts: the page that every Statuspage has at `/api/v2` (https://metastatuspage.com/api), and the captures that
bot/feeds/statuspage.py names.  Of one vendor alone the same is at `/vendors/<slug>/api/v2/…`, where clients look that
are given `/vendors/<slug>` as a page, and at `/api/v2/vendors/<slug>/…`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.web.api.addresses import base
from bot.web.api.answers import JSON, OPEN, Missing, Shelf, Wrong, answer, safely
from bot.web.api.page import Place
from bot.web.api.press import Press, begun, to_come

_MOST_VENDORS = 100
_PREFLIGHT = {
    **OPEN,
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "if-none-match, if-modified-since, accept",
    "access-control-max-age": "86400",
}
Make = Callable[[Place, Collection[str] | None], Awaitable[bytes]]


def routes(press: Press, shelf: Shelf) -> list[Route]:
    """Return what is served of it."""
    documents: dict[str, Make] = {
        "summary.json": press.summary,
        "status.json": press.status,
        "components.json": press.components,
        "incidents.json": press.incidents,
        "incidents/unresolved.json": press.unresolved,
        "scheduled-maintenances.json": partial(press.maintenances, chosen=None),
        "scheduled-maintenances/upcoming.json": partial(press.maintenances, chosen=to_come),
        "scheduled-maintenances/active.json": partial(press.maintenances, chosen=begun),
    }
    found = []
    for under in ("/api/v2", "/vendors/{vendor}/api/v2", "/api/v2/vendors/{vendor}"):
        found += [_route(f"{under}/{name}", _document(press, shelf, name, make)) for name, make in documents.items()]
        found.append(_route(f"{under}/incidents/{{incident}}.json", _one(press, shelf)))
    # A client that knows the page of a vendor makes links of it.
    found.append(Route("/vendors/{vendor}/incidents/{incident}", _elsewhere))
    return found


def _route(path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    async def either(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
        return await endpoint(request)

    return Route(path, safely(either, OPEN), methods=["GET", "OPTIONS"])


def _document(press: Press, shelf: Shelf, name: str, make: Make) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        where, vendor = base(request, press.board.url), request.path_params.get("vendor")
        asked = () if vendor else _vendors(request)

        async def made() -> bytes:
            place = await _place(press, where, vendor)
            for one in asked:
                await _place(press, where, one)
            return await make(place, [vendor] if vendor else asked or None)

        kept = await shelf.get((name, where, vendor or "", *asked), made)
        return answer(request, kept, JSON, OPEN)

    return endpoint


def _one(press: Press, shelf: Shelf) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        where, vendor = base(request, press.board.url), request.path_params.get("vendor")
        incident = request.path_params["incident"]

        async def made() -> bytes:
            body = await press.one(await _place(press, where, vendor), incident)
            if body is None:
                raise Missing("no incident has this id")
            return body

        kept = await shelf.get(("incident", where, vendor or "", incident), made)
        return answer(request, kept, JSON, OPEN)

    return endpoint


async def _place(press: Press, where: str, vendor: str | None) -> Place:
    place = await press.place(where, vendor)
    if place is None:
        raise Missing(f"no vendor called “{(vendor or '')[:60]}” is watched")
    return place


def _vendors(request: Request) -> tuple[str, ...]:
    """Return the vendors that a query names, in one order: `?vendor=github,openai`, or the word several times."""
    named = [one for value in request.query_params.getlist("vendor") for one in value.split(",")]
    found = sorted({one.strip() for one in named} - {""})
    if len(found) > _MOST_VENDORS:
        raise Wrong(f"vendor: {len(found)} names, and no more than {_MOST_VENDORS} are answered at once")
    return tuple(found)


async def _elsewhere(request: Request) -> Response:
    return RedirectResponse(request.url.replace(path=f"/incidents/{request.path_params['incident']}", query=""))
