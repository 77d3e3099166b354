"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode.

    await sockets.until_connected()
    sent = await sockets.carries(SLASH_COMMANDS, payload)
    await sockets.disconnects("refresh_requested")   sockets.aborts()   sockets.freezes()
    sockets.refuse(dead=True)                        the next ticket is refused, and stays so (finding 5)
    sockets.haunt(9)                                 nine connections that only Slack believes in

A payload goes to any one of the connections, in turn.  One that is not acknowledged within `patience` seconds, or
whose connection ends, is sent again over another, if its kind is among `resends`.  Whether Slack does that for more
than events is doubted (https://github.com/slackapi/python-slack-sdk/issues/1940): take the others out to see them lost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from aiohttp import WSMsgType, web

from tests.localslack.calls import Asked
from tests.localslack.delivery import DEADLINE, EVENTS_API, INTERACTIVE, SLASH_COMMANDS, Delivery, new_delivery
from tests.localslack.errors import Json

# https://docs.slack.dev/apis/events-api/using-socket-mode#connections
MOST = 10
# https://docs.slack.dev/apis/events-api#retries
RETRIES = 3
WARNING, REFRESH, DISABLED, TOO_MANY = "warning", "refresh_requested", "link_disabled", "too_many_websockets"

_LIFE, _SHORT_LIFE = 18_060, 360


@dataclass(slots=True, kw_only=True, eq=False)
class Link:
    """One connection; without a websocket it is a ghost: Slack believes in it, and nobody is there."""

    number: int
    ws: web.WebSocketResponse | None = None
    transport: asyncio.Transport | None = None
    pings: list[str] = field(default_factory=list[str])
    received: list[str] = field(default_factory=list[str])
    thawed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def says(self, value: Json) -> None:
        if self.ws is not None and not self.ended.is_set():
            with suppress(ConnectionError):
                await self.ws.send_json(value)


@dataclass(slots=True)
class Sockets:
    """All connections, open and past ones."""

    url: str = ""
    links: list[Link] = field(default_factory=list[Link])
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    opened: int = 0
    refused: int = 0
    patience: float = DEADLINE
    resends: set[str] = field(default_factory=lambda: {SLASH_COMMANDS, INTERACTIVE, EVENTS_API})
    _tickets: set[str] = field(default_factory=set[str])
    _refusals: list[bool] = field(default_factory=list[bool])
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _turn: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def issue(self, asked: Asked) -> Json:
        """apps.connections.open: https://docs.slack.dev/reference/methods/apps.connections.open."""
        ticket = f"t{next(self._numbers)}"
        self._tickets.add(ticket)
        host = self.url.replace("http", "ws", 1)
        return {"ok": True, "url": f"{host}/link/?ticket={ticket}&app_id={asked.by.app}"}

    def refuse(self, times: int = 1, *, dead: bool = True) -> None:
        """Refuse the next tickets; `dead` ones for good, others only this time."""
        self._refusals.extend([dead] * times)

    def haunt(self, number: int) -> None:
        self.links.extend(Link(number=next(self._numbers)) for _ in range(number))

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection, until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self._is_refused(ticket):
            self.refused += 1
            self._changed()
            # 408 is what was seen in https://github.com/slackapi/node-slack-sdk/issues/1472.
            return web.Response(status=408)
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False, timeout=0.1)
        await ws.prepare(request)
        link = Link(number=next(self._numbers), ws=ws, transport=request.transport)
        link.thawed.set()
        if len(self.links) >= MOST:
            await link.says(_disconnect(TOO_MANY))
            await ws.close()
            return ws
        self.links.append(link)
        self.opened += 1
        await link.says(self._hello(_SHORT_LIFE if "debug_reconnects" in request.query else _LIFE))
        self._changed()
        await self._listens(link, ws)
        return ws

    async def carries(self, kind: str, payload: Json) -> Delivery:
        """Send a payload; what nobody is connected for fails, but an event waits for the next connection."""
        delivery = new_delivery(kind, payload)
        self.deliveries.append(delivery)
        task = asyncio.create_task(self._sees_to(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def again(self, delivery: Delivery) -> None:
        """Send what was sent before once more, acknowledged or not, as Slack may."""
        link = self._next(())
        if link is None:
            raise AssertionError("nobody is connected")
        await link.says(_envelope(delivery))

    async def disconnects(self, reason: str, link: Link | None = None) -> None:
        """Say `disconnect` to one connection or to all; after anything but a warning, end it."""
        for one in self._those(link):
            await one.says(_disconnect(reason))
            if reason != WARNING and one.ws is not None:
                # Not waited for: who is asked to leave answers in their own time.
                with suppress(ConnectionError):
                    await one.ws.close(drain=False)

    def aborts(self, link: Link | None = None) -> None:
        """Reset one connection or all."""
        for one in self._those(link):
            if one.transport is not None:
                one.transport.abort()

    def freezes(self, link: Link | None = None) -> None:
        """Leave one connection or all half-open: nothing is read any more, and no ping is answered."""
        for one in self._those(link):
            one.thawed.clear()

    async def until_connected(self, number: int = 1) -> list[Link]:
        """Return the connections as soon as there are that many; or fail after a long time."""
        return await self._until(lambda: len(self.links) >= number)

    async def until_opened(self, times: int) -> list[Link]:
        """Return as soon as so many connections have been opened, in all."""
        return await self._until(lambda: self.opened >= times)

    async def until_refused(self, times: int) -> None:
        await self._until(lambda: self.refused >= times)

    async def close(self) -> None:
        """End everything at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.aborts()

    async def _until(self, condition: Callable[[], bool]) -> list[Link]:
        async with asyncio.timeout(20):
            while not condition():
                await self._news.wait()
        return self.links

    def _changed(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _those(self, link: Link | None) -> list[Link]:
        return [link] if link else list(self.links)

    def _is_refused(self, ticket: str) -> bool:
        if not self._refusals:
            return False
        if self._refusals.pop(0):
            self._tickets.discard(ticket)
        return True

    def _hello(self, life: int) -> Json:
        about = {"host": "applink-local", "build_number": 1, "approximate_connection_time": life}
        return {"type": "hello", "num_connections": len(self.links), "debug_info": about, "connection_info": {}}

    async def _listens(self, link: Link, ws: web.WebSocketResponse) -> None:
        try:
            while not ws.closed:
                message = await ws.receive()
                await link.thawed.wait()
                if message.type is WSMsgType.PING:
                    # The SDK measures by it: `sdk-ping-pong:<time>` must come back as it is.
                    link.pings.append(bytes(message.data).decode())
                    await ws.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._heard(link, message.data)
        finally:
            link.ended.set()
            self.links.remove(link)
            self._changed()

    def _heard(self, link: Link, words: str) -> None:
        link.received.append(words)
        said = json.loads(words)
        for delivery in self.deliveries:
            if delivery.id == said.get("envelope_id"):
                delivery.settle(said.get("payload") or {}, asyncio.get_running_loop().time())

    async def _sees_to(self, delivery: Delivery) -> None:
        tried: list[Link] = []
        while not delivery.is_acked:
            if delivery.kind == EVENTS_API:
                await self._somebody(tried)
            link = self._next(tried)
            if link is None or delivery.attempts > RETRIES:
                delivery.fail("operation_timeout" if tried else "dispatch_failed")
                return
            tried.append(link)
            delivery.attempts += 1
            await link.says(_envelope(delivery))
            if not await self._is_lost(delivery, link):
                return

    async def _somebody(self, tried: list[Link]) -> None:
        """Wait for a connection; if all were tried, all may be tried again."""
        while not self.links:
            await self._news.wait()
        if all(link in tried for link in self.links):
            tried.clear()

    async def _is_lost(self, delivery: Delivery, link: Link) -> bool:
        """Wait for the acknowledgement, the end of the connection or of the patience; tell whether to send again."""
        ended = asyncio.create_task(link.ended.wait())
        acked = asyncio.create_task(delivery.done())
        try:
            await asyncio.wait((ended, acked), timeout=self.patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            acked.cancel()
        if delivery.is_acked:
            return False
        if delivery.kind not in self.resends:
            delivery.fail("operation_timeout")
            return False
        return True

    def _next(self, tried: Sequence[Link]) -> Link | None:
        """Return the connection whose turn it is, of those that were not tried."""
        free = [link for link in self.links if link not in tried]
        if not free:
            return None
        self._turn += 1
        return free[self._turn % len(free)]


def _envelope(delivery: Delivery) -> Json:
    more = {}
    if delivery.kind == EVENTS_API:
        tries = max(delivery.attempts - 1, 0)
        more = {"retry_attempt": tries, "retry_reason": "timeout" if tries else ""}
    return {
        "type": delivery.kind,
        "envelope_id": delivery.id,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.accepts_payload,
        **more,
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}
