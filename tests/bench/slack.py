"""How fast one incident is told in ten thousand channels, against Slack's own SDK sending the same in a loop."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any

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
from tests.bench.apart import Spent, apart, most_memory
from tests.bench.fanned import Fanned, columns
from tests.bench.figures import Columns, Figure, at_least, plain
from tests.bench.pages import summary
from tests.bench.posts import Taking, noting_posts
from tests.bench.program import database_in
from tests.bench.taking_in import NOON, taken_in
from tests.bench.watches import source_at

_CHANNELS = 10_000
_ROUNDS = 3
_TOKEN = "xoxb-bench"


@dataclass(frozen=True, slots=True)
class Told:
    """What it took to post to every channel, when that began, and how many MiB the process held before and at most."""

    spent: Spent
    began: float
    before: float
    most: float


def measure() -> Iterator[Figure | Columns]:
    with noting_posts() as taking:
        rounds = [_round(taking) for _ in range(_ROUNDS)]
    ways = dict(zip(_WAYS, zip(*rounds, strict=True), strict=True))
    yield columns(
        f"one incident to {_CHANNELS:,} channels of Slack's API, the median of {_ROUNDS} rounds in turn",
        ((("one thing in 10,000 places", who), [fanned for _, fanned in found]) for who, found in ways.items()),
    )
    for who, found in ways.items():
        yield plain(
            f"one incident to 10,000 channels, {who}", median(_CHANNELS / one.wall for _, one in found), "messages/s"
        )
        yield plain("the same: CPU of one message", median(1e3 * one.cpu / _CHANNELS for _, one in found), "ms")
    alone, shared, ours = ([fanned.wall for _, fanned in found] for found in ways.values())
    told = [told for told, _ in ways["Sitrep"]]
    yield plain("memory that it takes to tell it, Sitrep", median(one.most - one.before for one in told), "MiB")
    yield at_least("Sitrep against slack-sdk", median(map(truediv, alone, ours)), 0.7, "x")
    yield plain("Sitrep against slack-sdk with a shared session", median(map(truediv, shared, ours)), "x")


def _round(taking: Taking) -> list[tuple[Told, Fanned]]:
    """Post the same to all channels in three ways, one after the other, each with what the others did not touch."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        url = database_in(Path(folder))
        apart(announced, url)
        for way in _WAYS.values():
            taking.posts()
            told = apart(way, url, taking.url)
            waits = [post.at - told.began for post in taking.posts() if not post.is_reply]
            assert len(waits) == _CHANNELS
            found.append((told, Fanned(told.spent.wall, told.spent.cpu, told.most, waits, _CHANNELS)))
    return found


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

        before, began = most_memory(), time.monotonic()
        with Spent() as spent:
            await asyncio.gather(*(post(channel) for channel in _channels()))
    return Told(spent, began, before, most_memory())


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
    before, began = most_memory(), time.monotonic()
    with Spent() as spent:
        loop = asyncio.create_task(deliver(stage))
        await all_posted.wait()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    (incident,) = await incidents.open_incidents(database)
    assert all(one.root for one in await announcements.of_incident(database, incident.id))
    await slack.close()
    await database.close()
    return Told(spent, began, before, most_memory())


_WAYS: Mapping[str, Callable[[str, str], Coroutine[Any, Any, Told]]] = {
    "slack-sdk": partial(bare, share=False),
    "slack-sdk with a shared session": partial(bare, share=True),
    "Sitrep": delivered,
}
