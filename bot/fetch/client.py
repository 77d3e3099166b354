"""The fetcher: asks, follows redirects by hand, and reads what comes."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import httpx
from aiohttp.abc import AbstractResolver

from bot.errors import BadAnswer, FetchError, NotFound, TimedOut
from bot.fetch import headers, reading
from bot.fetch.answer import NOTHING_KNOWN, Expect, Fetched, FetchLimits, Validators
from bot.fetch.body import check_shape, digest
from bot.fetch.connections import Connections
from bot.fetch.egress import EgressPolicy
from bot.fetch.exchange import built, following
from bot.fetch.reasons import plainly
from bot.fetch.target import Target, redirected, request_for, target_of
from bot.ports import WebAnswer, WebChunk, WebRequest, WebStream

_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
_SUCCESS = range(200, 300)


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
    that is passed in is closed by who made it.  `timer` tells the seconds by which answers are timed.
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
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        """Open nothing yet: sockets and certificates wait for the first request."""
        self._now = now
        self._timer = timer
        self._limits = limits
        self._connections = Connections(limits=limits, egress=egress, proxy=proxy, tls=tls, resolver=resolver)
        # The pool would queue as well, but on the clock of the request: a slow server would make
        # those who wait behind it look slow.
        self._everybody = asyncio.Semaphore(limits.at_once)
        self._checks = asyncio.Semaphore(limits.checks_at_once)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._connect = limits.connect.total_seconds()
        self._total = limits.total.total_seconds()

    async def get(
        self,
        url: str,
        known: Validators = NOTHING_KNOWN,
        *,
        expect: Expect = Expect.ANY,
        volatile: re.Pattern[bytes] | None = None,
        led_from: str = "",
    ) -> Fetched:
        """Return the answer, without its body when that is what `known` stands for.

        Matches of `volatile` do not make an answer a new one.  `led_from` is the page that names this url, if one does:
        what is allowed besides the internet is not for what a page of the internet names.  Raise FetchError for
        everything else, NotFound when the server says so, EgressDenied when the policy does.
        """
        question = _Question(known, expect, volatile)
        first = self._connections.leading(target_of(led_from), target_of(url)) if led_from else target_of(url)
        async with self._turn(first.host), self._everybody:
            try:
                async with asyncio.timeout(self._total):
                    return await self._follow(first, question)
            except TimeoutError:
                raise TimedOut(f"no answer within {self._total:g} s") from None

    async def send(self, request: WebRequest) -> WebAnswer:
        """Return what a server answers, whatever its status.  Raise FetchError if there is no answer."""
        first, within = target_of(request.url), request.within.total_seconds()
        async with self._checks:
            clock = self._stopwatch()
            try:
                async with asyncio.timeout(within):
                    answer = await self._exchanged(first, request)
            except TimeoutError:
                raise TimedOut(f"no answer within {within:g} s") from None
            return replace(answer, latency=clock())

    @asynccontextmanager
    async def stream(self, request: WebRequest) -> AsyncIterator[WebStream]:
        """Open an answer for reading while it comes.  Raise FetchError if there is none, or if it breaks off."""
        target, within = target_of(request.url), request.within.total_seconds()
        async with self._checks:
            clock = self._stopwatch()
            try:
                async with asyncio.timeout(within):
                    with plainly(target.host, self._connect):
                        response = await self._asked(request, target)
                    async with aclosing(response):
                        told = headers.joined(response.headers.raw)
                        chunks = reading.pieces(response, told, self._limits, clock)
                        async with aclosing(self._plain(chunks, target)) as plain:
                            yield WebStream(status=response.status_code, headers=told, chunks=plain)
            except TimeoutError:
                raise TimedOut(f"no answer within {within:g} s") from None

    async def _plain(self, chunks: AsyncGenerator[WebChunk], target: Target) -> AsyncGenerator[WebChunk]:
        with plainly(target.host, self._connect):
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield chunk

    async def _exchanged(self, target: Target, request: WebRequest) -> WebAnswer:
        for _ in range(self._limits.max_redirects + 1):
            with plainly(target.host, self._connect):
                response = await self._asked(request, target)
                async with aclosing(response):
                    told = headers.joined(response.headers.raw)
                    location = told.get("location")
                    if not (request.redirects and location and response.status_code in _REDIRECTS):
                        body = await reading.whole(response, told, self._limits)
                        return WebAnswer(
                            status=response.status_code,
                            headers=told,
                            body=body,
                            url=target.address,
                            latency=timedelta(),
                        )
            leads_to = self._connections.leading(target, redirected(target, location))
            request, target = following(request, response.status_code, target, leads_to), leads_to
        raise BadAnswer(f"more than {self._limits.max_redirects} redirects")

    async def _asked(self, request: WebRequest, target: Target) -> httpx.Response:
        asked = built(request, target, self._limits.connect)
        return await self._connections.send_once(asked, target, request.trust, request.verify)

    async def aclose(self) -> None:
        """Close all connections; nothing can be fetched afterwards."""
        await self._connections.aclose()

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

    def _stopwatch(self) -> Callable[[], timedelta]:
        """Return what tells how long ago this was.  Not by the loop's clock: that of uvloop counts milliseconds."""
        began = self._timer()
        return lambda: timedelta(seconds=self._timer() - began)

    async def _follow(self, first: Target, question: _Question) -> Fetched:
        """Walk the redirects to the answer."""
        target = first
        trail: list[tuple[int, Target]] = []
        while len(trail) <= self._limits.max_redirects:
            answer = await self._hop(target, question)
            if isinstance(answer, Fetched):
                return replace(answer, moved_permanently_to=_moved_to(first, trail)) if trail else answer
            target = self._connections.leading(target, redirected(target, answer.location))
            trail.append((answer.status, target))
        raise BadAnswer(f"more than {self._limits.max_redirects} redirects")

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
        return await self._connections.send(request, target)

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
            body = await reading.whole(response, told, self._limits)
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


def _moved_to(first: Target, trail: Iterable[tuple[int, Target]]) -> str | None:
    """Return where an unbroken run of permanent redirects leads, if that is another host."""
    last = first
    for status, target in trail:
        if status not in _PERMANENT:
            break
        last = target
    return last.address if last.host != first.host else None
