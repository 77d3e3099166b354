"""Work that one instance does and others take over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.store.database import Database
from bot.store.roles import alone
from tests.databases import Postgres, opened
from tests.loops.world import until

LOOK = 0.02
_BACKENDS = (
    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE l.locktype = 'advisory' AND l.granted AND"
)


class Worker:
    """Notes when it works."""

    def __init__(self) -> None:
        self.works = False
        self.begun = 0

    async def work(self) -> None:
        self.works = True
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.works = False

    async def is_at_it(self) -> bool:
        return self.works


@asynccontextmanager
async def at_work(database: Database, worker: Worker, role: str = "gateway") -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(alone(database, role, worker.work, look=LOOK))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_one_instance_works(database: Database) -> None:
    worker = Worker()

    async with at_work(database, worker):
        await until(worker.is_at_it)

    assert not worker.works


async def test_of_two_instances_one_works_and_the_other_takes_over(postgres_url: str) -> None:
    first, second = Worker(), Worker()
    async with opened(postgres_url) as one, opened(postgres_url) as two:
        async with at_work(one, first):
            await until(first.is_at_it)
            async with at_work(two, second):
                await asyncio.sleep(5 * LOOK)
                both = first.works and second.works
            third = Worker()
        async with at_work(two, third):
            await until(third.is_at_it)

    assert not both
    assert second.begun == 0
    assert not first.works


async def test_roles_do_not_stand_in_each_others_way(postgres_url: str) -> None:
    first, second = Worker(), Worker()
    async with (
        opened(postgres_url) as one,
        opened(postgres_url) as two,
        at_work(one, first, "gateway"),
        at_work(two, second, "reports"),
    ):
        await until(first.is_at_it)
        await until(second.is_at_it)


async def test_who_has_lost_its_connection_stops_and_the_other_takes_over(
    postgres: Postgres, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Worker(), Worker()

    async def begun_again() -> bool:
        return first.begun + second.begun == 2 and first.works != second.works

    async with opened(postgres_url) as one, opened(postgres_url) as two, at_work(one, first):
        await until(first.is_at_it)
        async with at_work(two, second):
            await asyncio.sleep(5 * LOOK)
            postgres.run(f"{_BACKENDS} d.datname = '{one.url.database}'")
            await until(begun_again)

    assert "the role gateway is given up" in caplog.text
    assert "the role gateway can not be had" in caplog.text


async def test_work_that_fails_is_told_to_whoever_runs_it(postgres_url: str) -> None:
    async def fails() -> None:
        raise RuntimeError("nobody thought of this")

    async with opened(postgres_url) as one:
        with pytest.raises(RuntimeError, match="nobody thought of this"):
            await alone(one, "gateway", fails, look=LOOK)
