from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import LocalSlack
from tests.localslack.nouns import Channel


async def pages(call: Any, **args: Any) -> list[list[str]]:
    """Return the texts of all pages of a history."""
    found, cursor = [], ""
    while True:
        page = await call(**args, cursor=cursor)
        found.append([message["text"] for message in page["messages"]])
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        assert page["has_more"] == bool(cursor)
        if not cursor:
            return found


@pytest.fixture
def said(slack: LocalSlack, ops: Channel) -> list[str]:
    """Return the ts of five messages; the third has two replies, of which the second was broadcast."""
    stamps = [slack.world.says(ops.id, f"{number}").ts for number in range(1, 6)]
    slack.world.says(ops.id, "quiet", thread=stamps[2])
    slack.world.says(ops.id, "loud", thread=stamps[2]).broadcast = True
    return stamps


async def test_history_is_newest_first_without_what_stands_in_threads(
    ops: Channel, client: AsyncWebClient, said: list[str]
) -> None:
    assert await pages(client.conversations_history, channel=ops.id) == [["loud", "5", "4", "3", "2", "1"]]


async def test_history_comes_in_pages(ops: Channel, client: AsyncWebClient, said: list[str]) -> None:
    found = await pages(client.conversations_history, channel=ops.id, limit=4)

    assert found == [["loud", "5", "4", "3"], ["2", "1"]]


async def test_history_begins_after_oldest_and_ends_before_latest(
    ops: Channel, client: AsyncWebClient, said: list[str]
) -> None:
    async def between(**args: Any) -> list[str]:
        (page,) = await pages(client.conversations_history, channel=ops.id, **args)
        return page

    assert await between(oldest=said[1], latest=said[4]) == ["4", "3"]
    assert await between(oldest=said[1], latest=said[4], inclusive=True) == ["5", "4", "3", "2"]


async def test_history_from_a_moment_on_may_page_from_either_end(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient, said: list[str]
) -> None:
    args = {"channel": ops.id, "oldest": said[0], "limit": 3}

    assert await pages(client.conversations_history, **args) == [["loud", "5", "4"], ["3", "2"]]
    slack.world.rules.from_oldest = True
    assert await pages(client.conversations_history, **args) == [["4", "3", "2"], ["loud", "5"]]


async def test_a_message_may_show_late(slack: LocalSlack, ops: Channel, client: AsyncWebClient) -> None:
    slack.world.rules.lag = 2
    root = slack.world.says(ops.id, "root")
    slack.world.says(ops.id, "reply", thread=root.ts)

    assert await pages(client.conversations_history, channel=ops.id) == [[]]
    assert await pages(client.conversations_replies, channel=ops.id, ts=root.ts) == [["root"]]
    slack.world.clock.jumps(2)
    assert await pages(client.conversations_history, channel=ops.id) == [["root"]]
    assert await pages(client.conversations_replies, channel=ops.id, ts=root.ts) == [["root", "reply"]]


async def test_replies_are_oldest_first_and_begin_with_the_root(
    ops: Channel, client: AsyncWebClient, said: list[str]
) -> None:
    assert await pages(client.conversations_replies, channel=ops.id, ts=said[2]) == [["3", "quiet", "loud"]]
    assert await pages(client.conversations_replies, channel=ops.id, ts=said[2], limit=2) == [["3", "quiet"], ["loud"]]
    assert await pages(client.conversations_replies, channel=ops.id, ts=said[0]) == [["1"]]


async def test_a_root_says_what_stands_below_it(ops: Channel, client: AsyncWebClient, said: list[str]) -> None:
    root = (await client.conversations_replies(channel=ops.id, ts=said[2]))["messages"][0]

    assert (root["reply_count"], root["reply_users_count"], root["thread_ts"]) == (2, 1, said[2])


async def test_the_thread_of_nothing_is_an_error(ops: Channel, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=ops.id, ts="1.000001")


@pytest.mark.parametrize(
    ("args", "expected"),
    [({"cursor": "nonsense"}, "invalid_cursor"), ({"oldest": "yesterday"}, "invalid_ts_oldest")],
)
async def test_nonsense_is_refused(
    ops: Channel, client: AsyncWebClient, said: list[str], args: dict[str, str], expected: str
) -> None:
    with pytest.raises(SlackApiError, match=expected):
        await client.conversations_history(channel=ops.id, **args)  # type: ignore[arg-type]  # keywords of one type


async def test_history_needs_membership_and_the_scope_of_its_kind_of_channel(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    private = slack.world.channel("private", private=True)
    elsewhere = slack.world.channel("elsewhere", member=False)
    slack.world.installation.scopes = ("channels:history", "chat:write")

    with pytest.raises(SlackApiError) as refused:
        await client.conversations_history(channel=private.id)
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "groups:history"
    assert refused.value.response["provided"] == "channels:history,chat:write"
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.conversations_history(channel=elsewhere.id)


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_can_die(slack: LocalSlack, client: AsyncWebClient, state: str) -> None:
    slack.world.installation.state = state

    with pytest.raises(SlackApiError, match=state):
        await client.auth_test()


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-strange", "auth.test", "invalid_auth"),
        ("xapp-1-local", "auth.test", "not_allowed_token_type"),
        ("xoxb-local", "apps.connections.open", "not_allowed_token_type"),
        ("xapp-1-strange", "apps.connections.open", "invalid_auth"),
        ("xoxb-local", "chat.sing", "unknown_method"),
    ],
)
async def test_each_method_has_its_kind_of_token(slack: LocalSlack, token: str, method: str, expected: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, data={"token": token}) as answer,
    ):
        assert answer.status == 200
        assert (await answer.json())["error"] == expected


