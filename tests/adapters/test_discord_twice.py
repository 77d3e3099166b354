"""What Discord has taken twice, for it had forgotten the nonce: one of the two is taken back, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord import Discord
from bot.errors import SitrepError
from bot.model import Ref
from bot.ports import Retracts
from tests import localdiscord
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord, id_of, said
from tests.localdiscord import LocalDiscord

WORDS = "We found the cause."


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        running.world.rules.nonce_window = -1
        yield running


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


async def test_of_two_replies_the_first_stays(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops").id
    root = await bot.post(ops, message(), "root")
    first = await bot.reply(root, message(WORDS), "acme-1/2")
    await bot.reply(root, message("A fix is on its way."), "acme-1/3")
    for _ in range(2):
        await bot.reply(root, message(WORDS), "acme-1/2")

    before = said(local, id_of(root))
    taken = await bot.retract(ops, root, "acme-1/2", SINCE)
    again = await bot.retract(ops, root, "acme-1/2", SINCE)

    assert isinstance(bot, Retracts)
    assert (len(before), taken, again) == (4, 2, 0)
    assert said(local, id_of(root)) == before[:2]
    assert await bot.find(ops, root, "acme-1/2", SINCE) == first


async def test_of_two_roots_the_one_that_is_to_be_kept_stays(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops").id
    await bot.post(ops, message("Told too late."), "root")
    kept = await bot.post(ops, message("Told in time."), "root")

    assert await bot.retract(ops, None, "root", SINCE, keep=kept) == 1
    assert [one.id for one in local.world.roots(ops)] == [id_of(kept)]


async def test_nothing_is_taken_back_where_what_is_to_be_kept_is_not_there(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops").id
    await bot.post(ops, message(), "root")

    assert await bot.retract(ops, None, "root", SINCE, keep=Ref(f"{ops}/1")) == 0
    assert await bot.retract(ops, None, "never sent", SINCE) == 0
    assert len(said(local, ops)) == 1


async def test_what_the_channel_was_told_by_itself_is_taken_back_too(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops").id
    root = await bot.post(ops, message(), "root")
    for _ in range(2):
        await bot.broadcast(root, message(WORDS), "acme-1/2-channel")

    assert await bot.retract(ops, None, "acme-1/2-channel", SINCE) == 1
    assert len(said(local, ops)) == 2


async def test_posts_of_a_forum_are_left_alone(local: LocalDiscord, bot: Discord) -> None:
    forum = local.world.forum("incidents").id
    root = await bot.post(forum, message(), "root")
    for _ in range(2):
        await bot.reply(root, message(WORDS), "acme-1/2")

    assert await bot.retract(forum, None, "root", SINCE) == 0
    assert await bot.retract(forum, root, "acme-1/2", SINCE) == 1


async def test_what_was_deleted_meanwhile_is_gone_and_that_is_all(local: LocalDiscord, bot: Discord) -> None:
    ops = local.world.channel("ops").id
    root = await bot.post(ops, message(), "root")
    for _ in range(3):
        await bot.reply(root, message(WORDS), "acme-1/2")
    local.faults.add("delete_message", localdiscord.error(10008))

    assert await bot.retract(ops, root, "acme-1/2", SINCE) == 2
    assert len(said(local, id_of(root))) == 2


async def test_where_discord_does_not_say_what_is_there_nothing_is_taken_back(
    local: LocalDiscord, bot: Discord
) -> None:
    ops = local.world.channel("ops").id
    root = await bot.post(ops, message(), "root")
    for _ in range(2):
        await bot.reply(root, message(WORDS), "acme-1/2")
    with local.faults.during("get_messages", localdiscord.status(503)), pytest.raises(SitrepError):
        await bot.retract(ops, root, "acme-1/2", SINCE)

    assert len(said(local, id_of(root))) == 2


async def test_as_long_as_discord_knows_the_nonce_there_is_nothing_to_take_back(
    local: LocalDiscord, bot: Discord
) -> None:
    local.world.rules.nonce_window = timedelta(minutes=3).total_seconds()
    ops = local.world.channel("ops").id
    root = await bot.post(ops, message(), "root")
    for _ in range(2):
        await bot.reply(root, message(WORDS), "acme-1/2")

    assert await bot.retract(ops, root, "acme-1/2", SINCE) == 0
    assert len(said(local, id_of(root))) == 1
