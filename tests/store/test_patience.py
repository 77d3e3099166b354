"""A database that hangs: who has no time is told so, what nobody waits for is undone, and what waits is let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, text

from bot.errors import StoreLost, StoreSilent, StoreUnavailable, StoreUnsure
from bot.store import engines
from bot.store.database import Database, impatient, migrate
from bot.store.engines import Fate
from tests.chaos.proxy import Wire, wire
from tests.databases import Postgres, opened, sqlite_in

SOON, LATE = 0.3, 5.0


def note(name: str) -> str:
    return f"INSERT INTO note (name, value) VALUES ('{name}', 'kept')"  # noqa: S608  (the names are ours)


def kept(connection: Connection) -> list[str]:
    mine = text("SELECT name FROM note WHERE name NOT LIKE 'schema %' ORDER BY name")
    return list(connection.execute(mine).scalars())


@asynccontextmanager
async def behind_a_wire(postgres: Postgres, folder: Path) -> AsyncIterator[tuple[Database, Wire]]:
    name = postgres.create("migrated")
    async with (
        wire(folder, postgres.folder) as line,
        opened(f"postgresql+asyncpg://postgres@/{name}?host={folder}") as database,
    ):
        yield database, line
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


async def test_who_has_no_time_is_told_so_and_nothing_is_written_later_either(
    postgres: Postgres, tmp_path: Path
) -> None:
    async with behind_a_wire(postgres, tmp_path) as (database, line):
        await database.read(kept)
        line.silence()
        with impatient(SOON), pytest.raises(StoreSilent, match=r"does not answer within 0\.3 s"):
            await database.write(lambda connection: connection.execute(text(note("late"))))
        line.mend()
        await database.write(lambda connection: connection.execute(text(note("then"))))

        assert await database.read(kept) == ["then"]


async def test_who_is_cut_off_while_it_is_kept_is_told_that_nobody_knows(postgres: Postgres, tmp_path: Path) -> None:
    async with behind_a_wire(postgres, tmp_path) as (database, line):

        def work(connection: Connection) -> None:
            connection.execute(text(note("perhaps")))
            line.silence()

        with impatient(SOON), pytest.raises(StoreUnsure):
            await database.write(work)
        line.mend()


async def test_whoever_waits_on_a_dead_connection_is_let_go(postgres: Postgres, tmp_path: Path) -> None:
    async with behind_a_wire(postgres, tmp_path) as (database, line):

        def work(connection: Connection) -> list[str]:
            line.silence()
            return kept(connection)

        waiting = asyncio.ensure_future(database.read(work))
        await asyncio.wait({waiting}, timeout=SOON)
        line.lead_to(postgres.folder, silently=True)
        by_itself, _ = await asyncio.wait({waiting}, timeout=SOON)
        database.engine.drop()

        with pytest.raises(StoreLost):
            async with asyncio.timeout(LATE):
                await waiting
        assert not by_itself
        assert await database.read(kept) == []


async def test_a_connection_that_was_forgotten_on_the_way_is_replaced(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PINGS_WITHIN", SOON)
    async with behind_a_wire(postgres, tmp_path) as (database, line):
        await database.read(kept)
        line.silence()
        line.lead_to(postgres.folder, silently=True)
        async with asyncio.timeout(LATE):
            found = await database.read(kept)

        assert found == []


async def test_a_server_that_can_only_be_read_refuses_and_says_why(postgres_url: str) -> None:
    async with opened(postgres_url) as database:

        def work(connection: Connection) -> None:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text(note("never")))

        with pytest.raises(StoreUnavailable, match=r"it is a standby, or set to read only"):
            await database.write(work)

        assert database.refused


async def test_a_file_that_is_slow_undoes_what_nobody_waits_for(tmp_path: Path) -> None:
    async with opened(sqlite_in(tmp_path)) as database:
        await migrate(database)
        goes_on = Event()

        def work(connection: Connection) -> None:
            connection.execute(text(note("late")))
            goes_on.wait(LATE)

        with impatient(SOON), pytest.raises(StoreSilent):
            await database.write(work)
        goes_on.set()
        await database.write(lambda connection: connection.execute(text(note("then"))))

        assert await database.read(kept) == ["then"]


def test_who_abandons_and_who_commits_never_miss_each_other() -> None:
    first, second = Fate(), Fate()
    first.commits()
    second.abandoned = True

    assert first.committing
    with pytest.raises(StoreSilent):
        second.commits()
