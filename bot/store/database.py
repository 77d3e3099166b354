"""The connection to SQLite or PostgreSQL: one way to read, one way to write, and the schema brought up to date."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, event, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel

from bot.errors import ConfigError, StoreBusy, StoreUnavailable
from bot.store.tables import NOTE

HEAD = "0001"

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON")


@dataclass(slots=True)
class Database:
    """An open database.  SQLite has one writer, so writers queue here and not at its lock."""

    engine: AsyncEngine
    writer: AsyncEngine
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _file: IO[str] | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the single-process kind."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose reads agree with each other."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that is committed at the end, or not at all."""
        queue: AbstractAsyncContextManager[object] = self._lock if self.is_sqlite else nullcontext()
        async with queue, self.writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Give back everything that is held."""
        await self.engine.dispose()
        if self._file is not None:
            self._file.close()
            self._file = None

    def hold(self) -> None:
        """Make this the only Sitrep that works on this SQLite file, for as long as the process lives.

        Raises StoreBusy if another one does, StoreUnavailable if nothing can be written there.  PostgreSQL is
        made for several: nothing to hold there.
        """
        path = self.engine.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return
        try:
            lock = Path(path + ".lock").open("w", encoding="utf-8")  # noqa: SIM115  (held until close)
        except OSError as e:
            raise StoreUnavailable(f"DATABASE_URL: nothing can be written beside {path}: {e.strerror}") from e
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StoreBusy(
                f"{path}: another sitrep is already running on this file; stop it, or set DATABASE_URL to another "
                "file, or to PostgreSQL, which several can share"
            ) from None
        self._file = lock


def open_database(url: str) -> Database:
    """Return the database at `url`; nothing is connected before the first use."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _require_folder(where.database)
        engine = create_async_engine(url)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", _let_go)
        return Database(engine, engine.execution_options(sitrep_write=True))
    engine = create_async_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)
    return Database(engine.execution_options(isolation_level="REPEATABLE READ"), engine)


def _require_folder(path: str | None) -> None:
    folder = Path(path or ".").parent
    if not folder.is_dir():
        raise ConfigError(f"DATABASE_URL: there is no folder {folder}; make it, or name another place")


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _let_go(connection: DBAPIConnection, record: ConnectionPoolEntry, error: BaseException | None) -> None:
    """Work that is cancelled leaves a statement half done, and SQLite would go on holding the lock for it."""
    del record, error
    connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that will write says so at once: SQLite can not promote a reader that others overtook."""
    writes = connection.get_execution_options().get("sitrep_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_into(engine: str, into: Table) -> Any:
    """Return an INSERT that may say ON CONFLICT: both engines know it, SQLAlchemy keeps it in their dialects."""
    return sqlite.insert(into) if engine == "sqlite" else postgresql.insert(into)


async def migrate(database: Database) -> bool:
    """Bring the schema up to date; returns whether anything had to be done.

    Raises StoreUnavailable if there is no database to be had.
    """
    try:
        async with database.read() as connection:
            if await connection.run_sync(_revision) == HEAD:
                return False
    except (OSError, SQLAlchemyError) as e:
        where = database.engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(f"DATABASE_URL: {where} can not be opened: {_first_line(e)}") from e
    from bot.store import migrations  # noqa: PLC0415  (Alembic is slow to import and seldom needed)

    async with database.write() as connection:
        try:
            await connection.run_sync(migrations.upgrade)
        except migrations.UnknownRevision as e:
            raise StoreUnavailable("DATABASE_URL: this database belongs to a newer Sitrep; upgrade this one") from e
    return True


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


async def create(database: Database) -> None:
    """Make all tables at once, for a database that lives no longer than the process."""
    async with database.write() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)


async def claim_purpose(database: Database, purpose: str) -> None:
    """Mark what this database is for, once and for all: a replay must never end up among real incidents.

    Raises ConfigError if it is marked for something else.
    """
    mark = {"name": "purpose", "value": purpose}
    async with database.write() as connection:
        await connection.execute(insert_into(connection.dialect.name, NOTE).values(mark).on_conflict_do_nothing())
        found = (await connection.execute(select(NOTE.c.value).where(NOTE.c.name == "purpose"))).scalar()
    if found != purpose:
        raise ConfigError(
            f"DATABASE_URL: this database belongs to `sitrep {found}`; give `sitrep {purpose}` a database of its own"
        )
