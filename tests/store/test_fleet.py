"""Several instances on one PostgreSQL database: who lives, who is gone, and what becomes of what the dead held."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import AgreedClock
from bot.errors import StoreSilent, StoreUnavailable
from bot.loops import fleet as loop
from bot.loops.fleet import Fleet, leave
from bot.store import fleet as living
from bot.store.tables import ANNOUNCEMENT
from tests.databases import Postgres, opened
from tests.loops.world import until
from tests.store.crew import NOON, has_crew, held, holds, is_free, living_in, member

_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="


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


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOOK", 0.02)


async def test_who_would_listen_on_a_connection_that_is_gone_is_told_so(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        raw: Any = (await connection.get_raw_connection()).driver_connection
        raw.terminate()

        with pytest.raises(StoreUnavailable, match="the database does not answer"):
            await living.listen(connection, lambda: None)
        await connection.invalidate()
    await engine.dispose()


async def test_who_gets_no_answer_while_it_joins_is_told_so(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(living, "_JOINS_WITHIN", 0.5)
    engine = create_async_engine(postgres_url, poolclass=NullPool)

    async with opened(postgres_url) as database, engine.connect() as other:
        await other.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreSilent):
            async with asyncio.timeout(20), living.guard(database, "one", "1", print):
                pass
        await other.rollback()
        async with living.guard(database, "one", "1", print) as again:
            assert await again.others() == ()
    await engine.dispose()


async def test_on_sqlite_there_is_one_instance_and_it_is_always_sure(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database:
        alone, worker = member(database, "only"), Worker()
        task = asyncio.ensure_future(alone.alone("escalation", worker.work))
        await until(worker.is_at_it)
        task.cancel()
        await asyncio.wait({task})

        assert alone.held() == 0
        await leave(alone)


async def test_instances_count_each_other_and_agree_on_the_time(postgres_url: str) -> None:
    async with living_in(postgres_url, "one") as one:
        assert one.crew == 1
        async with living_in(postgres_url, "two") as two:
            await until(has_crew(one, 2))
            await until(has_crew(two, 2))
            apart = abs(one.clock.now() - two.clock.now())
        await until(has_crew(one, 1))

    assert apart < timedelta(seconds=1)


async def test_what_a_dead_instance_held_is_free_at_once(postgres_url: str) -> None:
    async with living_in(postgres_url, "one") as one:
        async with living_in(postgres_url, "two"):
            await holds(one.database, "one")
            await holds(one.database, "two")
            await until(has_crew(one, 2))

        async def has_only_its_own() -> bool:
            return await held(one.database) == ["one"]

        await until(has_only_its_own)
        one.due.clear()

    async with living_in(postgres_url, "three") as three:
        await until(is_free(three.database))


async def test_a_clean_end_gives_everything_back(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await holds(database, "one")
        await leave(member(database, "one"))

        assert await held(database) == []


async def test_one_that_hangs_loses_its_sessions_before_anybody_takes_over_and_then_joins_anew(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def long_silent(connection: Connection) -> None:
        connection.execute(text("UPDATE instance SET seen_at = clock_timestamp() - interval '11 s' WHERE id = 'two'"))

    async with living_in(postgres_url, "one") as one, living_in(postgres_url, "two") as two:
        await until(has_crew(one, 2))
        await holds(one.database, "two", intent="{}")
        term, worker = two.term, Worker()
        task = asyncio.ensure_future(two.alone("escalation", worker.work))
        await until(worker.is_at_it)

        async def hangs() -> bool:
            await one.database.write(long_silent)
            return "instance hangs" in caplog.text

        async def is_back() -> bool:
            return two.held() is not None and two.term > term

        await until(hangs)
        await until(is_back)
        await until(worker.is_at_it)
        task.cancel()
        await asyncio.wait({task})

    assert worker.begun == 2
    assert "the role escalation is given up" in caplog.text


async def test_steps_that_one_that_hung_had_begun_wait_until_its_last_words_are_in(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        await holds(database, "two", intent="{}")
        await living.bury(database, "two", wait=timedelta(hours=1))
        query = select(ANNOUNCEMENT.c.due_at)
        due_at = await database.read(lambda connection: connection.execute(query).scalar_one())

    assert due_at > datetime.now(UTC) + timedelta(minutes=50)  # noqa: TID251  (the database's own clock said it)


async def test_of_two_instances_one_has_a_role_and_the_other_takes_over(postgres_url: str) -> None:
    first, second = Worker(), Worker()
    async with living_in(postgres_url, "two") as two:
        async with living_in(postgres_url, "one") as one:
            tasks = [asyncio.ensure_future(one.alone("gateway", first.work))]
            await until(first.is_at_it)
            tasks.append(asyncio.ensure_future(two.alone("gateway", second.work)))
            await until(has_crew(two, 2))
            both = first.works and second.works
        await until(second.is_at_it)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    assert not both
    assert second.begun == 1


async def test_work_that_fails_is_told_to_whoever_runs_it(postgres_url: str) -> None:
    async def fails() -> None:
        raise RuntimeError("nobody thought of this")

    async with living_in(postgres_url, "one") as one:
        with pytest.raises(RuntimeError, match="nobody thought of this"):
            await one.alone("gateway", fails)


async def test_without_its_database_an_instance_is_sure_of_nothing_and_joins_again(
    postgres: Postgres, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with living_in(postgres_url, "one") as one:
        term = one.term
        postgres.run(f"{_END} '{one.database.url.database}'")

        async def is_back() -> bool:
            return one.held() is not None and one.term > term

        await until(is_back)

    assert "nothing is sent until the database is back" in caplog.text


async def test_what_becomes_due_wakes_every_instance(postgres_url: str) -> None:
    one, two = asyncio.Event(), asyncio.Event()
    async with (
        opened(postgres_url) as database,
        living.guard(database, "one", "1", one.set),
        living.guard(database, "two", "1", two.set),
    ):
        await database.write(living.notify)
        async with asyncio.timeout(10):
            await one.wait()
            await two.wait()


async def test_signs_of_life_count_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        is_sqlite = False

    one = Fleet(Elsewhere(), AgreedClock(), "one", "1", asyncio.Event())  # type: ignore[arg-type]  # it is only asked
    clock = [100.0]
    monkeypatch.setattr(loop, "steady", lambda: clock[0])
    before = one.held()
    one.seen(100.0)
    then, clock[0] = one.held(), 100.0 + loop.SURE

    assert before is None
    assert then == 0
    assert one.held() is None


def test_the_agreed_clock_goes_on_from_what_it_was_told() -> None:
    clock = AgreedClock()
    clock.agree(NOON, 5.0, 5.0)
    first, second = clock.now(), clock.now()

    assert first <= second
