"""Every way in which a call to Discord can end, and that none of them is repeated or asked in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import discord
import pytest

from adapters.discord import Discord
from bot.errors import PermanentFailure, PlatformStopped, SitrepError, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from tests import localdiscord
from tests.adapters.contract import SINCE, message
from tests.adapters.ondiscord import a_bot, a_discord
from tests.adapters.test_discord import TIMEOUT
from tests.localdiscord import Fault, LocalDiscord, after
from tests.localdiscord.nouns import Channel


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


@pytest.mark.parametrize(
    "fault",
    [
        localdiscord.status(500),
        localdiscord.status(502),
        localdiscord.status(503),
        localdiscord.status(504),
        localdiscord.status(524),
        localdiscord.drops(),
        localdiscord.resets(),
        localdiscord.slow(60),
        localdiscord.html(),
        localdiscord.malformed(),
        Fault(status=200, body="{}", content_type="application/json"),
        Fault(status=200, body="null", content_type="application/json"),
        Fault(status=204),
    ],
    ids=[
        "500",
        "502",
        "503",
        "504",
        "524",
        "dropped",
        "reset",
        "too-slow",
        "html",
        "malformed",
        "nothing-in-it",
        "null",
        "nothing",
    ],
)
async def test_what_was_stored_although_the_answer_was_lost_is_found_and_was_sent_once(
    local: LocalDiscord, ops: Channel, bot: Discord, fault: Fault
) -> None:
    """PLATFORMS 1B: discord.py repeats a 500, 502, 504 and 524 by itself, and not a 503 or a reset."""
    local.faults.add("create_message", after(fault))

    with pytest.raises(UnknownOutcome):
        await bot.post(ops.id, message(), "root")

    assert len(local.journal.of("create_message")) == 1
    (stored,) = local.world.roots(ops.id)
    assert await bot.find(ops.id, None, "root", SINCE) == Ref(f"{ops.id}/{stored.id}")


async def test_discord_py_by_itself_repeats_what_ended_in_a_500(local: LocalDiscord, ops: Channel) -> None:
    """PLATFORMS 1B: the reason why each answer is judged before discord.py can."""
    local.faults.add("create_message", after(localdiscord.status(500)))
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(local.token)
        await client.get_partial_messageable(int(ops.id)).send("by itself")

    assert len(local.journal.of("create_message")) == 2


@pytest.mark.parametrize("route", ["get_current_user", "get_channel", "get_messages"])
async def test_what_only_reads_has_no_unknown_outcome(
    local: LocalDiscord, ops: Channel, bot: Discord, route: str
) -> None:
    with local.faults.during(route, localdiscord.status(500)), pytest.raises(TemporaryFailure):
        await bot.find(ops.id, None, "root", SINCE)

    assert await bot.find(ops.id, None, "root", SINCE) is None


@pytest.mark.parametrize("at_once", [1, 20])
async def test_a_token_that_is_bad_is_tried_once(local: LocalDiscord, ops: Channel, bot: Discord, at_once: int) -> None:
    local.revokes()

    ends = await asyncio.gather(
        *(bot.post(ops.id, message(), f"root-{number}") for number in range(at_once)), return_exceptions=True
    )

    assert {type(end) for end in ends} == {PlatformStopped}
    assert local.journal.routes() == ["get_current_user"]


async def test_once_the_token_is_bad_nothing_is_asked_any_more(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    """PLATFORMS 1B: stop after a 401, never loop on it."""
    root = await bot.post(ops.id, message(), "root")
    local.revokes()
    with pytest.raises(PlatformStopped, match="copy DISCORD_TOKEN again"):
        await bot.reply(root, message(), "reply")
    before = len(local.journal.calls)

    for work in (
        bot.post(ops.id, message(), "another"),
        bot.reply(root, message(), "reply"),
        bot.broadcast(root, message(), "broadcast"),
        bot.edit(root, message()),
        bot.find(ops.id, None, "root", SINCE),
        bot.channels.get(ops.id),
    ):
        with pytest.raises(PlatformStopped):
            await work

    assert len(local.journal.calls) == before
    assert local.journal.invalid() == 1


async def test_who_is_stopped_from_outside_asks_nothing(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    bot.web.stop("4004")

    with pytest.raises(PlatformStopped, match="4004"):
        await bot.post(ops.id, message(), "root")

    assert local.journal.calls == []


@pytest.mark.parametrize("code", [50001, 50013])
async def test_what_is_forbidden_is_asked_once_and_counted(
    local: LocalDiscord, ops: Channel, bot: Discord, code: int
) -> None:
    root = await bot.post(ops.id, message(), "root")
    with local.faults.during("*", localdiscord.error(code)):
        for work in (
            bot.post(ops.id, message(), "another"),
            bot.reply(root, message(), "reply"),
            bot.broadcast(root, message(), "broadcast"),
            bot.edit(root, message()),
        ):
            with pytest.raises(PermanentFailure):
                await work

    assert local.journal.invalid() == len(bot.web.pace.invalid) == 4


async def test_an_answer_that_hangs_ends_when_its_time_is_up(local: LocalDiscord, ops: Channel, bot: Discord) -> None:
    await bot.web.me()
    local.faults.add("create_message", localdiscord.hangs())

    async with asyncio.timeout(TIMEOUT.total_seconds() * 3):
        with pytest.raises(UnknownOutcome, match="it took too long"):
            await bot.post(ops.id, message(), "root")


@pytest.mark.parametrize("fault", [localdiscord.status(400), localdiscord.status(405), localdiscord.malformed(404)])
async def test_a_refusal_that_can_not_be_read_is_tried_again(
    local: LocalDiscord, ops: Channel, bot: Discord, fault: Fault
) -> None:
    local.faults.add("create_message", fault)

    with pytest.raises(TemporaryFailure):
        await bot.post(ops.id, message(), "root")

    assert local.world.roots(ops.id) == []


@pytest.mark.parametrize("body", ["[]", "null", "3", '{"code": "x"}', '{"code": null}', '{"code": 0, "errors": [1]}'])
async def test_a_refusal_in_a_strange_form_is_one_of_our_errors(
    local: LocalDiscord, ops: Channel, bot: Discord, body: str
) -> None:
    local.faults.add("create_message", Fault(status=400, body=body, content_type="application/json"))

    with pytest.raises(SitrepError) as caught:
        await bot.post(ops.id, message(), "root")

    assert isinstance(caught.value, TemporaryFailure)


async def test_what_discord_finds_wrong_is_told_by_its_place_and_never_by_what_was_sent(
    local: LocalDiscord, ops: Channel, bot: Discord
) -> None:
    errors = '{"embeds": {"0": {"url": {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": "secret"}]}}}}'
    body = '{"code": 50035, "message": "Invalid Form Body", "errors": ' + errors + "}"
    fault = Fault(status=400, body=body, content_type="application/json")
    with local.faults.during("create_message", fault), pytest.raises(PermanentFailure) as told:
        await bot.post(ops.id, message(), "root")

    assert "embeds.0.url: URL_TYPE_INVALID_URL" in str(told.value)
    assert "secret" not in str(told.value)
