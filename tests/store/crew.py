"""Instances that live on one PostgreSQL database, what they hold, and what is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from bot.clock import AgreedClock
from bot.loops.fleet import Fleet, keep
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT
from tests.databases import opened
from tests.loops.world import until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def member(database: Database, name: str) -> Fleet:
    return Fleet(database, AgreedClock(), name, "1", asyncio.Event())


@asynccontextmanager
async def living_in(url: str, name: str) -> AsyncIterator[Fleet]:
    """Let an instance live for the length of the block; it ends as a killed one does, without a word."""
    async with opened(url) as database:
        one = member(database, name)
        task = asyncio.ensure_future(keep(one))
        await until(is_sure(one))
        try:
            yield one
        finally:
            task.cancel()
            await asyncio.wait({task})


def is_sure(one: Fleet) -> Callable[[], Awaitable[bool]]:
    async def sure() -> bool:
        return one.held() is not None

    return sure


def has_crew(one: Fleet, number: int) -> Callable[[], Awaitable[bool]]:
    async def has() -> bool:
        return one.crew == number

    return has


async def holds(database: Database, owner: str | None, *, intent: str | None = None) -> None:
    """Let an instance, or nobody, hold an announcement, in the middle of a step if there is an intent."""
    row = {
        "incident": f"acme-{owner}",
        "destination": "slack:C1",
        "platform": "slack",
        "due_at": NOON,
        "owner": owner,
        "lease_until": NOON + timedelta(days=10_000),
        "intent": intent,
    }
    await database.write(lambda connection: connection.execute(insert(ANNOUNCEMENT).values(row)))


async def held(database: Database) -> list[str]:
    query = select(ANNOUNCEMENT.c.owner).where(ANNOUNCEMENT.c.owner.is_not(None))
    return list(await database.read(lambda connection: connection.execute(query).scalars().all()))


def is_free(database: Database) -> Callable[[], Awaitable[bool]]:
    async def free() -> bool:
        return not await held(database)

    return free
