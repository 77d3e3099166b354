"""Direct messages as Slack gives and refuses them."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import PERSON, LocalSlack


async def test_a_conversation_is_opened_once_and_has_an_id_of_its_own(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    first, again = [(await client.conversations_open(users=PERSON))["channel"]["id"] for _ in range(2)]

    assert first == again
    assert first.startswith("D")


@pytest.mark.parametrize(
    ("who", "error"), [("U0GONE", "user_disabled"), ("U0BOT", "cannot_dm_bot"), ("U0NOBODY", "user_not_found")]
)
async def test_not_everybody_can_be_written_to(slack: LocalSlack, client: AsyncWebClient, who: str, error: str) -> None:
    slack.world.user("U0GONE", "gone").deleted = True

    with pytest.raises(SlackApiError, match=error):
        await client.conversations_open(users=who)


async def test_it_takes_the_scope_and_the_messages_tab(slack: LocalSlack, client: AsyncWebClient) -> None:
    there = slack.world.direct(PERSON).id
    slack.world.rules.messages_tab = False
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        await client.chat_postMessage(channel=there, text="Hello")

    slack.world.installation.scopes = ("chat:write",)
    for asking in (client.conversations_open(users=PERSON), client.conversations_history(channel=there)):
        with pytest.raises(SlackApiError, match="missing_scope"):
            await asking
