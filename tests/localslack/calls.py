"""Every call that came, what it was given and how it was answered.

journal.of("chat.postMessage")[-1].args["text"]
await journal.until("chat.update", 3)
assert journal.unknown() == []
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.localslack.errors import Json
from tests.localslack.faults import Fault
from tests.localslack.nouns import Installation
from tests.localslack.world import World


@dataclass(slots=True, kw_only=True)
class Call:
    """One call.  `status` is 0 while nobody has been answered, and stays so when the connection was dropped."""

    method: str
    args: Json
    at: float
    token: str = ""
    team: str = ""
    verb: str = "POST"
    content_type: str = ""
    unknown: list[str] = field(default_factory=list[str])
    fault: Fault | None = None
    status: int = 0
    answer: Json = field(default_factory=dict[str, object])

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.answer.get("ok") is True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a method works with: the world, who calls, and with which arguments."""

    world: World
    args: Json
    by: Installation
    url: str


@dataclass(slots=True)
class Journal:
    calls: list[Call] = field(default_factory=list[Call])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, call: Call) -> None:
        self.calls.append(call)
        self.changed()

    def changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def methods(self) -> list[str]:
        """Return the methods that were called, in order."""
        return [call.method for call in self.calls]

    def unknown(self) -> list[tuple[str, str]]:
        """Return every argument that its method does not have, with the method."""
        return [(call.method, name) for call in self.calls for name in call.unknown]

    async def until(self, method: str, times: int = 1) -> list[Call]:
        """Return all calls of a method as soon as there are that many; or fail after a long time."""
        async with asyncio.timeout(20):
            while len(self.of(method)) < times:
                await self._news.wait()
        return self.of(method)
