from __future__ import annotations

import asyncio

import discord
import pytest

from tests.localdiscord import BOT_USER, GUILD, LocalDiscord
from tests.localdiscord.botting import Bot, connected, running
from tests.localdiscord.nouns import Channel

pytestmark = pytest.mark.usefixtures("pointed")


async def test_a_bot_knows_its_guild_when_it_is_ready(local: LocalDiscord, ops: Channel) -> None:
    local.world.forum("incidents", tags=("open", "closed"))
    hidden = local.world.channel("hidden", deny=("view_channel",))
    local.world.opens_thread(ops, "talk", owner=BOT_USER)
    bot = Bot()

    async with connected(bot, local):
        (guild,) = bot.guilds
        channels, forums, threads = guild.text_channels, guild.forums, guild.threads
        mine = guild.me.guild_permissions

    assert (guild.id, [one.name for one in channels]) == (int(GUILD), ["ops", "___hidden___"])
    assert [tag.name for tag in forums[0].available_tags] == ["open", "closed"]
    assert [one.name for one in threads] == ["talk"]
    assert hidden.name not in [one.name for one in channels]
    assert mine.send_messages_in_threads
    assert not mine.administrator


async def test_what_is_denied_in_a_channel_is_known_before_it_is_tried(local: LocalDiscord) -> None:
    quiet = local.world.channel("quiet", deny=("send_messages",))
    bot = Bot()

    async with connected(bot, local):
        channel = bot.get_channel(int(quiet.id))
        assert isinstance(channel, discord.TextChannel)
        mine = channel.permissions_for(channel.guild.me)

    assert (mine.send_messages, mine.view_channel) == (False, True)


async def test_what_is_denied_later_is_told(local: LocalDiscord, ops: Channel) -> None:
    bot = Bot()
    async with connected(bot, local):
        local.world.denies(ops.id, "send_messages")
        local.world.forbids("manage_threads")
        await bot.hears("CHANNEL_UPDATE")
        await bot.hears("GUILD_ROLE_UPDATE")
        channel = bot.get_channel(int(ops.id))
        assert isinstance(channel, discord.TextChannel)
        mine = channel.permissions_for(channel.guild.me)

    assert (mine.send_messages, mine.manage_threads, mine.view_channel) == (False, False, True)


async def test_what_happens_is_told(local: LocalDiscord, ops: Channel) -> None:
    bot = Bot(intents=discord.Intents(guilds=True, guild_messages=True))
    async with connected(bot, local):
        room = bot.get_channel(int(ops.id))
        assert isinstance(room, discord.TextChannel)

        root = await room.send("root", nonce="acme-1")
        thread = await root.create_thread(name="talk")
        await thread.edit(name="talked")
        await root.edit(content="root!")
        await root.delete()
        await thread.delete()
        local.world.channel("new")
        await bot.hears("CHANNEL_CREATE")

    told = [one for one in bot.heard if one.startswith(("MESSAGE", "THREAD", "CHANNEL"))]
    assert told == [
        "MESSAGE_CREATE",
        "THREAD_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_CREATE",
        "THREAD_UPDATE",
        "MESSAGE_UPDATE",
        "MESSAGE_DELETE",
        "THREAD_DELETE",
        "CHANNEL_CREATE",
    ]


async def test_without_its_intent_others_contents_are_blank(local: LocalDiscord, ops: Channel) -> None:
    bot, said = Bot(intents=discord.Intents(guilds=True, guild_messages=True)), list[str]()
    both = asyncio.Event()

    async def on_message(message: discord.Message) -> None:
        said.append(message.content)
        if len(said) > 1:
            both.set()

    bot.event(on_message)
    async with connected(bot, local):
        local.world.says(ops.id, "secret")
        local.world.says(ops.id, f"<@{BOT_USER}> status")
        await asyncio.wait_for(both.wait(), 20)

    assert said == ["", f"<@{BOT_USER}> status"]


@pytest.mark.parametrize("ends", ["reconnects", "resumable", "closed", "aborted"])
async def test_a_session_is_resumed_and_what_was_missed_is_told(local: LocalDiscord, ops: Channel, ends: str) -> None:
    does = {
        "reconnects": local.gateway.reconnects,
        "resumable": lambda: local.gateway.invalidates(resumable=True),
        "closed": lambda: local.gateway.closes(4000),
        "aborted": local.gateway.aborts,
    }
    bot = Bot(intents=discord.Intents(guilds=True, guild_messages=True))
    async with connected(bot, local):
        does[ends]()
        await local.gateway.until(lambda: not any(one.connected for one in local.gateway.sessions.values()))
        local.world.says(ops.id, "while you were away")

        await local.gateway.until_resumed()
        await bot.hears("RESUMED")

    assert bot.heard.count("MESSAGE_CREATE") == 1
    assert (len(local.gateway.identifies), local.gateway.resumes) == (1, 1)


async def test_a_session_that_is_invalid_begins_anew(local: LocalDiscord) -> None:
    bot = Bot()
    async with connected(bot, local):
        local.gateway.invalidates(resumable=False)
        await local.gateway.until_ready(2)
        await bot.hears("READY", 2)

    assert local.gateway.resumes == 0


async def test_a_session_that_was_forgotten_can_not_be_resumed(local: LocalDiscord) -> None:
    bot = Bot()
    async with connected(bot, local):
        local.gateway.forgets()
        local.gateway.closes(4000)
        await bot.hears("READY", 2)

    assert [one["op"] for one in local.gateway.heard if one["op"] in (2, 6)] == [2, 6, 2]


async def test_a_zombie_is_noticed(local: LocalDiscord) -> None:
    local.gateway.interval = 0.05
    bot = Bot(heartbeat_timeout=0.3)
    async with connected(bot, local):
        local.gateway.freezes()

        await local.gateway.until_resumed()


async def test_a_heartbeat_is_answered(local: LocalDiscord) -> None:
    local.gateway.interval = 0.02
    bot = Bot()
    async with connected(bot, local):
        await local.gateway.until(lambda: local.gateway.links[0].beats > 2)

        assert bot.latency < 5


async def test_the_first_connect_that_is_refused_kills_the_client(
    local: LocalDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding 6: it waits, and then asks a socket that never was for its sequence."""
    monkeypatch.setattr(discord.backoff.ExponentialBackoff, "delay", lambda _: 0.01)
    local.gateway.refuses()

    async with running(Bot(), local) as task:
        with pytest.raises(AttributeError, match="sequence"):
            await task

    assert local.gateway.refused == 1


async def test_a_later_connect_that_is_refused_is_tried_again(
    local: LocalDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.backoff.ExponentialBackoff, "delay", lambda _: 0.01)
    async with connected(Bot(), local):
        local.gateway.refuses(2)
        local.gateway.closes(4000)

        await local.gateway.until_resumed()

    assert local.gateway.refused == 2


@pytest.mark.parametrize("text", ["{", '{"op":0,"t":"GUILD_CREATE","s":9,"d":{}}'])
async def test_a_malformed_payload_kills_the_client(local: LocalDiscord, text: str) -> None:
    """Finding 7: what its parser raises ends `connect()`."""
    async with connected(Bot(), local) as task:
        local.gateway.says_raw(text)

        with pytest.raises((ValueError, KeyError)):
            await task


@pytest.mark.parametrize(
    ("code", "raised"), [(4004, discord.ConnectionClosed), (4014, discord.PrivilegedIntentsRequired)]
)
async def test_some_closes_are_final(local: LocalDiscord, code: int, raised: type[Exception]) -> None:
    async with connected(Bot(), local) as task:
        local.gateway.closes(code)

        with pytest.raises(raised):
            await task
