"""How many messages a second the deliver loop carries to a platform that takes them at once."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.core.message import Message
from bot.loops.deliver import Delivering, deliver
from bot.model import Ref, Step
from bot.store import polls, sources
from bot.store.database import Database, migrate, open_database
from bot.store.errands import Errand
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, plain
from tests.bench.pages import summary
from tests.bench.postgres import postgres
from tests.bench.program import database_in
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

_PAGES = 50
_INCIDENTS = 20
# Each announcement is a root message and the reply with the incident's one update.
_MESSAGES = 2 * _PAGES * _INCIDENTS


def measure() -> Iterator[Figure]:
    spent = apart(carried, None)
    yield plain("deliveries, SQLite", _MESSAGES / spent.wall, "messages/s")
    yield plain("one delivery, SQLite: CPU", 1e3 * spent.cpu / _MESSAGES, "ms")
    with postgres() as url:
        spent = apart(carried, url)
    yield plain("deliveries, PostgreSQL", _MESSAGES / spent.wall, "messages/s")
    yield plain("one delivery, PostgreSQL: CPU of Sitrep", 1e3 * spent.cpu / _MESSAGES, "ms")


class Nothing:
    """A platform that costs nothing."""

    name = "console"
    longest = 100_000

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        return Ref(key)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        return Ref(key)

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        return None

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        return None


async def carried(url: str | None) -> Spent:
    """Return what it takes to bring a thousand announcements up to date; on SQLite unless there is a url."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(url or database_in(Path(folder)))
        await migrate(database)
        await _announced(database)
        with Spent() as spent:
            await _deliver(database)
        await database.close()
    return spent


async def _deliver(database: Database) -> None:
    """Deliver until every message has been sent and written down."""
    all_sent = asyncio.Event()

    def count(errand: Errand, step: Step) -> None:
        if stage.carried == _MESSAGES:
            all_sent.set()

    platforms = {Nothing.name: Nothing()}
    stage = Delivering(database, platforms, SystemClock(), "bench", random.random, asyncio.Event(), observe=count)
    loop = asyncio.create_task(deliver(stage))
    await all_sent.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def _announced(database: Database) -> None:
    """Have a thousand incidents that nobody has been told of."""
    for number in range(_PAGES):
        await sources.add(database, source_at(f"https://{number}.example", number, timedelta(seconds=30)), NOON)
    body = summary(incidents=_INCIDENTS, updates=1)
    for watched in await polls.claim_due(database, "bench", NOON, limit=_PAGES, lease=timedelta(hours=1)):
        await taken_in(database, watched, body, NOON)
