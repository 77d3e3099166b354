"""How fast announcements are carried to a platform that costs nothing, and how fast a recording is replayed."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.replay import Paper
from bot.clock import SimulatedClock
from bot.core.rules import Route
from bot.loops.deliver import Delivering
from bot.loops.replay import Replay, play, settle
from bot.loops.take_in import Rules
from bot.model import Destination, Source
from bot.store.database import Database, migrate, open_database
from tests.bench.apart import Spent
from tests.bench.pages import BEGINNING, series
from tests.bench.program import database_in
from tests.store.world import NOW, opened

_RULES = Rules((Route(name="default", to=(Destination("paper"),)),))


async def announced(number: int, url: str | None = None) -> float:
    """Return how many root messages are posted in a second of CPU; a SQLite file unless there is a `url`."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(url or database_in(Path(folder)))
        await migrate(database)
        for one in range(number):
            await opened(database, f"bench-{one}", to=(Destination("paper"),))
        stage = _replay(database, NOW)
        with Spent() as spent:
            await settle(stage)
        await database.close()
    return number / spent.wall


async def replayed(length: int) -> float:
    """Return how many changed snapshots are replayed in a second, from bytes to the announced steps."""
    source = Source(key="replay:acme", vendor="acme", name="Acme", format="statuspage", url="https://acme.example")
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(database_in(Path(folder)))
        await migrate(database)
        stage = _replay(database, BEGINNING)
        with Spent() as spent:
            for at, body in series(length):
                await play(stage, source, body, at)
        await database.close()
    return length / spent.wall


def _replay(database: Database, start: datetime) -> Replay:
    clock = SimulatedClock(start.astimezone(UTC))
    delivering = Delivering(database, {"paper": Paper("paper")}, clock, "bench", lambda: 0.5, asyncio.Event())
    return Replay(database, _RULES, clock, delivering, lambda _source, _reason: None, lambda _source, _id: None)
