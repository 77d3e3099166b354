"""What Slack has taken twice: one of the two is taken back, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack import Slack
from bot.errors import MessageGone, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from bot.ports import Retracts
from tests import localslack
from tests.adapters.contract import SINCE, message
from tests.adapters.hurry import Hurry
from tests.adapters.test_slack import SOON, TIMEOUT
from tests.localslack import LocalSlack, long_under_way, readable
from tests.localslack.nouns import Channel


@pytest.fixture
async def bot(slack: LocalSlack) -> AsyncIterator[Slack]:
    one = Slack(slack.token, api_url=slack.api_url, now=Hurry(), settle=SOON, timeout=TIMEOUT)
    yield one
    await one.close()


def said(slack: LocalSlack, root: Ref) -> list[str]:
    channel, _, ts = root.value.partition(":")
    return [readable(one) for one in slack.world.thread(channel, ts)]


async def test_of_two_replies_the_first_stays(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    root = await bot.post(ops.id, message(), "root")
    first = await bot.reply(root, message("We found the cause."), "acme-1/2")
    await bot.reply(root, message("A fix is on its way."), "acme-1/3")
    for _ in range(2):
        await bot.reply(root, message("We found the cause."), "acme-1/2")

    before = said(slack, root)
    taken = await bot.retract(ops.id, root, "acme-1/2", SINCE)
    again = await bot.retract(ops.id, root, "acme-1/2", SINCE)

    assert isinstance(bot, Retracts)
    assert (taken, again) == (2, 0)
    assert said(slack, root) == before[:2]
    assert await bot.find(ops.id, root, "acme-1/2", SINCE) == first


async def test_of_two_roots_the_one_that_is_to_be_kept_stays(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    await bot.post(ops.id, message("Told too late."), "root")
    kept = await bot.post(ops.id, message("Told in time."), "root")

    assert await bot.retract(ops.id, None, "root", SINCE, keep=kept) == 1
    (left,) = slack.world.roots(ops.id)
    assert f"{ops.id}:{left.ts}" == kept.value


async def test_nothing_is_taken_back_where_what_is_to_be_kept_is_not_there(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    await bot.post(ops.id, message(), "root")

    assert await bot.retract(ops.id, None, "root", SINCE, keep=Ref(f"{ops.id}:1700000000.000001")) == 0
    assert await bot.retract(ops.id, None, "never sent", SINCE) == 0
    assert len(slack.world.roots(ops.id)) == 1


async def test_what_others_have_copied_is_theirs(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    await bot.post(ops.id, message(), "root")
    (mine,) = slack.world.roots(ops.id)
    slack.world.add(ops, text="copied", metadata=mine.metadata, user="U0READER")

    assert await bot.retract(ops.id, None, "root", SINCE) == 0
    assert len(slack.world.roots(ops.id)) == 2


async def test_what_somebody_else_has_deleted_meanwhile_is_gone_and_that_is_all(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    root = await bot.post(ops.id, message(), "root")
    for _ in range(3):
        await bot.reply(root, message("We found the cause."), "acme-1/2")
    slack.faults.add("chat.delete", localslack.error("message_not_found"))

    assert await bot.retract(ops.id, root, "acme-1/2", SINCE) == 2
    assert len(said(slack, root)) == 2


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (localslack.status(503), UnknownOutcome),
        (localslack.error("thread_not_found"), MessageGone),
    ],
)
async def test_where_slack_does_not_say_what_is_there_that_is_said(
    slack: LocalSlack, ops: Channel, bot: Slack, fault: localslack.Fault, raised: type[Exception]
) -> None:
    root = await bot.post(ops.id, message(), "root")
    for _ in range(2):
        await bot.reply(root, message("We found the cause."), "acme-1/2")
    slack.faults.add("conversations.replies", fault)

    with pytest.raises((raised, TemporaryFailure)):
        await bot.retract(ops.id, root, "acme-1/2", SINCE)
    assert len(said(slack, root)) == 2


async def test_one_that_was_long_under_way_is_taken_back(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    root = await bot.post(ops.id, message(), "root")
    slack.faults.add("chat.postMessage", long_under_way(TIMEOUT.total_seconds() + 0.5))
    with pytest.raises(UnknownOutcome):
        await bot.reply(root, message("We found the cause."), "acme-1/2")
    assert await bot.find(ops.id, root, "acme-1/2", SINCE) is None
    again = await bot.reply(root, message("We found the cause."), "acme-1/2")
    async with asyncio.timeout(20):
        while not await bot.retract(ops.id, root, "acme-1/2", SINCE):
            assert len(said(slack, root)) == 1

    assert await bot.find(ops.id, root, "acme-1/2", SINCE) == again
    assert len(said(slack, root)) == 1
