from __future__ import annotations

import asyncio
import socket
import traceback
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.fetch import Fetched, Fetcher, FetchLimits, Validators
from tests.fetch.world import FakeResolver, local_fetcher, server_tls, trusting_tls
from tests.servers import Answer, serve, serve_raw

SECRET = "s3cret"
QUERY = f"/?token={SECRET}"
BRIEF = FetchLimits(connect=timedelta(seconds=0.05), total=timedelta(seconds=1))


async def failure(url: str, fetcher: Fetcher) -> str:
    """Return the reason why a url can not be fetched, after looking for secrets in all that it prints."""
    async with fetcher:
        with pytest.raises(FetchError) as caught:
            await fetcher.get(url.replace("//", f"//me:{SECRET}@") + QUERY, Validators(f'"{SECRET}"'))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


async def test_a_name_without_an_address() -> None:
    assert await failure("http://nowhere.test", local_fetcher()) == "no address for nowhere.test"


async def test_a_resolver_that_finds_nothing() -> None:
    fetcher = local_fetcher(resolver=FakeResolver(empty_test=[[]]))

    assert await failure("http://empty.test", fetcher) == "no address for empty.test"


async def test_a_port_where_nobody_listens() -> None:
    url = f"http://127.0.0.1:{closed_port()}"

    assert await failure(url, local_fetcher()) == "no connection to 127.0.0.1: connection refused"


async def test_a_certificate_that_nobody_signed() -> None:
    async with serve(tls=server_tls()) as server:
        reason = await failure(server.url, local_fetcher())

    assert reason == "the certificate of 127.0.0.1 is not valid: self-signed certificate"


async def test_a_certificate_of_another_host() -> None:
    async with serve(tls=server_tls()) as server:
        fetcher = local_fetcher(resolver=FakeResolver(other_test=[["127.0.0.1"]]), tls=trusting_tls())
        reason = await failure(f"https://other.test:{server.port}", fetcher)

    assert reason.startswith("the certificate of other.test is not valid: Hostname mismatch")


async def test_a_server_that_speaks_no_tls() -> None:
    async with serve() as server:
        reason = await failure(server.url.replace("http:", "https:"), local_fetcher())

    assert reason == "no secure connection to 127.0.0.1"


async def test_a_server_that_never_shakes_hands() -> None:
    async with serve_raw(b"") as url:
        reason = await failure(url.replace("http:", "https:"), local_fetcher(limits=BRIEF))

    assert reason == "no connection to 127.0.0.1 within 0.05 s"


async def test_a_server_that_hangs_up() -> None:
    async with serve_raw(b"") as url:
        reason = await failure(url, local_fetcher())

    assert reason == "127.0.0.1 broke off the connection"


async def test_a_proxy_that_is_not_there() -> None:
    proxy = f"http://me:{SECRET}@127.0.0.1:{closed_port()}"

    assert await failure("http://status.test", local_fetcher(proxy=proxy)) == (
        "no connection to the proxy: connection refused"
    )


async def test_a_proxy_that_refuses() -> None:
    async with serve_raw(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as proxy:
        reason = await failure("https://status.test", local_fetcher(proxy=proxy))

    assert reason == "the proxy answered HTTP 407"


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x16\x03\x01\x00\x02\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_an_answer_that_is_no_http_is_a_fetch_error(answer: bytes) -> None:
    async with serve_raw(answer) as url:
        assert await failure(url, local_fetcher(limits=BRIEF))


@given(
    head=st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 301 M\r\nLocation: "]), rest=st.binary()
)
@settings(max_examples=50, deadline=None)
def test_no_bytes_of_a_server_raise_anything_but_a_fetch_error(head: bytes, rest: bytes) -> None:
    async def ask() -> Fetched | None:
        async with serve_raw(head + rest) as url, local_fetcher(limits=BRIEF) as fetcher:
            try:
                return await fetcher.get(url)
            except FetchError:
                return None

    asyncio.run(ask())


@pytest.mark.parametrize("url", ["http://[::1", "http://", "https:///x", "http://a:99999/", "http://a\r\nb/", "\0", ""])
async def test_a_url_that_is_none_is_a_fetch_error(url: str) -> None:
    async with local_fetcher() as fetcher:
        with pytest.raises(FetchError, match="url"):
            await fetcher.get(url)


async def test_who_is_cancelled_is_cancelled() -> None:
    async with serve({"/": Answer.never()}) as server, local_fetcher() as fetcher:
        asking = asyncio.create_task(fetcher.get(server.url + "/"))
        await server.wait_for_hits(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_nothing_is_fetched_after_closing() -> None:
    fetcher = local_fetcher()
    await fetcher.aclose()

    with pytest.raises(FetchError, match="the fetcher is closed"):
        await fetcher.get("http://status.test/")


async def test_closing_ends_what_is_under_way() -> None:
    async with serve({"/": Answer.never()}) as server, local_fetcher() as fetcher:
        asking = asyncio.create_task(fetcher.get(server.url + "/"))
        await server.wait_for_hits(1)
        await fetcher.aclose()

        with pytest.raises(FetchError):
            await asking
