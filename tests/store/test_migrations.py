from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from bot.store.database import Database, create, migrate
from bot.store.migrations import configuration
from bot.store.schema import HEAD
from tests.databases import opened

TABLES = {
    "announcement",
    "audit",
    "chat_route",
    "claim",
    "digest",
    "gap",
    "heard",
    "heartbeat",
    "incident",
    "installation",
    "instance",
    "latecomer",
    "listed",
    "muting",
    "note",
    "oncall_override",
    "poll",
    "probe",
    "probe_minute",
    "probe_spent",
    "report_addition",
    "revisit",
    "source",
    "spent_pass",
    "timeline_entry",
}
# Alembic compares neither which rows an index is of, nor how a table is stored.
ASIDE = {
    "sqlite": "SELECT replace(sql, '\"', '') FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' "
    "UNION ALL SELECT relname || array_to_string(reloptions, ' ') FROM pg_class WHERE reloptions IS NOT NULL "
    "AND relkind = 'r' AND relnamespace = 'public'::regnamespace",
}


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


async def tables(database: Database) -> set[str]:
    return set(await database.read(lambda connection: inspect(connection).get_table_names()))


async def test_the_migrations_end_at_exactly_what_the_program_expects(database: Database) -> None:
    found = await database.read(differences)

    assert found == []


async def test_a_bare_database_is_migrated_once_and_then_left_alone(bare_url: str) -> None:
    async with opened(bare_url) as database:
        first = await migrate(database)
        second = await migrate(database)

        assert (first, second) == (True, False)
        assert await tables(database) == {*TABLES, "alembic_version"}


async def test_several_instances_may_migrate_at_once(bare_url: str) -> None:
    async with opened(bare_url) as one, opened(bare_url) as another, opened(bare_url) as third:
        await asyncio.gather(migrate(one), migrate(another), migrate(third))

        assert await tables(third) == {*TABLES, "alembic_version"}


async def test_a_migration_that_fails_leaves_nothing_behind(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(bare_url) as database:
        # In the way of the last table of the first migration.
        await database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE source (key TEXT)"))

        with pytest.raises(Exception, match="already exists"):
            await migrate(database)

        assert await tables(database) == {"source"}


async def test_the_newest_revision_is_the_one_that_the_program_asks_for(database: Database) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415  (slow, and needed here alone)

    newest = await database.read(
        lambda connection: ScriptDirectory.from_config(configuration(connection)).get_current_head()
    )

    assert newest == HEAD


async def test_tables_made_at_once_are_the_migrated_ones(bare_url: str) -> None:
    async with opened(bare_url) as database:
        await create(database)
        found = await database.read(differences)

    assert found == []


async def test_what_alembic_does_not_compare_is_the_same_too(bare_url: str) -> None:
    def aside(connection: Connection) -> set[str]:
        return set(connection.exec_driver_sql(ASIDE[connection.dialect.name]).scalars())

    async with opened(bare_url) as database:
        await migrate(database)
        migrated = await database.read(aside)
        await database.write(SQLModel.metadata.drop_all)
        await create(database)

        assert await database.read(aside) == migrated
