"""Threads and roots on Discord: there already, archived, locked, deleted by hand, replaced."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord import Discord
from bot.errors import MessageGone, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from tests import localdiscord
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord, id_of, said
from tests.localdiscord import LocalDiscord, readable
from tests.localdiscord.nouns import Channel

FRESH_ROOT = "The first message was deleted. Its thread has what was told before."


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
def ops(local: LocalDiscord) -> Channel:
    return local.world.channel("ops")


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


async def test_a_thread_that_is_there_already_is_used(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    """PLATFORMS 1B: 160004, one thread to a message."""
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message("One."), "1")
    local.faults.add("create_message", localdiscord.error(10003))

    await bot.reply(root, message("Two."), "2")

    assert local.journal.of("start_thread_from_message")[-1].answer["code"] == 160004
    assert len(local.world.thread(ops.id, id_of(root))) == 2


async def test_a_thread_whose_making_had_no_answer_is_used(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    root = await bot.post(ops.id, message(), "root")
    local.faults.add("start_thread_from_message", localdiscord.after(localdiscord.drops()))

    with pytest.raises(UnknownOutcome):
        await bot.reply(root, message("One."), "1")
    assert await bot.find(ops.id, root, "1", SINCE) is None
    await bot.reply(root, message("One."), "1")

    assert len(local.world.thread(ops.id, id_of(root))) == 1


async def test_a_thread_has_the_roots_headline_for_a_name_also_after_a_restart(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    first = await bot.post(ops.id, message(headline="Acme: *Errors* on the API"), "1")
    await bot.reply(first, message(), "1-1")
    second = await bot.post(ops.id, message(headline="Acme: *Errors* on the API"), "2")
    async with a_bot(local) as restarted:
        await restarted.reply(second, message(), "2-1")

    names = [local.world.channels[id_of(root)].name for root in (first, second)]

    assert names == ["Acme: *Errors* on the API"] * 2


async def test_a_thread_that_was_deleted_by_hand_is_opened_again(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message("One."), "1")
    local.world.removes_channel(id_of(root))

    await bot.reply(root, message("Two."), "2")

    (reply,) = local.world.thread(ops.id, id_of(root))
    assert "Two." in readable(reply)


async def test_where_a_deleted_thread_can_not_be_opened_again_a_fresh_root_follows(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    with (
        local.faults.during("start_thread_from_message", localdiscord.error(160004)),
        pytest.raises(MessageGone, match="the thread was deleted"),
    ):
        await bot.reply(root, message("One."), "1")


async def test_a_root_that_was_deleted_takes_no_reply_and_no_edit(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    root = await bot.post(ops.id, message(), "root")
    local.world.removes(ops.id, id_of(root))

    with pytest.raises(MessageGone):
        await bot.edit(root, message("All is well again."))
    with pytest.raises(MessageGone):
        await bot.reply(root, message("All is well again."), "reply")

    assert local.world.roots(ops.id) == []


async def test_a_channel_that_was_deleted_parks_the_next_root(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    root = await bot.post(ops.id, message(), "root")
    local.world.removes_channel(ops.id)

    with pytest.raises(MessageGone):
        await bot.edit(root, message("All is well again."))
    with pytest.raises(PermanentFailure, match="there is no such channel, or the bot is not in its server") as parked:
        await bot.post(ops.id, message(), "another", root)

    assert not isinstance(parked.value, MessageGone | PlatformStopped)


async def test_the_root_that_replaces_a_deleted_one_links_to_the_old_thread_also_after_an_edit(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    earlier = await bot.post(ops.id, message(), "root")
    await bot.reply(earlier, message("One."), "1")
    local.world.removes(ops.id, id_of(earlier))

    root = await bot.post(ops.id, message(), "another", earlier)
    await bot.edit(root, message("All is well again."), earlier)

    (now,) = local.world.roots(ops.id)
    for body in (now.posted, now.sent):
        assert f"https://discord.com/channels/{ops.guild}/{id_of(earlier)}" in body["embeds"][0]["description"]
    assert FRESH_ROOT in readable(now)
    assert "All is well again." in readable(now)


async def test_where_the_old_thread_is_gone_too_that_is_said(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    earlier = await bot.post(ops.id, message(), "root")
    local.world.removes(ops.id, id_of(earlier))

    await bot.post(ops.id, message(), "another", earlier)

    (root,) = said(local, ops.id)
    assert "The first message was deleted, and its thread too." in root


async def test_an_old_thread_that_can_not_be_looked_at_now_is_not_said_to_be_gone(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    earlier = await bot.post(ops.id, message(), "root")
    await bot.reply(earlier, message("One."), "1")
    local.world.removes(ops.id, id_of(earlier))
    local.faults.add("get_channel", localdiscord.status(500))

    with pytest.raises(TemporaryFailure):
        await bot.post(ops.id, message(), "another", earlier)
    await bot.post(ops.id, message(), "another", earlier)

    assert FRESH_ROOT in said(local, ops.id)[0]


async def test_a_reply_opens_a_thread_that_was_archived(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message("One."), "1")
    local.world.clock.jumps(timedelta(days=8).total_seconds())
    assert local.world.there(id_of(root)).archived

    await bot.reply(root, message("The cause."), "2")

    assert not local.world.there(id_of(root)).archived
    assert len(local.world.thread(ops.id, id_of(root))) == 2


@pytest.mark.parametrize(
    ("archived", "words"),
    [(False, "the thread is locked: unlock it, or give"), (True, "archived and locked|is locked")],
)
async def test_a_thread_that_was_locked_parks(
    local: LocalDiscord, ops: Channel, bot: Discord, *, archived: bool, words: str
) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message("One."), "1")
    thread = local.world.there(id_of(root))
    thread.locked, thread.archived = True, archived
    local.world.forbids("manage_threads")

    with pytest.raises(PermanentFailure, match=words):
        await bot.reply(root, message("Two."), "2")
