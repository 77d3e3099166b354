"""Serves `/api/v1`, the OpenAPI document, and a page that lists it for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.api.answers import JSON, OPEN, Missing, Shelf, answer, safely
from bot.web.api.openapi import PAGES, document
from bot.web.api.operations import Operation
from bot.web.api.v1 import OPERATIONS
from bot.web.api.written import Writer
from bot.web.board.pages import Board, page

_WRITERS: Final[Mapping[str, Writer[Any]]] = {one.name: Writer(one.answer) for one in OPERATIONS}


def routes(board: Board, shelf: Shelf) -> list[Route]:
    """Return what is served of it.  Whatever else is asked of `/api` is not there, and told so as a problem."""
    return [
        *(Route(one.path, safely(_answering(one, board, shelf))) for one in OPERATIONS),
        Route("/api/openapi.json", safely(_described(shelf))),
        Route("/api", _listed(board)),
        Route("/api/{rest:path}", safely(_missing)),
    ]


def _answering(one: Operation, board: Board, shelf: Shelf) -> Callable[[Request], Awaitable[Response]]:
    write = _WRITERS[one.name]

    async def endpoint(request: Request) -> Response:
        asked = one.asked(request, board)

        async def made() -> bytes:
            return write(await one.make(asked))

        key = (one.name, asked.base, asked.path, *(f"{name}={value}" for name, value in sorted(asked.query.items())))
        return answer(request, await shelf.get(key, made), JSON)

    return endpoint


def _described(shelf: Shelf) -> Callable[[Request], Awaitable[Response]]:
    async def made() -> bytes:
        return document()

    async def endpoint(request: Request) -> Response:
        return answer(request, await shelf.get(("openapi",), made), JSON, OPEN)

    return endpoint


def _listed(board: Board) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return page(request, "api.html", title="API", operations=OPERATIONS, pages=PAGES, now=board.clock.now())

    return endpoint


async def _missing(request: Request) -> Response:
    raise Missing(f"there is nothing at {request.url.path[:200]}; /api lists what there is")
