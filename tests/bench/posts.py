"""A Slack in a process of its own that takes every message at once and keeps none: it is never what is measured.

To whoever posts a webhook it is one that says yes.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import ClassVar, cast

import uvloop

# Enough to know it by.
_KEPT = 300
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHANNEL = re.compile(rb'"channel": ?"([^"]+)"')
_THREAD = re.compile(rb'"thread_ts": ?"([^"]+)"')
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b"
_BODY = b'{"ok":true,"channel":"%b","ts":"1773100000.%06d","message":{"type":"message"%b}}'


@dataclass(frozen=True, slots=True)
class Post:
    """What came: at which path, for which channel, when by the monotonic clock, and its first bytes."""

    path: str
    channel: str
    at: float
    is_reply: bool
    body: str


@dataclass(frozen=True, slots=True)
class Taking:
    """A server that runs; `url` is where its API is."""

    url: str
    _line: Connection

    def posts(self) -> list[Post]:
        """Return what has come since it was last asked."""
        self._line.send("posts")
        return cast("list[Post]", self._line.recv())


@contextmanager
def taking_posts(late: float = 0) -> Iterator[str]:
    """Give the address of its API until the block ends; each answer comes `late`, in seconds."""
    with noting_posts(late, notes=False) as taking:
        yield taking.url


@contextmanager
def noting_posts(late: float = 0, *, notes: bool = True) -> Iterator[Taking]:
    """Do the same, and give it, to be asked what has come if it notes that."""
    ours, its = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(its, late, notes), daemon=True)
    process.start()
    try:
        yield Taking(f"http://127.0.0.1:{ours.recv()}/api/", ours)
    finally:
        process.terminate()
        process.join()


class _Talk(asyncio.Protocol):
    """One connection."""

    posted = 0
    notes = False
    noted: ClassVar[list[Post]] = []

    def __init__(self, late: float) -> None:
        self._request = b""
        self._late = late

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        head, end, body = self._request.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            if self.notes:
                self.noted.append(_post(head, body))
            asyncio.get_running_loop().call_later(self._late, self._transport.write, _answer(body))
            self._request = b""


def _post(head: bytes, body: bytes) -> Post:
    channel = _CHANNEL.search(body)
    path = head.split(b" ", 2)[1].decode()
    said = body[:_KEPT].decode(errors="replace")
    return Post(path, channel[1].decode() if channel else "", time.monotonic(), bool(_THREAD.search(body)), said)


def _answer(body: bytes) -> bytes:
    _Talk.posted += 1
    channel, thread = _CHANNEL.search(body), _THREAD.search(body)
    under = b',"thread_ts":"%b"' % thread[1] if thread else b""
    answer = _BODY % (channel[1] if channel else b"", _Talk.posted, under)
    return _HEAD % (len(answer), answer)


def _serve(line: Connection, late: float, notes: bool) -> None:  # noqa: FBT001  (a process is given its arguments in a row)
    _Talk.notes = notes
    uvloop.run(_answer_for_ever(line, late))


async def _answer_for_ever(line: Connection, late: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(late), "127.0.0.1", 0, backlog=1024)
    line.send(server.sockets[0].getsockname()[1])
    Thread(target=_report, args=(line,), daemon=True).start()
    await asyncio.Event().wait()


def _report(line: Connection) -> None:
    """Tell what has come whenever somebody asks."""
    told = 0
    while line.recv():
        found = _Talk.noted[told:]
        told += len(found)
        line.send(found)
