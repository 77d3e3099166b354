"""The gate before the board: who may look, how often, and how long a page may take.  Every page is behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.bodies import Refused
from bot.web.entrance import Entrance
from bot.web.rationing import Rations

# Somebody who looks at a page every second, and all that it links to, comes nowhere near this.
AT_ONCE, PER_SECOND = 240, 40.0
ENTERING_AT_ONCE, ENTERING_PER_SECOND = 20, 0.5
# So many are answered at the same time; a page is read from the database within some milliseconds.
AT_WORK = 64
SECONDS = 10.0
# What is shown to whoever is not let in yet, and how they are.
STATIC = "/static/"
FREE = (STATIC, "/enter")


@dataclass(slots=True)
class Limits:
    """What has been used up, of all that a gate hands out."""

    looking: Rations = field(default_factory=lambda: Rations(AT_ONCE, PER_SECOND))
    entering: Rations = field(default_factory=lambda: Rations(ENTERING_AT_ONCE, ENTERING_PER_SECOND))
    at_work: int = 0
    seconds: float = SECONDS


class Gate:
    """Lets somebody through to `app`, or raises Refused with what they are told."""

    def __init__(self, app: ASGIApp, entrance: Entrance, limits: Limits | None = None) -> None:
        """Let nobody in yet."""
        self._app = app
        self._entrance = entrance
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        self._ration(request)
        is_free = request.url.path.startswith(FREE)
        visitor = None if request.url.path.startswith(STATIC) else await self._entrance.visitor(request)
        scope.setdefault("state", {})["visitor"] = visitor
        if not self._entrance.is_called(request.headers.get("host", "")):
            raise Refused(421, f"this is not the board's address{_instead(self._entrance)}")
        if self._entrance.is_signed and visitor is None and not is_free and not self._entrance.is_program(request):
            raise Refused(401, "this board opens by a link of your own: ask for “/sitrep board” in the chat")
        await self._answer(scope, receive, _Answered(self._entrance, request, send))

    def _ration(self, request: Request) -> None:
        """Count a call; on this machine itself, where a proxy may stand for everybody, nobody is counted."""
        caller = request.client.host if request.client else ""
        if is_here(caller):
            return
        is_entering = request.method == "POST" or request.url.path.startswith("/enter")
        rations = self._limits.entering if is_entering else self._limits.looking
        wait = rations.wait(caller, self._entrance.clock.now())
        if wait:
            raise Refused(429, f"too many calls; come again in {wait} s", Retry_After=str(wait))

    async def _answer(self, scope: Scope, receive: Receive, send: _Answered) -> None:
        """Wait for the beginning of an answer, and not for its end: some go on for as long as somebody looks."""
        if self._limits.at_work >= AT_WORK:
            raise Refused(503, "too many are looking at the same time; come again", Retry_After="1")
        self._limits.at_work += 1
        send.began = self._at_rest
        try:
            async with asyncio.timeout(self._limits.seconds) as send.limit:
                await self._app(scope, receive, send)
        except TimeoutError:
            if send.limit is None or not send.limit.expired():
                raise
            raise Refused(503, f"the page took longer than {self._limits.seconds:g} s", Retry_After="5") from None
        finally:
            send.begin()

    def _at_rest(self) -> None:
        self._limits.at_work -= 1


class _Answered:
    """The way of an answer: it is private where somebody is known, and what was said to them is said once."""

    def __init__(self, entrance: Entrance, request: Request, send: Send) -> None:
        self.limit: asyncio.Timeout | None = None
        self.began: Callable[[], None] = lambda: None
        self._entrance = entrance
        self._request = request
        self._send = send
        self._has_begun = False

    def begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self.began()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begin()
            if self.limit is not None:
                self.limit.reschedule(None)
            if not self._request.url.path.startswith(STATIC):
                message = {**message, "headers": [*map(self._kept, message["headers"]), *self._more(message)]}
        await self._send(message)

    def _kept(self, header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        """Return a header of the answer; what only those may see who are let in, nobody in between keeps."""
        name, value = header
        is_shared = name.lower() == b"cache-control" and not value.startswith((b"private", b"no-store"))
        return (name, b"private, " + value) if is_shared and self._entrance.is_signed else header

    def _more(self, message: Message) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in message["headers"]}
        is_private = self._entrance.is_signed or bool(self._entrance.secret)
        more: list[tuple[bytes, bytes]] = []
        if is_private:
            more.append((b"vary", b"Cookie"))
        if is_private and b"cache-control" not in names:
            more.append((b"cache-control", b"private, no-store"))
        was_said = self._request.method == "GET" and self._entrance.said in self._request.cookies
        if was_said and dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
            passing = Response()
            self._entrance.forget(passing, self._entrance.said)
            more += [one for one in passing.raw_headers if one[0] == b"set-cookie"]
        return more


def _instead(entrance: Entrance) -> str:
    if entrance.url:
        return f": that is {entrance.url}/; a proxy in between has to hand the header Host on"
    return "; write 127.0.0.1 or localhost, or set `url` in the table [board]"


def is_here(caller: str) -> bool:
    """Whether somebody calls from this machine itself."""
    try:
        return ip_address(caller).is_loopback
    except ValueError:
        return False
