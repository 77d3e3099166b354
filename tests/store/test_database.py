from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, insert, select, text

from bot.errors import ConfigError, StoreBusy, StoreUnavailable
from bot.store import engines, polls, sources
from bot.store.database import Database, claim_purpose, create, open_database
from bot.store.tables import NOTE
from tests.databases import meanwhile, opened, sqlite_in
from tests.store.world import LEASE, NOW, source

T = TypeVar("T")

ROOT = Path(__file__).parents[2]


@contextmanager
def another_process(url: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that tries to take the database for itself."""
    command = (sys.executable, "-m", "tests.store.holder", url)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Return the first line that it writes, on either stream."""
    assert process.stdout is not None
    assert process.stderr is not None
    return (process.stdout.readline() or process.stderr.readline()).strip()


async def names(database: Database) -> list[str]:
    return await database.read(noticed)


def noticed(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(NOTE.c.name).where(NOTE.c.name.not_like("schema %"))).scalars())


async def noted(database: Database, name: str) -> None:
    await database.write(partial(note, name))


def note(name: str, connection: Connection) -> None:
    connection.execute(insert(NOTE).values(name=name, value=""))


async def test_a_second_process_on_the_same_file_is_refused_in_one_clear_line(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as database:
        database.hold()

        with another_process(sqlite_url) as process:
            reason = said(process)
            status = process.wait(timeout=10)

    assert status == 1
    assert reason == (
        f"{tmp_path}/sitrep.db: another sitrep is already running on this file; stop it, or set DATABASE_URL to "
        "another file, or to PostgreSQL, which several can share"
    )


async def test_a_process_that_was_killed_holds_nothing(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database:
        with another_process(sqlite_url) as process:
            assert said(process) == "held"
            with pytest.raises(StoreBusy):
                database.hold()

            process.kill()
            process.wait()
            database.hold()


async def test_who_has_closed_the_database_holds_it_no_more(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database:
        database.hold()

    async with opened(sqlite_url) as again:
        again.hold()


async def test_postgresql_is_for_several(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as another:
        one.hold()
        another.hold()


async def test_a_held_file_can_be_read_by_others(sqlite_url: str) -> None:
    """`sitrep status` is asked while `sitrep run` works."""
    async with opened(sqlite_url) as running, opened(sqlite_url) as asking:
        running.hold()
        await noted(running, "one")

        assert await names(asking) == ["one"]


def test_a_file_in_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"there is no folder {tmp_path}/nowhere"):
        open_database(sqlite_in(tmp_path / "nowhere"))


async def test_a_database_has_one_purpose_for_ever(database: Database) -> None:
    await claim_purpose(database, "run")
    await claim_purpose(database, "run")

    with pytest.raises(ConfigError, match="belongs to `sitrep run`; give `sitrep replay` a database of its own"):
        await claim_purpose(database, "replay")


async def test_instances_that_start_together_agree_on_the_purpose(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as another:
        await asyncio.gather(*(claim_purpose(instance, "run") for instance in (one, another) * 4))

        assert await names(one) == ["purpose"]


async def test_sqlite_keeps_a_write_ahead_log_and_its_promises(sqlite_url: str) -> None:
    def work(connection: Connection) -> dict[str, object]:
        pragmas = ("journal_mode", "foreign_keys")
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas}

    async with opened(sqlite_url) as database:
        assert await database.read(work) == {"journal_mode": "wal", "foreign_keys": 1}


async def test_a_database_in_memory_is_one_for_readers_and_writers() -> None:
    async with opened("sqlite://") as database:
        await create(database)
        await noted(database, "one")

        assert await names(database) == ["one"]


async def test_a_reader_does_not_wait_for_a_writer_and_sees_nothing_half_done(
    database: Database, database_url: str
) -> None:
    def half(connection: Connection) -> list[str]:
        note("half", connection)
        return meanwhile(database_url, names)

    assert await database.write(half) == []
    assert await names(database) == ["half"]


async def test_the_reads_of_one_transaction_agree_with_each_other(database: Database, database_url: str) -> None:
    def twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = noticed(connection)
        meanwhile(database_url, lambda another: noted(another, "meanwhile"))
        return before, noticed(connection)

    assert await database.read(twice) == ([], [])
    assert await names(database) == ["meanwhile"]


async def test_a_hundred_writers_at_once_all_get_their_turn(database: Database) -> None:
    await asyncio.gather(*(noted(database, f"{number:03}") for number in range(100)))

    assert await names(database) == [f"{number:03}" for number in range(100)]


async def test_writers_and_readers_of_two_instances_get_along(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as another:
        writes = (noted(instance, f"{number}") for number, instance in enumerate((one, another) * 20))
        reads = (names(instance) for instance in (one, another) * 20)

        await asyncio.gather(*writes, *reads)

        assert len(await names(one)) == 40


async def test_a_transaction_that_fails_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    def failing(connection: Connection) -> None:
        note("lost", connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(failing)
    await noted(database, "kept")

    assert await names(database) == ["kept"]


async def test_a_connection_that_breaks_is_not_used_again(database: Database) -> None:
    def breaking(connection: Connection) -> None:
        note("lost", connection)
        connection.invalidate()
        raise RuntimeError

    for act in (database.read, database.write):
        with pytest.raises(RuntimeError):
            await act(breaking)
    await noted(database, "kept")

    assert await names(database) == ["kept"]


async def test_a_transaction_whose_caller_is_cancelled_is_done_as_a_whole_or_not_at_all(database: Database) -> None:
    def both(number: int, connection: Connection) -> None:
        note(f"{number}a", connection)
        note(f"{number}b", connection)

    tasks = [asyncio.create_task(database.write(partial(both, number))) for number in range(20)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.wait_for(noted(database, "kept"), timeout=20)

    found = await names(database)
    assert "kept" in found
    assert {name[:-1] for name in found if name.endswith("a")} == {name[:-1] for name in found if name.endswith("b")}


async def test_work_cancelled_at_any_moment_leaves_the_database_to_others(database: Database) -> None:
    """As when a loop is told to stop: its error is still on its way up while what is left is written."""
    await sources.register(database, [source()], NOW)
    cancelled = []
    for number in range(40):
        task = asyncio.create_task(polls.claim_due(database, "one", NOW, limit=9, lease=LEASE))
        await asyncio.sleep(number * 0.0002)
        task.cancel()
        await asyncio.wait([task])
        cancelled.append(task)
        await asyncio.wait_for(sources.release_all(database), timeout=20)

    assert len(await sources.all_watched(database)) == 1


async def test_a_file_that_another_program_does_not_let_go_of_is_said_to_be_held(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PRAGMAS", ("busy_timeout=20",))
    async with opened(sqlite_url) as database:
        with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="another program has held the file for too long"):
                await claim_purpose(database, "run")
        await claim_purpose(database, "run")
