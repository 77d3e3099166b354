"""Work that only one of several instances does at a time, and that another takes over when that one is gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from hashlib import blake2b

from sqlalchemy import NullPool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.store.database import Database

log = logging.getLogger(__name__)

# How often the others ask whether the role is free, and the one that has it whether it still has.
LOOK = 1.0
_ANSWERS_WITHIN = 5.0
# PostgreSQL gives such a lock up when the session that holds it ends, however it ends:
# https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_HOLD = text("SELECT 1")


async def alone(database: Database, role: str, work: Callable[[], Awaitable[None]], *, look: float = LOOK) -> None:
    """Do `work` in one instance of all that share the database; the others stand by.

    It is cancelled if the connection that holds the role is lost, and begun again when the role is had again.  A
    SQLite file has only one instance (`Database.hold`).
    """
    if database.is_sqlite:
        await work()
        return
    engine = create_async_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        while True:
            try:
                async with engine.connect() as connection:
                    await _taken(connection, role, look)
                    await _while_held(connection, role, work, look)
                    return
            except (OSError, TimeoutError, SQLAlchemyError) as error:
                log.warning("the role %s can not be had: %s", role, type(error).__name__)
            await asyncio.sleep(look)
    finally:
        await engine.dispose()


async def _taken(connection: AsyncConnection, role: str, look: float) -> None:
    """Return when the role is ours."""
    stands_by = False
    while not (await _asked(connection, role)):
        if not stands_by:
            log.info("another instance has the role %s: standing by", role)
            stands_by = True
        await asyncio.sleep(look)
    log.info("this instance has the role %s", role)


async def _asked(connection: AsyncConnection, role: str) -> bool:
    async with asyncio.timeout(_ANSWERS_WITHIN):
        return bool((await connection.execute(_TAKE, {"key": _key(role)})).scalar())


async def _while_held(connection: AsyncConnection, role: str, work: Callable[[], Awaitable[None]], look: float) -> None:
    """Do the work until it ends, or until the role may be another's: that raises what it was lost by."""
    task = asyncio.ensure_future(work())
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=look)
            async with asyncio.timeout(_ANSWERS_WITHIN):
                await connection.execute(_HOLD)
        await task
    finally:
        if not task.done():
            log.warning("the role %s is given up", role)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _key(role: str) -> int:
    digest = blake2b(f"sitrep:{role}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
