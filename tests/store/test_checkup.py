"""How a PostgreSQL database is, found out without changing it; SQLite is in tests/cli/test_doctor.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from bot.clock import SystemClock
from bot.core.diagnosis.stored import Schema, findings
from bot.store.checkup import examine
from bot.store.database import open_database
from tests.databases import Postgres, opened

AGO = "clock_timestamp() - interval '1 hour'"


def now() -> datetime:
    return SystemClock().now()


async def test_a_server_tells_its_version_its_time_and_how_many_sessions_it_has(postgres_url: str) -> None:
    found = await examine(postgres_url, now() - timedelta(minutes=3))

    assert (found.error, found.refusal, found.schema, found.purpose) == ("", "", Schema.CURRENT, None)
    assert found.server is not None
    assert found.server.version >= 180000
    assert found.server.most > found.server.used >= 0
    assert found.server.keeps_sessions
    assert timedelta(minutes=2) < found.server.ahead < timedelta(minutes=4)
    assert "postgres@" in found.where


async def test_a_server_that_is_not_there_is_an_error_without_a_password(postgres: Postgres) -> None:
    gone = await examine(f"postgresql+asyncpg://ann:made-up@/nothing?host={postgres.folder}", now())

    assert 'role "ann" does not exist' in gone.error or 'database "nothing" does not exist' in gone.error
    assert "made-up" not in f"{gone}"


async def test_an_instance_that_hangs_is_told_from_one_that_lives_and_from_one_that_is_gone(postgres_url: str) -> None:
    seen = {"('gone', '0'": AGO, "('hung', '1'": AGO, "('well', '1'": "clock_timestamp()"}
    rows = ", ".join(f"{one}, {AGO}, {at}, '0001')" for one, at in seen.items())
    hung, well = open_database(postgres_url, "hung"), open_database(postgres_url, "well")
    try:
        await hung.write(lambda one: one.execute(text(f"INSERT INTO instance VALUES {rows}")))  # noqa: S608  (ours)
        await well.read(lambda one: one.execute(text("SELECT 1")))
        found = await examine(postgres_url, now())
    finally:
        await hung.close()
        await well.close()
    left = await examine(postgres_url, now())

    found_so = {one.id: (one.hangs, one.is_gone) for one in found.instances}
    assert found_so == {"gone": (True, True), "hung": (True, False), "well": (False, False)}
    assert found.runs
    assert [one.what.split(" since ")[0] for one in findings(found, "2", now())] == [
        "hung has given no sign of life",
        "1 runs, and this is 2",
    ]
    assert not left.runs


async def test_a_role_that_may_not_write_or_a_database_that_only_reads_is_found(
    postgres: Postgres, postgres_url: str
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    role = f"reader_{name}"
    postgres.run(f"CREATE ROLE {role} LOGIN")
    async with opened(postgres_url) as database:
        await database.write(lambda one: one.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")))
    reader = await examine(postgres_url.replace("postgres@", f"{role}@"), now())
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    standing = await examine(postgres_url, now())
    postgres.run(f"DROP OWNED BY {role}")

    assert reader.refusal == (f"the role {role} may not write to announcement, incident, poll, timeline_entry")
    assert standing.refusal == "it is set to read only (default_transaction_read_only)"


async def test_a_database_without_tables_is_well_and_one_with_others_is_not_ours(bare_url: str) -> None:
    if not bare_url.startswith("postgresql"):
        assert not (await examine(bare_url, now())).exists
        return
    bare = await examine(bare_url, now())
    async with opened(bare_url) as database:
        await database.write(lambda one: one.execute(text("CREATE TABLE theirs (id int)")))

    assert (bare.schema, bare.refusal) == (Schema.NONE, "")
    assert (await examine(bare_url, now())).schema is Schema.OTHER
