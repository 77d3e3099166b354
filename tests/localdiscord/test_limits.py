from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.localdiscord import LocalDiscord, local_discord
from tests.localdiscord.nouns import Channel

Answer = tuple[int, dict[str, str], object]


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with local_discord() as running:
        running.world.clock.stops()
        yield running


@pytest.fixture
async def session(local: LocalDiscord) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {local.token}"}) as one:
        yield one


async def posts(session: aiohttp.ClientSession, local: LocalDiscord, channel: Channel) -> aiohttp.ClientResponse:
    url = f"{local.api_url}/channels/{channel.id}/messages"
    async with session.post(url, json={"content": "hello"}) as answer:
        await answer.read()
        return answer


async def test_a_bucket_is_told_in_headers_and_belongs_to_a_channel(
    local: LocalDiscord, ops: Channel, session: aiohttp.ClientSession
) -> None:
    answers = [await posts(session, local, ops) for _ in range(6)]
    elsewhere = await posts(session, local, local.world.channel("other"))

    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["4", "3", "2", "1", "0", "0"]
    assert [one.status for one in answers] == [200] * 5 + [429]
    assert elsewhere.status == 200
    assert len({one.headers["X-RateLimit-Bucket"] for one in [*answers, elsewhere]}) == 1
    told = await answers[-1].json()
    assert (told["global"], told["message"]) == (False, "You are being rate limited.")
    assert 0 < told["retry_after"] <= 5
    assert (answers[-1].headers["X-RateLimit-Scope"], answers[-1].headers["Via"]) == ("user", "1.1 google")


async def test_a_bucket_fills_again(local: LocalDiscord, ops: Channel, session: aiohttp.ClientSession) -> None:
    for _ in range(6):
        await posts(session, local, ops)

    local.world.clock.jumps(5)

    assert (await posts(session, local, ops)).status == 200


async def test_a_bot_has_fifty_requests_a_second(local: LocalDiscord, session: aiohttp.ClientSession) -> None:
    local.pace.usual = (1_000, 1.0)

    async def asks() -> aiohttp.ClientResponse:
        async with session.get(f"{local.api_url}/users/@me") as answer:
            await answer.read()
            return answer

    answers = await asyncio.gather(*(asks() for _ in range(51)))

    refused = [one for one in answers if one.status == 429]
    assert len(refused) == 1
    assert (refused[0].headers["X-RateLimit-Scope"], refused[0].headers["X-RateLimit-Global"]) == ("global", "true")
    assert (await refused[0].json())["global"] is True


async def test_json_is_called_exactly_that(local: LocalDiscord, session: aiohttp.ClientSession) -> None:
    """PLATFORMS 3: with a charset behind it discord.py takes it for text."""
    async with session.get(f"{local.api_url}/users/@me") as answer:
        assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [("{", "application/json", 50109), ("content=a", "application/x-www-form-urlencoded", 50035)],
)
async def test_a_body_that_is_none(
    local: LocalDiscord, ops: Channel, session: aiohttp.ClientSession, body: str, kind: str, code: int
) -> None:
    url = f"{local.api_url}/channels/{ops.id}/messages"
    async with session.post(url, data=body, headers={"Content-Type": kind}) as answer:
        told = await answer.json()

    assert (answer.status, told["code"]) == (400, code)


async def test_a_client_that_goes_away_in_the_middle_does_no_harm(local: LocalDiscord, ops: Channel) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(local.url.rpartition(":")[2]))
    head = f"POST /api/v10/channels/{ops.id}/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b'{"content"')
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async with aiohttp.ClientSession() as session, session.get(f"{local.api_url}/users/@me") as answer:
        assert answer.status == 401
    assert local.journal.crashes == []
    assert local.world.messages() == []


async def test_a_route_that_is_none_and_a_token_that_is_none(local: LocalDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{local.api_url}/users/@me") as unknown:
            assert (unknown.status, await unknown.json()) == (401, {"message": "401: Unauthorized", "code": 0})
        async with session.get(f"{local.api_url}/nowhere") as nowhere:
            assert (nowhere.status, await nowhere.json()) == (404, {"message": "404: Not Found", "code": 0})
