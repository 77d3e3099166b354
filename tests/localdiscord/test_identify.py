from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest

from tests.localdiscord import GUILD, LocalDiscord
from tests.localdiscord.botting import Bot, connected, running
from tests.localdiscord.nouns import Channel

pytestmark = pytest.mark.usefixtures("pointed")


async def test_intents_that_were_not_granted_are_refused(local: LocalDiscord) -> None:
    wants: dict[str, Any] = {"intents": discord.Intents(guilds=True, message_content=True)}
    async with running(Bot(**wants), local) as task:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await task

    local.world.rules.intents = 1 << 15
    async with connected(Bot(**wants), local):
        pass


async def test_a_token_that_is_revoked_ends_the_client(local: LocalDiscord, ops: Channel) -> None:
    bot = Bot()
    async with connected(bot, local) as task:
        local.revokes()

        with pytest.raises(discord.ConnectionClosed) as closed:
            await task

    assert closed.value.code == 4004


async def test_a_token_that_was_revoked_meanwhile_is_refused(local: LocalDiscord) -> None:
    async with connected(Bot(), local) as task:
        local.world.state = "revoked"
        local.gateway.closes(4000)

        with pytest.raises(discord.ConnectionClosed) as closed:
            await task

    assert closed.value.code == 4004


async def test_several_instances_each_hear_everything(local: LocalDiscord, ops: Channel) -> None:
    wants: dict[str, Any] = {"intents": discord.Intents(guilds=True, guild_messages=True)}
    one, two = Bot(**wants), Bot(**wants)
    async with connected(one, local), connected(two, local):
        local.world.says(ops.id, "hello")
        await one.hears("MESSAGE_CREATE")
        await two.hears("MESSAGE_CREATE")

    assert len(local.gateway.identifies) == 2


async def test_too_many_identifies_at_once_are_sent_back(local: LocalDiscord) -> None:
    """https://docs.discord.com/developers/events/gateway#session-start-limit-object, `max_concurrency`."""
    local.gateway.max_concurrency = 1
    async with connected(Bot(), local), running(Bot(), local):
        await local.gateway.until(lambda: len(local.gateway.identifies) > 1)
        local.world.clock.jumps(6)

        await local.gateway.until(lambda: len(local.gateway.sessions) > 1)


async def test_a_shard_hears_of_its_guilds_alone(local: LocalDiscord) -> None:
    other = (int(GUILD) >> 22) % 2
    async with connected(Bot(shard_id=1 - other, shard_count=2), local, guilds=False):
        (session,) = local.gateway.sessions.values()

    assert session.log[0]["d"]["guilds"] == []


async def test_discord_py_leaves_with_4000_so_its_session_stays_for_minutes(local: LocalDiscord) -> None:
    """`Client.close()` means to say 1000, and is overtaken by the 4000 of `poll_event()`."""
    async with connected(Bot(), local):
        pass
    await local.gateway.until(lambda: not local.gateway.links)

    (session,) = local.gateway.sessions.values()
    assert session in local.gateway._live()
    local.world.clock.jumps(181)
    assert local.gateway._live() == []


async def test_a_client_that_leaves_with_1000_ends_its_session(local: LocalDiscord) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(local.gateway_url) as socket:
        await socket.send_json({"op": 2, "d": {"token": local.token, "intents": 1}})
        await local.gateway.until_ready()
        await socket.close(code=1000)

    await local.gateway.until(lambda: not local.gateway.links)
    assert local.gateway.sessions == {}


@pytest.mark.parametrize(
    ("says", "code"),
    [('{"op":8,"d":{}}', 4003), ("{", 4002), ("x" * 4_097, 4002), ('{"op":2,"d":{"token":"none"}}', 4004)],
)
async def test_a_client_that_does_not_know_how_is_sent_away(local: LocalDiscord, says: str, code: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(local.gateway_url) as socket:
        hello = await socket.receive_json()
        await socket.send_str(says)
        await socket.receive()

    assert hello["d"]["heartbeat_interval"] == 41_250
    assert socket.close_code == code
