"""Every call that came, what it was given and how it was answered.

journal.of("create_message")[-1].body["content"]
await journal.until("edit_message", 3)
assert journal.invalid() == 0
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.localdiscord.errors import Json
from tests.localdiscord.faults import Fault
from tests.localdiscord.world import World

# https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
INVALID, WINDOW = frozenset((401, 403, 429)), 600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a call: its number, and what it was sent as."""

    number: str
    name: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Call:
    """One call.  `status` is 0 while nobody has been answered, and stays so when the connection was dropped.

    `template` is the path as Discord's pages write it, `parts` what stands in it.
    """

    route: str
    verb: str
    path: str
    at: float
    template: str = ""
    parts: dict[str, str] = field(default_factory=dict[str, str])
    query: dict[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    files: tuple[Sent, ...] = ()
    token: str = ""
    fault: Fault | None = None
    status: int = 0
    scope: str = ""
    answer: Any = None

    @property
    def args(self) -> Json:
        """Return the parts of the path, the query and the body in one."""
        return {**self.query, **(self.body if isinstance(self.body, dict) else {}), **self.parts}

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What a route works with: the world, and the call."""

    world: World
    call: Call

    @property
    def body(self) -> Json:
        given: Json = self.call.body if isinstance(self.call.body, dict) else {}
        return given

    def part(self, name: str) -> str:
        return self.call.parts[name]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives back."""

    body: Any = None
    status: int = 200


@dataclass(slots=True)
class Journal:
    calls: list[Call] = field(default_factory=list[Call])
    crashes: list[Exception] = field(default_factory=list[Exception])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, call: Call) -> None:
        self.calls.append(call)
        self.changed()

    def changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def of(self, route: str) -> list[Call]:
        return [call for call in self.calls if call.route == route]

    def routes(self) -> list[str]:
        """Return the routes that were called, in order."""
        return [call.route for call in self.calls]

    def invalid(self, now: float | None = None) -> int:
        """Return how many of the 10,000 invalid requests were made, of all or within ten minutes before `now`."""
        wrong = [call for call in self.calls if call.status in INVALID and call.scope != "shared"]
        return len([call for call in wrong if now is None or now - call.at < WINDOW])

    async def until(self, route: str, times: int = 1) -> list[Call]:
        """Return all calls of a route as soon as that many are answered; or fail after a long time."""
        async with asyncio.timeout(20):
            while len([call for call in self.of(route) if call.status]) < times:
                await self._news.wait()
        return self.of(route)
