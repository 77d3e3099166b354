"""A server in a process of its own that does next to nothing for a request, so that it is never what is measured.

with serving() as server:
    server.still(7)       http://127.0.0.9:…/still/page-7/summary.json    a calm page, 304 for whoever knows it
    server.health(7)    http://127.0.0.9:…/health/page-7/summary.json   a few bytes, always the same
    server.lively(7)    http://127.0.0.9:…/lively/page-7/summary.json   one update more at every request
    server.sudden(7)    http://127.0.0.9:…/sudden/page-7/summary.json   calm, until `server.breaks_out()`
    server.news(7)      http://127.0.0.9:…/news/page-7/summary.json     RSS, one entry more at each outbreak
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from threading import Thread
from typing import cast

import uvloop

from tests.bench.pages import feed, mark, summary

# Each a host of its own: the fetcher sends only a few requests at once to any one host.
HOSTS = tuple(f"127.0.0.{number}" for number in range(2, 102))
KNOWN = 'W/"calm"'

# What Statuspage sends, shortened.
_ALWAYS = (
    b"Date: Sun, 01 Mar 2026 09:00:00 GMT\r\nServer: AtlassianEdge\r\n"
    b"Cache-Control: max-age=0, private, must-revalidate\r\nVary: Accept,Accept-Encoding\r\n"
    b"X-Request-Id: 5f0c7d2e-6d0b-4d0e-9a53-0a1b2c3d4e5f\r\nStrict-Transport-Security: max-age=259200\r\n"
)
_NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n" + _ALWAYS + b'ETag: W/"calm"\r\n\r\n'


def _full(body: bytes, tag: bytes) -> bytes:
    kind = b"Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n" % len(body)
    return b'HTTP/1.1 200 OK\r\n%b%bETag: W/"%b"\r\n\r\n%b' % (_ALWAYS, kind, tag, body)


_HEALTHY = _full(b'{"status": "ok"}', b"well")


@dataclass(slots=True)
class Seen:
    """What the server was asked.  Times are those of the monotonic clock, which all processes share."""

    requests: int = 0
    counts: dict[bytes, int] = field(default_factory=dict[bytes, int])
    first: dict[bytes, float] = field(default_factory=dict[bytes, float])
    told: dict[str, int] = field(default_factory=dict[str, int])
    changed: dict[str, float] = field(default_factory=dict[str, float])
    given: dict[str, float] = field(default_factory=dict[str, float])
    outbreaks: int = 0
    among: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    _line: Connection

    def still(self, number: int) -> str:
        return self._url("still", number)

    def lively(self, number: int) -> str:
        return self._url("lively", number)

    def health(self, number: int) -> str:
        return self._url("health", number)

    def sudden(self, number: int) -> str:
        return self._url("sudden", number)

    def news(self, number: int) -> str:
        return self._url("news", number)

    def breaks_out(self, among: int = 0) -> None:
        """Let all that is sudden have an incident from now on, and the first so many that have news an entry more."""
        self._line.send(among)
        self._line.recv()

    def given(self) -> dict[str, float]:
        """Return when each page that was calm was given out with an incident for the first time."""
        return cast("dict[str, float]", self._ask("given"))

    def _url(self, kind: str, number: int) -> str:
        return f"http://{HOSTS[number % len(HOSTS)]}:{self.port}/{kind}/page-{number}/summary.json"

    def requests(self) -> int:
        """Return how many were asked so far."""
        return cast("int", self._ask("requests"))

    def counts(self) -> dict[bytes, int]:
        """Return how often each path was asked for."""
        return cast("dict[bytes, int]", self._ask("counts"))

    def first(self) -> dict[bytes, float]:
        """Return when each path was first asked for."""
        return cast("dict[bytes, float]", self._ask("first"))

    def changed(self) -> dict[str, float]:
        """Return when each change of a lively page was given out, by its mark."""
        return cast("dict[str, float]", self._ask("changed"))

    def _ask(self, what: str) -> object:
        self._line.send(what)
        return self._line.recv()


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the block ends."""
    ours, its = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    process.start()
    try:
        yield Server(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            self._transport.write(self._answer(self._request))
            self._request = b""

    def _answer(self, request: bytes) -> bytes:
        path = request[4 : request.index(b" ", 4)]
        self._seen.requests += 1
        self._seen.counts[path] = self._seen.counts.get(path, 0) + 1
        self._seen.first.setdefault(path, time.monotonic())
        page = path.split(b"/", 3)[2].decode()
        if path.startswith(b"/lively/"):
            return self._next(page)
        if path.startswith(b"/health/"):
            return _HEALTHY
        if path.startswith(b"/sudden/") and self._seen.outbreaks:
            return self._outbreak(page, request)
        if path.startswith(b"/news/"):
            return self._paper(page, request)
        return _NOT_MODIFIED if b"if-none-match:" in request.lower() else _full(summary(page=page), b"calm")

    def _next(self, page: str) -> bytes:
        """Return the page with one update more, and note when it was given."""
        told = self._seen.told[page] = self._seen.told.get(page, 0) + 1
        answer = _full(summary(incidents=1, updates=told, page=page), b"%d" % told)
        self._seen.changed[mark(page, told - 1)] = time.monotonic()
        return answer

    def _outbreak(self, page: str, request: bytes) -> bytes:
        if b'W/"worse"' in request:
            return _NOT_MODIFIED.replace(b"calm", b"worse")
        self._seen.given.setdefault(page, time.monotonic())
        return _full(summary(incidents=1, updates=1, page=page), b"worse")

    def _paper(self, page: str, request: bytes) -> bytes:
        """Return a feed with as many entries as there were outbreaks, if it is one of those that have any."""
        count = self._seen.outbreaks if int(page.partition("-")[2]) < self._seen.among else 0
        tag = b"news%d" % count
        if b'W/"%b"' % tag in request:
            return _NOT_MODIFIED.replace(b"calm", tag)
        if count:
            self._seen.given.setdefault(mark(page, count), time.monotonic())
        return _full(feed(page, count), tag).replace(b"application/json", b"application/rss+xml")


def _serve(line: Connection) -> None:
    uvloop.run(_answer_for_ever(line))


async def _answer_for_ever(line: Connection) -> None:
    loop, seen = asyncio.get_running_loop(), Seen()
    sockets = _sockets()
    for one in sockets:
        await loop.create_server(lambda: _Talk(seen), sock=one)

    line.send(sockets[0].getsockname()[1])
    Thread(target=_report, args=(line, seen), daemon=True).start()
    await asyncio.Event().wait()


def _report(line: Connection, seen: Seen) -> None:
    """Tell what was seen whenever somebody asks."""
    while True:
        asked = line.recv()
        if isinstance(asked, int):
            seen.outbreaks, seen.among = seen.outbreaks + 1, asked
        line.send(None if isinstance(asked, int) else copy(getattr(seen, asked)))


def _sockets() -> list[socket]:
    """Return one for every host, all on the same port."""
    port, found = 0, []
    for host in HOSTS:
        one = socket(AF_INET, SOCK_STREAM)
        one.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        one.bind((host, port))
        port = one.getsockname()[1]
        found.append(one)
    return found
