"""The connection to SQLite or PostgreSQL: one way to read, one way to write, and the schema brought up to date."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import URL, Connection, Table, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from bot import __version__, tracing
from bot.clock import steady
from bot.errors import ConfigError, StoreBusy, StoreSilent, StoreUnavailable, StoreUnsure
from bot.gauges import TRANSACTION_SECONDS, UNCOUNTED, Gauges, timing
from bot.store.engines import Engine, Fate, Pool, Threads, Work
from bot.store.schema import Standing, first_line, standing
from bot.store.tables import NOTE

log = logging.getLogger(__name__)
T = TypeVar("T")

# What the task at hand has written beside whatever it writes, in the same transaction; it is told what that returned.
beside: ContextVar[Callable[[Connection, object], None] | None] = ContextVar("beside", default=None)

# For how many seconds the task at hand waits for one transaction; None if it waits until it is told what came of it.
# A connection that hangs does not even hear that nobody waits any more: what runs there is left to itself.
patience: ContextVar[float | None] = ContextVar("patience", default=None)
# A full disk takes what is small for a while: it is well when nothing was refused for so long.
_SURE_AFTER = 3.0
# What marks a copy that has not come to its end: `run` will have none of it, and the next try begins anew.
COPYING = "db copy"
_left: set[asyncio.Future[Any]] = set()


@contextmanager
def impatient(seconds: float) -> Iterator[None]:
    """Wait no longer for any transaction of the block: then StoreSilent, or StoreUnsure, is raised."""
    token = patience.set(seconds)
    try:
        yield
    finally:
        patience.reset(token)


def _forget(running: asyncio.Future[Any]) -> None:
    _left.discard(running)
    if not running.cancelled():
        running.exception()  # nobody is left to hear of it


@dataclass(slots=True)
class Database:
    """An open database.

    What is done in one transaction is a plain function of a connection, which is committed when it returns and
    undone when it raises.  Values are taken out of results inside of it.

    `refused` is why writes are refused, nothing if they are not: who asks hears how it is now, for the loops try again
    every second.  `told` hears why when that begins, and nothing when it is over.
    """

    engine: Engine
    gauges: Gauges = UNCOUNTED
    refused: str = ""
    told: Callable[[str], None] = lambda _: None
    _refused_at: float = 0.0
    _file: IO[str] | None = None

    @property
    def url(self) -> URL:
        """Where it is."""
        return self.engine.url

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the single-process kind."""
        return self.url.get_backend_name() == "sqlite"

    async def read(self, work: Work[T]) -> T:
        """Return what `work` finds; its reads agree with each other."""
        with timing(self.gauges, TRANSACTION_SECONDS, "read"), tracing.span("transaction", kind="read", of=work):
            return await self._run(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """Return what `work` returns, when everything that it wrote is committed."""
        besides = beside.get()
        with timing(self.gauges, TRANSACTION_SECONDS, "write"), tracing.span("transaction", kind="write", of=work):
            try:
                result = await self._run(work if besides is None else _both(work, besides), writes=True)
            except StoreUnavailable as error:
                self._is_refused(str(error))
                raise
        if self.refused and steady() - self._refused_at > _SURE_AFTER:
            self.refused = ""
            self.told("")
        return result

    async def _run(self, work: Work[T], *, writes: bool) -> T:
        """Wait as long as the task at hand has patience; one that is not waited for any more is undone if it can be."""
        seconds, fate = patience.get(), Fate()
        if seconds is None:
            return await self.engine.run(work, writes=writes)
        running = asyncio.ensure_future(self.engine.run(work, writes=writes, fate=fate))
        try:
            await asyncio.wait({running}, timeout=seconds)
        finally:
            if not running.done():
                fate.abandoned = True
                running.cancel()
                _left.add(running)
                running.add_done_callback(_forget)
        if running.done():
            return running.result()
        kind = StoreUnsure if writes and fate.committing else StoreSilent
        raise kind(f"DATABASE_URL: the database does not answer within {seconds:g} s")

    def _is_refused(self, reason: str) -> None:
        is_news, self.refused, self._refused_at = not self.refused, reason, steady()
        if is_news:
            self.told(reason)

    async def close(self) -> None:
        """Give back everything that is held."""
        await self.engine.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def hold(self) -> None:
        """Make this the only Sitrep that works on this SQLite file, for as long as the process lives.

        Raises StoreBusy if another one does, StoreUnavailable if nothing can be written there.  PostgreSQL is
        made for several: nothing to hold there.
        """
        path = self.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return
        try:
            lock = Path(path + ".lock").open("w", encoding="utf-8")  # noqa: SIM115  (held until close)
        except OSError as e:
            raise StoreUnavailable(
                f"DATABASE_URL: {path}.lock can not be written ({e.strerror}): let it, and its folder, belong to the "
                "user that Sitrep runs as"
            ) from e
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StoreBusy(
                f"{path}: another sitrep is already running on this file; stop it, or set DATABASE_URL to another "
                "file, or to PostgreSQL, which several can share"
            ) from None
        self._file = lock


def _both(work: Work[T], besides: Callable[[Connection, object], None]) -> Work[T]:
    def both(connection: Connection) -> T:
        result = work(connection)
        besides(connection, result)
        return result

    return both


def open_database(url: str, name: str = "") -> Database:
    """Return the database at `url`; nothing is connected before the first use.

    `name` is whose it is among several that share it.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _require_folder(where.database)
        return Database(Threads(where))
    return Database(Pool(where, name))


def _require_folder(path: str | None) -> None:
    folder = Path(path or ".").parent
    if not folder.is_dir():
        raise ConfigError(f"DATABASE_URL: there is no folder {folder}; make it, or name another place")


def insert_into(engine: str, into: Table) -> Any:
    """Return an INSERT that may say ON CONFLICT: both engines know it, SQLAlchemy keeps it in their dialects."""
    # Each takes a tenth of a second to import, and nobody uses both.
    if engine == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415  (as said above)

        return sqlite.insert(into)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  (as said above)

    return postgresql.insert(into)


async def migrate(database: Database, purpose: str = "") -> bool:
    """Bring the schema up to date; returns whether anything had to be done.  One that is new is marked for `purpose`.

    A newer one that this program survives is left as it is.  Raises StoreUnavailable if there is no database to be had,
    if it is too new, or if the schema can not be changed now: then it is as it was.
    """
    if database.is_sqlite:
        _make_file(database.url)
    try:
        found = await database.read(standing)
    except (OSError, SQLAlchemyError) as e:
        where = database.url.render_as_string(hide_password=True)
        raise StoreUnavailable(f"DATABASE_URL: {where} can not be opened: {first_line(e)}") from e
    found.require(__version__)
    if found.serves:
        if found.is_newer:
            log.info("the database is of a newer Sitrep, and serves this one as well revision=%s", found.revision)
        return False
    from bot.store import migrations  # noqa: PLC0415  (Alembic is slow to import and seldom needed)

    await migrations.upgrade(database.engine, __version__, purpose)
    return True


def _make_file(where: URL) -> None:
    """Make a new file such that nobody else can read it: there may be tokens in it."""
    path = where.database
    if path and path != ":memory:" and not path.startswith("file:"):
        with suppress(OSError):  # whatever is in the way is told by whoever opens it
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def is_ready(database: Database) -> bool:
    """Tell whether it is there and this program may work on it; nothing is made to find out."""
    return (await _standing(database)).serves


async def is_current(database: Database) -> bool:
    """Tell whether it is there and exactly as this program would make it."""
    return (await _standing(database)).is_current


async def _standing(database: Database) -> Standing:
    if database.is_sqlite and not _has_file(database.url):
        return Standing(None)
    try:
        return await database.read(standing)
    except (OSError, SQLAlchemyError, StoreUnavailable):
        return Standing(None)


def _has_file(where: URL) -> bool:
    return bool(where.database) and Path(str(where.database)).exists()


async def create(database: Database) -> None:
    """Make all tables at once, for a database that lives no longer than the process."""
    await database.write(SQLModel.metadata.create_all)


async def claim_purpose(database: Database, purpose: str) -> None:
    """Mark what this database is for, once and for all: a replay must never end up among real incidents.

    Raises ConfigError if it is marked for something else.
    """
    mark = {"name": "purpose", "value": purpose}

    def work(connection: Connection) -> str | None:
        connection.execute(insert_into(connection.dialect.name, NOTE).values(mark).on_conflict_do_nothing())
        return connection.execute(select(NOTE.c.value).where(NOTE.c.name == "purpose")).scalar()

    found = await database.write(work)
    if found == COPYING != purpose:
        raise ConfigError(
            "DATABASE_URL: a copy into this database broke off: do it again, and it begins anew (`sitrep db copy`)"
        )
    if found != purpose:
        raise ConfigError(
            f"DATABASE_URL: this database belongs to `sitrep {found}`; give `sitrep {purpose}` a database of its own"
        )
