from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import PERSON, LocalSlack
from tests.localslack.nouns import Channel

METADATA = {"event_type": "incident_message", "event_payload": {"key": "acme-1/root"}}
SECTION = {"type": "section", "text": {"type": "plain_text", "text": "words"}}


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_message_is_kept_and_given_back(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=ops.id, text="hello", blocks=[SECTION], metadata=METADATA)

    (kept,) = slack.world.roots(ops.id)
    assert (answer["channel"], answer["ts"]) == kept.key
    assert answer["message"]["text"] == kept.text == "hello"
    assert kept.blocks == [{**SECTION, "block_id": "b0000", "text": {**SECTION["text"], "emoji": True}}]  # type: ignore[dict-item]  # a literal
    assert kept.metadata == METADATA
    assert answer.headers["x-oauth-scopes"].startswith("app_mentions:read,")


async def test_two_channels_may_have_the_same_ts_and_one_never_has_it_twice(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    slack.pace.enforced = False
    stamps = [(await client.chat_postMessage(channel=ops.id, text=f"{number}"))["ts"] for number in range(5)]

    assert stamps == sorted(set(stamps))


async def test_a_channel_can_be_named_and_a_user_be_written_to(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="#ops", text="by name")
    direct = await client.chat_postMessage(channel=PERSON, text="to you")

    assert slack.world.roots(ops.id)[0].text == "by name"
    assert direct["channel"].startswith("D")


async def test_long_text_is_cut_when_posted_and_refused_when_edited(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=ops.id, text="w" * 40_001)

    assert len(slack.world.roots(ops.id)[0].text) == 40_000
    assert await error_of(client.chat_update(channel=ops.id, ts=posted["ts"], text="w" * 4_001)) == "msg_too_long"


async def test_an_edit_with_text_alone_deletes_the_blocks_and_keeps_metadata_and_attachments(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    attachment = {"color": "#ff0000", "blocks": [SECTION]}
    posted = await client.chat_postMessage(
        channel=ops.id, text="a", blocks=[SECTION], attachments=[attachment], metadata=METADATA
    )

    await client.chat_update(channel=ops.id, ts=posted["ts"], text="b")

    (kept,) = slack.world.roots(ops.id)
    assert (kept.text, kept.blocks, kept.metadata) == ("b", [], METADATA)
    assert kept.attachments[0]["color"] == "#ff0000"
    assert kept.edited
    assert len(kept.versions) == 1


async def test_an_edit_with_blocks_is_not_marked_and_empty_metadata_takes_it_away(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=ops.id, text="a", metadata=METADATA)

    await client.chat_update(channel=ops.id, ts=posted["ts"], text="b", blocks=[SECTION], attachments=[], metadata={})

    (kept,) = slack.world.roots(ops.id)
    assert (kept.edited, kept.metadata, len(kept.blocks)) == (None, None, 1)


async def test_only_own_messages_can_be_edited_or_deleted(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    theirs = slack.world.says(ops.id, "mine")

    assert await error_of(client.chat_update(channel=ops.id, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=ops.id, ts=theirs.ts)) == "cant_delete_message"
    assert await error_of(client.chat_update(channel=ops.id, ts="1.000001", text="x")) == "message_not_found"


async def test_the_window_for_edits_closes(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ops.id, text="a")
    slack.world.rules.edit_window = 60
    slack.world.clock.jumps(61)

    assert await error_of(client.chat_update(channel=ops.id, ts=posted["ts"], text="b")) == "edit_window_closed"


async def test_a_reply_joins_its_thread_and_may_be_broadcast(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel=ops.id, text="root")
    reply = await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root["ts"])
    loud = await client.chat_postMessage(channel=ops.id, text="loud", thread_ts=root["ts"], reply_broadcast=True)

    assert reply["message"]["thread_ts"] == root["ts"]
    assert [one.text for one in slack.world.thread(ops.id, root["ts"])] == ["reply", "loud"]
    assert loud["message"]["subtype"] == "thread_broadcast"
    assert await error_of(client.chat_postMessage(channel=ops.id, text="x", thread_ts=reply["ts"])) == (
        "cannot_reply_to_message"
    )


async def test_a_reply_is_broadcast_later_but_not_together_with_new_words(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel=ops.id, text="root")
    reply = await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root["ts"])
    both = client.chat_update(channel=ops.id, ts=reply["ts"], text="new", reply_broadcast=True)

    assert await error_of(both) == "no_dual_broadcast_content_update"
    later = {"channel": ops.id, "ts": reply["ts"], "reply_broadcast": True}
    await client.api_call("chat.update", json=later)
    assert slack.world.message(ops.id, reply["ts"]).broadcast


async def test_a_reply_to_what_is_gone_becomes_a_message_of_the_channel_or_an_error(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel=ops.id, text="root")
    await client.chat_delete(channel=ops.id, ts=root["ts"])

    orphan = await client.chat_postMessage(channel=ops.id, text="late", thread_ts=root["ts"])

    assert "thread_ts" not in orphan["message"]
    slack.world.rules.orphans = "thread_not_found"
    again = client.chat_postMessage(channel=ops.id, text="late", thread_ts=root["ts"])
    assert await error_of(again) == "thread_not_found"


async def test_a_root_with_replies_leaves_a_tombstone(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=ops.id, text="root", metadata=METADATA)
    await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root["ts"])

    slack.world.remove(ops.id, root["ts"])

    assert slack.world.roots(ops.id) == []
    (grave, _) = (await client.conversations_replies(channel=ops.id, ts=root["ts"]))["messages"]
    assert (grave["subtype"], grave["hidden"], grave["user"]) == ("tombstone", True, "USLACKBOT")
    assert "metadata" not in grave
    assert await error_of(client.chat_update(channel=ops.id, ts=root["ts"], text="x")) == "message_not_found"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"event_type": "a"}, "invalid_metadata_format"),
        ({"event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "a", "event_payload": {"b": "c" * 8_000}}, "metadata_too_large"),
    ],
)
async def test_metadata_has_a_type_and_a_payload_of_some_size(
    ops: Channel, client: AsyncWebClient, metadata: dict[str, Any], expected: str
) -> None:
    assert await error_of(client.chat_postMessage(channel=ops.id, text="a", metadata=metadata)) == expected


