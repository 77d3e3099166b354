"""Files on Discord: in forums, in direct messages, and where they are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord import Discord
from tests import localdiscord
from tests.adapters.carrying import PICTURE, REPORT, with_files
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord, id_of
from tests.localdiscord import LocalDiscord, readable


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[Discord]:
    async with a_bot(local) as one:
        yield one


async def test_a_forums_post_has_them_in_its_thread_and_in_its_first_message(local: LocalDiscord, bot: Discord) -> None:
    forum = local.world.forum("incidents", tags=("open",))
    root = await bot.post(forum.id, with_files(PICTURE), "root")
    await bot.reply(root, with_files(REPORT), "report")

    first, reply = local.world.thread(forum.id, id_of(root))

    assert [one["filename"] for one in first.attachments] == [PICTURE.name]
    assert [one["filename"] for one in reply.attachments] == [REPORT.name]
    assert await bot.find(forum.id, root, "report", SINCE) is not None


async def test_who_is_written_to_directly_gets_them_too(local: LocalDiscord, bot: Discord) -> None:
    lead = local.world.user("lead")
    root = await bot.post(f"user:{lead.id}", message(), "root")

    await bot.reply(root, with_files(REPORT, PICTURE), "report")

    assert len(local.world.roots(local.world.direct(lead.id).id)[-1].attachments) == 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (40005, "Discord takes no file of this size here"),
        (50035, "Discord refuses the message as it is"),
        (50013, "the bot lacks Attach Files here"),
    ],
)
async def test_what_is_refused_for_its_files_is_told_in_words(
    local: LocalDiscord, bot: Discord, code: int, reason: str
) -> None:
    ops = local.world.channel("ops")
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message(), "first")
    refuses = localdiscord.error(code, status=413 if code == 40005 else 400)
    with local.faults.during("create_message", refuses, when=lambda args: bool(args.get("attachments"))):
        await bot.reply(root, with_files(REPORT), "report")

    _, said = local.world.thread(ops.id, id_of(root))
    assert reason in readable(said)
    assert "It lasted 1 h – we think." in readable(said)
