"""Answers that are meant to do harm, over real sockets: they end in one line, and take neither memory nor time."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from bot.errors import FetchError, ParseError
from bot.feeds import statuspage
from bot.fetch import FetchLimits
from bot.fetch.body import Body
from tests.feeds.samples import source
from tests.fetch.world import local_fetcher
from tests.servers import serve_raw
from tests.work import calls_of

MEGABYTE = 10**6
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SMALL = FetchLimits(max_bytes=1000, max_received=1000, total=timedelta(seconds=20))
# What one answer may cost: the most that is kept, as it came and put together, and some of it on the way.
MOST_MEMORY = 4 * 4 * 2**20

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def fetched(answer: bytes | Talk, limits: FetchLimits | None = None) -> bytes | None:
    async with serve_raw(answer) as url, local_fetcher(limits=limits) as fetcher:
        return (await fetcher.get(url)).body


async def memory_of(answer: bytes | Talk, why: str) -> int:
    """Return how much memory it takes to refuse an answer."""
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match=why):
            await fetched(answer)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak


def spaces(head: bytes, frame: Callable[[bytes], bytes]) -> Talk:
    """Send 200 MB of spaces, as long as anybody listens."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + head + b"\r\n")
        for _number in range(2000):
            writer.write(frame(b" " * 100_000))
            await writer.drain()

    return talk


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


@pytest.mark.parametrize(
    ("head", "frame"),
    [(b"", bytes), (b"Transfer-Encoding: chunked\r\n", chunk)],
    ids=["until it closes", "in chunks"],
)
async def test_200_megabytes_of_spaces_are_refused_when_they_are_too_many(
    head: bytes, frame: Callable[[bytes], bytes]
) -> None:
    assert await memory_of(spaces(head, frame), "larger than 4 MiB") < MOST_MEMORY


async def test_200_megabytes_that_are_promised_are_not_waited_for() -> None:
    assert await memory_of(spaces(b"Content-Length: 200000000\r\n", bytes), "larger than 4 MiB") < MOST_MEMORY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw"])
async def test_200_packed_megabytes_are_never_unpacked(encoding: str) -> None:
    packer = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15, "raw": -15}[encoding])
    bomb = b"".join(packer.compress(b" " * MEGABYTE) for _ in range(200)) + packer.flush()
    name = "gzip" if encoding == "gzip" else "deflate"
    answer = HEAD + f"Content-Encoding: {name}\r\nContent-Length: {len(bomb)}\r\n\r\n".encode() + bomb

    assert len(bomb) < MEGABYTE
    assert await memory_of(answer, "larger than 4 MiB") < MOST_MEMORY


async def test_what_is_packed_twice_is_unpacked_once_and_then_it_is_no_json() -> None:
    nested = gzip.compress(gzip.compress(b" " * 50 * MEGABYTE))
    answer = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(nested)}\r\n\r\n".encode() + nested

    body = await fetched(answer)

    assert body is not None
    assert len(body) < MEGABYTE
    with pytest.raises(ParseError, match="not JSON"):
        statuspage.parse(body, source("statuspage"))


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "*"])
async def test_bombs_of_other_kinds_are_not_even_touched(encoding: str) -> None:
    answer = HEAD + f"Content-Encoding: {encoding}\r\nContent-Length: 4\r\n\r\nboom".encode()

    with pytest.raises(FetchError, match="encoding that was not asked for"):
        await fetched(answer)


def test_a_body_of_nothing_but_ends_is_no_more_work_than_it_has_bytes() -> None:
    limits = FetchLimits(max_received=10 * MEGABYTE)

    def feed(number: int) -> None:
        body = Body("gzip", limits)
        for _ in range(number // 100):
            body.feed(gzip.compress(b"", mtime=0) * 100)
        body.finish()

    few, many = (calls_of(partial(feed, number)) for number in (10_000, 20_000))

    assert many < 2.2 * few


async def test_an_endless_body_of_the_smallest_chunks_is_refused() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(chunk(b" ") * 100)
            await writer.drain()

    with pytest.raises(FetchError, match="larger than 1000 bytes"):
        await fetched(talk, SMALL)


async def test_a_chunk_that_says_it_is_endless_is_refused_by_what_comes() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n")
        while True:
            writer.write(b" " * 100)
            await writer.drain()

    with pytest.raises(FetchError, match="larger than 1000 bytes"):
        await fetched(talk, SMALL)


async def test_what_comes_after_the_end_that_was_told_is_never_part_of_it() -> None:
    body = None
    with suppress(FetchError):  # seen at once, it is no valid HTTP; seen later, it is not looked at
        body = await fetched(HEAD + b"Content-Length: 2\r\n\r\n{}" + b"x" * MEGABYTE)

    assert body in {None, b"{}"}


@pytest.mark.parametrize(
    "length", [b"-1", b"+2", b"2, 3", b"2\r\nContent-Length: 3", b"0x2", b"two", b"9" * 5000, "٢".encode()]
)
async def test_a_length_that_is_none_is_an_error(length: bytes) -> None:
    with pytest.raises(FetchError, match=r"not valid HTTP|larger than 4 MiB"):
        await fetched(HEAD + b"Content-Length: " + length + b"\r\n\r\n{}")