async def test_a_message_without_anything_is_refused(ops: Channel, client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.postMessage", json={"channel": ops.id, "text": " "})) == "no_text"


async def test_too_many_attachments_are_refused(ops: Channel, client: AsyncWebClient) -> None:
    many = [{"text": "a"}] * 101

    assert await error_of(client.chat_postMessage(channel=ops.id, text="a", attachments=many)) == "too_many_attachments"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ({"archived": True}, "is_archived"),
        ({"member": False}, "not_in_channel"),
        ({"member": False, "private": True}, "channel_not_found"),
        ({"read_only": True}, "restricted_action"),
    ],
)
async def test_not_every_channel_can_be_written_to(
    slack: LocalSlack, client: AsyncWebClient, channel: dict[str, bool], expected: str
) -> None:
    made = slack.world.channel("elsewhere", **channel)  # type: ignore[arg-type]  # keywords of one type

    assert await error_of(client.chat_postMessage(channel=made.id, text="a")) == expected
    assert made.messages == {}


async def test_an_archived_channel_is_inactive_to_an_edit(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel=ops.id, text="a")
    ops.archived = True

    assert await error_of(client.chat_update(channel=ops.id, ts=posted["ts"], text="b")) == "is_inactive"


async def test_with_one_more_scope_public_channels_need_no_invitation(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    public = slack.world.channel("public", member=False)
    slack.world.installation.scopes += ("chat:write.public",)

    await client.chat_postMessage(channel=public.id, text="a")

    assert await error_of(client.conversations_history(channel=public.id)) == "not_in_channel"


async def test_what_is_ephemeral_is_seen_by_one_and_read_back_by_none(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    answer = await client.chat_postEphemeral(channel=ops.id, user=PERSON, text="only you")

    assert slack.world.ephemerals(ops.id)[0].ephemeral_to == PERSON
    assert slack.world.roots(ops.id) == []
    assert await error_of(client.chat_update(channel=ops.id, ts=answer["message_ts"], text="x")) == "message_not_found"
    stranger = client.chat_postEphemeral(channel=ops.id, user="U0NOBODY", text="x")
    assert await error_of(stranger) == "user_not_in_channel"


async def test_permalinks_say_where_a_message_stands(ops: Channel, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=ops.id, text="root")
    reply = await client.chat_postMessage(channel=ops.id, text="reply", thread_ts=root["ts"])

    link = (await client.chat_getPermalink(channel=ops.id, message_ts=root["ts"]))["permalink"]
    below = (await client.chat_getPermalink(channel=ops.id, message_ts=reply["ts"]))["permalink"]

    assert link == f"https://t0local.slack.com/archives/{ops.id}/p{root['ts'].replace('.', '')}"
    assert below.endswith(f"?thread_ts={root['ts']}&cid={ops.id}")
