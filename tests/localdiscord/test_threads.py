from __future__ import annotations

import discord
import pytest

from tests.localdiscord import LocalDiscord
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can

Room = discord.PartialMessageable
GUILD = 900000000000000004


async def fetched(client: discord.Client, channel: Channel) -> discord.TextChannel | discord.ForumChannel:
    """The channel with its guild, which a client without a gateway does not know."""
    guild = await client.fetch_guild(int(channel.guild))
    found = await guild.fetch_channel(int(channel.id))
    assert isinstance(found, discord.TextChannel | discord.ForumChannel)
    return found


async def text(client: discord.Client, channel: Channel) -> discord.TextChannel:
    found = await fetched(client, channel)
    assert isinstance(found, discord.TextChannel)
    return found


async def forum(client: discord.Client, channel: Channel) -> discord.ForumChannel:
    found = await fetched(client, channel)
    assert isinstance(found, discord.ForumChannel)
    return found


@pytest.fixture
async def room(client: discord.Client, ops: Channel) -> discord.TextChannel:
    return await text(client, ops)


async def test_a_thread_has_the_id_of_its_message(local: LocalDiscord, ops: Channel, room: discord.TextChannel) -> None:
    root = await room.send("root")

    thread = await root.create_thread(name="Acme: Errors", auto_archive_duration=1440)
    await thread.send("reply")

    assert thread.id == root.id
    assert [one.content for one in local.world.thread(ops.id, str(root.id))] == ["reply"]
    assert [one.content for one in local.world.roots(ops.id)] == ["root"]
    assert (await room.fetch_message(root.id)).thread == thread


async def test_a_second_thread_on_a_message_is_refused_and_the_first_is_found(
    client: discord.Client, room: discord.TextChannel
) -> None:
    root = await room.send("root")
    await root.create_thread(name="once")

    with pytest.raises(discord.HTTPException) as refused:
        await root.create_thread(name="twice")
    found = await room.guild.fetch_channel(root.id)

    assert (refused.value.status, refused.value.code) == (400, 160004)
    assert isinstance(found, discord.Thread)
    assert (found.name, found.parent_id) == ("once", room.id)


async def test_a_deleted_message_leaves_its_thread(local: LocalDiscord, room: discord.TextChannel) -> None:
    root = await room.send("root")
    thread = await root.create_thread(name="orphan")
    await root.delete()

    await thread.send("still here")

    assert [one.content for one in local.world.roots(str(thread.id))] == ["still here"]


async def test_a_thread_without_a_message_leaves_a_line(
    local: LocalDiscord, ops: Channel, room: discord.TextChannel
) -> None:
    thread = await room.create_thread(name="talk", type=discord.ChannelType.public_thread)

    assert str(thread.id) in local.world.channels
    assert local.world.roots(ops.id) == []
    assert [one.type for one in local.world.channels[ops.id].messages.values()] == [18]


async def test_sending_opens_an_archived_thread_again(local: LocalDiscord, room: discord.TextChannel) -> None:
    root = await room.send("root")
    thread = await root.create_thread(name="talk")
    said = await thread.send("first")
    await thread.edit(archived=True)

    with pytest.raises(discord.HTTPException) as refused:
        await said.edit(content="changed")
    with pytest.raises(discord.HTTPException) as unchanged:
        await thread.edit(name="other")
    await thread.send("second")

    assert (refused.value.code, unchanged.value.code) == (50083, 50083)
    assert not local.world.channels[str(thread.id)].archived


async def test_a_quiet_thread_is_archived_and_its_messages_are_not_edited(
    local: LocalDiscord, room: discord.TextChannel
) -> None:
    thread = await (await room.send("root")).create_thread(name="talk", auto_archive_duration=60)
    said = await thread.send("first")
    local.world.clock.jumps(61 * 60)

    with pytest.raises(discord.HTTPException) as refused:
        await said.edit(content="changed")
    listed = await room.guild.active_threads()
    await thread.send("second")
    await said.edit(content="changed")

    assert (refused.value.code, listed) == (50083, [])


async def test_discord_writes_lines_of_its_own(local: LocalDiscord, ops: Channel, room: discord.TextChannel) -> None:
    root = await room.send("root")
    thread = await root.create_thread(name="talk")
    await thread.send("said")
    await thread.edit(name="talked")
    await root.pin()

    inside = [one async for one in thread.history(oldest_first=True)]

    assert [one.type.value for one in inside] == [21, 0, 4]
    assert inside[0].id != thread.id
    assert inside[0].reference is not None
    assert inside[0].reference.message_id == root.id
    assert [one.content for one in local.world.thread(ops.id, str(root.id))] == ["said"]
    assert [one.type.value async for one in room.history(oldest_first=True)] == [0, 6]
    with pytest.raises(discord.Forbidden) as refused:
        await inside[0].delete()
    assert refused.value.code == 50021


