"""What lies around every answer: it is counted, it carries the headers that browsers go by, and a crash is a page."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from time import perf_counter

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gauges import CRASHES, REQUEST_SECONDS, REQUESTS, UNCOUNTED, Gauges
from bot.store.database import impatient
from bot.tracing import span

log = logging.getLogger(__name__)

# Nothing is loaded from elsewhere, nothing inline is run, nobody frames a page, and a form goes nowhere else.
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_CRASHED = 500
# Whoever calls gives up sooner or later; so soon they are told to come again, if the database says nothing.
_PATIENCE = 5.0
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
Crashed = Callable[[Request, str], Response]


class Stack:
    """An application with all of this around it."""

    def __init__(self, app: ASGIApp, crashed: Crashed, gauges: Gauges = UNCOUNTED) -> None:
        """Answer nothing yet.  `crashed` makes the page that is shown instead of one that failed, by its number."""
        self._app = app
        self._crashed = crashed
        self._gauges = gauges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        began, status = perf_counter(), 0

        async def dress(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._count(scope, status, perf_counter() - began)
                message = {**message, "headers": _with_headers(message["headers"])}
            await send(message)

        try:
            with span("request", method=_method(scope)) as traced, impatient(_PATIENCE):
                try:
                    await self._app(scope, receive, dress)
                finally:
                    traced.note("route", _route(scope))
                    traced.note("status", status or _CRASHED)
        except asyncio.CancelledError:
            # The program ends, and waits for nobody any more: whoever has no answer yet is to come again.
            log.info("not answered, for it stops route=%s", _route(scope))
            if not status:
                again = PlainTextResponse("stopping; come again\n", 503, {"retry-after": "5", "connection": "close"})
                await again(scope, receive, dress)
        except Exception:
            if status:  # half of it is sent: the connection ends here, and the server logs why
                raise
            number = secrets.token_hex(4)
            log.exception("page failed number=%s route=%s", number, _route(scope))
            self._gauges.count(CRASHES, "request")
            await self._crashed(Request(scope), number)(scope, receive, dress)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self._gauges.count(REQUESTS, route, _method(scope), str(status))
        self._gauges.measure(REQUEST_SECONDS, seconds, route)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "other"


def _with_headers(given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with ours; an answer that has its own says what it needs."""
    names = {name for name, _ in given}
    return [*given, *((name, value) for name, value in HEADERS.items() if name not in names)]


def _route(scope: Scope) -> str:
    """Return the pattern that a path fits: the path itself may hold a token, and there are too many."""
    return getattr(scope.get("route"), "path", "") or "none"
