"""The instances that share one PostgreSQL database: which of them live, and what the dead leave behind.

Each holds a lock on its own name in a session of its own, its guard.  PostgreSQL gives such a lock up when the session
ends, however it ends, so that whoever gets the lock of another's name knows that the other is gone:
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS.  One that hangs still holds it; it is
known by its sign of life, which is written by the database's clock, and all its sessions are ended before anybody takes
over from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import BindParameter, Connection, NullPool, bindparam, event, func, text, update
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import StoreSilent, StoreUnavailable
from bot.store.database import Database
from bot.store.engines import named
from bot.store.refusals import why
from bot.store.schema import HEAD, standing
from bot.store.tables import ANNOUNCEMENT, POLL

# Whoever gives no sign of life for so long hangs.
HANGS = timedelta(seconds=10)
_ANSWERS_WITHIN = 5.0
# All that is asked until an instance counts: a connection may fall silent at any of it.
_JOINS_WITHIN = 10.0
# What is told to all instances when something has become due for delivery.
DUE = "sitrep_due"


class Lost(Exception):
    """Others have taken this instance for dead."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another instance; `hangs` if it has given no sign of life for too long."""

    id: str
    hangs: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """This instance's own session."""

    id: str
    connection: AsyncConnection

    async def beat(self) -> datetime:
        """Give a sign of life and return the database's time; Lost if this instance is counted among the dead."""
        found: datetime | None = (await self._ask(_BEAT, id=self.id)).scalar()
        if found is None:
            raise Lost
        return found

    async def others(self) -> tuple[Other, ...]:
        """Return all other instances that are not known to be gone."""
        rows = (await self._ask(_OTHERS, id=self.id, limit=HANGS)).all()
        return tuple(Other(row.id, row.hangs) for row in rows)

    async def is_gone(self, other: str) -> bool:
        """Whether another instance has ended.  If so nobody else finds that out until `forget`."""
        return bool((await self._ask(_TAKE, key=_key(other))).scalar())

    async def forget(self, other: str) -> None:
        """Let others find out too."""
        await self._ask(_GIVE, key=_key(other))

    async def take(self, role: str) -> bool:
        """Whether a role is this instance's now: then it is, until its guard ends."""
        return bool((await self._ask(_TAKE, key=_key(f"role:{role}"))).scalar())

    async def end(self, other: str) -> None:
        """End all sessions of one that hangs: when it wakes it can write nothing, and knows why."""
        await self._ask(_END, id=other)

    async def _ask(self, what: Any, **values: object) -> Any:
        async with asyncio.timeout(_ANSWERS_WITHIN):
            return await self.connection.execute(what, values)


_BEAT = text("UPDATE instance SET seen_at = clock_timestamp() WHERE id = :id RETURNING seen_at")
_OTHERS = text(
    "SELECT id, seen_at < clock_timestamp() - CAST(:limit AS interval) AS hangs FROM instance WHERE id <> :id"
)
_TAKE = text("SELECT pg_try_advisory_lock(CAST(:key AS bigint))")
_GIVE = text("SELECT pg_advisory_unlock(CAST(:key AS bigint))")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = :id AND datname = current_database() AND pid <> pg_backend_pid()"
)
# https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
_AT_IT = text(
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = :id AND datname = current_database()"
    " AND pid <> pg_backend_pid() AND state NOT IN ('idle', 'disabled')"
)
_JOIN = text(
    "INSERT INTO instance (id, version, revision, joined_at, seen_at) VALUES (:id, :version, :revision,"
    " clock_timestamp(), clock_timestamp()) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()"
)


@asynccontextmanager
async def guard(database: Database, id_: str, version: str, wake: Callable[[], None]) -> AsyncIterator[Guard]:
    """Count this instance among the living for the length of the block; `wake` is called when something became due.

    Raises Lost if others take it for dead, StoreUnavailable as soon as the database is not to be had, StoreSilent if it
    does not answer, Outgrown if a newer program has made it such that this one does not survive.
    """
    engine = create_async_engine(
        database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=named(id_)
    )
    opened: list[Any] = []
    event.listen(engine.sync_engine, "connect", lambda adapted, _: opened.append(adapted.driver_connection))
    try:
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_JOINS_WITHIN):
                    connection = await stack.enter_async_context(engine.connect())
                    mine = Guard(id_, connection)
                    await _join(mine, version)
                    await listen(connection, wake)
                yield mine
            except BaseException:
                # Closed in all form it would wait for a word of the server's, and one that is silent never says it.
                for one in opened:
                    one.terminate()
                raise
    except _GONE as error:
        raise _unavailable(error) from error
    finally:
        await engine.dispose()


