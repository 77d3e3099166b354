"""What tests of adapters ask for: a database, and a Slack without limits that has one channel."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.databases import database, database_url, migrated_file, postgres, postgres_url, sqlite_url
from tests.localslack import LocalSlack, local_slack
from tests.localslack.nouns import Channel

__all__ = ["database", "database_url", "migrated_file", "postgres", "postgres_url", "sqlite_url"]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with local_slack(limits=False) as running:
        yield running


@pytest.fixture
def ops(slack: LocalSlack) -> Channel:
    return slack.world.channel("ops")
