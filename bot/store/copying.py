"""One database copied into another, of the same engine or the other one; and a copy of a SQLite file that is in use."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text, tuple_
from sqlmodel import SQLModel

from bot.errors import ConfigError, StoreBusy, StoreUnavailable
from bot.store.database import COPYING, Database, claim_purpose, is_current, migrate
from bot.store.tables import ANNOUNCEMENT, INSTANCE, NOTE, POLL

AT_ONCE = 500
FROM, TO = "FROM", "TO"
_LIVING = text("SELECT count(*) FROM instance WHERE seen_at > clock_timestamp() - interval '1 minute'")


async def copy(source: Database, target: Database) -> Mapping[str, int]:
    """Copy everything; returns how many rows each table has.

    Nobody may work on either of them.  The target must be empty, but for what an earlier try has left there.  Raises
    StoreBusy or ConfigError if that is not so, StoreUnavailable if one of them can not be reached.
    """
    with spoken_of(FROM):
        _require_file(source)
        await _require_rest(source)
    with spoken_of(TO):
        await migrate(target, COPYING)
        await _require_rest(target)
        await _require_empty(target)
        await claim_purpose(target, COPYING)
    tables = [table for table in SQLModel.metadata.sorted_tables if table is not INSTANCE and table is not NOTE]
    await target.write(lambda connection: _empty(connection, tables))
    found = {table.name: await _copied(source, target, table) for table in tables}
    await target.write(lambda connection: _count_on(connection, tables))
    await _notes(source, target)
    return found


@contextmanager
def spoken_of(which: str) -> Iterator[None]:
    """Name the one of two databases that something is wrong with; there is no DATABASE_URL here."""
    try:
        yield
    except (StoreUnavailable, StoreBusy, ConfigError) as error:
        raise type(error)(f"{which}: {str(error).removeprefix('DATABASE_URL: ')}") from error


def _require_file(source: Database) -> None:
    """Refuse a file that is not there, before anything is made beside it."""
    path = source.url.database
    if source.is_sqlite and path and not Path(path).is_file():
        raise ConfigError(f"there is no file {path}")


async def _require_rest(database: Database) -> None:
    """Refuse a database that a program works on."""
    where = database.url.render_as_string(hide_password=True)
    if database.is_sqlite:
        database.hold()
    if not await is_current(database):
        raise StoreUnavailable(
            f"{where}: its tables are not those of this version; bring it up to date (`sitrep migrate`), or copy what "
            "belongs to a newer Sitrep with that one"
        )
    if database.is_sqlite:
        return
    if await database.read(lambda connection: connection.execute(_LIVING).scalar()):
        raise StoreBusy(f"{where}: a sitrep is running on it, or was a minute ago; stop them all and try again")


async def _require_empty(target: Database) -> None:
    purpose = select(NOTE.c.value).where(NOTE.c.name == "purpose")
    if await target.read(lambda connection: connection.execute(purpose).scalar()) not in {None, COPYING}:
        where = target.url.render_as_string(hide_password=True)
        raise ConfigError(f"{where}: there are incidents already; copy into an empty database")


def _empty(connection: Connection, tables: Sequence[Table]) -> None:
    for table in reversed(tables):
        connection.execute(delete(table))


async def _copied(source: Database, target: Database, table: Table) -> int:
    count, last = 0, None
    while rows := await source.read(lambda connection, last=last: _page(connection, table, last)):  # type: ignore[misc]  # bound at once
        last = tuple(getattr(rows[-1], column.name) for column in table.primary_key)
        values = [_at_rest(table, dict(row._mapping)) for row in rows]  # noqa: SLF001  (SQLAlchemy's public name for it)
        await target.write(lambda connection, values=values: connection.execute(insert(table), values))  # type: ignore[misc]  # likewise
        count += len(rows)
    there = await target.read(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())
    if there != count:
        raise StoreUnavailable(f"{table.name}: {count} rows were copied and {there} are there; try again")
    return count


def _page(connection: Connection, table: Table, last: tuple[Any, ...] | None) -> Sequence[Row[Any]]:
    key = list(table.primary_key)
    query = select(table).order_by(*key).limit(AT_ONCE)
    if last is not None:
        query = query.where(tuple_(*key) > tuple_(*last)) if len(key) > 1 else query.where(key[0] > last[0])
    return connection.execute(query).all()


def _at_rest(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that nobody holds: whoever held it is not there any more."""
    return row | {"owner": None, "lease_until": None} if table in {POLL, ANNOUNCEMENT} else row


async def _notes(source: Database, target: Database) -> None:
    """Copy what is noted about the database last: with it the copy is what its source was."""
    rows = await source.read(lambda connection: [dict(row) for row in connection.execute(select(NOTE)).mappings()])

    def work(connection: Connection) -> None:
        connection.execute(delete(NOTE))
        if rows:
            connection.execute(insert(NOTE), rows)

    await target.write(work)


def _count_on(connection: Connection, tables: Sequence[Table]) -> None:
    """Let PostgreSQL number rows on from where the source was; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table, column in _numbered(tables):
        highest = connection.execute(select(func.max(table.c[column]))).scalar()
        if highest is not None:
            sequence = func.pg_get_serial_sequence(table.name, column)
            connection.execute(select(func.setval(sequence, highest)))


def _numbered(tables: Sequence[Table]) -> Iterator[tuple[Table, str]]:
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            yield table, column.name


async def back_up(file: Path, into: Path) -> None:
    """Copy a SQLite file that may be in use, as it is at one moment; `into` must not be there yet.

    By SQLite's own means for that: https://www.sqlite.org/backup.html.
    """
    try:
        await asyncio.to_thread(_backed_up, file, into)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"{file} can not be copied to {into}: {error}") from error


def _backed_up(file: Path, into: Path) -> None:
    if into.exists():
        raise ConfigError(f"{into}: is there already; name a new file")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        try:
            with closing(sqlite3.connect(into)) as target:
                into.chmod(0o600)
                source.backup(target)
        except sqlite3.Error:
            into.unlink(missing_ok=True)  # half a copy is none, and stands in the way of the next
            raise
