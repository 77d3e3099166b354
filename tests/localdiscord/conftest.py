from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import discord
import pytest

from tests.localdiscord import LocalDiscord, local_discord, pointed_at
from tests.localdiscord.botting import Bot, connected, with_commands
from tests.localdiscord.nouns import Channel


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with local_discord(limits=False) as running:
        yield running


@pytest.fixture
def ops(local: LocalDiscord) -> Channel:
    return local.world.channel("ops")


@pytest.fixture
def pointed(local: LocalDiscord) -> Iterator[None]:
    with pointed_at(local):
        yield


@pytest.fixture
async def client(local: LocalDiscord, pointed: None) -> AsyncIterator[discord.Client]:
    """A client that is logged in and has no gateway: REST alone."""
    one = discord.Client(intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none())
    async with one:
        await one.login(local.token)
        yield one


@pytest.fixture
def there(client: discord.Client, ops: Channel) -> discord.PartialMessageable:
    """The channel `ops`, as the client reaches it."""
    return client.get_partial_messageable(int(ops.id))


@pytest.fixture
async def bot(local: LocalDiscord, ops: Channel, pointed: None) -> AsyncIterator[Bot]:
    made = with_commands(Bot())
    async with connected(made, local):
        yield made
