"""What a dead instance was in the middle of: a transaction may be committed after its last sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import NullPool, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.loops import fleet as loop
from bot.loops.fleet import leave
from bot.store import fleet as living
from bot.store.engines import named
from bot.store.tables import ANNOUNCEMENT
from tests.databases import opened
from tests.loops.world import until
from tests.store.crew import held, holds, living_in, member

_COUNT = text("INSERT INTO instance (id, version, revision, joined_at, seen_at) VALUES ('two', '1', '1', now(), now())")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOOK", 0.02)


@asynccontextmanager
async def claiming(url: str, name: str) -> AsyncIterator[AsyncConnection]:
    """Let an instance have claimed whatever is free, in a transaction that is not committed yet."""
    engine = create_async_engine(url, poolclass=NullPool, connect_args=named(name))
    connection = await engine.connect()
    try:
        await connection.execute(update(ANNOUNCEMENT).values(owner=name))
        yield connection
    finally:
        await connection.invalidate()
        await connection.close()
        await engine.dispose()


async def test_who_may_still_claim_something_is_not_buried(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await holds(database, None)
        async with claiming(postgres_url, "two") as two:
            early = await living.bury(database, "two")
            await two.commit()
            freed = await living.bury(database, "two")

        assert early is None
        assert freed == 1
        assert await held(database) == []


async def test_sessions_that_are_at_nothing_keep_nobody(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await holds(database, "two")
        async with claiming(postgres_url, "two") as two:
            await two.commit()

            assert await living.bury(database, "two") == 1


async def test_who_leaves_gives_back_what_is_claimed_meanwhile(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await holds(database, None)
        async with claiming(postgres_url, "two") as two:
            leaving = asyncio.ensure_future(leave(member(database, "two")))
            await asyncio.wait({leaving}, timeout=0.2)
            was_over = leaving.done()
            await two.commit()
            await leaving

        assert not was_over
        assert await held(database) == []


async def test_who_leaves_does_not_wait_for_ever(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(postgres_url) as database:
        await holds(database, None)
        async with claiming(postgres_url, "two"), asyncio.timeout(30):
            await leave(member(database, "two"), within=0.2)

    assert "leases are left to run out: the database does not answer in time" in caplog.text


async def test_what_a_dead_instance_is_in_the_middle_of_is_ended(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(postgres_url) as database:
        await holds(database, None)
        async with claiming(postgres_url, "two") as two:
            await database.write(lambda connection: connection.execute(_COUNT))
            async with living_in(postgres_url, "one"):

                async def is_buried() -> bool:
                    return "instance gone: taking over instance=two leases=0" in caplog.text

                await until(is_buried)
            with pytest.raises(DBAPIError, match="connection is closed"):
                await two.commit()

        assert await held(database) == []
