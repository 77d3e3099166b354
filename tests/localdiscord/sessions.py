"""One session of the gateway, with all that was told to it; and one connection.

https://docs.discord.com/developers/events/gateway#resuming
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.localdiscord.errors import Json

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11

# https://docs.discord.com/developers/events/gateway#gateway-intents
GUILDS, GUILD_MEMBERS, PRESENCES, GUILD_MESSAGES = 1 << 0, 1 << 1, 1 << 8, 1 << 9
DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 12, 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT


@dataclass(slots=True, eq=False)
class Link:
    """One connection.  What it is to send goes out in order; a frozen one neither sends nor answers."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None = None
    session: Session | None = None
    frozen: bool = False
    beats: int = 0
    closing: bool = False
    sent: list[float] = field(default_factory=list[float])
    _out: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue[str | int])

    def posts(self, payload: Json) -> None:
        self.posts_raw(json.dumps(payload))

    def posts_raw(self, text: str) -> None:
        if not self.frozen:
            self._out.put_nowait(text)

    def closes(self, code: int) -> None:
        """Close after all that is to be sent."""
        self.closing = True
        self._out.put_nowait(code)

    def aborts(self) -> None:
        """Break the connection without a word."""
        if self.transport is not None:
            self.transport.abort()

    async def writes(self) -> None:
        """Send what is to be sent, until it is closed."""
        while not self.socket.closed:
            what = await self._out.get()
            try:
                if isinstance(what, int):
                    await self.socket.close(code=what)
                    return
                await self.socket.send_str(what)
            except (ConnectionError, RuntimeError):
                return


@dataclass(slots=True, eq=False)
class Session:
    """One session: what it wants to hear, and everything that it was told, for RESUME."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    link: Link | None = None
    left: float = 0
    log: list[Json] = field(default_factory=list[Json])

    @property
    def connected(self) -> bool:
        return self.link is not None

    def hears(self, guild: str | None) -> bool:
        """https://docs.discord.com/developers/events/gateway#sharding: direct messages go to shard 0."""
        number, count = self.shard
        return ((int(guild) >> 22) % count if guild else 0) == number

    def tells(self, event: str, data: Json) -> None:
        """Give an event the next number, keep it, and send it if anybody is there."""
        payload = {"op": DISPATCH, "t": event, "s": len(self.log) + 1, "d": data}
        self.log.append(payload)
        if self.link is not None:
            self.link.posts(payload)

    def replays(self, since: int) -> None:
        if self.link is not None:
            for payload in self.log[since:]:
                self.link.posts(payload)
