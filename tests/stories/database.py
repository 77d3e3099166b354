"""A database for stories: a real one, in whose transactions nobody waits for a thread.

In a story one thing happens after the other.  The journeys of a SQLite transaction to its thread and back were a third
of all the work; that they hold up nothing, and how threads meet, is tested where the store and the loops are.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from sqlalchemy import make_url

from bot.store.database import Database, open_database
from bot.store.engines import Fate, Threads, Work
from tests.compiled import compiled

T = TypeVar("T")


class AtOnce(Threads):
    """SQLite as the program uses it, with its transactions and connections, but for the threads."""

    async def run(self, work: Work[T], *, writes: bool, fate: Fate | None = None) -> T:
        # Others have their turn before it all the same, and whoever is cancelled is so here.
        await asyncio.sleep(0)
        return (self._writer if writes else self._readers).transaction(work, fate or Fate())


def opened(url: str) -> Database:
    """Return the database at `url`; PostgreSQL's has no threads to begin with."""
    where = make_url(url)
    one = Database(AtOnce(where)) if where.get_backend_name() == "sqlite" else open_database(url)
    compiled.lend(one)
    return one
