"""One payload on its way to the app, and the app's answer: was it in time, and what did it say.

sent = await person.runs("/status", "acme", ops.id)
assert (await sent.acked())["text"] == "…"
assert sent.in_time
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tests.localslack.errors import Json

# https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
DEADLINE = 3.0

SLASH_COMMANDS, INTERACTIVE, EVENTS_API = "slash_commands", "interactive", "events_api"


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One payload.  `answer` is what came with the acknowledgement, `took` the seconds until it came."""

    kind: str
    payload: Json
    id: str
    sent: float
    attempts: int = 0
    answer: Json = field(default_factory=dict[str, object])
    took: float | None = None
    status: int | None = None
    failed: str = ""
    acks: int = 0
    problems: list[str] = field(default_factory=list[str])
    _done: asyncio.Event = field(default_factory=asyncio.Event)
    _then: Callable[[Delivery], None] | None = None

    @property
    def is_acked(self) -> bool:
        return self.took is not None

    @property
    def in_time(self) -> bool:
        """Tell whether the person saw no error: acknowledged within three seconds."""
        return self.took is not None and self.took <= DEADLINE

    @property
    def accepts_payload(self) -> bool:
        return self.kind != EVENTS_API

    def settle(self, answer: Json, now: float) -> None:
        self.acks += 1
        if self.took is None:
            self.took, self.answer = now - self.sent, answer
            if self._then is not None:
                self._then(self)
        self._done.set()

    def on_settled(self, then: Callable[[Delivery], None]) -> None:
        """Have `then` called with the first acknowledgement; it has not come yet."""
        self._then = then

    def fail(self, why: str) -> None:
        self.failed = why
        self._done.set()

    async def done(self) -> Delivery:
        """Return as soon as it is acknowledged, or will not be; or fail after a long time."""
        async with asyncio.timeout(20):
            await self._done.wait()
        return self

    async def acked(self) -> Json:
        """Return what came with the acknowledgement."""
        await self.done()
        if not self.is_acked:
            raise AssertionError(f"not acknowledged: {self.kind} {self.failed}")
        return self.answer


class Carrier(Protocol):
    """How payloads reach the app: by sockets, or by signed requests."""

    async def carries(self, kind: str, payload: Json) -> Delivery: ...


_numbers: Iterator[int] = itertools.count(1)


def new_delivery(kind: str, payload: Json) -> Delivery:
    now = asyncio.get_running_loop().time()
    return Delivery(kind=kind, payload=payload, id=f"e0000000-0000-4000-8000-{next(_numbers):012d}", sent=now)
