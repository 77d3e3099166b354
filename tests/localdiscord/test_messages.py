from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
import pytest

from tests.localdiscord import PERSON, LocalDiscord
from tests.localdiscord.nouns import Channel

Room = discord.PartialMessageable


def contents(local: LocalDiscord, channel: Channel) -> list[str]:
    return [message.content for message in local.world.roots(channel.id)]


async def test_a_message_is_kept_as_it_was_sent(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello", embed=discord.Embed(title="Acme", colour=0xFF0000), nonce="acme-1")

    (kept,) = local.world.roots(ops.id)
    assert (kept.id, kept.content, kept.embeds[0]["title"]) == (str(sent.id), "hello", "Acme")
    assert local.journal.of("create_message")[0].body["enforce_nonce"] is True
    assert sent.created_at.tzinfo is not None
    assert abs((sent.created_at - local.world.clock.now()).total_seconds()) < 10


async def test_an_id_is_of_the_moment_that_the_test_has_chosen(local: LocalDiscord, there: Room) -> None:
    early = await there.send("early")
    local.world.clock.jumps(3_600)

    late = await there.send("late")

    assert 3_599 < (late.created_at - early.created_at).total_seconds() < 3_610


async def test_a_nonce_makes_one_message(local: LocalDiscord, ops: Channel, there: Room) -> None:
    """PLATFORMS, finding 3."""
    first = await there.send("hello", nonce="acme-1/root")

    again = await there.send("hello again", nonce="acme-1/root")

    assert (again.id, again.content) == (first.id, "hello")
    assert contents(local, ops) == ["hello"]


async def test_a_nonce_belongs_to_its_channel(local: LocalDiscord, client: discord.Client, there: Room) -> None:
    other = local.world.channel("other")
    first = await there.send("hello", nonce="acme-1/root")

    again = await client.get_partial_messageable(int(other.id)).send("hello", nonce="acme-1/root")

    assert again.id != first.id


async def test_after_some_minutes_a_nonce_is_forgotten(local: LocalDiscord, ops: Channel, there: Room) -> None:
    """PLATFORMS, finding 4."""
    local.world.rules.nonce_window = 60
    await there.send("hello", nonce="acme-1/root")
    local.world.clock.jumps(61)

    await there.send("hello", nonce="acme-1/root")

    assert contents(local, ops) == ["hello", "hello"]


async def test_a_nonce_can_not_be_read_back(local: LocalDiscord, there: Room) -> None:
    """PLATFORMS, finding 4."""
    sent = await there.send("hello", nonce="acme-1/root")

    (read,) = [one async for one in there.history()]

    assert (sent.nonce, read.nonce) == ("acme-1/root", None)


async def test_the_nonce_of_a_deleted_message_is_not_found(local: LocalDiscord, there: Room) -> None:
    sent = await there.send("hello", nonce="acme-1/root")
    await sent.delete()

    with pytest.raises(discord.NotFound) as refused:
        await there.send("hello", nonce="acme-1/root")

    assert refused.value.code == 10008


async def test_without_a_nonce_discord_py_makes_one(local: LocalDiscord, there: Room) -> None:
    await there.send("hello")

    body = local.journal.of("create_message")[0].body
    assert body["enforce_nonce"] is True
    assert int(body["nonce"]) > 0


async def test_an_edit_keeps_what_it_does_not_name(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello", embed=discord.Embed(title="Acme"))

    edited = await there.get_partial_message(sent.id).edit(content="bye")

    (kept,) = local.world.roots(ops.id)
    assert (kept.content, kept.embeds[0]["title"], kept.versions[0]["content"]) == ("bye", "Acme", "hello")
    assert edited.edited_at is not None


async def test_a_whole_message_brings_previews_back_when_it_is_edited(
    local: LocalDiscord, ops: Channel, there: Room
) -> None:
    """PLATFORMS 1D: `Message.edit()` of discord.py 2.7.1 sends `flags: 0`, `PartialMessage.edit()` none."""
    sent = await there.send("https://acme.example", suppress_embeds=True)
    await there.get_partial_message(sent.id).edit(content="https://acme.example/2")
    kept_suppressed = local.world.roots(ops.id)[0].suppressed

    await sent.edit(content="https://acme.example/3")

    assert kept_suppressed
    assert not local.world.roots(ops.id)[0].suppressed


async def test_history_is_cut_by_snowflakes(local: LocalDiscord, there: Room) -> None:
    sent = [await there.send(f"{number}") for number in range(5)]

    async def asked(**cut: Any) -> list[str]:
        return [one.content async for one in there.history(**cut)]

    assert await asked() == ["4", "3", "2", "1", "0"]
    assert await asked(limit=2) == ["4", "3"]
    assert await asked(before=sent[3], limit=2) == ["2", "1"]
    assert await asked(after=sent[1], limit=2) == ["2", "3"]
    assert sorted(await asked(around=sent[2], limit=3)) == ["1", "2", "3"]
    assert await asked(after=discord.Object(discord.utils.time_snowflake(local.world.clock.now()) + (1 << 32))) == []


async def test_a_list_may_show_a_message_late(local: LocalDiscord, there: Room) -> None:
    local.world.rules.lag = 5
    await there.send("hello")

    early = [one async for one in there.history()]
    local.world.clock.jumps(5)

    assert early == []
    assert [one.content async for one in there.history()] == ["hello"]


async def test_a_reply_names_what_it_replies_to(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello")

    reply = await sent.reply("and more", mention_author=False)

    assert reply.reference is not None
    assert reply.reference.message_id == sent.id
    assert local.world.roots(ops.id)[1].type == 19


async def test_a_reply_to_what_is_gone_is_refused_or_loses_it(there: Room) -> None:
    sent = await there.send("hello")
    await sent.delete()

    with pytest.raises(discord.HTTPException, match="Unknown message") as refused:
        await there.send("more", reference=sent.to_reference())
    kept = await there.send("more", reference=sent.to_reference(fail_if_not_exists=False))

    assert refused.value.code == 50035
    assert kept.reference is None


async def test_a_person_can_be_written_to(local: LocalDiscord, client: discord.Client) -> None:
    person = await client.fetch_user(int(PERSON))

    sent = await person.send("hello")
    await sent.edit(content="bye")

    assert [one.content for one in local.world.roots(local.world.direct(PERSON).id)] == ["bye"]


async def test_a_file_is_attached(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send(file=discord.File(io.BytesIO(b"words"), "words.txt"), nonce="acme-1")

    (kept,) = local.world.roots(ops.id)
    assert (len(sent.attachments), kept.nonce) == (1, "acme-1")
    assert [one.content for one in local.journal.of("create_message")[0].files] == [b"words"]


async def test_a_file_has_its_words_and_takes_a_permission(local: LocalDiscord, ops: Channel, there: Room) -> None:
    picture = discord.File(io.BytesIO(b"png"), "a picture.png", description="Latency of the API")
    await there.send("hello", file=picture)
    local.world.forbids("attach_files")

    with pytest.raises(discord.Forbidden) as refused:
        await there.send(file=discord.File(io.BytesIO(b"png"), "b.png"))

    (kept,) = local.world.roots(ops.id)
    assert (kept.attachments[0]["filename"], kept.attachments[0]["description"]) == (
        "a_picture.png",
        "Latency of the API",
    )
    assert refused.value.code == 50013


async def test_a_file_that_is_too_large_is_refused(local: LocalDiscord, there: Room) -> None:
    local.world.rules.upload_limit = 3

    with pytest.raises(discord.HTTPException) as refused:
        await there.send(file=discord.File(io.BytesIO(b"words"), "words.txt"))

    assert (refused.value.status, refused.value.code) == (413, 40005)


async def test_a_message_can_be_deleted_once(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello")
    await sent.delete()

    with pytest.raises(discord.NotFound) as refused:
        await sent.delete()

    assert refused.value.code == 10008
    assert contents(local, ops) == []


async def test_a_message_can_be_pinned_with_its_own_permission(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello")
    await sent.pin()

    pinned = [one.id async for one in there.pins()]
    local.world.channels[ops.id].denied |= local.world.guilds[ops.guild].permissions.__class__.PIN_MESSAGES

    assert pinned == [sent.id]
    with pytest.raises(discord.Forbidden):
        await sent.unpin()


async def test_old_messages_are_not_edited_often(local: LocalDiscord, ops: Channel, there: Room) -> None:
    """PLATFORMS 1B: 30046 comes as 429, so discord.py waits and tries again."""
    local.world.clock.stops()
    local.world.rules.old_edits, local.world.rules.old_window = 1, 0.01
    part = there.get_partial_message((await there.send("hello")).id)
    await part.edit(content="young")
    local.world.clock.jumps(3_700)

    await part.edit(content="once")
    editing = asyncio.create_task(part.edit(content="twice"))
    *_, refused = await local.journal.until("edit_message", 3)
    local.world.clock.jumps(1)
    await editing

    assert (refused.status, refused.answer["code"]) == (429, 30046)
    assert 0 < refused.answer["retry_after"] <= 0.01
    assert contents(local, ops) == ["twice"]
