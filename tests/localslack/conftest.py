from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import LocalSlack, local_slack
from tests.localslack.bolting import bolt, listening
from tests.localslack.nouns import Channel


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with local_slack() as running:
        yield running


@pytest.fixture
def ops(slack: LocalSlack) -> Channel:
    return slack.world.channel("ops")


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    """The SDK as the bot should use it: it repeats nothing of its own accord."""
    return AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[], timeout=2)


@pytest.fixture
def app(slack: LocalSlack) -> AsyncApp:
    return listening(bolt(slack))
