"""Answers that are read while they come, and what sort of failure each failure is."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta

import pytest

from bot.errors import (
    BadAnswer,
    BadRequest,
    EgressDenied,
    FetchError,
    NoConnection,
    Offline,
    TimedOut,
)
from bot.fetch import EgressPolicy, Fetcher, FetchLimits
from bot.model import Fault
from bot.ports import WebChunk, WebRequest
from tests.fetch.test_fetch_failures import closed_port
from tests.fetch.world import local_fetcher, server_tls
from tests.servers import Answer, serve, serve_raw

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
BRIEF = FetchLimits(connect=timedelta(seconds=0.05))


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def request(url: str, within: float = 5) -> WebRequest:
    return WebRequest(url=url, within=timedelta(seconds=within))


async def test_pieces_come_as_they_are_sent_with_their_times() -> None:
    seen = asyncio.Event()

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(b"one"))
        # The second is not sent before the first was read.
        await seen.wait()
        writer.write(chunk(b"two") + b"0\r\n\r\n")
        await writer.drain()

    pieces: list[WebChunk] = []
    async with serve_raw(talk) as url, local_fetcher() as fetcher, fetcher.stream(request(url)) as answer:
        async for piece in answer.chunks:
            pieces.append(piece)
            seen.set()

    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain")
    assert [piece.data for piece in pieces] == [b"one", b"two"]
    assert timedelta() < pieces[0].at <= pieces[1].at


async def test_what_is_compressed_is_decoded_on_the_way() -> None:
    answer = Answer(body=gzip.compress(b"x" * 100_000), headers={"Content-Encoding": "gzip"})
    async with (
        serve({"/": answer}) as server,
        local_fetcher() as fetcher,
        fetcher.stream(request(server.url + "/")) as stream,
    ):
        assert b"".join([piece.data async for piece in stream.chunks]) == b"x" * 100_000


async def test_no_more_than_the_limit_is_taken() -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(chunk(b"x" * 1000))
            await writer.drain()

    async with serve_raw(flood) as url, local_fetcher(limits=FetchLimits(max_bytes=5000)) as fetcher:
        with pytest.raises(BadAnswer, match="the answer is larger than 5000 bytes"):
            await drained(fetcher, url)


async def test_a_stream_that_stalls_is_left() -> None:
    async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(b"one"))
        await asyncio.Event().wait()

    async with serve_raw(stall) as url, local_fetcher() as fetcher:
        with pytest.raises(TimedOut, match=r"no answer within 0\.1 s"):
            await drained(fetcher, url, 0.1)


async def test_a_stream_that_breaks_off() -> None:
    async with serve_raw(HEAD + chunk(b"one")) as url, local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="the answer is cut short") as caught:
            await drained(fetcher, url)

    assert caught.value.fault is Fault.CONNECTION


async def test_who_leaves_early_holds_nothing_up() -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + chunk(b"one"))
        await asyncio.Event().wait()

    async with serve_raw(endless) as url, local_fetcher(limits=FetchLimits(per_host=1)) as fetcher:
        for _ in range(3):
            async with fetcher.stream(request(url)) as stream:
                async for piece in stream.chunks:
                    assert piece.data == b"one"
                    break


async def test_a_redirect_is_an_answer_like_any_other() -> None:
    async with (
        serve({"/": Answer.redirect("/there")}) as server,
        local_fetcher() as fetcher,
        fetcher.stream(request(server.url + "/")) as stream,
    ):
        assert stream.status == 302

    assert server.paths == ["/"]


async def test_a_private_host_is_refused() -> None:
    async with serve() as server, local_fetcher(egress=EgressPolicy()) as fetcher:
        with pytest.raises(EgressDenied):
            await drained(fetcher, server.url)

    assert server.hits == []


async def test_what_the_reader_raises_passes() -> None:
    async with serve({"/": Answer(body="x")}) as server, local_fetcher() as fetcher:
        with pytest.raises(ZeroDivisionError):
            async with fetcher.stream(request(server.url + "/")):
                raise ZeroDivisionError


async def drained(fetcher: Fetcher, url: str, within: float = 5) -> None:
    async with fetcher.stream(request(url, within)) as stream:
        async for _ in stream.chunks:
            pass


async def failed(url: str, fetcher: Fetcher, *, within: float = 5) -> FetchError:
    async with fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.send(WebRequest(url=url, within=timedelta(seconds=within)))
    return caught.value


async def test_each_failure_is_of_its_sort() -> None:
    async with serve(tls=server_tls()) as secure, serve({"/": Answer.never()}) as slow, serve_raw(b"") as mute:
        silent = mute.replace("http:", "https:")
        found = {
            "refused": await failed(f"http://127.0.0.1:{closed_port()}", local_fetcher()),
            "nameless": await failed("http://nowhere.test", local_fetcher()),
            "certificate": await failed(secure.url, local_fetcher()),
            "hung up": await failed(mute, local_fetcher()),
            "no handshake": await failed(silent, local_fetcher(limits=BRIEF)),
            "too late": await failed(slow.url + "/", local_fetcher(), within=0.1),
            "no url": await failed("ftp://status.test", local_fetcher()),
            "private": await failed(slow.url, local_fetcher(egress=EgressPolicy())),
            "no proxy": await failed("http://status.test", local_fetcher(proxy=f"http://127.0.0.1:{closed_port()}")),
        }

    assert {case: error.fault for case, error in found.items()} == {
        "refused": Fault.CONNECTION,
        "nameless": Fault.CONNECTION,
        "certificate": Fault.CONNECTION,
        "hung up": Fault.CONNECTION,
        "no handshake": Fault.TIMEOUT,
        "too late": Fault.TIMEOUT,
        "no url": Fault.SETUP,
        "private": Fault.REFUSED,
        "no proxy": Fault.NETWORK,
    }
    assert isinstance(found["no handshake"], NoConnection)
    assert isinstance(found["no proxy"], Offline)
    assert isinstance(found["no url"], BadRequest)


async def test_a_redirect_to_what_is_no_url_is_the_servers_fault() -> None:
    async with serve({"/": Answer.redirect("ftp://x/")}) as server:
        error = await failed(server.url + "/", local_fetcher())

    assert (str(error), error.fault) == (
        "127.0.0.1 redirects badly: only http and https urls can be fetched",
        Fault.WRONG,
    )
