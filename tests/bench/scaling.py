"""The real program with ever more pages to watch, and one incident told in ever more channels of a local Slack."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from adapters.slack import Slack
from bot import catalog
from bot.clock import SystemClock
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.loops.deliver import Delivering, deliver
from bot.loops.take_in import Rules
from bot.model import Destination, Person, Step, StepKind
from bot.store import polls, sources
from bot.store.database import migrate, open_database
from bot.store.errands import Errand
from tests.bench.apart import Spent, apart, most_memory
from tests.bench.asking import nobody, unheard
from tests.bench.boards import on_free_port
from tests.bench.growth.curves import Curve, Sheet
from tests.bench.growth.telling import by_one
from tests.bench.pages import summary
from tests.bench.postgres import postgres
from tests.bench.posts import taking_posts
from tests.bench.program import Program, database_in, running
from tests.bench.server import Server, serving
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import prepared, source_at

SOURCES = (10, 100, 1_000, 10_000)
CHANNELS = (1, 10, 100, 1_000, 10_000)
_INTERVAL, _STARTING = timedelta(seconds=30), timedelta(seconds=2)
_SECONDS, _TIMES = 30.0, 20
_PATIENCE = 300.0


def sheets() -> Iterator[Sheet]:
    for engine in ("SQLite", "PostgreSQL"):
        yield _sources(engine, {size: _watched(size, engine) for size in SOURCES})
    for engine in ("SQLite", "PostgreSQL"):
        yield _channels(engine, {size: _delivered(size, engine) for size in CHANNELS})


# Sources


@dataclass(frozen=True, slots=True)
class Watched:
    """CPU seconds: from the start to the first poll, of a second of polling, of a poll, of `status`, of the home page.

    And MiB: of memory at its most, and of the database.
    """

    start: float
    second: float
    poll: float
    status: float
    home: float
    memory: float
    stored: float


def _sources(engine: str, found: dict[int, Watched]) -> Sheet:
    def curve(what: str, unit: str, of: str, times: float = 1.0) -> Curve:
        return Curve(what, unit, {size: times * getattr(one, of) for size, one in found.items()})

    curves = [
        curve("start, until the first page is asked for: CPU", "ms", "start", 1e3),
        replace(curve("each page every 30 s: CPU of one poll, all that runs included", "ms", "poll", 1e3), each=True),
        curve("`/status` of all, at the desk: CPU", "ms", "status", 1e3),
        curve("the board's home page: CPU", "ms", "home", 1e3),
        curve("resident memory at its most", "MiB", "memory"),
    ]
    stored = [curve("database", "MiB", "stored")] if engine == "SQLite" else []
    title = f"The whole program, {engine}"
    return Sheet(f"pages-{engine.lower()}", title, "pages watched", (*curves, *stored))


def _watched(size: int, engine: str) -> Watched:
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        if engine == "SQLite":
            return _watched_on(server, Path(folder), database_in(Path(folder)), size)
        with postgres() as url:
            return _watched_on(server, Path(folder), url, size)


def _watched_on(server: Server, folder: Path, url: str, size: int) -> Watched:
    watched = [source_at(server.still(number), number, _INTERVAL) for number in range(size)]
    apart(prepared, url, watched, _STARTING)
    port = on_free_port()
    more = {"DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port)}
    with running(folder, watched, more) as program:
        _until(lambda: bool(server.requests()), program)
        start = program.cpu()
        _until(lambda: len(server.first()) >= size, program)
        cpu, began, polled = program.cpu(), time.monotonic(), server.requests()
        time.sleep(_SECONDS)
        spent, polled = program.cpu() - cpu, server.requests() - polled
        second = spent / (time.monotonic() - began)
        home = _asked(program, f"http://127.0.0.1:{port}/", second)
        memory = program.memory("VmHWM")
    files = sum(one.stat().st_size for one in folder.glob("sitrep.db*")) / 2**20
    return Watched(start, second, spent / max(polled, 1), apart(status, url), home, memory, files)


def _until(is_so: Callable[[], bool], program: Program) -> None:
    until = time.monotonic() + _PATIENCE
    while not is_so():
        if program.has_ended() or time.monotonic() > until:
            raise TimeoutError(f"that took too long; its log: {program.log()}")
        time.sleep(0.02)


def _asked(program: Program, url: str, second: float) -> float:
    """Return the CPU seconds of one answer, without what polling takes meanwhile."""
    cpu, began = program.cpu(), time.monotonic()
    for _ in range(_TIMES):
        with closing(urlopen(url)) as answer:  # noqa: S310  (our own)
            answer.read()
    return max(program.cpu() - cpu - second * (time.monotonic() - began), 1e-4) / _TIMES


async def status(url: str) -> float:
    """Return the CPU seconds of an answer to `status`, in the median of some."""
    database = open_database(url)
    desk = Desk(database, catalog.load(), SystemClock(), asyncio.Event(), nobody, Hearing(unheard))
    spent = []
    for _ in range(_TIMES):
        with Spent() as one:
            await desk.say("status", Person("slack", "U1", "somebody"))
        spent.append(one.cpu)
    await database.close()
    return median(spent)


# Channels


@dataclass(frozen=True, slots=True)
class Delivered:
    """CPU seconds and seconds until the last channel has its root, and MiB that the process held at its most."""

    cpu: float
    wall: float
    memory: float


def _channels(engine: str, found: dict[int, Delivered]) -> Sheet:
    def curve(what: str, unit: str, of: Callable[[int, Delivered], float], *, each: bool = False) -> Curve:
        return Curve(what, unit, {size: of(size, one) for size, one in found.items()}, each)

    curves = (
        curve("CPU of one channel, its root and what it took", "ms", lambda n, one: 1e3 * one.cpu / n, each=True),
        curve("until the last channel has its root", "ms", lambda _, one: 1e3 * one.wall),
        curve("resident memory at its most", "MiB", lambda _, one: one.memory),
    )
    return Sheet(f"channels-{engine.lower()}", f"One incident told on Slack, {engine}", "channels", curves)


def _delivered(size: int, engine: str) -> Delivered:
    with taking_posts() as api, tempfile.TemporaryDirectory() as folder:
        if engine == "SQLite":
            return apart(partial(delivered, api=api), size, database_in(Path(folder)))
        with postgres() as url:
            return apart(partial(delivered, api=api), size, url)


async def delivered(size: int, url: str, *, api: str) -> Delivered:
    """Tell one incident in that many channels, by one route, until each has its root."""
    database, clock, rules = open_database(url), SystemClock(), Rules(by_one(_places(size)))
    await migrate(database)
    await sources.add(database, source_at("https://0.example", 0, _INTERVAL), NOON)
    (watched,) = await polls.claim_due(database, "bench", NOON, limit=1, lease=timedelta(hours=1))
    await taken_in(database, watched, summary(incidents=1, updates=1), NOON, rules)
    slack, done, roots = Slack("xoxb-bench", api_url=api, now=clock.now), asyncio.Event(), 0

    def count(_: Errand, step: Step) -> None:
        nonlocal roots
        roots += step.kind is StepKind.POST
        if roots == size:
            done.set()

    stage = Delivering(
        database,
        {slack.name: slack},
        clock,
        "bench",
        random.random,
        asyncio.Event(),
        observe=count,
        ruling=rules.ruling,
    )
    with Spent() as spent:
        loop = asyncio.create_task(deliver(stage))
        await done.wait()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    await slack.close()
    await database.close()
    return Delivered(spent.cpu, spent.wall, most_memory())


def _places(size: int) -> Sequence[Destination]:
    return [Destination("slack", f"C{number:010}") for number in range(size)]
