"""One interaction on its way to the app, and what the app made of it: was it in time, and what did it say.

sent = await person.runs("status", what="acme", channel=ops)
assert (await sent.answer())["data"]["content"] == "…"
assert sent.in_time and sent.ephemeral
(more,) = await sent.until_followed()
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import EPHEMERAL, LOADING, Message

# https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
DEADLINE, LIFE = 3.0, 900.0

# …/receiving-and-responding#interaction-object-interaction-type
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
# …/receiving-and-responding#interaction-response-object-interaction-callback-type
PONG, REPLIES, DEFERS, DEFERS_UPDATE, UPDATES, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One interaction.  `callback` is the first answer as the app sent it, `response` the message it made."""

    id: str
    token: str
    kind: int
    channel: str
    user: str
    born: float
    payload: Json
    source: Message | None = None
    callback: Json | None = None
    took: float | None = None
    response: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])
    failed: str = ""
    refused: list[Any] = field(default_factory=list[Any])
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _timer: asyncio.TimerHandle | None = None

    @property
    def is_answered(self) -> bool:
        return self.callback is not None

    @property
    def in_time(self) -> bool:
        """Tell whether the person saw no error: answered within three seconds."""
        return self.took is not None and self.took <= DEADLINE

    @property
    def ephemeral(self) -> bool:
        """Tell whether only the person who acted sees the answer."""
        return self.response is not None and bool(self.response.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Tell whether the person still sees that something is being thought about."""
        return self.response is not None and bool(self.response.flags & LOADING)

    @property
    def modal(self) -> Json:
        """Return the modal that was opened."""
        if self.callback is None or self.callback.get("type") != MODAL:
            raise LookupError(f"no modal was opened, but {self.callback}")
        opened: Json = self.callback["data"]
        return opened

    @property
    def choices(self) -> list[Json]:
        """Return what was suggested."""
        suggested: list[Json] = ((self.callback or {}).get("data") or {}).get("choices") or []
        return suggested

    def waits(self, patience: float) -> None:
        """Fail when nobody has answered for so long."""
        self._timer = asyncio.get_running_loop().call_later(patience, self.fail, "The application did not respond")

    def settle(self, callback: Json, now: float) -> None:
        self.callback, self.took = callback, now - self.born
        self._rest()
        self.changed()

    def fail(self, why: str) -> None:
        self.failed = why
        self._rest()
        self.changed()

    def changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def done(self) -> Delivery:
        """Return as soon as it is answered, or will not be; or fail after a long time."""
        async with asyncio.timeout(20):
            while not (self.is_answered or self.failed):
                await self._news.wait()
        return self

    async def answer(self) -> Json:
        """Return the first answer, as the app sent it."""
        await self.done()
        if self.callback is None:
            raise AssertionError(f"not answered: {self.failed}")
        return self.callback

    async def until_followed(self, times: int = 1) -> list[Message]:
        """Return the follow-ups as soon as there are that many."""
        async with asyncio.timeout(20):
            while len(self.followups) < times:
                await self._news.wait()
        return self.followups

    async def said(self) -> Message:
        """Return the message that was answered with, once it is no longer loading."""
        await self.answer()
        async with asyncio.timeout(20):
            while self.response is None or self.loading:
                await self._news.wait()
        return self.response
