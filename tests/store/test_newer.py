"""A database that a newer Sitrep has brought up to date: worked on as long as that is survived, refused after that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from bot.clock import SystemClock
from bot.core.diagnosis.stored import Schema
from bot.errors import StoreBusy, StoreUnavailable
from bot.store import fleet, migrations, schema
from bot.store.checkup import examine
from bot.store.copying import copy
from bot.store.database import Database, is_current, is_ready, migrate
from tests.databases import opened, sqlite_in
from tests.store.revisions import INDEXED, LATER, MORE, scripts

Later = Callable[..., None]
FAILS = MORE.replace("nullable=False", "nullable=False, unique=1 / 0")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Later:
    """Make this the program of a later release, that has these revisions too; without any, the present one again."""

    def become(*revisions: str) -> None:
        monkeypatch.setattr(migrations, "SCRIPTS", scripts(tmp_path, *revisions) if revisions else here)
        monkeypatch.setattr(schema, "HEAD", f"{1 + len(revisions):04}")

    here = migrations.SCRIPTS
    return become


def columns(table: str, connection: Connection) -> set[str]:
    found = inspect(connection)
    return {one["name"] for one in found.get_columns(table)} if found.has_table(table) else set()


async def now(database: Database) -> schema.Standing:
    return await database.read(schema.standing)


async def test_what_a_later_release_adds_is_survived_by_this_one(database: Database, later: Later) -> None:
    later(MORE, INDEXED)
    assert await migrate(database)
    assert not await migrate(database)
    later()

    assert (await now(database)).revision == "0003"
    assert not await migrate(database)
    assert await is_ready(database)
    assert not await is_current(database)


async def test_what_a_later_one_takes_away_is_refused_in_one_line(database: Database, later: Later) -> None:
    later(*LATER)
    await migrate(database)
    assert "missing_since" not in await database.read(partial(columns, "claim"))
    later()

    with pytest.raises(StoreUnavailable, match=r"newer Sitrep \([0-9.]+, revision 0004\); this one .*revision 0001"):
        await migrate(database)
    assert not await is_ready(database)


async def test_the_doctor_knows_how_old_a_database_is(database_url: str, later: Later) -> None:
    async def seen() -> Schema:
        return (await examine(database_url, SystemClock().now())).schema

    async with opened(database_url) as database:
        later(*LATER)
        older = await seen()
        later(MORE, INDEXED)
        await migrate(database)
        later()
        serves = await seen()
        later(*LATER)
        await migrate(database)
        later()
        newer = await seen()

    assert (older, serves, newer) == (Schema.OLDER, Schema.SERVES, Schema.NEWER)


async def test_of_a_newer_one_that_says_nothing_of_older_ones_nothing_is_hoped(database: Database) -> None:
    await database.write(lambda one: one.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.write(lambda one: one.execute(text("DELETE FROM note")))

    with pytest.raises(StoreUnavailable, match="newer Sitrep"):
        await migrate(database)


async def test_a_newer_one_is_not_copied_by_who_does_not_know_all_of_it(
    database: Database, later: Later, tmp_path: Path
) -> None:
    later(MORE)
    await migrate(database)
    later()
    (tmp_path / "to").mkdir()

    async with opened(sqlite_in(tmp_path / "to")) as target:
        with pytest.raises(StoreUnavailable, match="copy what belongs to a newer Sitrep with that one"):
            await copy(database, target)


async def test_several_new_ones_that_start_at_once_migrate_once(database_url: str, later: Later) -> None:
    later(MORE, INDEXED)
    async with opened(database_url) as one, opened(database_url) as another, opened(database_url) as third:
        await asyncio.gather(*(migrate(each) for each in (one, another, third)))

        assert (await now(third)).revision == "0003"


async def test_a_revision_that_fails_in_the_middle_leaves_things_as_they_were(database: Database, later: Later) -> None:
    later(FAILS)
    with pytest.raises(ZeroDivisionError):
        await migrate(database)

    assert "absent_since" not in await database.read(partial(columns, "claim"))
    assert (await now(database)).revision == "0001"
    later()
    assert await is_current(database)


async def test_what_the_database_refuses_is_said_in_one_line(database: Database, later: Later) -> None:
    await database.write(lambda one: one.exec_driver_sql("CREATE TABLE shelf (name TEXT)"))
    later(MORE)

    with pytest.raises(StoreUnavailable, match=r"what was begun is undone: .*already exists"):
        await migrate(database)
    assert "absent_since" not in await database.read(partial(columns, "claim"))


@pytest.mark.parametrize("what", ["SELECT count(*) FROM claim", "UPDATE claim SET seen = seen"])
async def test_a_table_that_is_in_use_is_waited_for_and_nobody_waits_behind_that(
    postgres_url: str, later: Later, what: str
) -> None:
    later(MORE)
    reads = text("SELECT count(*) FROM claim")
    async with opened(postgres_url) as busy, opened(postgres_url) as another, opened(postgres_url) as new:
        held, go = asyncio.Event(), asyncio.Event()
        holding = asyncio.create_task(_hold(busy, what, held, go))
        await held.wait()
        migrating = asyncio.create_task(migrate(new))
        # Others come and go while the first still has the table, and the migration wants it for itself.
        for _ in range(5):
            await another.read(lambda connection: connection.execute(reads).scalar())
            await asyncio.sleep(0.3)
        assert not migrating.done()
        assert not holding.done()
        go.set()
        await holding

        assert await migrating
        assert (await now(new)).revision == "0002"


async def _hold(database: Database, what: str, held: asyncio.Event, go: asyncio.Event) -> None:
    engine: Any = database.engine
    async with engine._writes.begin() as connection:
        await connection.execute(text(what))
        held.set()
        await go.wait()


async def test_an_index_that_broke_off_is_made_anew(postgres_url: str, later: Later) -> None:
    later(MORE, INDEXED)
    async with opened(postgres_url) as database:
        await _until_invalid(database, later)
        valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'claim_absent'::regclass")
        before = await database.read(lambda connection: connection.execute(valid).scalar())
        await migrate(database)

        assert before is False
        assert await database.read(lambda connection: connection.execute(valid).scalar())
        assert (await now(database)).revision == "0003"


async def _until_invalid(database: Database, later: Later) -> None:
    """Leave behind what an interrupted CREATE INDEX CONCURRENTLY leaves behind."""
    later(MORE)
    await migrate(database)
    await database.write(lambda one: one.exec_driver_sql("CREATE INDEX claim_absent ON claim (absent_since)"))
    spoilt = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'claim_absent'::regclass"
    await database.write(lambda one: one.exec_driver_sql(spoilt))
    later(MORE, INDEXED)


async def test_what_an_instance_at_work_would_not_survive_is_not_done(
    postgres_url: str, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(postgres_url) as old, opened(postgres_url) as new:
        async with fleet.guard(old, "old-1", "0.1", lambda: None):
            later(*LATER)
            with pytest.raises(StoreBusy, match=r"old-1 \(Sitrep 0\.1\) works on this database and would not survive"):
                await migrate(new)
            assert (await now(new)).revision == "0003"
            assert "missing_since" in await new.read(partial(columns, "claim"))
        await fleet.bury(old, "old-1")
        # One that knows the revision before it is not in the way.
        monkeypatch.setattr(fleet, "HEAD", "0003")
        async with fleet.guard(old, "old-2", "0.2", lambda: None):
            await migrate(new)

        assert (await now(new)).oldest == "0003"


async def test_an_instance_that_comes_back_after_it_was_given_up_hears_that_it_can_not_go_on(
    postgres_url: str, later: Later
) -> None:
    later(*LATER)
    async with opened(postgres_url) as old:
        await migrate(old)
        later()

        with pytest.raises(schema.Outgrown, match="can not work on it any more"):
            await _joins(old)


async def test_one_that_joins_while_something_is_taken_away_waits_and_then_hears_it(
    postgres_url: str, later: Later
) -> None:
    later(MORE, INDEXED)
    async with opened(postgres_url) as new, opened(postgres_url) as old:
        await migrate(new)
        later(*LATER)
        engine: Any = new.engine
        async with engine._writes.begin() as connection:
            await connection.run_sync(partial(migrations._step, "0.9", ""))
            joining = asyncio.create_task(_joins(old))
            await _somebody_waits(old)
            assert not joining.done()
        later()

        with pytest.raises(schema.Outgrown):
            await joining


async def _somebody_waits(database: Database) -> None:
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not await database.read(lambda one: one.execute(asked).scalar()):  # noqa: ASYNC110  (nothing tells of it)
        await asyncio.sleep(0.02)


async def _joins(database: Database) -> None:
    async with fleet.guard(database, "old-1", "0.1", lambda: None):
        raise AssertionError
