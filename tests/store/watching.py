"""What the tests of sources and of their polls share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Component, Impact, Page
from bot.store import polls, sources
from bot.store.database import Database
from bot.store.sources import Watched
from tests.store.world import LEASE, NOW, source

ELSEWHERE = "https://elsewhere.acme.example"
PAGE = Page(indicator=Impact.MINOR, components=(Component("c1", "API"),), url="https://status.acme.example")


async def claimed(
    database: Database, owner: str = "one", now: datetime = NOW, *, limit: int = 100
) -> tuple[Watched, ...]:
    return await polls.claim_due(database, owner, now, limit=limit, lease=LEASE)


async def registered(database: Database, *keys: str, now: datetime = NOW) -> None:
    await sources.register(database, [source(key) for key in keys], now)


def names(watched: Iterable[Watched]) -> set[str]:
    return {one.source.key for one in watched}
