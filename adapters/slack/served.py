"""What Slack calls over HTTP: its events, and the pages on which other workspaces install the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

EVENTS = "/slack/events"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
_TIMESTAMP = "x-slack-request-timestamp"


def routes(app: AsyncApp, *, events: bool, install: bool) -> tuple[Route, ...]:
    """Return what is served: events unless they come by socket, and installing where anybody may."""
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler  # noqa: PLC0415  (HTTP alone)

    handle = AsyncSlackRequestHandler(app).handle
    heard = [Route(EVENTS, _readable(handle), methods=["POST"])] if events else []
    installed = [Route(path, handle, methods=["GET"]) for path in (INSTALL, REDIRECT)] if install else []
    return (*heard, *installed)


def _readable(handle: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Refuse what Bolt would fail on before it looks at the signature: strangers are to fill no log."""

    async def endpoint(request: Request) -> Response:
        told = request.headers.get(_TIMESTAMP, "0")
        if not (told.isascii() and told.isdigit()):
            return PlainTextResponse("the time of the signature is not a number\n", 401)
        try:
            (await request.body()).decode()
        except UnicodeDecodeError:
            return PlainTextResponse("the body is not UTF-8\n", 400)
        return await handle(request)

    return endpoint
