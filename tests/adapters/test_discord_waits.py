"""Discord's limits as they are met: nobody sleeps for them, nobody runs into them twice, a crowd passes one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord import Discord
from adapters.discord.pace import INVALID
from bot.clock import SystemClock
from bot.errors import Busy, PermanentFailure
from tests import localdiscord
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord
from tests.localdiscord import Fault, LocalDiscord
from tests.localdiscord.nouns import Channel

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with a_discord() as running:
        yield running


@pytest.fixture
def ops(local: LocalDiscord) -> Channel:
    return local.world.channel("ops")


@pytest.mark.parametrize(
    ("fault", "others_wait"),
    [
        (localdiscord.rate_limited(7), False),
        (localdiscord.rate_limited(7, scope="shared"), False),
        (localdiscord.rate_limited(7, scope="global"), True),
        (localdiscord.rate_limited(7, via=False), True),
        (localdiscord.banned(7), True),
    ],
    ids=["user", "shared", "global", "without-via", "banned"],
)
async def test_a_wait_that_discord_asks_for_is_told_and_not_asked_again(
    local: LocalDiscord, ops: Channel, fault: Fault, *, others_wait: bool
) -> None:
    """PLATFORMS 1B: discord.py sleeps through a 429 without bound, and takes one without `Via` for a ban."""
    async with a_bot(local, lambda: NOON) as bot:
        root = await bot.post(ops.id, message(), "root")
        local.faults.add("create_message", fault)
        for _ in range(3):
            with pytest.raises(Busy) as told:
                await bot.post(ops.id, message(), "another")
            assert told.value.retry_after == timedelta(seconds=7)
        before = len(local.journal.calls)
        if others_wait:
            with pytest.raises(Busy):
                await bot.edit(root, message("All is well again."))
        else:
            await bot.edit(root, message("All is well again."))

    assert len(local.journal.of("create_message")) == 2
    assert (len(local.journal.calls) == before) is others_wait
    assert len(bot.web.pace.invalid) == (fault.scope != "shared") == local.journal.invalid()


async def test_a_wait_without_end_is_asked_about_after_an_hour(local: LocalDiscord, ops: Channel) -> None:
    async with a_bot(local, lambda: NOON) as bot:
        await bot.web.me()
        local.faults.add("create_message", localdiscord.rate_limited(10_000_000))
        with pytest.raises(Busy) as told:
            await bot.post(ops.id, message(), "root")

    assert told.value.retry_after == timedelta(hours=1)


async def test_a_ban_at_the_start_is_not_asked_about_again(local: LocalDiscord, ops: Channel) -> None:
    async with a_bot(local, lambda: NOON) as bot:
        with local.faults.during("*", localdiscord.banned(600)):
            for _ in range(3):
                with pytest.raises(Busy) as told:
                    await bot.post(ops.id, message(), "root")
                assert told.value.retry_after == timedelta(seconds=600)

    assert local.journal.routes() == ["get_current_user"]


async def test_when_many_calls_were_forbidden_no_more_are_made(local: LocalDiscord, ops: Channel) -> None:
    async with a_bot(local, lambda: NOON) as bot:
        await bot.web.me()
        bot.web.pace.invalid.extend([NOON] * (INVALID - 1))
        with local.faults.during("create_message", localdiscord.error(50013)), pytest.raises(PermanentFailure):
            await bot.post(ops.id, message(), "root")
        before = len(local.journal.calls)
        with pytest.raises(Busy, match="Discord might ban the address") as told:
            await bot.post(ops.id, message(), "root")

    assert told.value.retry_after == timedelta(minutes=10)
    assert len(local.journal.calls) == before


async def test_no_call_sleeps_for_a_bucket(ops: Channel, local: LocalDiscord) -> None:
    """discord.py waits before it returns the answer to the last call that a bucket takes."""
    local.pace.enforced = True
    local.pace.limits["create_message"] = (3, 60.0)
    async with a_bot(local, SystemClock().now) as bot:
        for number in range(3):
            await bot.post(ops.id, message(), f"root-{number}")
        with pytest.raises(Busy) as told:
            await bot.post(ops.id, message(), "root-3")

    assert told.value.retry_after is not None
    assert told.value.retry_after > timedelta(seconds=50)
    assert len(local.world.roots(ops.id)) == len(local.journal.of("create_message")) == 3


async def test_a_crowd_in_one_channel_is_told_to_wait_and_is_never_refused(ops: Channel, local: LocalDiscord) -> None:
    local.pace.enforced = True
    local.pace.limits["create_message"] = (5, 0.3)
    async with a_bot(local, SystemClock().now) as bot:
        await asyncio.gather(*(_until_posted(bot, ops, number) for number in range(20)))

    assert len(local.world.roots(ops.id)) == len(local.journal.of("create_message")) == 20
    assert local.journal.invalid() == 0


async def _until_posted(bot: Discord, ops: Channel, number: int) -> None:
    """Come back whenever one was told to, as announcements do."""
    while True:
        try:
            await bot.post(ops.id, message(f"Word {number}."), f"root-{number}")
        except Busy as busy:
            await asyncio.sleep((busy.retry_after or timedelta()).total_seconds())
        else:
            return


async def test_a_search_of_more_pages_than_a_bucket_takes_comes_to_its_end(ops: Channel, local: LocalDiscord) -> None:
    for number in range(450):
        local.world.says(ops.id, f"chatter {number}")
    local.pace.enforced = True
    local.pace.limits["get_messages"] = (2, 0.2)
    async with a_bot(local, SystemClock().now) as bot:
        root = await bot.post(ops.id, message(), "root")

        assert await bot.find(ops.id, None, "root", SINCE) == root

    assert len(local.journal.of("get_messages")) == 5
    assert local.journal.invalid() == 0


async def test_many_channels_are_all_looked_at(local: LocalDiscord) -> None:
    local.pace.enforced = True
    local.pace.limits["get_guild_roles"] = (3, 0.2)
    channels = [local.world.channel(f"ops-{number}", deny=("embed_links",)).id for number in range(12)]
    async with a_bot(local, SystemClock().now) as bot:
        found = await bot.shortcomings(tuple(channels))

    assert [line.split(" ")[0] for line in found] == channels
    assert local.journal.invalid() == 0


async def test_a_search_does_not_wait_for_long(ops: Channel, local: LocalDiscord) -> None:
    local.faults.add("get_messages", localdiscord.rate_limited(60))

    async with a_bot(local) as bot:
        with pytest.raises(Busy) as told:
            await bot.find(ops.id, None, "root", SINCE)

    assert told.value.retry_after == timedelta(seconds=60)


async def test_the_fifty_calls_a_second_are_never_exceeded(local: LocalDiscord) -> None:
    local.pace.enforced = True
    channels = [local.world.channel(f"ops-{number}") for number in range(100)]
    async with a_bot(local, SystemClock().now) as bot:
        await asyncio.gather(*(_until_posted(bot, channel, 1) for channel in channels))

    assert all(len(local.world.roots(channel.id)) == 1 for channel in channels)
    assert local.journal.invalid() == 0


async def test_a_crowd_of_steps_with_several_calls_each_gets_through(local: LocalDiscord) -> None:
    """Whoever began anew for want of a turn would make its first call again, and so crowd out the others for ever."""
    ops = local.world.channel("ops")
    async with a_bot(local) as bot:
        roots = [await bot.post(ops.id, message(), f"{number}") for number in range(8)]
    calls = len(local.journal.calls)

    async with a_bot(local, SystemClock().now) as bot:
        await asyncio.gather(*(bot.reply(root, message(), f"{root.value}-1") for root in roots))

    # One that finds no thread, one that asks what to call it, one that opens it, one that says it; and the login.
    assert len(local.journal.calls) - calls <= 4 * len(roots) + 2
    assert [len(local.world.thread(ops.id, root.value.partition("/")[2])) for root in roots] == [1] * len(roots)
