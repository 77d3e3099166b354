"""What one unchanged poll costs, against the same poll without Sitrep around it.

All do the same job at the same pace: a thousand pages, each asked every three seconds whether it is new.
That is as many polls in a second as ten thousand pages every half minute make.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median

import aiohttp
import httpx

from bot.clock import SystemClock
from bot.fetch import EgressPolicy, Expect, Fetcher, Validators
from bot.loops.take_in import Rules
from bot.loops.telling import Told
from bot.loops.watch import Watching, watch
from bot.store.database import migrate, open_database
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, plain, under
from tests.bench.program import database_in
from tests.bench.server import KNOWN, serving
from tests.bench.watches import settled, source_at

_PAGES = 1000
_INTERVAL = timedelta(seconds=3)
_LOCAL = EgressPolicy.allowing("127.0.0.0/8")
_AT_ONCE = 10
_SECONDS = 6.0
_ROUNDS = 3


def measure() -> Iterator[Figure]:
    with serving() as server:
        urls = [server.still(number) for number in range(_PAGES)]
        rounds = [[apart(one, urls, _SECONDS) for one in (bare_aiohttp, fetcher, watching)] for _ in range(_ROUNDS)]
        slow = apart(bare_httpx, urls, _SECONDS / 2)
    bare, alone, whole = (median(costs) for costs in zip(*rounds, strict=True))
    yield plain("one unchanged poll, aiohttp alone: CPU", 1e3 * bare, "ms")
    yield plain("one unchanged poll, fetcher: CPU", 1e3 * alone, "ms")
    yield plain("one unchanged poll, watch loop and store: CPU", 1e3 * whole, "ms")
    yield plain("one unchanged poll, httpx with its own transport: CPU", 1e3 * slow, "ms")
    yield under("fetcher against aiohttp alone", median(a / b for b, a, _ in rounds), 2, "x")
    yield under("watch loop and store against aiohttp alone", median(w / b for b, _, w in rounds), 2, "x")
    yield plain("httpx with its own transport against aiohttp alone", slow / bare, "x")
    yield under("watch loop at 333 polls a second: share of one core", whole * 10_000 / 30, 0.5, "cores")


async def bare_aiohttp(urls: Sequence[str], seconds: float) -> float:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def one(url: str) -> None:
            async with session.get(url, headers={"If-None-Match": KNOWN}) as response:
                await response.read()
                assert response.status == 304

        return await _cost(one, urls, seconds)


async def bare_httpx(urls: Sequence[str], seconds: float) -> float:
    """Return the same for httpx alone.  It can not keep that pace: it goes as fast as it can, ten at once."""
    polls, known = 0, {"If-None-Match": KNOWN}
    async with httpx.AsyncClient() as client:

        async def poll(some: Sequence[str]) -> None:
            nonlocal polls
            for url in cycle(some):
                assert (await client.get(url, headers=known)).status_code == 304
                polls += 1

        tasks = [asyncio.create_task(poll(urls[number::_AT_ONCE])) for number in range(_AT_ONCE)]
        await asyncio.sleep(1)
        before = polls
        with Spent() as spent:
            await asyncio.sleep(seconds)
        cost = spent.cpu / (polls - before)
        await _end(*tasks)
    return cost


async def fetcher(urls: Sequence[str], seconds: float) -> float:
    known = Validators(KNOWN, None, "0" * 32)
    async with Fetcher(now=lambda: datetime.now(UTC), egress=_LOCAL) as whole:

        async def one(url: str) -> None:
            answer = await whole.get(url, known, expect=Expect.JSON)
            assert answer.body is None

        return await _cost(one, urls, seconds)


async def _cost(one: Callable[[str], Awaitable[None]], urls: Sequence[str], seconds: float) -> float:
    """Return the CPU seconds of one poll, after each page has been polled once."""
    polls = 0

    async def poll(url: str, first: float) -> None:
        nonlocal polls
        await asyncio.sleep(first)
        while True:
            await one(url)
            polls += 1
            await asyncio.sleep(_INTERVAL.total_seconds() * (0.9 + random.random() / 5))

    firsts = (_INTERVAL.total_seconds() * number / len(urls) for number in range(len(urls)))
    tasks = [asyncio.create_task(poll(url, first)) for url, first in zip(urls, firsts, strict=True)]
    await asyncio.sleep(_INTERVAL.total_seconds())
    before = polls
    with Spent() as spent:
        await asyncio.sleep(seconds)
    cost = spent.cpu / (polls - before)
    await _end(*tasks)
    return cost


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def watching(urls: Sequence[str], seconds: float) -> float:
    """Return the CPU seconds of one look of the watch loop, from the claim to the commit."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(database_in(Path(folder)))
        await migrate(database)
        clock = SystemClock()
        await settled(database, [source_at(url, n, _INTERVAL) for n, url in enumerate(urls)], timedelta())
        async with Fetcher(now=clock.now, egress=_LOCAL) as whole:
            told = Told(len(urls))
            stage = Watching(database, whole, Rules(()), clock, "bench", random.random, asyncio.Event(), told)
            loop = asyncio.create_task(watch(stage))
            await asyncio.sleep(_INTERVAL.total_seconds())
            before = stage.looks
            with Spent() as spent:
                await asyncio.sleep(seconds)
            cost = spent.cpu / (stage.looks - before)
            await _end(loop)
        await database.close()
    return cost
