"""How pagers and webhooks are called: one request at a time, and every way in which it can end is one of ours.

Nothing is repeated by itself and no redirect is followed: a call goes to the host that was configured, or nowhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import NoReturn

import aiohttp
from yarl import URL

from adapters._leave import at_the_wire
from bot.core.strangers import cut, safe
from bot.errors import Busy, NoAnswer, OutOfReach, PermanentFailure, PlatformStopped, TemporaryFailure
from bot.leave import require_leave

log = logging.getLogger("sitrep.paging")

TIMEOUT = timedelta(seconds=10)
# PagerDuty asks for "a backoff of a few minutes" after a 429; a page should not wait longer than it must.
# https://developer.pagerduty.com/docs/events-api-v2/overview
BUSY = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_ANSWER = 65_536
_LONGEST_REASON = 200
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One request; nothing in it is ever shown."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Whether it was taken."""
        return self.status // 100 == 2  # noqa: PLR2004  (a class of HTTP statuses)


class Line:
    """The connections of one platform, and which of its `addresses` will not have us any more."""

    def __init__(self, name: str, addresses: Collection[str], timeout: timedelta = TIMEOUT) -> None:
        """Connect to nothing yet."""
        self.refused: dict[str, str] = {}
        self._name = name
        self._addresses = frozenset(addresses)
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> Answered:
        """Send once, and return whatever is answered."""
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                url = URL(call.url, encoded=True)
                require_leave()
                async with self._connected().request(
                    call.method, url, data=call.body, headers=call.headers, allow_redirects=False
                ) as answer:
                    return Answered(answer.status, dict(answer.headers), await _beginning(answer))
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise OutOfReach(f"{self._name} can not be reached: {_reason(error)}") from None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswer(f"no answer from {self._name}: {_reason(error)}") from None

    def judge(self, address: str, answered: Answered, *secrets: str, gone: Collection[int] = ()) -> None:
        """Raise what an answer means; nothing if it was taken.  What is `gone` counts as refused."""
        status = answered.status
        if answered.is_good:
            return
        who = f"{self._name}:{address}" if address else self._name
        said = _said(answered, secrets)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Busy(f"{who} asks us to wait (429)", _wait(answered.headers) or BUSY)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            raise TemporaryFailure(f"{who} has trouble of its own (HTTP {status}){said}", _wait(answered.headers))
        if status in _REFUSED or status in gone:
            self.refuse(address, f"{who} will not have us (HTTP {status}){said}; see to its key or address and restart")
        if status // 100 == 3:  # noqa: PLR2004  (a class of HTTP statuses)
            raise PermanentFailure(
                f"{who} leads elsewhere (HTTP {status}), which is not followed; set its address anew"
            )
        raise PermanentFailure(
            f"{who} does not take what we send (HTTP {status}){said}; see docs/paging.md and restart"
        )

    def check(self, address: str) -> None:
        """Raise what was said last time, if an address will not have us any more: it is not asked again."""
        if address in self.refused:
            self.refuse(address, self.refused[address])

    def refuse(self, address: str, reason: str) -> NoReturn:
        """Ask this address nothing more.  The platform has stopped once none is left: others go on."""
        self.refused[address] = reason
        raise PlatformStopped(reason) if self._addresses <= self.refused.keys() else PermanentFailure(reason)

    def condition(self) -> str:
        """Say what is wrong now."""
        return "; ".join(self.refused.values())

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
            timeout = aiohttp.ClientTimeout(total=self._timeout.total_seconds())
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[at_the_wire()],
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """Read no more than a reasonable answer holds."""
    found = b""
    async for chunk in answer.content.iter_chunked(_LONGEST_ANSWER):
        found += chunk
        if len(found) >= _LONGEST_ANSWER:
            break
    return found[:_LONGEST_ANSWER]


def _said(answered: Answered, secrets: Collection[str]) -> str:
    """Return what they say is wrong, on one line, without the secrets that they may repeat."""
    text = answered.body.decode("utf-8", "replace")
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    text = " ".join(safe(text).split())
    return f": {cut(text, _LONGEST_REASON)}" if text else ""


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return what `Retry-After` says in seconds; as a date it is passed over: their clock is not ours."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = int(text[:6]) if text.isascii() and text.isdecimal() else 0
    return min(timedelta(seconds=seconds), _LONGEST_WAIT) if seconds else None


def _reason(error: Exception) -> str:
    """Say what went wrong without a word that may hold a secret."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    strerror = getattr(error, "strerror", None)
    return str(strerror) if strerror else type(error).__name__
