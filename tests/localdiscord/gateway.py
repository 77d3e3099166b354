"""The gateway at /gateway: https://docs.discord.com/developers/events/gateway.

    gateway.reconnects()                 op 7 to everybody
    gateway.invalidates(resumable=False) op 9
    gateway.closes(4000)                 any close code
    gateway.aborts()                     the connection breaks
    gateway.freezes()                    it stays open and nothing comes any more: a zombie
    gateway.refuses(2)                   the next two upgrades are answered 503
    gateway.forgets()                    no session can be resumed
    gateway.says_raw("{")                a malformed payload
    await gateway.until_ready()          somebody has identified and was told of the guilds

Text frames are sent, although zlib-stream is asked for: discord.py takes them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import ClientConnectionResetError, WSMsgType, web

from tests.localdiscord import events
from tests.localdiscord.delivery import DEADLINE, Delivery
from tests.localdiscord.errors import Json
from tests.localdiscord.sessions import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    PRIVILEGED,
    RECONNECT,
    RESUME,
    Link,
    Session,
)
from tests.localdiscord.world import World

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4000, 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, DISALLOWED_INTENTS = 4005, 4007, 4008, 4014
# …/events/gateway#rate-limiting, #sending-events
MAX_SENDS, PER_SECONDS, MAX_PAYLOAD = 120, 60.0, 4_096
IDENTIFY_WINDOW = 5.0
# "the session will remain active and timeout after a few minutes": …/events/gateway#initiating-a-disconnect
SESSION_LIFE = 180.0


@dataclass(slots=True)
class Gateway:
    """`identifies` are the moments at which somebody identified; `max_concurrency` of them may be within 5 s.

    Interactions are so many seconds `late`, and are told so many `times`.
    """

    world: World
    url: str = ""
    interval: float = 41.25
    patience: float = DEADLINE
    max_concurrency: int | None = None
    late: float = 0
    times: int = 1
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    links: list[Link] = field(default_factory=list[Link])
    identifies: list[float] = field(default_factory=list[float])
    resumes: int = 0
    refused: int = 0
    heard: list[Json] = field(default_factory=list[Json])
    _refusals: int = 0
    _numbers: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.world.listeners.append(self._tells)

    # What a test does.

    def refuses(self, times: int = 1) -> None:
        self._refusals += times

    def welcomes(self) -> None:
        """Refuse nobody any more."""
        self._refusals = 0

    def reconnects(self) -> None:
        self._post({"op": RECONNECT, "d": None})

    def invalidates(self, *, resumable: bool) -> None:
        if not resumable:
            self.forgets()
        self._post({"op": INVALID_SESSION, "d": resumable})

    def closes(self, code: int) -> None:
        for link in self.links:
            link.closes(code)

    def aborts(self) -> None:
        for link in self.links:
            link.aborts()

    def freezes(self) -> None:
        for link in self.links:
            link.frozen = True

    def forgets(self) -> None:
        """Let nobody resume."""
        for session in self.sessions.values():
            session.link = None
        self.sessions.clear()

    def says_raw(self, text: str) -> None:
        for link in self.links:
            link.posts_raw(text)

    def dispatches(self, event: str, data: Json) -> None:
        """Send any event to every session, such as one that Discord should not have sent."""
        for session in self.sessions.values():
            session.tells(event, data)

    async def carries(self, delivery: Delivery) -> Delivery:
        """Bring an interaction to every session of its guild, as Discord does; nobody there is an error at once."""
        self.world.interactions[delivery.id] = delivery
        delivery.born -= self.late
        told = [one for one in self._live() if one.hears(delivery.payload.get("guild_id"))]
        for session in told * self.times:
            session.tells("INTERACTION_CREATE", delivery.payload)
        if told:
            delivery.waits(self.patience)
        else:
            delivery.fail("The application did not respond: it is not connected")
        return delivery

    async def until(self, met: Callable[[], bool]) -> None:
        """Return as soon as it is so; looked at whenever something happens at the gateway."""
        async with asyncio.timeout(20):
            while not met():
                await self._news.wait()

    async def until_ready(self, identifies: int = 1) -> None:
        await self.until(lambda: len(self.identifies) >= identifies and any(one.connected for one in self._live()))

    async def until_resumed(self, times: int = 1) -> None:
        await self.until(lambda: self.resumes >= times)

    async def close(self) -> None:
        for link in list(self.links):
            link.frozen = False
            await link.socket.close(code=1001)

    # What happens by itself.

    async def accept(self, request: web.Request) -> web.StreamResponse:
        if self._refusals:
            self._refusals -= 1
            self.refused += 1
            self._changed()
            return web.Response(status=503, text="upstream connect error")
        socket = web.WebSocketResponse(compress=False)
        try:
            await socket.prepare(request)
        except ClientConnectionResetError:
            # Whoever called was killed meanwhile, which is nobody's fault here.
            return web.Response(status=499)
        link = Link(socket, request.transport)
        self.links.append(link)
        writer = asyncio.create_task(link.writes())
        link.posts({"op": HELLO, "d": {"heartbeat_interval": round(self.interval * 1_000)}, "s": None, "t": None})
        try:
            await self._listens(link)
        finally:
            writer.cancel()
            self._leaves(link)
        return socket

    async def _listens(self, link: Link) -> None:
        async for message in link.socket:
            if message.type != WSMsgType.TEXT:
                continue
            if len(message.data.encode()) > MAX_PAYLOAD:
                link.closes(DECODE_ERROR)
                continue
            if self._too_fast(link):
                link.closes(RATE_LIMITED)
                continue
            try:
                heard = json.loads(message.data)
            except json.JSONDecodeError:
                link.closes(DECODE_ERROR)
                continue
            self._hears(link, heard)
            self._changed()

    def _too_fast(self, link: Link) -> bool:
        now = asyncio.get_running_loop().time()
        link.sent = [at for at in link.sent if now - at < PER_SECONDS] + [now]
        return len(link.sent) > MAX_SENDS

    def _hears(self, link: Link, heard: Json) -> None:
        op, data = heard.get("op"), heard.get("d")
        self.heard.append(heard)
        if op == HEARTBEAT:
            link.beats += 1
            link.posts({"op": HEARTBEAT_ACK, "d": None})
        elif op == IDENTIFY:
            self._identifies(link, data or {})
        elif op == RESUME:
            self._resumes(link, data or {})
        elif link.session is None:
            link.closes(NOT_AUTHENTICATED)
        elif not isinstance(op, int) or op > HEARTBEAT_ACK:
            link.closes(UNKNOWN_OPCODE)

    def _identifies(self, link: Link, data: Json) -> None:
        now = self.world.clock.seconds()
        if link.session is not None:
            link.closes(ALREADY_AUTHENTICATED)
            return
        recent = [at for at in self.identifies if now - at < IDENTIFY_WINDOW]
        self.identifies.append(now)
        if not self._knows(data):
            link.closes(AUTHENTICATION_FAILED)
        elif int(data.get("intents", 0)) & PRIVILEGED & ~self.world.rules.intents:
            link.closes(DISALLOWED_INTENTS)
        elif self.max_concurrency is not None and len(recent) >= self.max_concurrency:
            link.posts({"op": INVALID_SESSION, "d": False})
        else:
            self._begins(link, data)

    def _begins(self, link: Link, data: Json) -> None:
        self._numbers += 1
        first, count = data.get("shard") or (0, 1)
        session = Session(f"session-{self._numbers:04d}", int(data.get("intents", 0)), (first, count), link)
        link.session = self.sessions[session.id] = session
        session.tells("READY", events.ready(self.world, session, self.url))
        for guild in self.world.guilds.values():
            if guild.available and session.hears(guild.id):
                for event, told in events.guild_created(self.world, session, guild):
                    session.tells(event, told)

    def _resumes(self, link: Link, data: Json) -> None:
        if not self._knows(data):
            link.closes(AUTHENTICATION_FAILED)
            return
        session = self.sessions.get(str(data.get("session_id")))
        if session is None or session not in self._live():
            link.posts({"op": INVALID_SESSION, "d": False})
            return
        since = int(data.get("seq") or 0)
        if since > len(session.log):
            link.closes(INVALID_SEQ)
            return
        if session.link is not None and session.link is not link:
            session.link.session = None
            session.link.closes(UNKNOWN_ERROR)
        session.link, link.session = link, session
        session.replays(since)
        session.tells("RESUMED", {"_trace": []})
        self.resumes += 1

    def _knows(self, data: Json) -> bool:
        return str(data.get("token", "")).removeprefix("Bot ") == self.world.token and not self.world.state

    def _leaves(self, link: Link) -> None:
        """A client that closes with 1000 or 1001 ends its session: …/events/gateway#initiating-a-disconnect."""
        self.links.remove(link)
        session = link.session
        if session is not None and session.link is link:
            session.link, session.left = None, self.world.clock.seconds()
            if link.socket.close_code in (1000, 1001) and not link.closing:
                self.sessions.pop(session.id, None)
        self._changed()

    def _tells(self, event: str, what: Json, guild: str | None) -> None:
        for session in self._live():
            if session.hears(guild):
                told = events.told(self.world, session, event, what, guild)
                if told is not None:
                    session.tells(event, told)

    def _live(self) -> list[Session]:
        """Return the sessions that somebody is at, or may still come back to."""
        now = self.world.clock.seconds()
        return [one for one in self.sessions.values() if one.connected or now - one.left <= SESSION_LIFE]

    def _post(self, payload: Json) -> None:
        for link in self.links:
            link.posts({"s": None, "t": None, **payload})

    def _changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
