"""The fetcher: asks, follows redirects by hand, and reads what comes."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import TracebackType
from typing import Self, cast
from weakref import WeakValueDictionary

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from bot.errors import FetchError, NotFound
from bot.fetch import headers
from bot.fetch.answer import NOTHING_KNOWN, Expect, Fetched, FetchLimits, Validators
from bot.fetch.body import Body, check_shape, digest, too_large
from bot.fetch.egress import EgressPolicy, GuardedResolver
from bot.fetch.exchange import built, following
from bot.fetch.reasons import plainly
from bot.fetch.target import Target, redirected, request_for, target_of
from bot.ports import WebAnswer, WebRequest

_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)
# Content security policies of real pages outgrow aiohttp's 8 KiB.
_MAX_HEADER = 32 * 1024
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class _Question:
    """What one call of `get` wants to know, whatever host it is sent to in the end."""

    known: Validators
    expect: Expect
    volatile: re.Pattern[bytes] | None


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: str


class Fetcher:
    """Fetches urls.  One for the whole program: it holds the connections.

    With a `proxy` (`http://user:password@proxy:3128`) names are resolved there, beyond our sight:
    literal private addresses are still refused, but names are the proxy's to judge.  A `resolver`
    that is passed in is closed by who made it.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        limits: FetchLimits = FetchLimits(),  # noqa: B008  frozen
        egress: EgressPolicy = EgressPolicy(),  # noqa: B008  frozen
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Open nothing yet: sockets and certificates wait for the first request."""
        self._now = now
        self._limits = limits
        self._egress = egress
        # What passed passes again; what was refused is not remembered.
        self._check_host = lru_cache(_REMEMBERED)(egress.check_host)
        self._proxy = proxy
        self._tls = tls
        self._resolver = resolver
        # The pool would queue as well, but on the clock of the request: a slow server would make
        # those who wait behind it look slow.
        self._everybody = asyncio.Semaphore(limits.at_once)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._transport: AiohttpTransport | None = None
        self._connect = limits.connect.total_seconds()
        self._total = limits.total.total_seconds()
        self._closed = False

    async def get(
        self,
        url: str,
        known: Validators = NOTHING_KNOWN,
        *,
        expect: Expect = Expect.ANY,
        volatile: re.Pattern[bytes] | None = None,
    ) -> Fetched:
        """Return the answer, without its body when that is what `known` stands for.

        Matches of `volatile` do not make an answer a new one.  Raise FetchError for everything else,
        NotFound when the server says so, EgressDenied when the policy does.
        """
        question = _Question(known, expect, volatile)
        first = target_of(url)
        async with self._turn(first.host), self._everybody:
            try:
                async with asyncio.timeout(self._total):
                    return await self._follow(first, question)
            except TimeoutError:
                raise FetchError(f"no answer within {self._total:g} s") from None

    async def send(self, request: WebRequest) -> WebAnswer:
        """Return what a server answers, whatever its status.  Raise FetchError if there is no answer."""
        first = target_of(request.url)
        async with self._turn(first.host), self._everybody:
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(request.within.total_seconds()):
                    answer = await self._exchanged(first, request)
            except TimeoutError:
                raise FetchError(f"no answer within {request.within.total_seconds():g} s") from None
            return replace(answer, latency=timedelta(seconds=asyncio.get_running_loop().time() - began))

    async def _exchanged(self, target: Target, request: WebRequest) -> WebAnswer:
        for _ in range(self._limits.max_redirects + 1):
            with plainly(target.host, self._connect):
                response = await self._handed_over(built(request, target, self._limits.connect), target)
                async with aclosing(response):
                    told = headers.joined(response.headers.raw)
                    location = told.get("location")
                    if not (request.redirects and location and response.status_code in _REDIRECTS):
                        body = await self._body(response, told)
                        return WebAnswer(
                            status=response.status_code,
                            headers=told,
                            body=body,
                            url=target.address,
                            latency=timedelta(),
                        )
            leads_to = redirected(target, location)
            request, target = following(request, response.status_code, target, leads_to), leads_to
        raise FetchError(f"more than {self._limits.max_redirects} redirects")

    async def aclose(self) -> None:
        """Close all connections; nothing can be fetched afterwards."""
        self._closed = True
        if self._transport:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _turn(self, host: str) -> asyncio.Semaphore:
        """Return what lets a bounded number of requests go to one host; it lives as long as it is used."""
        turn = self._turns.get(host)
        if turn is None:
            turn = self._turns[host] = asyncio.Semaphore(self._limits.per_host)
        return turn

    async def _follow(self, first: Target, question: _Question) -> Fetched:
        """Walk the redirects to the answer."""
        target = first
        trail: list[tuple[int, Target]] = []
        while len(trail) <= self._limits.max_redirects:
            answer = await self._hop(target, question)
            if isinstance(answer, Fetched):
                return replace(answer, moved_permanently_to=_moved_to(first, trail)) if trail else answer
            target = redirected(target, answer.location)
            trail.append((answer.status, target))
        raise FetchError(f"more than {self._limits.max_redirects} redirects")

    async def _hop(self, target: Target, question: _Question) -> Fetched | _Redirect:
        with plainly(target.host, self._connect):
            response = await self._ask(target, question)
            async with aclosing(response):
                told = headers.joined(response.headers.raw)
                location = told.get("location")
                if location and response.status_code in _REDIRECTS:
                    return _Redirect(response.status_code, location)
                return await self._answer(response, told, question, target)

    async def _ask(self, target: Target, question: _Question) -> httpx.Response:
        request = request_for(target, question.known.etag, question.known.last_modified, question.expect, self._connect)
        return await self._handed_over(request, target)

    async def _handed_over(self, request: httpx.Request, target: Target) -> httpx.Response:
        self._check_host(target.host)
        if self._closed:
            raise FetchError("the fetcher is closed")
        if not self._transport:
            self._transport = AiohttpTransport(verify=self._tls or _trusted(), client=self._session)
        return await self._transport.handle_async_request(request)

    def _session(self) -> aiohttp.ClientSession:
        inner = self._resolver or aiohttp.ThreadedResolver()
        connector = aiohttp.TCPConnector(
            ssl=self._tls or _trusted(),
            resolver=inner if self._proxy else GuardedResolver(inner, self._egress),
            ttl_dns_cache=int(self._limits.dns_ttl.total_seconds()),
            keepalive_timeout=self._limits.keep_alive.total_seconds(),
            limit=self._limits.at_once,
            limit_per_host=self._limits.per_host,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )

    async def _answer(
        self, response: httpx.Response, told: Mapping[str, str], question: _Question, target: Target
    ) -> Fetched:
        """Read one answer that is not a redirect."""
        known = question.known
        body: bytes | None = None
        if response.status_code == _NOT_MODIFIED and (known.etag or known.last_modified):
            validators = headers.confirmed(told, known)
        else:
            self._check_status(response.status_code, told)
            body = await self._body(response, told)
            check_shape(body, told.get("content-type", ""), question.expect)
            validators = headers.validators(told, digest(body, question.volatile))
            body = None if validators.digest == known.digest else body
        return Fetched(
            body=body,
            validators=validators,
            max_age=headers.max_age(told),
            content_type=told.get("content-type", ""),
            url=target.address,
        )

    def _check_status(self, status: int, told: Mapping[str, str]) -> None:
        if status in _SUCCESS:
            return
        if status in _GONE:
            raise NotFound(f"HTTP {status}")
        raise FetchError(f"HTTP {status}", headers.retry_after(told.get("retry-after"), self._now()))

    async def _body(self, response: httpx.Response, told: Mapping[str, str]) -> bytes:
        declared = told.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limits.max_received:
            raise too_large(self._limits.max_received)
        body = Body(told.get("content-encoding", ""), self._limits)
        # The raw stream: httpx would decode without a limit.  Closed by hand, or the loop must do it.
        chunks = cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
        async with aclosing(chunks):
            async for chunk in chunks:
                body.feed(chunk)
        return body.finish()


def _moved_to(first: Target, trail: Iterable[tuple[int, Target]]) -> str | None:
    """Return where an unbroken run of permanent redirects leads, if that is another host."""
    last = first
    for status, target in trail:
        if status not in _PERMANENT:
            break
        last = target
    return last.address if last.host != first.host else None


@cache
def _trusted() -> ssl.SSLContext:
    """Return what certificates are checked against, loaded once: certifi's, or those of SSL_CERT_FILE."""
    return httpx.create_ssl_context()
