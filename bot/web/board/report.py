"""`/incidents/{id}/report`, `.md` and `.json`: what is written of it, made anew; and its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.picture.incident import of_incident, of_probes
from bot.core.picture.shapes import Drawing
from bot.core.picture.svg import standalone, svg
from bot.core.report.attached import written
from bot.core.report.facts import facts
from bot.core.report.material import Material
from bot.core.report.material import found as addresses
from bot.core.slugs import slug
from bot.store.report import material
from bot.web.board.pages import Board, page

_TYPES = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8", "json": "application/json"}
# A report brings its own style along, and nothing else: it is one file, and no script is in it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = {"content-security-policy": _POLICY}


def routes(board: Board) -> list[Route]:
    """Return what is served of it."""
    at = "/incidents/{name}/"
    return [
        Route(at + "report", partial(_report, board, "html")),
        Route(at + "report.md", partial(_report, board, "md")),
        Route(at + "report.json", partial(_report, board, "json")),
        Route(at + "picture.svg", partial(_picture, board, of_incident)),
        Route(at + "probes.svg", partial(_picture, board, of_probes)),
    ]


async def _report(board: Board, how: str, request: Request) -> Response:
    name, now = request.path_params["name"], board.clock.now()
    found = await material(board.database, name, now)
    if found is None:
        return _missing(request)
    found = replace(found, links=addresses(await board.links(found.announcements)))
    drawing = of_incident(found, now) if how == "html" else None
    text = written(facts(found, now), how, svg(drawing) if drawing is not None else "")
    headers = {**_HEADERS, "content-disposition": f'inline; filename="report-{slug(name)}.{how}"'}
    return Response(text, media_type=_TYPES[how], headers=headers)


async def _picture(board: Board, draw: Callable[[Material, datetime], Drawing | None], request: Request) -> Response:
    now = board.clock.now()
    found = await material(board.database, request.path_params["name"], now)
    drawing = draw(found, now) if found is not None else None
    if drawing is None:
        return _missing(request)
    return Response(standalone(drawing), media_type="image/svg+xml", headers=_HEADERS)


def _missing(request: Request) -> Response:
    return page(request, "missing.html", 404, title="No such report", text="No incident has this id.")
