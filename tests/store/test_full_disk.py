"""A disk that is full: nothing is half written, it is said what is wrong, and there is nothing to mend but room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.core.remarks import failed
from bot.errors import StoreRefused, StoreUnavailable
from bot.store import database as database_module
from bot.store.copying import back_up
from bot.store.database import Database, is_ready, migrate
from tests.databases import opened, sqlite_in
from tests.disks import Disk, small_disk

LONG = "x" * 4_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", "8m") as one:
        yield one
        one.free(os.getpid())


def full(disk: Disk) -> None:
    disk.fill(os.getpid())


def room(disk: Disk) -> None:
    disk.free(os.getpid())


def keep(connection: Connection) -> None:
    connection.execute(text("INSERT INTO note (name, value) VALUES (hex(randomblob(8)), :value)"), {"value": LONG})


def count(connection: Connection) -> int:
    return connection.execute(text("SELECT count(*) FROM note WHERE name NOT LIKE 'schema %'")).scalar() or 0


async def write_until_refused(database: Database) -> tuple[int, StoreRefused]:
    """The log beside the file has room for what fits into it: only what makes it longer is refused."""
    for kept in range(5_000):
        try:
            await database.write(keep)
        except StoreRefused as error:
            return kept, error
    pytest.fail("a full disk takes everything")


async def test_what_does_not_fit_is_refused_and_what_fitted_stays(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(sqlite_in(disk.folder)) as database:
        await migrate(database)
        full(disk)

        kept, error = await write_until_refused(database)
        while_full = await database.read(count)
        said = database.refused
        room(disk)
        await database.write(keep)
        monkeypatch.setattr(database_module, "_SURE_AFTER", 0.0)
        await database.write(keep)

        assert while_full == kept
        assert await database.read(count) == kept + 2
        assert error.reason.startswith("the disk ")
        assert said == str(error)
        assert database.refused == ""
        assert "Nothing was done: Sitrep can not keep anything just now (the disk " in failed(error).message.headline


async def test_it_is_read_and_ready_while_nothing_can_be_written(disk: Disk) -> None:
    async with opened(sqlite_in(disk.folder)) as database:
        await migrate(database)
        full(disk)
        await write_until_refused(database)

        assert await is_ready(database)


async def test_a_process_that_begins_on_a_full_disk_is_told_so_and_begins_once_there_is_room(disk: Disk) -> None:
    full(disk)
    async with opened(sqlite_in(disk.folder)) as database:
        with pytest.raises(StoreUnavailable, match=r"^DATABASE_URL: "):
            await migrate(database)
    room(disk)

    async with opened(sqlite_in(disk.folder)) as database:
        assert await migrate(database)
        assert await is_ready(database)


async def test_a_migration_that_finds_no_room_is_undone_as_a_whole(disk: Disk) -> None:
    async with opened(sqlite_in(disk.folder)) as database:
        await database.read(lambda connection: connection.execute(text("SELECT 1")))
        (disk.folder / "room").write_bytes(bytes(64 * 1024))
        full(disk)
        (disk.folder / "room").unlink()
        with pytest.raises(StoreUnavailable, match=r"^DATABASE_URL: the disk "):
            await migrate(database)
        tables = await database.read(lambda c: c.execute(text("SELECT count(*) FROM sqlite_master")).scalar())
        room(disk)

        assert tables == 0
        assert await migrate(database)


async def test_a_copy_that_finds_no_room_leaves_nothing_behind(disk: Disk, tmp_path: Path) -> None:
    async with opened(sqlite_in(tmp_path)) as database:
        await migrate(database)
    full(disk)
    copy = disk.folder / "copy.db"
    with pytest.raises(StoreUnavailable, match=r"can not be copied to .*copy\.db: "):
        await back_up(tmp_path / "sitrep.db", copy)
    left = copy.exists()
    room(disk)
    await back_up(tmp_path / "sitrep.db", copy)

    assert not left
    async with opened(f"sqlite+aiosqlite:///{copy}") as database:
        assert await is_ready(database)
