"""How an instance begins: the database made ready, patiently, for it may be away for a moment."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.clock import AgreedClock, Clock, steady
from bot.errors import StoreLost, StoreUnavailable
from bot.loops.supervise import DATABASE_PAUSE
from bot.model import Source
from bot.store import announcements, fleet, listed, parking, sources, timers
from bot.store.database import Database, claim_purpose, migrate

log = logging.getLogger("sitrep")
T = TypeVar("T")

_PATIENCE = 30
# A database that hangs must not keep us.
_GIVEN_UP_WITHIN = 5.5
_LONGEST_HOST = 40


def name() -> str:
    """Return what this instance is called: a process may come again under its number, a container under its name."""
    return f"{socket.gethostname()[:_LONGEST_HOST]}-{os.getpid()}-{secrets.token_hex(3)}"


async def patiently(
    work: Callable[[], Awaitable[T]], clock: Clock, lost: type[StoreUnavailable] = StoreUnavailable
) -> T:
    """Do what may be done twice; a database that was there a moment ago, or that may come, is waited for."""
    said = ""
    for _ in range(_PATIENCE):
        try:
            return await work()
        except lost as error:
            if str(error) != said:
                log.warning("starting waits for the database, %d s at most: %s", _PATIENCE, error)
            said = str(error)
        await clock.sleep(DATABASE_PAUSE)
    return await work()


async def before(stop: asyncio.Event, work: Coroutine[Any, Any, object]) -> bool:
    """Whether `work` came to its end before somebody wanted us to stop; if not it is given up."""
    task, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    await asyncio.wait({task}, timeout=_GIVEN_UP_WITHIN)
    return False


async def begin(database: Database, watched: Sequence[Source], clock: AgreedClock) -> None:
    """Bring the database up to date, and make it ready for what is watched."""
    await patiently(partial(migrate, database), clock, StoreLost)
    if not database.is_sqlite:
        # Before anything is written with a time in it: others may be at work, and go by the database's clock.
        await patiently(partial(agree, database, clock), clock)
    await patiently(partial(prepare, database, watched, clock.now()), clock)


async def agree(database: Database, clock: AgreedClock) -> None:
    """Take over the database's time, whatever this machine's clock says."""
    asked_at = steady()
    clock.agree(await fleet.the_time(database), asked_at, steady())


def tell_of_refusal(reason: str) -> None:
    """Say that the database takes nothing any more, and why; or, without a reason, that it does again."""
    if reason:
        log.error("nothing can be written, so nothing is sent until it can: %s", reason)
    else:
        log.info("the database takes what is written again")


async def prepare(database: Database, watched: Sequence[Source], now: datetime) -> None:
    """Make a migrated database ready for what is watched."""
    await claim_purpose(database, "run")
    await listed.catch_up(database)
    if database.is_sqlite:
        await sources.release_all(database)
        await announcements.release_all(database)
    # A person may have mended what was in the way; if not, it is parked again.
    await parking.revive(database, now)
    await sources.register(database, watched, now)
    await timers.settle(database, now)
