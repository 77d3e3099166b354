"""A thousand http probes, each every twenty seconds: what they take, next to a bare loop that asks the same.

How late a check begins is what the loop itself notes, when it begins one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import aiohttp

from bot import plugins
from bot.checks import PROBE_LIMITS
from bot.clock import SystemClock
from bot.core.probing import Rule
from bot.fetch import EgressPolicy, Fetcher
from bot.loops.checking import Probe, Probing
from bot.loops.probing import probe
from bot.loops.sight import Eyes
from bot.loops.take_in import Rules
from bot.model import Source, SourceKind
from bot.ports import Setup
from bot.store import sources
from bot.store.database import migrate, open_database
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, percentile, plain, under
from tests.bench.program import database_in, running
from tests.bench.server import serving

_PROBES = 1000
_INTERVAL = timedelta(seconds=20)
# Every probe has been checked once by then.
_WARMING = 25.0
_SECONDS = 60.0
_LOCAL = EgressPolicy.allowing("127.0.0.0/8")
_MEBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """What a loop took: CPU seconds a second, requests a second, resident MiB, and how late its checks began."""

    cpu: float
    rate: float
    memory: float
    lateness: tuple[float, ...] = ()


def measure() -> Iterator[Figure]:
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        urls = [server.health(number) for number in range(_PROBES)]
        bare, whole = apart(bare_aiohttp, urls), apart(probing, urls)
        with running(Path(folder), (), tables=_tables(urls)) as program:
            time.sleep(_WARMING)
            began, cpu, asked = time.monotonic(), program.cpu(), server.requests()
            time.sleep(_SECONDS)
            wall, cpu, asked = time.monotonic() - began, program.cpu() - cpu, server.requests() - asked
            memory = program.memory("VmHWM")
    yield plain("1,000 http probes every 20 s, aiohttp alone: CPU", bare.cpu, "s/s")
    yield plain("the same: checks done", bare.rate, "/s")
    yield plain("the same, probing loop and store: CPU", whole.cpu, "s/s")
    yield plain("the same: checks done", whole.rate, "/s")
    yield under("probing loop and store against aiohttp alone", whole.cpu / bare.cpu, 4, "x")
    yield plain("resident memory, aiohttp alone", bare.memory, "MiB")
    yield plain("resident memory, probing loop and store", whole.memory, "MiB")
    yield plain("the same against aiohttp alone", whole.memory / bare.memory, "x")
    yield plain("how late a check begins: median", 1e3 * median(whole.lateness), "ms")
    yield under("how late a check begins: 99 %", 1e3 * percentile(whole.lateness, 0.99), 1000, "ms")
    yield plain("how late a check begins: the latest", 1e3 * max(whole.lateness), "ms")
    yield under("1,000 http probes every 20 s, the whole program: share of one core", cpu / wall, 0.5, "cores")
    yield plain("the same: checks done", asked / wall, "/s")
    yield under("the same: resident memory at its most", memory, 200, "MiB")


async def bare_aiohttp(urls: Sequence[str]) -> Taken:
    done = 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(url: str, first: float) -> None:
            nonlocal done
            await asyncio.sleep(first)
            while True:
                due = time.monotonic() + _INTERVAL.total_seconds()
                async with session.get(url) as response:
                    await response.read()
                    assert response.status == 200
                done += 1
                await asyncio.sleep(due - time.monotonic())

        firsts = (_INTERVAL.total_seconds() * number / len(urls) for number in range(len(urls)))
        tasks = [asyncio.create_task(ask(url, first)) for url, first in zip(urls, firsts, strict=True)]
        await asyncio.sleep(_WARMING)
        before = done
        with Spent() as spent:
            await asyncio.sleep(_SECONDS)
        taken = Taken(spent.cpu / spent.wall, (done - before) / spent.wall, _resident())
        await _end(*tasks)
    return taken


async def probing(urls: Sequence[str]) -> Taken:
    """Return what the probing loop takes, from the claim to the commit."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(database_in(Path(folder)))
        await migrate(database)
        clock = SystemClock()
        probes = {one.source.key: one for one in (_probe(number, url) for number, url in enumerate(urls))}
        await sources.register(database, [one.source for one in probes.values()], datetime.now(UTC))
        async with Fetcher(now=clock.now, egress=_LOCAL, limits=PROBE_LIMITS) as web:
            stage = Probing(database, web, Rules(()), clock, "bench", asyncio.Event(), probes, Eyes(database, clock))
            loop = asyncio.create_task(probe(stage))
            await asyncio.sleep(_WARMING)
            before = stage.checks
            stage.lateness.clear()
            with Spent() as spent:
                await asyncio.sleep(_SECONDS)
            rate = (stage.checks - before) / spent.wall
            taken = Taken(spent.cpu / spent.wall, rate, _resident(), tuple(stage.lateness))
            await _end(loop)
        await database.close()
    return taken


def _probe(number: int, url: str) -> Probe:
    http = plugins.probe_named("http")
    source = Source(
        key=f"probe:p{number}",
        vendor=f"p{number}",
        name=f"p{number}",
        format="http",
        url=url,
        kind=SourceKind.PROBE,
        interval=_INTERVAL,
        remind=(),
    )
    setup = Setup(target=url, options=http.Options(), timeout=timedelta(seconds=10))
    return Probe(source, setup, Rule(interval=_INTERVAL, slow=3.0), http.check)


def _tables(urls: Sequence[str]) -> str:
    head = "[network]\nwitnesses = []\n"
    return head + "".join(
        f'[[probe]]\nname = "p{number}"\ntype = "http"\ntarget = "{url}"\ninterval = "20s"\n'
        for number, url in enumerate(urls)
    )


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kibibytes) / _MEBIBYTE


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
