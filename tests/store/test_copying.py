"""A database copied to the other engine and back, and backed up while it is in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlmodel import SQLModel

from bot.errors import ConfigError, StoreBusy, StoreUnavailable
from bot.store import copying
from bot.store.copying import AT_ONCE, back_up, copy
from bot.store.database import Database, claim_purpose, migrate
from bot.store.tables import ANNOUNCEMENT, AUDIT, CLAIM, ENTRY, INCIDENT, POLL, SOURCE
from tests.databases import opened, sqlite_in

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
MANY = 2 * AT_ONCE + 3


def some_rows(connection: Connection) -> None:
    """Fill some tables, one of them with more than is copied at once, and with a key of two columns."""
    connection.execute(insert(SOURCE).values(_source("feed:a")))
    connection.execute(insert(POLL).values(source="feed:a", due_at=NOON, owner="somebody", lease_until=NOON, fence=3))
    connection.execute(insert(CLAIM), [_claim(number) for number in range(7)])
    connection.execute(insert(INCIDENT).values(_incident()))
    connection.execute(insert(ENTRY), [_entry(number) for number in range(1, MANY + 1)])
    connection.execute(insert(ANNOUNCEMENT), [_announcement(number) for number in range(5)])
    connection.execute(insert(AUDIT).values(_audit("r1")))


def _source(key: str) -> dict[str, Any]:
    return {"key": key, "vendor": "a", "name": "A’s “page” 🜲", "called": "a", "format": "statuspage", "spec": "{}"}


def _claim(number: int) -> dict[str, Any]:
    row = {"source": "feed:a", "external_id": f"e{number}", "vendor": "a", "is_open": bool(number % 2)}
    return {**row, "is_trouble": False, "body": "{}", "seen": "[]", "begins_at": NOON if number else None}


def _incident() -> dict[str, Any]:
    row = {"id": "a-1", "vendor": "a", "name": "A", "kind": "incident", "title": "It’s slow", "is_open": True}
    return {**row, "state": "investigating", "impact": "minor", "started_at": NOON, "last_seq": MANY, "body": "{}"}


def _entry(number: int) -> dict[str, Any]:
    return {"incident": "a-1", "seq": number, "kind": "updated", "recorded_at": NOON, "body": f"words {number}"}


def _announcement(number: int) -> dict[str, Any]:
    row = {"incident": f"a-{number}", "destination": f"slack:C{number}", "platform": "slack", "due_at": NOON}
    return {**row, "owner": "somebody", "lease_until": NOON, "intent": '{"key": "k"}'}


def _audit(request: str) -> dict[str, Any]:
    row = {"request": request, "attempt": "1", "at": NOON, "person": "slack:U1", "name": "on-call"}
    return {**row, "platform": "slack", "action": "ack", "command": "ack", "came_of": "done"}


async def rows_of(database: Database) -> dict[str, Sequence[Any]]:
    """Return everything in a database, without who holds what."""

    def work(connection: Connection) -> dict[str, Sequence[Any]]:
        found: dict[str, Sequence[Any]] = {}
        for table in SQLModel.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in {"owner", "lease_until"}]
            rows = connection.execute(select(*columns).order_by(*table.primary_key)).all()
            found[table.name] = [tuple(row) for row in rows]
        return found

    return await database.read(work)


def inside(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def filled(url: str) -> dict[str, Sequence[Any]]:
    async with opened(url) as database:
        await migrate(database)
        await claim_purpose(database, "run")
        await database.write(some_rows)
        return await rows_of(database)


async def test_there_and_back_everything_is_as_it_was_but_for_leases(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    before = await filled(sqlite_url)
    (tmp_path / "back").mkdir()
    async with opened(sqlite_url) as source, opened(postgres_url) as target:
        counts = await copy(source, target)
        there = await rows_of(target)
        held = await target.read(
            lambda connection: connection.execute(text("SELECT owner FROM poll WHERE owner IS NOT NULL")).all()
        )
    async with opened(postgres_url) as source, opened(sqlite_in(tmp_path / "back")) as target:
        await copy(source, target)
        back = await rows_of(target)

    assert counts["timeline_entry"] == MANY
    assert there == before
    assert back == before
    assert held == []


async def test_new_rows_are_numbered_on_from_the_old_ones(sqlite_url: str, postgres_url: str) -> None:
    await filled(sqlite_url)
    async with opened(sqlite_url) as source, opened(postgres_url) as target:
        await copy(source, target)
        await target.write(lambda connection: connection.execute(insert(AUDIT).values(_audit("r2"))))
        added = {**_announcement(9), "destination": "slack:C9"}
        await target.write(lambda connection: connection.execute(insert(ANNOUNCEMENT).values(added)))
        ids = await target.read(
            lambda connection: connection.execute(select(ANNOUNCEMENT.c.id).order_by(ANNOUNCEMENT.c.id)).scalars().all()
        )

    assert ids == [1, 2, 3, 4, 5, 6]


async def test_a_database_with_incidents_is_not_written_over(sqlite_url: str, postgres_url: str) -> None:
    await filled(sqlite_url)
    await filled(postgres_url)
    async with opened(sqlite_url) as source, opened(postgres_url) as target:
        with pytest.raises(ConfigError, match="there are incidents already"):
            await copy(source, target)


async def test_a_copy_that_broke_off_is_begun_anew_and_nobody_runs_on_it_meanwhile(
    sqlite_url: str, postgres_url: str
) -> None:
    before = await filled(sqlite_url)
    async with opened(sqlite_url) as source, opened(postgres_url) as target:
        await claim_purpose(target, "db copy")
        await target.write(lambda connection: connection.execute(insert(ENTRY).values(_entry(1))))
        with pytest.raises(ConfigError, match=r"a copy into this database broke off: do it again"):
            await claim_purpose(target, "run")
        await copy(source, target)

        assert await rows_of(target) == before


async def test_a_database_that_somebody_works_on_is_not_copied(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    await filled(sqlite_url)
    joins = text("INSERT INTO instance VALUES ('one', '1', clock_timestamp(), clock_timestamp(), '1')")
    (tmp_path / "new").mkdir()
    async with opened(sqlite_url) as running, opened(sqlite_url) as source, opened(postgres_url) as target:
        running.hold()
        with pytest.raises(StoreBusy, match="already running"):
            await copy(source, target)
        await target.write(lambda connection: connection.execute(joins))
        async with opened(sqlite_in(tmp_path / "new")) as new:
            with pytest.raises(StoreBusy, match="a sitrep is running on it"):
                await copy(target, new)


async def test_a_file_is_backed_up_while_it_is_in_use_and_never_over_another(sqlite_url: str, tmp_path: Path) -> None:
    before = await filled(sqlite_url)
    into = tmp_path / "backup.db"
    async with opened(sqlite_url) as running:
        running.hold()
        await back_up(Path(str(running.url.database)), into)
        with pytest.raises(ConfigError, match="is there already"):
            await back_up(Path(str(running.url.database)), into)
    async with opened(f"sqlite+aiosqlite:///{into}") as copied:
        assert await rows_of(copied) == before
    assert into.stat().st_mode & 0o077 == 0


async def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("not a database, whatever it is called" * 100)
    with pytest.raises(StoreUnavailable, match="can not be copied"):
        await back_up(tmp_path / "no.db", tmp_path / "copy.db")


async def test_from_the_first_table_on_it_is_marked_as_a_copy(
    sqlite_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However early a copy breaks off: whoever runs on what is there would tell everything anew."""
    await filled(sqlite_url)

    async def breaks_off(_: Database) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "_require_empty", breaks_off)
    async with opened(sqlite_url) as source, opened(postgres_url) as target:
        await target.write(lambda connection: connection.exec_driver_sql("DROP SCHEMA public CASCADE"))
        await target.write(lambda connection: connection.exec_driver_sql("CREATE SCHEMA public"))
        with pytest.raises(KeyboardInterrupt):
            await copy(source, target)
        with pytest.raises(ConfigError, match="broke off"):
            await claim_purpose(target, "run")


async def test_which_of_both_something_is_wrong_with_is_said(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await filled(sqlite_url)
    async with opened(sqlite_url) as source, opened(sqlite_in(tmp_path_factory.mktemp("new"))) as target:
        await target.write(lambda connection: connection.exec_driver_sql("CREATE TABLE incident (name TEXT)"))
        with pytest.raises(StoreUnavailable, match=r"^TO: there are tables of another program"):
            await copy(source, target)


async def test_a_file_that_is_not_there_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    async with opened(sqlite_in(tmp_path)) as source, opened(sqlite_in(tmp_path)) as target:
        with pytest.raises(ConfigError, match=r"^FROM: there is no file .*\.db$"):
            await copy(source, target)

    assert inside(tmp_path) == []


async def test_a_new_file_is_for_whoever_made_it_alone(tmp_path: Path) -> None:
    async with opened(sqlite_in(tmp_path)) as database:
        await migrate(database)

    assert {file.stat().st_mode & 0o077 for file in inside(tmp_path)} == {0}
