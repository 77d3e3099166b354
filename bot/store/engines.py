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
from contextlib import suppress
from sqlite3 import SQLITE_BUSY, Error, OperationalError
from threading import local
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy import Engine as SyncEngine
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StoreLost, StoreSilent, StoreUnsure
from bot.store import refusals

T = TypeVar("T")
Work = Callable[[Connection], T]

_PRAGMAS = ("busy_timeout=10000", "synchronous=NORMAL", "foreign_keys=ON")
# Two that open a new file at once get in each other's way, and SQLite does not wait there by itself.
_WAL_TRIES, _WAL_PAUSE = 500, 0.02
# One that is stuck in a long read must not keep the others waiting.
_READERS = 3
# A transaction that will write says so at once: SQLite can not promote a reader that others overtook.
_BEGIN_TO_WRITE = "BEGIN IMMEDIATE"
_CLOSES_WITHIN = 0.5
_PINGS_WITHIN = 5.0
# A server that takes a connection and says nothing is not there for anybody.
CONNECTS_WITHIN = 10.0


# Of two that wait for each other one is undone, and finds the way free: so often in a row it is no accident.
_DEADLOCKS = 5


class Fate:
    """What becomes of one transaction that writes, as far as who waits for it can know.

    Once it is `abandoned` it is undone, unless it is `committing` by then.  Who abandons it sets the one and then
    reads the other, who runs it does so the other way round: so neither misses the other.
    """

    abandoned = False
    committing = False

    def commits(self) -> None:
        """Note that from now on it may be kept.  Raises StoreSilent if nobody waits for it any more."""
        self.committing = True
        if self.abandoned:
            raise StoreSilent("DATABASE_URL: the database answered too late: nothing was written")


class Engine(Protocol):
    """What runs transactions."""

    @property
    def url(self) -> URL:
        """Where the database is."""
        ...

    async def run(self, work: Work[T], *, writes: bool, fate: Fate | None = None) -> T:
        """Return what `work` returns, in a transaction of its own.

        One whose caller is cancelled meanwhile is either committed as a whole or not at all; `fate` tells which.
        """
        ...

    async def run_apart(self, work: Work[T]) -> T:
        """Return what `work` returns; where the engine can do that each of its statements is committed by itself."""
        ...

    def drop(self) -> None:
        """End every connection where it stands, and whoever waits for an answer: it will not come."""
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
        self._writer = _Threads(self._engine, 1, "sqlite-writer", _BEGIN_TO_WRITE)
        # A database in memory belongs to the thread that made it.
        self._readers = _Threads(self._engine, _READERS, "sqlite-reader", "BEGIN") if _is_file(url) else self._writer

    async def run(self, work: Work[T], *, writes: bool, fate: Fate | None = None) -> T:
        """Return what `work` returns; writers take their turns.  Raises StoreRefused if file or disk do not let us."""
        threads = self._writer if writes else self._readers
        try:
            return await asyncio.get_running_loop().run_in_executor(
                threads.pool, threads.transaction, work, fate or Fate()
            )
        except DBAPIError as error:
            refusal = refusals.of_sqlite(error)
            if refusal is None:
                raise
            raise refusal from error

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

    def drop(self) -> None:
        """Do nothing: a file never falls silent."""

    def _let_go(self) -> None:
        self._readers.let_go()
        self._writer.let_go()


class _Threads:
    """Threads that run transactions, each on a connection that it keeps: to fetch one costs as much as a question."""

    def __init__(self, engine: SyncEngine, number: int, name: str, begin: str) -> None:
        self.pool = ThreadPoolExecutor(number, name)
        self._engine = engine
        self._begin = begin
        self._mine = local()
        self._kept: set[Connection] = set()

    def transaction(self, work: Work[T], fate: Fate) -> T:
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._engine.connect()
            self._kept.add(connection)
        try:
            with connection.begin():
                _begin(connection, self._begin)
                result = work(connection)
                fate.commits()
                return result
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


