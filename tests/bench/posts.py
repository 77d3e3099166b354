"""A Slack in a process of its own that takes every message at once and keeps none: it is never what is measured."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHANNEL = re.compile(rb'"channel": ?"([^"]+)"')
_THREAD = re.compile(rb'"thread_ts": ?"([^"]+)"')
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b"
_BODY = b'{"ok":true,"channel":"%b","ts":"1773100000.%06d","message":{"type":"message"%b}}'


@contextmanager
def taking_posts(late: float = 0) -> Iterator[str]:
    """Give the address of its API until the block ends; each answer comes `late`, in seconds."""
    ours, its = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(its, late), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/api/"
    finally:
        process.terminate()
        process.join()


class _Talk(asyncio.Protocol):
    """One connection."""

    posted = 0

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
            asyncio.get_running_loop().call_later(self._late, self._transport.write, _answer(body))
            self._request = b""


def _answer(body: bytes) -> bytes:
    _Talk.posted += 1
    channel, thread = _CHANNEL.search(body), _THREAD.search(body)
    under = b',"thread_ts":"%b"' % thread[1] if thread else b""
    answer = _BODY % (channel[1] if channel else b"", _Talk.posted, under)
    return _HEAD % (len(answer), answer)


def _serve(line: Connection, late: float) -> None:
    uvloop.run(_answer_for_ever(line, late))


async def _answer_for_ever(line: Connection, late: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(late), "127.0.0.1", 0, backlog=1024)
    line.send(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()
