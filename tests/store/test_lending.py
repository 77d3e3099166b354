"""What the other tests are lent: a database that is empty, and as new."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, text

from tests.databases import Postgres, opened

CLAIM = "INSERT INTO note (name, value) VALUES ('a', 'b')"
NUMBERED = "SELECT nextval(oid::regclass) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
MORE_THAN_ROWS = (
    "CREATE TABLE theirs (id int)",
    "CREATE FUNCTION alarm() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP TABLE audit",
    "ALTER TABLE announcement RENAME COLUMN platform TO somewhere",
    "DROP INDEX {index}",
    "UPDATE alembic_version SET version_num = '9999'",
    "DELETE FROM alembic_version",
    "REVOKE SELECT ON note FROM postgres",
)


def answers(postgres: Postgres, name: str, *statements: str) -> list[object]:
    """Return the first value that each gives, if it gives any."""

    def work(connection: Connection) -> list[object]:
        results = [connection.execute(text(one)) for one in statements]
        return [result.scalar() for result in results if result.returns_rows]

    async def asked() -> list[object]:
        async with opened(postgres.url(name)) as database:
            return await database.write(work)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(asked())


def test_what_one_has_written_the_next_does_not_find(postgres: Postgres) -> None:
    first = postgres.lend()
    assert answers(postgres, first.name, CLAIM, NUMBERED, NUMBERED) == [1, 2]

    postgres.take_back(first)
    second = postgres.lend()

    assert second.name == first.name
    assert answers(postgres, second.name, "SELECT count(*) FROM note", NUMBERED) == [0, 1]
    postgres.take_back(second)


@pytest.mark.parametrize("statement", MORE_THAN_ROWS)
def test_one_that_is_not_as_it_was_is_lent_no_more(postgres: Postgres, statement: str) -> None:
    lent = postgres.lend()
    (index,) = answers(postgres, lent.name, "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'ix%'")
    answers(postgres, lent.name, statement.format(index=index))

    postgres.take_back(lent)

    another = postgres.lend()
    assert another.name != lent.name
    postgres.take_back(another)


def test_whoever_is_still_there_is_sent_away(postgres: Postgres) -> None:
    lent = postgres.lend()

    async def left() -> bool:
        async with opened(postgres.url(lent.name)) as database:
            await database.write(lambda connection: connection.execute(text(CLAIM)))
            await asyncio.to_thread(postgres.take_back, lent)
            return postgres.lend() is lent

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        assert runner.run(left())
    postgres.take_back(lent)