async def test_a_call_may_be_a_query_a_form_or_json(slack: LocalSlack, ops: Channel) -> None:
    blocks = [{"type": "divider"}]
    args = {"channel": ops.id, "text": "a", "token": slack.token}
    form = {**args, "blocks": json.dumps(blocks)}
    url = slack.api_url + "chat.postMessage"
    async with aiohttp.ClientSession() as session:
        answers = [
            await session.get(url, params=form),
            await session.post(url, data=form),
            await session.post(url, json={**args, "blocks": blocks, "thread_ts": None}),
        ]
        shown = [(await answer.json())["message"]["blocks"] for answer in answers]

    assert shown == [[{"type": "divider", "block_id": "b0000"}]] * 3


async def test_every_call_is_noted_with_the_arguments_that_its_method_does_not_have(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ops.id, text="a", client_msg_id="b", unfurl_links=False)

    (call,) = slack.journal.of("chat.postMessage")
    assert slack.journal.unknown() == [("chat.postMessage", "client_msg_id")]
    assert (call.args["text"], call.args["unfurl_links"], call.ok, call.status) == ("a", False, True, 200)


async def test_channels_are_listed_as_far_as_the_bot_sees_them(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.world.channel("here")
    slack.world.channel("elsewhere", member=False)
    slack.world.channel("secret", member=False, private=True)
    slack.world.channel("ours", private=True)
    slack.world.channel("old", archived=True)

    both = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    first = await client.conversations_list(limit=1)

    assert [(one["name"], one["is_member"]) for one in both["channels"]] == [
        ("here", True),
        ("elsewhere", False),
        ("ours", True),
    ]
    assert len(first["channels"]) == 1
    assert first["response_metadata"]["next_cursor"]


async def test_joining_makes_a_member(slack: LocalSlack, client: AsyncWebClient) -> None:
    public = slack.world.channel("public", member=False)

    first = await client.conversations_join(channel=public.id)
    again = await client.conversations_join(channel=public.id)
    members = await client.conversations_members(channel=public.id)
    (noted,) = (await client.conversations_history(channel=public.id))["messages"]

    assert first["channel"]["is_member"]
    assert again["warning"] == "already_in_channel"
    assert "U0BOT" in members["members"]
    assert noted["subtype"] == "channel_join"
    assert slack.world.roots(public.id) == []


async def test_people_groups_and_direct_conversations_are_known(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.world.group("S0OPS", "oncall")

    user, groups, direct = await asyncio.gather(
        client.users_info(user="U0READER"), client.usergroups_list(), client.conversations_open(users="U0READER")
    )

    assert user["user"]["name"] == "reader"
    assert groups["usergroups"][0]["handle"] == "oncall"
    assert direct["channel"]["id"] == slack.world.direct("U0READER").id


async def test_the_members_of_a_group_are_told_in_its_own_workspace(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.world.workspace("T0OTHER", token="xoxb-other")
    slack.world.group("S0OPS", "oncall", "U0READER", "U2")
    gone = slack.world.group("S0GONE", "gone", "U1")
    gone.disabled = True
    other = AsyncWebClient("xoxb-other", base_url=slack.api_url, retry_handlers=[])

    there = await client.usergroups_users_list(usergroup="S0OPS")
    disabled = await client.usergroups_users_list(usergroup="S0GONE", include_disabled=True)

    assert (there["users"], disabled["users"]) == (["U0READER", "U2"], ["U1"])
    for asked, group in ((client, "S0GONE"), (client, "S0NONE"), (other, "S0OPS")):
        with pytest.raises(SlackApiError, match="no_such_subteam"):
            await asked.usergroups_users_list(usergroup=group)


async def test_a_plan_without_groups_and_an_app_without_the_scope_are_told(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.world.group("S0OPS", "oncall")
    slack.world.without_groups.add("T0LOCAL")
    with pytest.raises(SlackApiError, match="plan_upgrade_required"):
        await client.usergroups_users_list(usergroup="S0OPS")

    slack.world.installation.scopes = ("chat:write",)
    with pytest.raises(SlackApiError, match="missing_scope") as told:
        await client.usergroups_users_list(usergroup="S0OPS")

    assert told.value.response["needed"] == "usergroups:read"


async def test_workspaces_do_not_see_each_other(slack: LocalSlack, ops: Channel) -> None:
    slack.world.workspace("T0OTHER", token="xoxb-other")
    other = AsyncWebClient("xoxb-other", base_url=slack.api_url, retry_handlers=[])

    assert (await other.auth_test())["team_id"] == "T0OTHER"
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await other.chat_postMessage(channel=ops.id, text="a")
