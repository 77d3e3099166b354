"""What one unchanged poll costs, against the same poll without Sitrep around it."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import aiohttp
import httpx

from bot.clock import SystemClock
from bot.fetch import EgressPolicy, Expect, Fetcher, Validators
from bot.loops.take_in import Rules
from bot.loops.watch import Watching, watch
from bot.store.database import migrate, open_database
from tests.bench.apart import Spent
from tests.bench.server import KNOWN
from tests.bench.watches import settled, source_at

_AT_ONCE = 100
_LOCAL = EgressPolicy.allowing("127.0.0.0/8")


async def bare_aiohttp(urls: Sequence[str], number: int) -> float:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def one(url: str) -> None:
            async with session.get(url, headers={"If-None-Match": KNOWN}) as response:
                await response.read()
                assert response.status == 304

        return await _cost(one, urls, number)


async def bare_httpx(urls: Sequence[str], number: int) -> float:
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    async with httpx.AsyncClient(limits=limits) as client:

        async def one(url: str) -> None:
            response = await client.get(url, headers={"If-None-Match": KNOWN})
            assert response.status_code == 304

        return await _cost(one, urls, number)


async def fetcher(urls: Sequence[str], number: int) -> float:
    known = Validators(KNOWN, None, "0" * 32)
    async with Fetcher(now=lambda: datetime.now(UTC), egress=_LOCAL) as one_fetcher:

        async def one(url: str) -> None:
            answer = await one_fetcher.get(url, known, expect=Expect.JSON)
            assert answer.body is None

        return await _cost(one, urls, number)


async def _cost(one: Callable[[str], Awaitable[None]], urls: Sequence[str], number: int) -> float:
    """Return the CPU seconds of one request among `number`, many at once, once everything is warm."""
    await _all(one, urls, len(urls))
    with Spent() as spent:
        await _all(one, urls, number)
    return spent.cpu / number


async def _all(one: Callable[[str], Awaitable[None]], urls: Sequence[str], number: int) -> None:
    following = (url for url, _ in zip(cycle(urls), range(number), strict=False))

    async def work() -> None:
        for url in following:
            await one(url)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def watching(urls: Sequence[str], number: int) -> float:
    """Return the CPU seconds of one look of the watch loop, from the claim to the commit."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite+aiosqlite:///{Path(folder) / 'sitrep.db'}")
        await migrate(database)
        clock = SystemClock()
        await settled(database, [source_at(url, n, timedelta()) for n, url in enumerate(urls)], clock.now())
        async with Fetcher(now=clock.now, egress=_LOCAL) as one:
            stage = Watching(database, one, Rules(()), clock, "bench", random.random, asyncio.Event(), len(urls))
            loop = asyncio.create_task(watch(stage))
            await _until(stage, len(urls))
            before = stage.looks
            with Spent() as spent:
                await _until(stage, before + number)
            done = stage.looks - before
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
        await database.close()
        print(done / spent.wall, "polls/s", spent.cpu / spent.wall)
        return spent.cpu / done


async def _until(stage: Watching, looks: int) -> None:
    while stage.looks < looks:
        await asyncio.sleep(0.02)