def _begin(connection: Connection, statement: str) -> None:
    """Begin a transaction in the file, which SQLAlchemy leaves to us: its own way there takes as long as a question.

    A listener for it would make every statement ask for listeners.
    """
    try:
        connection.connection.cursor().execute(statement)
    except Error as error:
        raise DBAPIError.instance(statement, None, error, Error) from error


class Pool:
    """PostgreSQL: many connections; readers see one moment, writers see what others commit."""

    def __init__(self, url: URL, name: str = "") -> None:
        """Connect to nothing yet; `name` is what its sessions are called."""
        self.url = url
        # Each connection knows a hundred statements, at some 10 kB each: the last used is taken first, so that it is
        # the same few that know them, and not every one after some hours.
        self._writes = create_async_engine(
            url, pool_size=8, max_overflow=8, pool_use_lifo=True, pool_pre_ping=True, connect_args=named(name)
        )
        self._reads = self._writes.execution_options(isolation_level="REPEATABLE READ")
        self._apart = self._writes.execution_options(isolation_level="AUTOCOMMIT")
        _ping_in_time(self._writes.dialect)
        self._open = WeakSet[Any]()
        event.listen(self._writes.sync_engine, "connect", lambda adapted, _: self._open.add(adapted.driver_connection))

    async def run(self, work: Work[T], *, writes: bool, fate: Fate | None = None) -> T:
        """Return what `work` returns; it is done anew if PostgreSQL has undone it because two waited for each other.

        Raises StoreUnavailable if there is no database, StoreLost if it goes; StoreUnsure if it goes so late that what
        was written may be kept.
        """
        fate, left = fate or Fate(), _DEADLOCKS
        while True:
            left -= 1
            try:
                return await self._run(work, fate, writes=writes)
            except DBAPIError as error:
                if not left or not refusals.is_deadlock(error):
                    raise

    async def _run(self, work: Work[T], fate: Fate, *, writes: bool) -> T:
        try:
            async with (self._writes if writes else self._reads).begin() as connection:
                result = await connection.run_sync(work)
                fate.commits()
                return result
        except (OSError, TimeoutError, DBAPIError, NoneFree) as error:
            refusal = refusals.of_postgresql(error)
            if refusal is None:
                raise
            is_unsure = writes and fate.committing and isinstance(refusal, StoreLost)
            raise (_unsure() if is_unsure else refusal) from error

    async def run_apart(self, work: Work[T]) -> T:
        """Return what `work` returns, outside of any transaction: there are statements that want that."""
        try:
            async with self._apart.connect() as connection:
                return await connection.run_sync(work)
        except (OSError, TimeoutError, DBAPIError, NoneFree) as error:
            refusal = refusals.of_postgresql(error)
            if refusal is None:
                raise
            raise refusal from error

    def drop(self) -> None:
        """End every connection where it stands, and whoever waits for an answer: it will not come."""
        for one in [*self._open]:
            one.terminate()

    async def close(self) -> None:
        """Close the connections; those that a database that hangs does not let go are dropped, without a word."""
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSES_WITHIN):
                    await self._writes.dispose()
        finally:
            self.drop()


def _ping_in_time(dialect: Any) -> None:
    """End a connection that does not answer the question whether it lives; the pool makes a new one then.

    Who forgets connections on the way, as firewalls do with those that say nothing for a while, tells nobody.
    """
    ping = dialect.do_ping

    def in_time(connection: Any) -> bool:
        timer = asyncio.get_running_loop().call_later(_PINGS_WITHIN, connection.driver_connection.terminate)
        try:
            return bool(ping(connection))
        finally:
            timer.cancel()

    dialect.do_ping = in_time


def _unsure() -> StoreUnsure:
    return StoreUnsure("DATABASE_URL: the database went while something was written: nobody knows whether it is kept")


def named(name: str) -> dict[str, Any]:
    """Return how a session begins: soon, and with a name, by which others can end it; of long ones 63 bytes are kept.

    https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME
    """
    settings = {"server_settings": {"application_name": name}} if name else {}
    return {"timeout": CONNECTS_WITHIN, **settings}
