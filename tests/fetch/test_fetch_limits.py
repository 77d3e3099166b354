from __future__ import annotations

import asyncio
import gzip
import random
import tracemalloc
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.fetch import FetchLimits
from bot.fetch.body import Body
from tests.fetch.world import local_fetcher
from tests.servers import Answer, serve, serve_raw

SMALL = FetchLimits(max_bytes=1000, max_received=1000)
SHORT = FetchLimits(total=timedelta(seconds=0.05))
NOISE = random.Random(1).randbytes(5000)
GZIPPED = gzip.compress(NOISE)


def encoded(body: bytes, encoding: str) -> Answer:
    return Answer(body=body, headers={"Content-Encoding": encoding})


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


async def fetch(answer: Answer, limits: FetchLimits | None = None) -> bytes | None:
    async with serve({"/": answer}) as server, local_fetcher(limits=limits) as fetcher:
        return (await fetcher.get(server.url + "/")).body


async def fetch_raw(answer: bytes, limits: FetchLimits | None = None) -> bytes | None:
    async with serve_raw(answer) as url, local_fetcher(limits=limits) as fetcher:
        return (await fetcher.get(url)).body


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        pytest.param(GZIPPED, "gzip", id="gzip"),
        pytest.param(GZIPPED, "x-gzip", id="x-gzip"),
        pytest.param(GZIPPED, "GZIP", id="upper case"),
        pytest.param(gzip.compress(NOISE[:100]) + gzip.compress(NOISE[100:]), "gzip", id="two members"),
        pytest.param(GZIPPED + b"\0\0\0", "gzip", id="padded"),
        pytest.param(GZIPPED + b"garbage", "gzip", id="with garbage behind"),
        pytest.param(zlib.compress(NOISE), "deflate", id="deflate"),
        pytest.param(raw_deflate(NOISE), "deflate", id="deflate without its container"),
        pytest.param(NOISE, "identity", id="identity"),
    ],
)
async def test_known_encodings_are_undone(packed: bytes, encoding: str) -> None:
    assert await fetch(encoded(packed, encoding)) == NOISE


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "\u2603"])
async def test_an_encoding_that_was_not_asked_for_is_an_error(encoding: str) -> None:
    with pytest.raises(FetchError, match="encoding that was not asked for"):
        await fetch(encoded(b"body", encoding))


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        pytest.param(GZIPPED[:-9], "gzip", id="in the data"),
        pytest.param(GZIPPED[:5], "gzip", id="in the header"),
        pytest.param(GZIPPED + GZIPPED[:-9], "gzip", id="in the second member"),
        pytest.param(zlib.compress(NOISE)[:-5], "deflate", id="in deflate"),
    ],
)
async def test_a_compressed_body_that_ends_too_soon_is_an_error(packed: bytes, encoding: str) -> None:
    with pytest.raises(FetchError, match="cut short"):
        await fetch(encoded(packed, encoding))


async def test_a_body_that_only_claims_to_be_gzip_is_an_error() -> None:
    with pytest.raises(FetchError, match="not valid gzip"):
        await fetch(encoded(b'{"plain": true}', "gzip"))


async def test_an_empty_body_in_gzip_is_empty() -> None:
    with pytest.raises(FetchError, match="the answer is empty"):
        await fetch(encoded(gzip.compress(b""), "gzip"))


async def test_a_decompression_bomb_is_refused() -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    with pytest.raises(FetchError, match="larger than 4 MiB"):
        await fetch(encoded(bomb, "gzip"))


def test_a_decompression_bomb_never_inflates_beyond_the_limit() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    body = Body("gzip", FetchLimits(max_bytes=1000))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError):
            body.feed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 500_000


@pytest.mark.parametrize("size", [1, 999, 1000])
async def test_a_body_within_the_limit_is_taken(size: int) -> None:
    assert await fetch(Answer(body=NOISE[:size]), SMALL) == NOISE[:size]


async def test_a_body_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FetchError, match="larger than 1000 bytes"):
        await fetch(Answer(body=NOISE[:1001]), SMALL)


