"""How much faster several instances on one PostgreSQL tell the same: with a chat that takes a while for each message.

A chat that answers at once would only show how many cores the machine has: these instances share it with the database
and the chat.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

from sqlalchemy import text

from adapters.slack import Slack
from bot.clock import AgreedClock
from bot.core.rules import Route
from bot.loops.deliver import Delivering, deliver
from bot.loops.fleet import Fleet, keep
from bot.loops.take_in import Rules
from bot.model import Destination, Step, StepKind
from bot.store import polls, sources
from bot.store.database import Database, migrate, open_database
from bot.store.errands import Errand
from tests.bench.apart import apart, run_here
from tests.bench.figures import Figure, at_least, plain
from tests.bench.pages import summary
from tests.bench.postgres import postgres
from tests.bench.posts import taking_posts
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

_CHANNELS, _LATE = 3_000, 0.25
_CREWS = (1, 2, 4)
_LOOK = timedelta(milliseconds=50)


def measure() -> Iterator[Figure]:
    found = {}
    with taking_posts(late=_LATE) as api:
        for crew in _CREWS:
            with postgres() as url:
                found[crew] = _told(url, api, crew)
            what = f"{_CHANNELS:,} channels, {1e3 * _LATE:.0f} ms a message, PostgreSQL: {crew} at work"
            yield plain(what, _CHANNELS / found[crew], "messages/s")
    yield at_least("2 instances against 1", found[1] / found[2], 1.7, "x")
    yield plain("4 instances against 1", found[1] / found[4], "x")


def _told(url: str, api: str, crew: int) -> float:
    """Return how long a crew takes, from its first message to its last."""
    apart(announced, url)
    with ProcessPoolExecutor(crew, get_context("spawn")) as pool:
        works = [pool.submit(run_here, partial(delivered, url, api, f"i{number}", crew)) for number in range(crew)]
        spans = [work.result() for work in works]
    return max(end for _, end in spans) - min(start for start, _ in spans)


async def announced(url: str) -> None:
    """Have one incident that is to be told in thousands of channels."""
    database = open_database(url)
    await migrate(database)
    await sources.add(database, source_at("https://0.example", 0, timedelta(seconds=30)), NOON)
    to = tuple(Destination("slack", f"C{number:010}") for number in range(_CHANNELS))
    rules = Rules((Route(name="all", to=to),))
    for watched in await polls.claim_due(database, "bench", NOON, limit=1, lease=timedelta(hours=1)):
        await taken_in(database, watched, summary(incidents=1, updates=1), NOON, rules)
    await database.close()


async def delivered(url: str, api: str, name: str, crew: int) -> tuple[float, float]:
    """Tell one's share, once all are there; returns when the first and the last root were posted."""
    database = open_database(url, name)
    fleet = Fleet(database, AgreedClock(), name, "bench", asyncio.Event())
    living = asyncio.create_task(keep(fleet))
    while fleet.held() is None or fleet.crew < crew:
        await fleet.clock.sleep(_LOOK / 5)
    slack = Slack("xoxb-bench", api_url=api, now=fleet.clock.now)
    times: list[float] = []

    def count(_: Errand, step: Step) -> None:
        if step.kind is StepKind.POST:
            times.append(time.monotonic())

    stage = Delivering(database, {slack.name: slack}, fleet.clock, name, random.random, fleet.due, observe=count)
    stage.term, stage.shards = fleet.held, fleet.shards
    began = time.monotonic()
    loop = asyncio.create_task(deliver(stage))
    while await _left(database):
        await fleet.clock.sleep(_LOOK)
    for task in (loop, living):
        task.cancel()
    await asyncio.gather(loop, living, return_exceptions=True)
    await slack.close()
    await database.close()
    return began, max(times, default=began)


async def _left(database: Database) -> bool:
    """Whether anything is still to be told, by whomever."""
    return bool(await database.read(lambda connection: connection.execute(_LEFT).scalar()))


_LEFT = text("SELECT count(*) FROM announcement WHERE due_at IS NOT NULL OR owner IS NOT NULL")
