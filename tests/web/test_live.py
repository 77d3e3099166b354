"""The stream that tells pages to look again: one question for all, none while nobody listens, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from bot.web.board.live import Pulse, routes
from bot.web.server import bound, serve

PATIENCE = 20


@dataclass(slots=True)
class Changing:
    """A database of which nothing is known but that it changes."""

    number: int = 1
    asked: int = 0
    pulse: Pulse = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.version, every=0.01, beat=0.05, most=2)

    async def version(self) -> str:
        self.asked += 1
        return f"v{self.number}"


@dataclass(slots=True)
class Listener:
    """Somebody who listens, and what they heard."""

    lines: AsyncIterator[str]
    heard: list[str] = field(default_factory=list)

    async def hears(self, what: str) -> None:
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                self.heard.append(line)
                if line == what:
                    return
        raise AssertionError(f"the stream ended without {what}: {self.heard}")

    async def hears_the_end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                self.heard.append(line)


@pytest.fixture
async def here() -> AsyncIterator[Changing]:
    changing = Changing()
    socket = bound("127.0.0.1", 0)
    changing.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    running = asyncio.create_task(changing.pulse.run())
    serving = asyncio.create_task(serve(routes(changing.pulse), socket, ending=changing.pulse.close))
    yield changing
    serving.cancel()
    running.cancel()
    await asyncio.wait([serving, running])


@asynccontextmanager
async def listening(here: Changing, **headers: str) -> AsyncIterator[Listener]:
    timeout = httpx.Timeout(PATIENCE)
    async with (
        httpx.AsyncClient(base_url=here.url, timeout=timeout, verify=False) as client,  # noqa: S501  (plain HTTP)
        client.stream("GET", "/events", headers=headers) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield Listener(answer.aiter_lines())


async def until_nobody_listens(pulse: Pulse) -> None:
    async with asyncio.timeout(PATIENCE):
        while pulse.listeners:  # noqa: ASYNC110  (who leaves rings no bell)
            await asyncio.sleep(0.005)


async def test_a_listener_hears_how_it_stands_and_that_it_changes(here: Changing) -> None:
    async with listening(here) as listener:
        await listener.hears("id: v1")
        here.number = 2
        await listener.hears("id: v2")

        assert "event: version" in listener.heard


async def test_who_knows_it_already_is_only_told_that_the_stream_lives(here: Changing) -> None:
    async with listening(here, **{"last-event-id": "v1"}) as listener:
        await listener.hears("event: beat")
        await listener.hears("event: beat")

        assert not [line for line in listener.heard if line.startswith("id:")]


async def test_the_database_is_asked_only_while_somebody_listens(here: Changing) -> None:
    assert here.asked == 0

    async with listening(here) as listener:
        await listener.hears("id: v1")
    await until_nobody_listens(here.pulse)
    asked = here.asked
    here.number = 2
    async with listening(here) as listener:
        await listener.hears("id: v2")

        assert asked >= 1
        assert "id: v1" not in listener.heard


async def test_there_is_room_for_so_many_and_no_more(here: Changing) -> None:
    async with listening(here) as one, listening(here) as other:
        await one.hears("id: v1")
        await other.hears("id: v1")
        async with httpx.AsyncClient(verify=False) as client:  # noqa: S501  (plain HTTP)
            answer = await client.get(f"{here.url}/events")

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_streams_end_when_the_board_does(here: Changing) -> None:
    async with listening(here) as listener:
        await listener.hears("id: v1")
        here.pulse.close()
        await listener.hears_the_end()

    await until_nobody_listens(here.pulse)
