"""What it costs to tell one incident in ever more channels: by one route that names them all, or a route for each."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.core.rules import Route
from bot.loops.deliver import Delivering, deliver
from bot.loops.take_in import Rules
from bot.model import Destination, Impact, Step
from bot.store import polls, sources
from bot.store.database import Database, migrate, open_database
from bot.store.errands import Errand
from tests.bench.apart import Spent, apart
from tests.bench.delivering import Nothing
from tests.bench.growth.curves import Curve, Sheet
from tests.bench.pages import summary
from tests.bench.postgres import postgres
from tests.bench.program import database_in
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

SIZES = (10, 100, 1_000, 10_000)
_LEASE = timedelta(hours=1)


def sheets() -> Iterator[Sheet]:
    for name, (about, routes) in _WAYS.items():
        found = {size: apart(told, size, routes, None) for size in SIZES}
        yield Sheet(f"telling-{name}", f"One incident is told, {about}, SQLite", "channels", _curves(found))
    with postgres() as url:
        found = {}
        for size in SIZES:
            found[size] = apart(told, size, by_one, url)
    yield Sheet("telling-postgresql", "The same by one route, PostgreSQL", "channels", _curves(found))


def by_one(channels: Sequence[Destination]) -> tuple[Route, ...]:
    return (Route(name="all", to=tuple(channels)),)


def by_one_that_calls(channels: Sequence[Destination]) -> tuple[Route, ...]:
    return (Route(name="all", to=tuple(channels), mention=((Impact.MINOR, "@here"),)),)


def by_each(channels: Sequence[Destination]) -> tuple[Route, ...]:
    return tuple(Route(name=f"r{number}", to=(to,), go_on=True) for number, to in enumerate(channels))


_Ways = Callable[[Sequence[Destination]], tuple[Route, ...]]
_WAYS: dict[str, tuple[str, _Ways]] = {
    "one": ("one route", by_one),
    "calling": ("one route that calls somebody", by_one_that_calls),
    "each": ("a route for each channel", by_each),
}


@dataclass(frozen=True, slots=True)
class Told:
    """CPU seconds: for taking in what opens and what is added, and for a root, a reply and an edit in each channel."""

    opened: float
    roots: float
    added: float
    replies: float


def _curves(found: dict[int, Told]) -> tuple[Curve, ...]:
    return (
        Curve("it opens, to the commit: CPU", "ms", {n: 1e3 * one.opened for n, one in found.items()}),
        Curve("a root and a reply in each: CPU for each channel", "ms", _each(found, "roots"), each=True),
        Curve("it has one update more, to the commit: CPU", "ms", {n: 1e3 * one.added for n, one in found.items()}),
        Curve("a reply and an edit in each: CPU for each channel", "ms", _each(found, "replies"), each=True),
    )


def _each(found: dict[int, Told], what: str) -> dict[int, float]:
    return {n: 1e3 * getattr(one, what) / n for n, one in found.items()}


async def told(size: int, routes: _Ways, url: str | None) -> Told:
    """Tell one incident in so many channels, and then one update more."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(url or database_in(Path(folder)))
        await migrate(database)
        # Another number each time: the database may be the one of the size before.
        page = source_at(f"https://{size}.example", size, timedelta(seconds=30))
        rules = Rules(routes([Destination(Nothing.name, f"C{number:06}") for number in range(size)]))
        await sources.add(database, page, NOON)
        opened = await _taken_in(database, rules, 1, 0)
        roots = await _carried(database, rules, 2 * size)
        added = await _taken_in(database, rules, 2, 1)
        replies = await _carried(database, rules, 2 * size)
        await database.close()
    return Told(opened, roots, added, replies)


async def _taken_in(database: Database, rules: Rules, updates: int, minutes: int) -> float:
    now = NOON + timedelta(minutes=minutes)
    (watched,) = await polls.claim_due(database, "bench", now, limit=1, lease=_LEASE)
    with Spent() as spent:
        await taken_in(database, watched, summary(incidents=1, updates=updates), now, rules)
    return spent.cpu


async def _carried(database: Database, rules: Rules, messages: int) -> float:
    """Return the CPU seconds of the deliver loop until so many messages are sent."""
    all_sent = asyncio.Event()

    def count(_errand: Errand, _step: Step) -> None:
        if stage.carried == messages:
            all_sent.set()

    platforms, due = {Nothing.name: Nothing()}, asyncio.Event()
    stage = Delivering(
        database, platforms, SystemClock(), "bench", random.random, due, observe=count, ruling=rules.ruling
    )
    with Spent() as spent:
        loop = asyncio.create_task(deliver(stage))
        await all_sent.wait()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    return spent.cpu
