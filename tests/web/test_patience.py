"""Senders that are slow, or in the way: none of them may hold anything for long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.core.hooks import Heard, Hook
from bot.errors import ParseError
from bot.plugins import hook_named
from bot.web import hooks, patience
from bot.web.hooks import Door, routes
from bot.web.server import bound, serve
from tests.fakes import ManualClock
from tests.web.world import TOKEN

GROUP = b'{"alerts": []}'
HEAD = f"POST /hooks/alerts HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {TOKEN}\r\n"


async def heard(_hook: Hook, _heard: Heard) -> str:
    return "ok"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Give the port of a server that waits half a second for a body."""
    door = Door(Hook(name="alerts", type="alertmanager"), hook_named("alertmanager"), TOKEN)
    listening = bound("127.0.0.1", 0)
    serving = asyncio.create_task(serve(routes([door], heard, ManualClock(), seconds=0.5), listening))
    yield listening.getsockname()[1]
    serving.cancel()
    await asyncio.wait([serving])


async def conversation(port: int, *said: bytes) -> bytes:
    """Say something, and return all that is answered until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in said:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    answer = await conversation(port, f"{HEAD}Content-Length: 14\r\n\r\n".encode(), GROUP[:5])

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body did not come within 0.5 s" in answer


async def test_a_sender_without_a_token_is_not_waited_for_at_all(port: int) -> None:
    answer = await conversation(port, b"POST /hooks/alerts HTTP/1.1\r\nHost: here\r\nContent-Length: 14\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_head_that_does_not_end_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.05)

    assert await conversation(port, HEAD.encode()) == b""
    assert await conversation(port) == b""


async def test_the_next_head_of_a_connection_is_not_waited_for_either(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = f"{HEAD}Content-Length: {len(GROUP)}\r\n\r\n".encode() + GROUP
    monkeypatch.setattr(patience, "SECONDS", 1.0)

    answer = await conversation(port, whole, whole, HEAD.encode())

    assert answer.count(b"HTTP/1.1 200 OK") == 2


async def test_a_connection_that_has_brought_a_request_is_not_cut_off_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.2)
    listening = bound("127.0.0.1", 0)
    serving = asyncio.create_task(serve([Route("/", _hello)], listening))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(5) == b"hello"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()
    await writer.wait_closed()
    serving.cancel()
    await asyncio.wait([serving])


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def test_who_asks_for_another_protocol_is_answered_in_this_one_and_fills_no_log(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    asked = "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    answer = await conversation(port, f"GET /hooks/alerts?token={TOKEN} HTTP/1.1\r\nHost: here\r\n{asked}\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 405 ")
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


async def test_somebody_who_hangs_up_leaves_the_server_well(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{HEAD}Content-Length: 14\r\n\r\n".encode())
    writer.transport.abort()

    whole = f"{HEAD}Connection: close\r\nContent-Length: {len(GROUP)}\r\n\r\n".encode() + GROUP
    assert (await conversation(port, whole)).startswith(b"HTTP/1.1 200 ")


async def test_no_more_bodies_are_read_at_once_than_fit(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "READERS", 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{HEAD}Content-Length: 14\r\nExpect: 100-continue\r\n\r\n".encode())
    # That is said when somebody begins to read.
    assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")

    answer = await conversation(port, f"{HEAD}Content-Length: {len(GROUP)}\r\n\r\n".encode() + GROUP)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in answer.lower()
    writer.write(GROUP)
    assert (await reader.readuntil(b"\r\n")).startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 408 "))
    writer.close()


async def test_strangers_who_only_claim_to_be_known_keep_nobody_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "READERS", 1)
    now = int(ManualClock().now().timestamp())
    claim = f"X-Sitrep-Timestamp: {now}\r\nX-Sitrep-Signature: v1=0\r\nExpect: 100-continue\r\nContent-Length: 14\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST /hooks/alerts HTTP/1.1\r\nHost: here\r\n{claim}\r\n".encode())
    assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")

    whole = f"{HEAD}Connection: close\r\nContent-Length: {len(GROUP)}\r\n\r\n".encode() + GROUP
    assert (await conversation(port, whole)).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_what_is_found_wrong_only_when_it_is_heard_is_refused_too() -> None:
    async def doubts(_hook: Hook, _heard: Heard) -> str:
        raise ParseError("this can not be")

    door = Door(Hook(name="alerts", type="alertmanager"), hook_named("alertmanager"), TOKEN)
    listening = bound("127.0.0.1", 0)
    serving = asyncio.create_task(serve(routes([door], doubts, ManualClock()), listening))
    whole = f"{HEAD}Content-Length: {len(GROUP)}\r\n\r\n".encode() + GROUP
    answer = await conversation(listening.getsockname()[1], whole)
    serving.cancel()
    await asyncio.wait([serving])

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"this can not be\n")