async def test_a_locked_thread_is_for_those_who_may_manage_it(local: LocalDiscord, room: discord.TextChannel) -> None:
    root = await room.send("root")
    thread = await root.create_thread(name="talk")
    await thread.edit(locked=True)
    await thread.send("I may")
    local.world.forbids("manage_threads")

    with pytest.raises(discord.HTTPException) as refused:
        await thread.send("I may not")

    assert (refused.value.status, refused.value.code) == (400, 160005)


async def test_a_locked_thread_that_is_archived_is_opened_by_no_message(room: discord.TextChannel) -> None:
    thread = await (await room.send("root")).create_thread(name="talk")
    await thread.edit(locked=True, archived=True)

    with pytest.raises(discord.HTTPException) as refused:
        await thread.send("hello")
    await thread.edit(archived=False)
    await thread.send("hello")

    assert refused.value.code == 50083


async def test_to_lock_takes_a_permission_and_to_rename_ones_own_thread_none(
    local: LocalDiscord, room: discord.TextChannel
) -> None:
    local.world.forbids("manage_threads")
    thread = await (await room.send("root")).create_thread(name="talk")

    renamed = await thread.edit(name="Acme: resolved")
    with pytest.raises(discord.Forbidden) as refused:
        await thread.edit(locked=True)

    assert renamed.name == "Acme: resolved"
    assert refused.value.code == 50013


async def test_a_guild_has_only_so_many_active_threads(local: LocalDiscord, room: discord.TextChannel) -> None:
    local.world.guilds[str(GUILD)].max_threads = 1
    thread = await (await room.send("one")).create_thread(name="one")
    root = await room.send("two")

    with pytest.raises(discord.HTTPException) as refused:
        await root.create_thread(name="two")
    await thread.edit(archived=True)

    assert refused.value.code == 160006
    assert (await root.create_thread(name="two")).id == root.id


async def test_active_and_archived_threads_are_listed(client: discord.Client, room: discord.TextChannel) -> None:
    threads = [await (await room.send(name)).create_thread(name=name) for name in ("one", "two", "three")]
    await threads[0].edit(archived=True)

    active = await room.guild.active_threads()
    archived = [one.name async for one in room.archived_threads()]

    assert [one.name for one in active] == ["three", "two"]
    assert archived == ["one"]


async def test_a_channel_may_deny_threads_and_what_is_said_in_them(
    local: LocalDiscord, ops: Channel, room: discord.TextChannel
) -> None:
    thread = await (await room.send("root")).create_thread(name="talk")
    local.world.channels[ops.id].denied = Can.SEND_MESSAGES_IN_THREADS | Can.CREATE_PUBLIC_THREADS

    other = await room.send("still")
    with pytest.raises(discord.Forbidden) as silent:
        await thread.send("hello")
    with pytest.raises(discord.Forbidden) as none:
        await other.create_thread(name="talk")

    assert (silent.value.code, none.value.code) == (50013, 50013)


@pytest.mark.parametrize("name", ["", " ", "n" * 101])
async def test_a_threads_name_has_its_limits(room: discord.TextChannel, name: str) -> None:
    root = await room.send("root")

    with pytest.raises(discord.HTTPException, match="Must be between 1 and 100 in length") as refused:
        await root.create_thread(name=name)

    assert refused.value.code == 50035


async def test_a_forum_takes_posts_and_the_same_one_twice(local: LocalDiscord, client: discord.Client) -> None:
    """PLATFORMS 1B: no nonce there."""
    made = local.world.forum("incidents", tags=("open", "closed"))
    room = await forum(client, made)
    tag = room.available_tags[0]

    first = await room.create_thread(name="Acme: Errors", content="What is known", applied_tags=[tag])
    second = await room.create_thread(name="Acme: Errors", content="What is known", applied_tags=[tag])

    assert first.thread.id == first.message.id != second.thread.id
    assert [one.applied for one in local.world.posts(made.id)] == [[str(tag.id)]] * 2
    assert "nonce" not in local.journal.of("start_thread")[0].body["message"]
    closed = room.available_tags[1]
    await first.thread.edit(applied_tags=[closed])
    assert local.world.posts(made.id)[0].applied == [str(closed.id)]


async def test_a_forum_may_ask_for_a_tag_and_knows_its_own(local: LocalDiscord, client: discord.Client) -> None:
    room = await forum(client, local.world.forum("incidents", tags=("open",), needs_tag=True))

    with pytest.raises(discord.HTTPException) as untagged:
        await room.create_thread(name="Acme", content="c")
    with pytest.raises(discord.HTTPException) as strange:
        await room.create_thread(name="Acme", content="c", applied_tags=[discord.ForumTag(name="strange")])

    assert (untagged.value.code, strange.value.code) == (40067, 50035)


async def test_a_forum_itself_takes_no_messages(local: LocalDiscord, client: discord.Client) -> None:
    made = local.world.forum("incidents")

    with pytest.raises(discord.HTTPException) as refused:
        await client.get_partial_messageable(int(made.id)).send("hello")

    assert refused.value.code == 50024
