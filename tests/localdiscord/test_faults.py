"""What goes wrong, and what discord.py 2.7.1 makes of it: PLATFORMS 1B, "What discord.py 2.7.1 does"."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
import discord
import pytest

from tests.localdiscord import (
    Fault,
    LocalDiscord,
    after,
    banned,
    drops,
    error,
    hangs,
    html,
    malformed,
    rate_limited,
    resets,
    slow,
    status,
)
from tests.localdiscord.nouns import Channel

Room = discord.PartialMessageable
SEND = "create_message"


def contents(local: LocalDiscord, channel: Channel) -> list[str]:
    return [message.content for message in local.world.roots(channel.id)]


def says(words: str, args: dict[str, Any]) -> bool:
    return bool(args["content"] == words)


async def test_a_server_error_after_a_message_was_kept_does_not_double_it(
    local: LocalDiscord, ops: Channel, there: Room
) -> None:
    """Finding 3: discord.py tries these again, with the same nonce."""
    await there.send("first")
    codes = ["500", "502", "504", "524"]
    for code in codes:
        local.faults.add(SEND, after(status(int(code))), when=partial(says, code))

    await asyncio.gather(*(there.send(code) for code in codes))

    assert sorted(contents(local, ops)) == [*codes, "first"]
    calls = [call for call in local.journal.of(SEND) if call.body["content"] != "first"]
    assert (len(calls), len({call.body["nonce"] for call in calls})) == (8, 4)


@pytest.mark.parametrize("stored", [0, 1])
async def test_503_is_not_tried_again(local: LocalDiscord, ops: Channel, there: Room, stored: int) -> None:
    local.faults.add(SEND, after(status(503)) if stored else status(503))

    with pytest.raises(discord.DiscordServerError):
        await there.send("hello", nonce="acme-1/root")
    alone = contents(local, ops)
    await there.send("hello", nonce="acme-1/root")

    assert alone == ["hello"] * stored
    assert contents(local, ops) == ["hello"]


@pytest.mark.parametrize("fault", [drops(), resets()])
@pytest.mark.parametrize("stored", [0, 1])
async def test_a_lost_connection_is_told_at_once_and_the_nonce_mends_it(
    local: LocalDiscord, ops: Channel, there: Room, fault: Fault, stored: int
) -> None:
    local.faults.add(SEND, after(fault) if stored else fault)

    with pytest.raises((aiohttp.ClientError, OSError)):
        await there.send("hello", nonce="acme-1/root")
    alone = contents(local, ops)
    await there.send("hello", nonce="acme-1/root")

    assert alone == ["hello"] * stored
    assert contents(local, ops) == ["hello"]


async def test_a_429_is_waited_for_without_being_asked(local: LocalDiscord, ops: Channel, there: Room) -> None:
    local.faults.add(SEND, rate_limited(0.01))

    await there.send("hello")

    assert [call.status for call in local.journal.of(SEND)] == [429, 200]
    assert contents(local, ops) == ["hello"]


@pytest.mark.parametrize("fault", [rate_limited(0.01, via=False), banned()])
async def test_a_429_without_via_is_taken_for_a_ban(local: LocalDiscord, there: Room, fault: Fault) -> None:
    local.faults.add(SEND, fault)

    with pytest.raises(discord.HTTPException) as refused:
        await there.send("hello")

    assert refused.value.status == 429
    assert len(local.journal.of(SEND)) == 1


async def test_a_long_wait_has_a_bound_only_if_it_was_asked_for(
    local: LocalDiscord, ops: Channel, pointed: None
) -> None:
    local.faults.add(SEND, rate_limited(31))
    async with discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=30) as client:
        await client.login(local.token)

        with pytest.raises(discord.RateLimited) as refused:
            await client.get_partial_messageable(int(ops.id)).send("hello")

    assert refused.value.retry_after == 31


async def test_a_global_429_stops_everything(local: LocalDiscord, client: discord.Client, there: Room) -> None:
    local.faults.add(SEND, rate_limited(0.05, scope="global"))
    sending = asyncio.create_task(there.send("hello"))
    while client.http._global_over.is_set():  # noqa: ASYNC110  # an event tells when it is set, not when it is cleared
        await asyncio.sleep(0)

    await client.application_info()
    await sending

    (refused, *_), (*_, asked) = local.journal.of(SEND), local.journal.of("get_current_application")
    assert (refused.status, refused.scope) == (429, "global")
    assert asked.at - refused.at >= 0.05


async def test_what_counts_as_invalid(local: LocalDiscord, there: Room) -> None:
    """https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans."""
    local.faults.add(SEND, rate_limited(0, scope="shared"))
    local.faults.add(SEND, rate_limited(0))
    local.faults.add(SEND, error(50013))
    with pytest.raises(discord.Forbidden):
        await there.send("hello")
    with pytest.raises(discord.NotFound):
        await there.get_partial_message(1).edit(content="none")

    now = local.world.clock.seconds()

    assert (local.journal.invalid(), local.journal.invalid(now), local.journal.invalid(now + 601)) == (2, 2, 0)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (error(50013), discord.Forbidden),
        (error(50001), discord.Forbidden),
        (error(10003), discord.NotFound),
        (status(404), discord.NotFound),
        (html(403), discord.Forbidden),
    ],
)
@pytest.mark.parametrize("stored", [0, 1])
async def test_an_error_comes_before_the_message_is_kept_or_after(
    local: LocalDiscord, ops: Channel, there: Room, fault: Fault, expected: type[Exception], stored: int
) -> None:
    local.faults.add(SEND, after(fault) if stored else fault)

    with pytest.raises(expected):
        await there.send("hello")

    assert contents(local, ops) == ["hello"] * stored


@pytest.mark.parametrize("fault", [html(), malformed()])
async def test_a_page_in_the_place_of_json_breaks_discord_py(local: LocalDiscord, there: Room, fault: Fault) -> None:
    local.faults.add(SEND, after(fault))

    with pytest.raises((TypeError, ValueError)):
        await there.send("hello")


@pytest.mark.parametrize("stored", [0, 1])
async def test_what_hangs_outlasts_ones_patience(local: LocalDiscord, ops: Channel, there: Room, stored: int) -> None:
    """There is no deadline of discord.py's own: `wait_for` is ours to set."""
    local.faults.add(SEND, after(hangs()) if stored else hangs())
    sending = asyncio.create_task(there.send("hello"))
    await local.faults.until_hanging()

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
    assert contents(local, ops) == ["hello"] * stored


async def test_what_hangs_goes_on_when_it_is_released(local: LocalDiscord, there: Room) -> None:
    local.faults.add(SEND, hangs())
    sending = asyncio.create_task(there.send("hello"))
    await local.faults.until_hanging()

    local.faults.release()

    assert (await sending).content == "hello"


async def test_what_is_slow_comes_all_the_same(local: LocalDiscord, there: Room) -> None:
    local.faults.add(SEND, slow(0.01))

    assert (await there.send("hello")).content == "hello"


async def test_a_fault_may_wait_for_a_call_that_it_is_meant_for(local: LocalDiscord, there: Room) -> None:
    local.faults.add(SEND, error(50013), when=lambda args: args["content"] == "two")
    await there.send("one")

    with pytest.raises(discord.Forbidden):
        await there.send("two")


async def test_a_fault_may_last_as_long_as_a_block(local: LocalDiscord, client: discord.Client, there: Room) -> None:
    with local.faults.during("*", status(503)):
        for call in (client.application_info, there.send):
            with pytest.raises(discord.DiscordServerError):
                await call()

    await client.application_info()
