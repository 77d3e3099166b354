"""What the tests of the Discord adapter begin with: a Discord of our own, and the adapter in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from adapters.discord import Discord
from bot.model import Ref
from tests.adapters.hurry import Hurry
from tests.adapters.test_discord import TIMEOUT
from tests.localdiscord import LocalDiscord, local_discord, pointed_at, readable
from tests.localdiscord.openapi import available, wrong

SOON = timedelta(milliseconds=10)


@asynccontextmanager
async def a_discord(*, limits: bool = False) -> AsyncIterator[LocalDiscord]:
    """Run a Discord to which nothing may be said that its own description does not allow."""
    async with local_discord(limits=limits) as running:
        with pointed_at(running):
            yield running
        assert not available() or wrong(running.journal.calls) == []


@asynccontextmanager
async def a_bot(local: LocalDiscord, now: Callable[[], datetime] | None = None) -> AsyncIterator[Discord]:
    one = Discord(local.token, now=now or Hurry(), timeout=TIMEOUT, settle=SOON)
    try:
        yield one
    finally:
        await one.close()


def said(local: LocalDiscord, channel: str) -> list[str]:
    """Return what the messages of a channel or a thread say now, oldest first."""
    return [readable(one) for one in local.world.roots(channel)]


def id_of(ref: Ref) -> str:
    """Return a message's id, which its thread has too."""
    return ref.value.partition("/")[2]
