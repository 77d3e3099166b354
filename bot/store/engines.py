"""How a transaction is run without holding up the loop: on SQLite in a thread, on PostgreSQL by asyncpg.

A transaction is one function that runs from its beginning to its end.  A driver that goes to its thread and back
for every statement costs more than the statements: on SQLite a changed page took forty such journeys, and three
quarters of its CPU time went into them (docs/decisions/0009).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from sqlite3 import SQLITE_BUSY, OperationalError
from threading import local
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy import Engine as SyncEngine
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StoreLost, StoreUnavailable

T = TypeVar("T")
Work = Callable[[Connection], T]

_PRAGMAS = ("busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON")
# Two that open a new file at once get in each other's way, and SQLite does not wait there by itself.
_WAL_TRIES, _WAL_PAUSE = 500, 0.02
# One that is stuck in a long read must not keep the others waiting.
_READERS = 3
_CLOSES_WITHIN = 0.5


class Engine(Protocol):
    """What runs transactions."""

    @property
    def url(self) -> URL:
        """Where the database is."""
        ...

    async def run(self, work: Work[T], *, writes: bool) -> T:
        """Return what `work` returns, in a transaction of its own.

        One whose caller is cancelled meanwhile is either committed as a whole or not at all.
        """
        ...

    async def run_apart(self, work: Work[T]) -> T:
        """Return what `work` returns; where the engine can do that each of its statements is committed by itself."""
        ...

    async def close(self) -> None:
        """Give back everything that is held."""
        ...


class Threads:
    """SQLite: it has one writer, and so one thread writes; others read beside it."""

    def __init__(self, url: URL) -> None:
        """Connect to nothing yet."""
        self.url = url
        self._engine = create_engine(url.set(drivername="sqlite"))
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._writer = _Threads(self._engine.execution_options(sitrep_write=True), 1, "sqlite-writer")
        # A database in memory belongs to the thread that made it.
        self._readers = _Threads(self._engine, _READERS, "sqlite-reader") if _is_file(url) else self._writer

    async def run(self, work: Work[T], *, writes: bool) -> T:
        """Return what `work` returns; writers take their turns.  Raises StoreUnavailable if others do not let go."""
        threads = self._writer if writes else self._readers
        try:
            return await asyncio.get_running_loop().run_in_executor(threads.pool, threads.transaction, work)
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != SQLITE_BUSY:
                raise
            raise StoreUnavailable("DATABASE_URL: another program has held the file for too long") from error

    async def run_apart(self, work: Work[T]) -> T:
        """Return what `work` returns: here it is one transaction like any other."""
        return await self.run(work, writes=True)

    async def close(self) -> None:
        """Let what has begun come to its end."""
        loop = asyncio.get_running_loop()
        if self._readers is not self._writer:
            await loop.run_in_executor(None, self._readers.pool.shutdown)
        await loop.run_in_executor(self._writer.pool, self._let_go)
        await loop.run_in_executor(None, self._writer.pool.shutdown)
        self._engine.dispose()

    def _let_go(self) -> None:
        self._readers.let_go()
        self._writer.let_go()


class _Threads:
    """Threads that run transactions, each on a connection that it keeps: to fetch one costs as much as a question."""

    def __init__(self, engine: SyncEngine, number: int, name: str) -> None:
        self.pool = ThreadPoolExecutor(number, name)
        self._engine = engine
        self._mine = local()
        self._kept: set[Connection] = set()

    def transaction(self, work: Work[T]) -> T:
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._engine.connect()
            self._kept.add(connection)
        try:
            with connection.begin():
                return work(connection)
        except BaseException:
            # After a failure nobody knows what state it is in.
            self._mine.connection = None
            self._kept.discard(connection)
            connection.close()
            raise

    def let_go(self) -> None:
        """Close what is kept; nothing may be running any more."""
        while self._kept:
            self._kept.pop().close()


def _is_file(url: URL) -> bool:
    return bool(url.database) and url.database != ":memory:" and "memory" not in str(url.query.get("mode", ""))


def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _keep_log(cursor)
    cursor.close()


def _keep_log(cursor: DBAPICursor) -> None:
    for left in reversed(range(_WAL_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF != SQLITE_BUSY:
                raise
            time.sleep(_WAL_PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    """A transaction that will write says so at once: SQLite can not promote a reader that others overtook."""
    writes = connection.get_execution_options().get("sitrep_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Pool:
    """PostgreSQL: many connections; readers see one moment, writers see what others commit."""

    def __init__(self, url: URL, name: str = "") -> None:
        """Connect to nothing yet; `name` is what its sessions are called."""
        self.url = url
        self._writes = create_async_engine(
            url, pool_size=8, max_overflow=8, pool_pre_ping=True, connect_args=named(name)
        )
        self._reads = self._writes.execution_options(isolation_level="REPEATABLE READ")
        self._apart = self._writes.execution_options(isolation_level="AUTOCOMMIT")

    async def run(self, work: Work[T], *, writes: bool) -> T:
        """Return what `work` returns.  Raises StoreUnavailable if there is no database, StoreLost if it goes."""
        return await _answered((self._writes if writes else self._reads).begin(), work)

    async def run_apart(self, work: Work[T]) -> T:
        """Return what `work` returns, outside of any transaction: there are statements that want that."""
        return await _answered(self._apart.connect(), work)

    async def close(self) -> None:
        """Close the connections; those that a database that hangs does not let go are dropped, without a word."""
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSES_WITHIN):
                await self._writes.dispose()


async def _answered(opening: AbstractAsyncContextManager[AsyncConnection], work: Work[T]) -> T:
    try:
        async with opening as connection:
            return await connection.run_sync(work)
    except (OSError, TimeoutError) as error:
        raise StoreUnavailable(f"DATABASE_URL: the database does not answer ({type(error).__name__})") from error
    except DBAPIError as error:
        if not _is_gone(error):
            raise
        reason = type(error.orig).__name__
        raise StoreLost(f"DATABASE_URL: the database does not answer ({reason})") from error


# The server shuts down, starts up, or has ended the session: https://www.postgresql.org/docs/current/errcodes-appendix.html
_GOING = ("08", "57P")


def _is_gone(error: DBAPIError) -> bool:
    """Whether it is no fault of what was asked: there is no connection any more."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    words = str(error.orig)
    return error.connection_invalidated or state.startswith(_GOING) or "connection was closed" in words


def named(name: str) -> dict[str, Any]:
    """Return what gives a session a name, by which others can end it; of long ones PostgreSQL keeps 63 bytes.

    https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME
    """
    return {"server_settings": {"application_name": name}} if name else {}