async def _join(mine: Guard, version: str) -> None:
    if not await mine.is_gone(mine.id):  # nobody has the lock of our own name, unless they are burying us
        raise Lost
    await mine._ask(_JOIN, id=mine.id, version=version, revision=HEAD)  # noqa: SLF001  (as the guard itself would)
    # Not before it is counted: what it would not survive is not done from then on.
    (await mine.connection.run_sync(standing)).require(version)


async def listen(connection: AsyncConnection, wake: Callable[[], None]) -> None:
    """Have `wake` called when something became due.  Raises StoreUnavailable if the connection is gone."""
    from asyncpg import InterfaceError, InternalClientError, PostgresError  # noqa: PLC0415  (for those alone who are on PostgreSQL)

    raw: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await raw.add_listener(DUE, lambda *_: wake())
    except (PostgresError, InterfaceError, InternalClientError) as error:  # the driver's own: SQLAlchemy sees none
        raise _unavailable(error) from error


def notify(connection: Connection) -> None:
    """Wake all instances when this transaction is committed; on SQLite there is but one."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY)


_NOTIFY = text(f"SELECT pg_notify('{DUE}', '')")


async def the_time(database: Database) -> datetime:
    """Return the time by the database's clock, which all instances go by."""
    found: datetime = await database.read(lambda connection: connection.execute(_TIME).scalar_one())
    return found


async def bury(database: Database, other: str, *, wait: timedelta = timedelta()) -> int | None:
    """Free all that a dead instance held; returns how much that was.  Raises StoreUnavailable if that can not be done.

    None if it is too early: a transaction that nobody waits for any more may still be committed, and what it claims
    would be held by nobody.  Steps that it had begun are read back by whoever goes on: not before `wait` is over, where
    its last words may still be under way.
    """

    def work(connection: Connection) -> int | None:
        if connection.execute(_AT_IT, {"id": other}).scalar():
            return None
        held = {"b_owner": other}
        freed = connection.execute(_FREE_POLLS, held).rowcount
        if wait:
            connection.execute(_PUT_OFF, {**held, "b_wait": wait})
        freed += connection.execute(_FREE_ANNOUNCEMENTS, held).rowcount
        connection.execute(_BURY, {"id": other})
        notify(connection)
        return freed

    try:
        return await database.write(work)
    except _GONE as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> StoreUnavailable:
    if isinstance(error, ProgrammingError):  # what is asked is wrong, and would be the next time
        raise error
    kind = StoreSilent if isinstance(error, TimeoutError) else StoreUnavailable
    return kind(f"DATABASE_URL: the database does not answer ({why(error)})")


_TIME = text("SELECT clock_timestamp()")
_GONE = (OSError, TimeoutError, SQLAlchemyError)
_OWNER: BindParameter[str] = bindparam("b_owner")
_FREE_POLLS = update(POLL).where(POLL.c.owner == _OWNER).values(owner=None, lease_until=None)
_ITS_OWN = ANNOUNCEMENT.c.owner == _OWNER
_PUT_OFF = (
    update(ANNOUNCEMENT)
    .where(_ITS_OWN, ANNOUNCEMENT.c.intent.is_not(None))
    .values(due_at=func.greatest(ANNOUNCEMENT.c.due_at, func.clock_timestamp() + bindparam("b_wait")))
)
_FREE_ANNOUNCEMENTS = update(ANNOUNCEMENT).where(_ITS_OWN).values(owner=None, lease_until=None)
_BURY = text("DELETE FROM instance WHERE id = :id")


def _key(id_: str) -> int:
    digest = blake2b(f"sitrep-instance:{id_}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
