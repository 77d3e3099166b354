"""How fast one incident is told in ten thousand channels, against Slack's own SDK sending the same in a loop."""

from __future__ import annotations

import asyncio
import random
import resource
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import Slack, render
from adapters.slack.platform import EVENT
from bot.clock import SystemClock
from bot.core import wording
from bot.core.rules import Route
from bot.loops.deliver import AT_ONCE, Delivering, deliver
from bot.loops.take_in import Rules
from bot.model import Destination, Step, StepKind
from bot.store import announcements, incidents, polls, sources
from bot.store.database import migrate, open_database
from bot.store.errands import Errand
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, at_least, plain
from tests.bench.pages import summary
from tests.bench.posts import taking_posts
from tests.bench.program import database_in
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

_CHANNELS = 10_000
_ROUNDS = 3
_TOKEN = "xoxb-bench"


@dataclass(frozen=True, slots=True)
class Told:
    """What it took to post to every channel, and how many MiB more than before the process held at its most."""

    spent: Spent
    memory: float


def measure() -> Iterator[Figure]:
    with taking_posts() as api:
        rounds = [_round(api) for _ in range(_ROUNDS)]
    alone, shared, ours = (
        sorted(found, key=lambda told: told.spent.wall)[_ROUNDS // 2] for found in zip(*rounds, strict=True)
    )
    for who, told in (("slack-sdk", alone), ("slack-sdk with a shared session", shared), ("Sitrep", ours)):
        yield plain(f"one incident to 10,000 channels, {who}", _CHANNELS / told.spent.wall, "messages/s")
        yield plain("the same: CPU of one message", 1e3 * told.spent.cpu / _CHANNELS, "ms")
    yield plain("memory that it takes to tell it, Sitrep", ours.memory, "MiB")
    yield at_least("Sitrep against slack-sdk", median(a.spent.wall / s.spent.wall for a, _, s in rounds), 0.7, "x")
    yield plain(
        "Sitrep against slack-sdk with a shared session", median(b.spent.wall / s.spent.wall for _, b, s in rounds), "x"
    )


def _round(api: str) -> tuple[Told, Told, Told]:
    """Post the same to all channels in three ways, one after the other, each with what the others did not touch."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_in(Path(folder))
        apart(announced, url)
        return (
            apart(partial(bare, share=False), url, api),
            apart(partial(bare, share=True), url, api),
            apart(delivered, url, api),
        )


async def announced(url: str) -> None:
    """Have one incident that is to be told in ten thousand channels, none of which has heard of it."""
    database = open_database(url)
    await migrate(database)
    await sources.add(database, source_at("https://0.example", 0, timedelta(seconds=30)), NOON)
    rules = Rules((Route(name="all", to=tuple(Destination("slack", channel) for channel in _channels())),))
    for watched in await polls.claim_due(database, "bench", NOON, limit=1, lease=timedelta(hours=1)):
        await taken_in(database, watched, summary(incidents=1, updates=1), NOON, rules)
    await database.close()


def _channels() -> list[str]:
    return [f"C{number:010}" for number in range(_CHANNELS)]


async def bare(url: str, api: str, *, share: bool) -> Told:
    """Post with slack-sdk as anybody would; it opens a connection for every message unless it is given a session."""
    database = open_database(url)
    (incident,) = await incidents.open_incidents(database)
    await database.close()
    turns = asyncio.Semaphore(AT_ONCE)
    dressed = render.root(wording.root(incident))
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(_TOKEN, base_url=api, session=session if share else None)

        async def post(channel: str) -> None:
            metadata = {"event_type": EVENT, "event_payload": {"key": f"{incident.id}/slack:{channel}/0/root"}}
            async with turns:
                await client.chat_postMessage(channel=channel, metadata=metadata, unfurl_links=False, **dressed)

        before = _memory()
        with Spent() as spent:
            await asyncio.gather(*(post(channel) for channel in _channels()))
    return Told(spent, _memory() - before)


async def delivered(url: str, api: str) -> Told:
    """Let the deliver loop do it, until every root is posted and written down."""
    database, clock = open_database(url), SystemClock()
    slack = Slack(_TOKEN, api_url=api, now=clock.now)
    all_posted, posted = asyncio.Event(), 0

    def count(_: Errand, step: Step) -> None:
        nonlocal posted
        posted += step.kind is StepKind.POST
        if posted == _CHANNELS:
            all_posted.set()

    stage = Delivering(database, {slack.name: slack}, clock, "bench", random.random, asyncio.Event(), observe=count)
    before = _memory()
    with Spent() as spent:
        loop = asyncio.create_task(deliver(stage))
        await all_posted.wait()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    (incident,) = await incidents.open_incidents(database)
    assert all(one.root for one in await announcements.of_incident(database, incident.id))
    await slack.close()
    await database.close()
    return Told(spent, _memory() - before)


def _memory() -> float:
    """Return the most that was ever resident in this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
