"""What Slack calls over HTTP: its events, and the pages on which other workspaces install the app."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

EVENTS = "/slack/events"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
_TIMESTAMP, _SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_TIME = re.compile(r"[0-9]{1,12}")


def routes(app: AsyncApp, secret: str, *, events: bool, install: bool) -> tuple[Route, ...]:
    """Return what is served: events, signed with `secret`, unless they come by socket, and installing where one may."""
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler  # noqa: PLC0415  (HTTP alone)

    handle = AsyncSlackRequestHandler(app).handle
    heard = [Route(EVENTS, _signed(handle, SignatureVerifier(secret)), methods=["POST"])] if events else []
    installed = [Route(path, handle, methods=["GET"]) for path in (INSTALL, REDIRECT)] if install else []
    return (*heard, *installed)


def _signed(
    handle: Callable[[Request], Awaitable[Response]], verifier: SignatureVerifier
) -> Callable[[Request], Awaitable[Response]]:
    """Refuse what is not signed before Bolt takes it apart, and fails: strangers are to fill no log.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """

    async def endpoint(request: Request) -> Response:
        told, signature = (request.headers.getlist(name) for name in (_TIMESTAMP, _SIGNATURE))
        if len(told) != 1 or not _TIME.fullmatch(told[0]):
            return PlainTextResponse("the time of the signature is not a number\n", 401)
        try:
            body = (await request.body()).decode()
        except UnicodeDecodeError:
            return PlainTextResponse("the body is not UTF-8\n", 400)
        is_ours = len(signature) == 1 and signature[0].isascii()
        if not is_ours or not verifier.is_valid(body=body, timestamp=told[0], signature=signature[0]):
            return PlainTextResponse("this is not signed as Slack signs\n", 401)
        return await handle(request)

    return endpoint
