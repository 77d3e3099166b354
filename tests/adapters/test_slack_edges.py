"""What is Slack's alone: names of channels, deleted roots, refused blocks, frozen messages, revoked tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import Slack
from bot.core.message import Call, Control, Reach
from bot.errors import Busy, MessageGone, PermanentFailure, PlatformStopped, UnknownOutcome
from bot.model import Action, Ref
from tests import localslack
from tests.adapters.contract import SINCE, message
from tests.adapters.hurry import Hurry
from tests.adapters.test_slack import SOON, TIMEOUT
from tests.localslack import LocalSlack, fallback, readable
from tests.localslack.nouns import Channel


@asynccontextmanager
async def adapter(slack: LocalSlack) -> AsyncIterator[Slack]:
    one = Slack(slack.token, api_url=slack.api_url, now=Hurry(), settle=SOON, timeout=TIMEOUT)
    try:
        yield one
    finally:
        await one.close()


@pytest.fixture
async def bot(slack: LocalSlack) -> AsyncIterator[Slack]:
    async with adapter(slack) as one:
        yield one


async def test_the_sdk_posts_twice_by_itself_and_so_it_is_not_let(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    """PLATFORMS 0.1: the reason why nothing here uses the SDK's own client for writes."""
    slack.faults.add("chat.postMessage", localslack.after(localslack.drops()))
    await AsyncWebClient(slack.token, base_url=slack.api_url).chat_postMessage(channel=ops.id, text="by itself")
    assert len(slack.world.roots(ops.id)) == 2

    slack.faults.add("chat.postMessage", localslack.after(localslack.drops()))
    with pytest.raises(UnknownOutcome):
        await bot.post(ops.id, message(), "key")
    assert len(slack.world.roots(ops.id)) == 3


