"""`/events`: tells pages that something has changed, so that they can be fetched anew.

One stream for each page that somebody looks at; one question to the database every two seconds for all of them
together, and none while nobody looks.  Several instances agree, for the answer is made of what the database has.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

# Each holds a connection, and nobody has so many people who look at once.
MOST = 200
_TRY_AGAIN = "30"


@dataclass(slots=True)
class Pulse:
    """What was last seen of the database, and who waits to hear that it is another.

    `version` gives a word that changes when anything does; it is asked `every` so many seconds.  Whoever hears nothing
    for `beat` seconds is sent a sign of life.
    """

    version: Callable[[], Awaitable[str]]
    every: float = 2.0
    beat: float = 15.0
    most: int = MOST
    listeners: int = 0
    _seen: str = ""
    _is_over: bool = False
    _turn: asyncio.Event = field(default_factory=asyncio.Event)
    _somebody: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_full(self) -> bool:
        """Whether nobody else can listen."""
        return self.listeners >= self.most

    async def run(self) -> None:
        """Look for what has changed, for as long as somebody listens, for ever."""
        while True:
            await self._somebody.wait()
            seen = await self.version()
            if seen != self._seen and self.listeners:
                self._seen = seen
                self._wake()
            await asyncio.sleep(self.every)

    def close(self) -> None:
        """End every stream."""
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def stream(self, told: str) -> AsyncIterator[str]:
        """Give events; `told` is the last that this listener knows of, which is not told again."""
        self.listeners += 1
        self._somebody.set()
        try:
            yield ": here\n\n"
            while not self._is_over:
                turn = self._turn
                if self._seen and self._seen != told:
                    told = self._seen
                    yield f"event: version\nid: {told}\ndata: {told}\n\n"
                elif not await self._comes(turn):
                    yield "event: beat\ndata:\n\n"
        finally:
            self.listeners -= 1
            if not self.listeners:
                # What is seen then is old when the next one comes.
                self._somebody.clear()
                self._seen = ""

    async def _comes(self, turn: asyncio.Event) -> bool:
        try:
            async with asyncio.timeout(self.beat):
                return await turn.wait()
        except TimeoutError:
            return False


def routes(pulse: Pulse) -> list[Route]:
    """Return what is served of it."""
    return [Route("/events", partial(_events, pulse))]


async def _events(pulse: Pulse, request: Request) -> Response:
    if pulse.is_full:
        return PlainTextResponse("too many listen already\n", 503, {"retry-after": _TRY_AGAIN})
    # A proxy that gathers what it passes on would keep it until it is of no use.
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    told = request.headers.get("last-event-id", "")[:64]
    return StreamingResponse(pulse.stream(told), media_type="text/event-stream", headers=headers)