async def test_a_body_without_length_is_counted_as_it_comes() -> None:
    with pytest.raises(FetchError, match="larger than 1000 bytes"):
        await fetch_raw(b"HTTP/1.1 200 OK\r\n\r\n" + NOISE, SMALL)


async def test_what_comes_over_the_wire_is_limited_too() -> None:
    limits = FetchLimits(max_received=1000)

    with pytest.raises(FetchError, match="larger than 1000 bytes"):
        await fetch_raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(NOISE), limits)


async def test_a_length_beyond_the_limit_is_refused_before_the_body_comes() -> None:
    async def promise(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        await asyncio.Event().wait()

    async with serve_raw(promise) as url, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="larger than 4 MiB"):
            await fetcher.get(url)


async def test_a_body_shorter_than_its_length_is_an_error() -> None:
    with pytest.raises(FetchError, match="cut short"):
        await fetch_raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a": 1}')


async def test_a_chunked_body_without_its_end_is_an_error() -> None:
    with pytest.raises(FetchError, match="cut short"):
        await fetch_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")


async def test_a_server_that_says_nothing_is_given_up() -> None:
    with pytest.raises(FetchError, match=r"no answer within 0\.05 s"):
        await fetch(Answer.never(), SHORT)


async def test_a_server_that_never_stops_talking_is_given_up() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.001)

    async with serve_raw(drip) as url, local_fetcher(limits=SHORT) as fetcher:
        with pytest.raises(FetchError, match=r"no answer within 0\.05 s"):
            await fetcher.get(url)


async def test_headers_that_never_end_are_given_up() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        await asyncio.Event().wait()

    async with serve_raw(drip) as url, local_fetcher(limits=SHORT) as fetcher:
        with pytest.raises(FetchError, match=r"no answer within 0\.05 s"):
            await fetcher.get(url)


@pytest.mark.parametrize(
    "bomb", [b"X-A: " + b"a" * 200_000, b"\r\n".join(b"X-%d: 1" % n for n in range(5000))], ids=["long", "many"]
)
async def test_a_header_bomb_is_an_error(bomb: bytes) -> None:
    with pytest.raises(FetchError, match="not valid HTTP"):
        await fetch_raw(b"HTTP/1.1 200 OK\r\n" + bomb + b"\r\n\r\n")


async def test_a_long_security_policy_is_no_header_bomb() -> None:
    headers = b"Content-Security-Policy: " + b"a" * 20_000 + b"\r\nContent-Length: 2\r\n\r\n"

    assert await fetch_raw(b"HTTP/1.1 200 OK\r\n" + headers + b"{}") == b"{}"


@settings(deadline=None)
@given(
    body=st.binary(max_size=3000),
    zeros=st.integers(0, 200_000),
    level=st.integers(0, 9),
    cuts=st.lists(st.integers(1, 400), min_size=1, max_size=20),
    limit=st.integers(1, 5000),
)
def test_however_gzip_is_cut_it_is_decoded_or_refused_by_its_size(
    body: bytes, zeros: int, level: int, cuts: list[int], limit: int
) -> None:
    plain = body + bytes(zeros)
    packed = gzip.compress(plain, level)
    taker = Body("gzip", FetchLimits(max_bytes=limit, max_received=1_000_000))

    try:
        start = turn = 0
        while start < len(packed):
            end = start + cuts[turn % len(cuts)]
            taker.feed(packed[start:end])
            start, turn = end, turn + 1
        decoded = taker.finish()
    except FetchError:
        assert len(plain) > limit
    else:
        assert decoded == plain
        assert len(plain) <= limit


@settings(deadline=None)
@given(chunks=st.lists(st.binary(max_size=200)), encoding=st.sampled_from(["gzip", "deflate", ""]))
def test_no_bytes_raise_anything_but_a_fetch_error(chunks: list[bytes], encoding: str) -> None:
    taker = Body(encoding, FetchLimits(max_bytes=1000))

    try:
        for chunk in chunks:
            taker.feed(chunk)
        decoded = taker.finish()
    except FetchError:
        return
    assert len(decoded) <= 1000