async def test_a_channel_can_be_named(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    for number in range(450):
        slack.world.channel(f"other-{number}")
    last = slack.world.channel("vendor-status", private=True)

    root = await bot.post("#Vendor-Status", message(), "key")

    assert root.value.startswith(f"{last.id}:")
    assert await bot.find("#vendor-status", None, "key", SINCE) == root
    assert slack.world.roots(ops.id) == []


async def test_a_channel_that_the_bot_does_not_see_parks(bot: Slack) -> None:
    with pytest.raises(
        PermanentFailure, match="the bot sees no channel #nowhere: check its name, whether it is archived"
    ):
        await bot.post("#nowhere", message(), "key")


@pytest.mark.parametrize("orphans", ["posted", "thread_not_found"])
async def test_a_reply_to_a_deleted_root_never_stays_in_the_channel(
    slack: LocalSlack, ops: Channel, bot: Slack, orphans: str
) -> None:
    """Slack puts it there without a word: https://github.com/slack-go/slack/issues/1571."""
    slack.world.rules.orphans = orphans
    root = await bot.post(ops.id, message(), "root")
    slack.world.remove(*root.value.split(":"))

    with pytest.raises(MessageGone):
        await bot.reply(root, message("We found the cause."), "reply")

    assert slack.world.roots(ops.id) == []


async def test_the_root_that_replaces_a_deleted_one_links_to_the_old_thread(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    earlier = await bot.post(ops.id, message(), "root")
    slack.world.remove(*earlier.value.split(":"))

    await bot.post(ops.id, message(), "another", earlier)

    (root,) = slack.world.roots(ops.id)
    assert "The first message was deleted. Its thread has what was told before." in readable(root)
    permalink = f"/archives/{ops.id}/p{earlier.value.partition(':')[2].replace('.', '')}"
    assert permalink in str(root.attachments)


async def test_what_can_not_be_edited_any_more_is_said_in_the_thread_once(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    root = await bot.post(ops.id, message(), "root")
    with slack.faults.during("chat.update", localslack.error("edit_window_closed")):
        await bot.edit(root, message("All is well again."))
        await bot.edit(root, message("All is well again."))

    (said,) = slack.world.thread(ops.id, root.value.partition(":")[2])
    assert "All is well again." in readable(said)
    assert "Some requests fail." in readable(slack.world.roots(ops.id)[0])


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "too_many_attachments"])
async def test_what_slack_refuses_with_blocks_is_said_without(
    slack: LocalSlack, ops: Channel, bot: Slack, error: str
) -> None:
    slack.faults.add("chat.postMessage", localslack.error(error))

    root = await bot.post(ops.id, message(), "root")

    (plain,) = slack.world.roots(ops.id)
    assert plain.blocks == []
    assert plain.attachments == []
    for words in ("Acme: Errors", "Major · investigating", "Some requests fail."):
        assert words in fallback(plain)
    assert await bot.find(ops.id, None, "root", SINCE) == root


async def test_an_edit_that_slack_refuses_with_blocks_leaves_no_old_blocks(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    root = await bot.post(ops.id, message(), "root")
    slack.faults.add("chat.update", localslack.error("invalid_blocks"))

    await bot.edit(root, message("All is well again."))

    (now,) = slack.world.roots(ops.id)
    assert "All is well again." in fallback(now)
    assert "Some requests fail." not in readable(now)


async def test_what_slack_refuses_even_so_parks(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    slack.faults.add("chat.postMessage", localslack.error("msg_too_long"), times=2)

    with pytest.raises(PermanentFailure, match="msg_too_long"):
        await bot.post(ops.id, message(), "root")


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth", "missing_scope"])
async def test_once_slack_will_not_have_us_it_is_not_asked_again(
    slack: LocalSlack, ops: Channel, bot: Slack, error: str
) -> None:
    slack.faults.add("chat.postMessage", localslack.error(error))

    with pytest.raises(PlatformStopped, match=error):
        await bot.post(ops.id, message(), "root")
    with pytest.raises(PlatformStopped):
        await bot.edit(Ref(f"{ops.id}:1.0"), message())

    assert slack.journal.methods() == ["chat.postMessage"]


async def test_a_wait_that_slack_asks_for_holds_back_its_method_and_no_other(slack: LocalSlack, ops: Channel) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    bot = Slack(slack.token, api_url=slack.api_url, now=lambda: noon, settle=SOON, timeout=TIMEOUT)
    root = await bot.post(ops.id, message(), "root")
    slack.faults.add("chat.postMessage", localslack.rate_limited(7))

    for _ in range(3):
        with pytest.raises(Busy) as told:
            await bot.reply(root, message(), "reply")
        assert told.value.retry_after == timedelta(seconds=7)
    await bot.edit(root, message("All is well again."))

    assert slack.journal.methods() == ["chat.postMessage", "chat.postMessage", "chat.update"]
    await bot.close()


async def test_a_message_that_somebody_else_sent_with_our_key_is_not_ours(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    slack.world.workspace("T0OTHER", token="xoxb-other")
    metadata = {"event_type": "sitrep_message", "event_payload": {"key": "root"}}
    slack.world.add(ops, text="copied", metadata=metadata, user="U0READER")

    assert await bot.find(ops.id, None, "root", SINCE) is None


async def test_what_is_listed_late_is_found_at_the_second_look(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    root = await bot.post(ops.id, message(), "root")
    kept = slack.world.channels[ops.id].messages.copy()
    slack.world.channels[ops.id].messages.clear()

    def came_late(_: object) -> bool:
        slack.world.channels[ops.id].messages.update(kept)
        return False

    slack.faults.add("conversations.history", localslack.status(500), times=99, when=lambda _: False)
    looked = []

    def second(_: object) -> bool:
        looked.append(1)
        return len(looked) == 2 and came_late(None)

    slack.faults.add("conversations.history", localslack.status(500), when=second)

    assert await bot.find(ops.id, None, "root", SINCE) == root
    assert len(looked) == 2


@pytest.mark.parametrize("from_oldest", [False, True])
async def test_a_root_is_found_among_many_pages(
    slack: LocalSlack, ops: Channel, bot: Slack, *, from_oldest: bool
) -> None:
    slack.world.rules.from_oldest = from_oldest
    for number in range(225):
        slack.world.says(ops.id, f"chatter {number}")
    root = await bot.post(ops.id, message(), "root")
    for number in range(225):
        slack.world.says(ops.id, f"more chatter {number}")

    assert await bot.find(ops.id, None, "root", SINCE) == root


async def test_what_can_not_be_guaranteed_is_said(slack: LocalSlack) -> None:
    slack.world.installations.clear()
    slack.world.workspace("T0LOCAL", token="xoxb-few", scopes=("chat:write", "channels:read", "groups:read"))
    outside = slack.world.channel("outside", member=False)
    gone = slack.world.channel("gone", archived=True)

    async with adapter(slack) as bot:
        said = await bot.shortcomings((outside.id, gone.id, "#nowhere"))

    assert said[0].startswith("the app lacks channels:history and groups:history: it can not read back")
    assert said[1].startswith("the app lacks files:write: reports come as text")
    assert said[2].startswith(f"{outside.id}: the bot is not a member, so it can not read back what it has sent")
    assert said[3] == f"{gone.id} is archived: nothing can be posted there"
    assert said[4].startswith("#nowhere: the bot sees no channel #nowhere: check its name")


async def test_a_workspace_that_is_set_up_well_has_no_shortcomings(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    assert await bot.shortcomings((ops.id, "#ops")) == []


async def test_those_who_are_meant_are_called_by_root_and_reply_and_by_no_edit(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    calls = (Call(Reach.HERE), Call(Reach.PERSON, "U0123456789"), Call(Reach.PERSON, "123456789012345678"))
    meant = replace(message("<!everyone> <@U999>"), calls=calls)

    root = await bot.post(ops.id, meant, "root")
    await bot.reply(root, replace(meant, broadcast=True), "1")
    sent = [call.args for call in slack.journal.of("chat.postMessage")]
    await bot.edit(root, message())

    assert [str(one).count("'<!here> <@U0123456789>'") for one in sent] == [1, 1]
    assert ["<@U999>" in str(one["text"]) for one in sent] == [False, False]
    assert "<@" not in str(slack.journal.of("chat.update")[-1].args["text"])


async def test_buttons_and_menus_arrive(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    controls = (
        Control(Action.ACK, "Acknowledge", "acme-1", primary=True),
        Control(Action.MUTE, "Mute", "acme-1", options=(("1 hour", "1h"), ("Until it is resolved", "until resolved"))),
    )
    await bot.post(ops.id, replace(message(), controls=controls), "root")

    (root,) = slack.world.roots(ops.id)
    (row,) = [block for block in root.attachments[0]["blocks"] if block["type"] == "actions"]
    button, menu = row["elements"]
    assert (button["action_id"], button["value"], button["style"]) == ("sitrep:ack", "acme-1", "primary")
    assert [option["value"] for option in menu["options"]] == ["1h|acme-1", "until resolved|acme-1"]


async def test_no_call_says_anything_that_slack_does_not_know(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message(broadcast=True), "reply")
    await bot.edit(root, message("All is well again."))
    await bot.find("#ops", root, "reply", SINCE)
    await bot.shortcomings((ops.id,))

    assert slack.journal.unknown() == []


async def test_a_broadcast_stands_in_the_channel_and_a_plain_reply_does_not(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message("Routine."), "1")
    await bot.reply(root, message("All is well again.", broadcast=True), "2")

    sent = slack.journal.of("chat.postMessage")
    assert [call.args.get("reply_broadcast") for call in sent] == [None, None, True]
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    seen = [one["text"] for one in (await client.conversations_history(channel=ops.id))["messages"]]
    assert any("All is well again." in text for text in seen)
    assert not any("Routine." in text for text in seen)


async def test_links_never_unfurl(slack: LocalSlack, ops: Channel, bot: Slack) -> None:
    root = await bot.post(ops.id, message(), "root")
    await bot.reply(root, message(), "1")

    for call in slack.journal.of("chat.postMessage"):
        assert (call.args["unfurl_links"], call.args["unfurl_media"], call.args["parse"]) == (False, False, "none")


async def test_an_unknown_method_is_an_error_of_ours(slack: LocalSlack) -> None:
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.nothing")


async def test_a_reply_whose_answer_leaves_out_the_thread_is_not_taken_back_if_it_is_there(
    slack: LocalSlack, ops: Channel, bot: Slack
) -> None:
    root = await bot.post(ops.id, message(), "root")
    reply = await bot.reply(root, message("We found the cause."), "reply")

    assert not await bot._is_astray(root, reply)
    slack.world.remove(*root.value.split(":"))
    slack.world.remove(*reply.value.split(":"))
    assert await bot._is_astray(root, reply)
