"""HTTP mode: Slack as it calls an app, https://docs.slack.dev/authentication/verifying-requests-from-slack.

    async with signed(slack, "http://127.0.0.1:3000/slack/events") as http:
        assert await http.verifies()
        sent = await slack.person().runs("/status", "", ops.id)         now goes by HTTP
        assert (await http.sends(b"{}", secret="wrong")).status == 401

Events that are not answered with 200 within three seconds come again, at once, after one and after five minutes
(https://docs.slack.dev/apis/events-api#retries); here without the minutes.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from tests.localslack.clock import LocalClock
from tests.localslack.delivery import DEADLINE, EVENTS_API, INTERACTIVE, Delivery, new_delivery
from tests.localslack.errors import Json

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What the app answered."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(slots=True)
class Signed:
    """Calls the app at one address."""

    url: str
    secret: str
    clock: LocalClock
    session: aiohttp.ClientSession
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    patience: float = DEADLINE
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def sends(
        self,
        body: bytes,
        content_type: str = JSON,
        *,
        secret: str | None = None,
        age: float = 0,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a body, signed `age` seconds ago, with the right secret unless another one is given."""
        stamp = str(int(self.clock.seconds() - age))
        signature = sign(secret or self.secret, stamp, body)
        about = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **(headers or {}),
        }
        timeout = aiohttp.ClientTimeout(total=self.patience)
        async with self.session.post(self.url, data=body, headers=about, timeout=timeout) as answer:
            return Reply(answer.status, await answer.text(), dict(answer.headers))

    async def verifies(self, challenge: str = "3eZbrw1a") -> bool:
        """Tell whether the app passes https://docs.slack.dev/reference/events/url_verification."""
        asked = {"token": "verification", "challenge": challenge, "type": "url_verification"}
        reply = await self.sends(json.dumps(asked).encode())
        return reply.status == 200 and challenge in reply.body

    async def checks_ssl(self) -> Reply:
        """Send what Slack sends to slash commands from time to time, unsigned by any secret that matters."""
        return await self.sends(urlencode({"ssl_check": "1", "token": "verification"}).encode(), FORM)

    async def carries(self, kind: str, payload: Json) -> Delivery:
        """Send a payload the way its kind is sent."""
        delivery = new_delivery(kind, payload)
        self.deliveries.append(delivery)
        task = asyncio.create_task(self._sees_to(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _sees_to(self, delivery: Delivery) -> None:
        body, content_type = _packed(delivery)
        tries = 1 + RETRIES * (delivery.kind == EVENTS_API)
        why = ""
        for attempt in range(tries):
            delivery.attempts += 1
            again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": why} if attempt else {}
            why = await self._tried(delivery, body, content_type, again)
            if not why:
                return
        delivery.fail("operation_timeout" if why == "http_timeout" else why)

    async def _tried(self, delivery: Delivery, body: bytes, content_type: str, headers: dict[str, str]) -> str:
        """Send it once; return why that was not enough."""
        try:
            reply = await self.sends(body, content_type, headers=headers)
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        delivery.status = reply.status
        if reply.status != 200:
            return "http_error"
        answer = json.loads(reply.body) if reply.body.startswith("{") else {"text": reply.body} if reply.body else {}
        delivery.settle(answer, asyncio.get_running_loop().time())
        return ""


@asynccontextmanager
async def calling(url: str, secret: str, clock: LocalClock) -> AsyncIterator[Signed]:
    async with aiohttp.ClientSession() as session:
        made = Signed(url, secret, clock, session)
        try:
            yield made
        finally:
            await made.close()


def sign(secret: str, stamp: str, body: bytes) -> str:
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _packed(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == EVENTS_API:
        return json.dumps(delivery.payload).encode(), JSON
    if delivery.kind == INTERACTIVE:
        return urlencode({"payload": json.dumps(delivery.payload)}).encode(), FORM
    return urlencode(delivery.payload).encode(), FORM
