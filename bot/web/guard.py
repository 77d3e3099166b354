"""Around what programs call, beside the board: how often somebody may, and how much they may send how slowly.

What is called says by itself who is known.  What another library reads, it reads whole and waits for as long as
it takes: it is given no more than this lets through.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.clock import Clock
from bot.web.bodies import Refused
from bot.web.gate import is_here
from bot.web.rationing import Rations, whose

# Many hooks and jobs may call from one address; each has a ration of its own besides.
AT_ONCE, PER_SECOND = 600, 100.0
# Nothing of what Slack sends comes near this.
LONGEST = 1024 * 1024
SECONDS = 10.0
AT_WORK, MINE_AT_WORK = 64, 16
# Who asks whether we live is told, however many else are there.
ALWAYS = frozenset({"/healthz", "/readyz"})
# They read within limits of their own, which are as narrow, and read on for a moment to be heard.
READ_BY_US = ("/hooks/", "/heartbeat/")


@dataclass(slots=True)
class Rules:
    """What one and all are given, and how much of it is used."""

    clock: Clock
    calling: Rations = field(default_factory=lambda: Rations(AT_ONCE, PER_SECOND))
    seconds: float = SECONDS
    at_work: Counter[str] = field(default_factory=Counter[str])

    def has_room(self, caller: str) -> bool:
        """Whether one more of a caller's may be at work: nobody else has all the places, but who stands for many."""
        mine = 0 if is_here(caller) else self.at_work[whose(caller)]
        return self.at_work.total() < AT_WORK and mine < MINE_AT_WORK


def guarded(routes: Iterable[Route], rules: Rules) -> list[Route]:
    """Return the same routes with a guard around each."""
    found = []
    for route in routes:
        route.app = Guard(route.app, rules, reads=route.path.startswith(READ_BY_US))
        found.append(route)
    return found


class Guard:
    """Lets a call through to `app`, or raises Refused; with `reads` the application limits what it reads by itself."""

    def __init__(self, app: ASGIApp, rules: Rules, *, reads: bool = False) -> None:
        """Let nobody through yet."""
        self._app = app
        self._rules = rules
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        self._ration(Request(scope))
        if self._reads:
            await self._app(scope, receive, send)
            return
        caller = _caller(scope)
        if scope["path"] not in ALWAYS and not self._rules.has_room(caller):
            raise Refused(503, "too many are calling at the same time; come again", Retry_After="1")
        place = _Place(self._rules, caller, send)
        try:
            await self._app(scope, _Limited(receive, self._rules.seconds), place)
        finally:
            place.leave()

    def _ration(self, request: Request) -> None:
        """Count a call; on this machine itself, where a proxy may stand for everybody, nobody is counted."""
        caller = _caller(request.scope)
        wait = 0 if is_here(caller) else self._rules.calling.wait(caller, self._rules.clock.now())
        if wait:
            raise Refused(429, f"too many calls; come again in {wait} s", Retry_After=str(wait))


def _caller(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


class _Place:
    """One of those at work, until its answer begins: how fast that is read is for whoever reads it to say."""

    def __init__(self, rules: Rules, caller: str, send: Send) -> None:
        self._rules, self._whose, self._send = rules, whose(caller), send
        self._is_taken = True
        rules.at_work[self._whose] += 1

    async def __call__(self, message: Message) -> None:
        self.leave()
        await self._send(message)

    def leave(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._rules.at_work[self._whose] -= 1
            self._rules.at_work += Counter()  # those with none are forgotten


class _Limited:
    """The body of a call, as long as it is not too long and does not take too long."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._until = asyncio.get_running_loop().time() + seconds
        self._size = 0
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:  # what is waited for now is that somebody goes away
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise Refused(408, f"the body did not come within {self._seconds:g} s", connection="close") from None
        self._size += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._size > LONGEST:
            raise Refused(413, f"the body is longer than {LONGEST:,} bytes", connection="close")
        return message
