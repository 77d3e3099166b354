"""How long the board's pages take, with a thousand vendors watched and ten thousand incidents known.

The real program serves them over a real socket while it watches every page twice a minute.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession

from bot.model import Source
from bot.store.database import migrate, open_database
from tests.bench.apart import apart
from tests.bench.figures import Figure, percentile, plain, under
from tests.bench.painting import painted
from tests.bench.postgres import postgres
from tests.bench.program import Program, database_in, running
from tests.bench.server import serving
from tests.board.vendor import Vendor
from tests.board.world import Built, Size, fill, folder_in_memory, vendors

_TIMES, _WARM = 200, 5
_PAUSE = 0.005
_PATIENCE = 60
_SETTLED = 20
_GOAL, _PAINT_GOAL = 50, 300
_INTERVAL = timedelta(seconds=30)
# What is asked for; `{vendor}`, `{incident}`, `{open}` and `{probe}` are another one at each request.
PAGES = {
    "home": "/",
    "all vendors": "/vendors",
    "a vendor": "/vendors/{vendor}",
    "a probe": "/probes/probe:{probe}",
    "incidents": "/incidents",
    "incidents of a vendor": "/incidents?vendor={vendor}",
    "an incident": "/incidents/{incident}",
    "an open incident": "/incidents/{open}",
    "a search": "/search?q={word}",
    "services": "/services",
    "maintenance": "/maintenance",
    "maintenance, as a calendar": "/maintenance.ics",
    "operations": "/operations",
    "the summary, for clients of Statuspage": "/api/v2/summary.json",
    "one vendor's summary, for clients of Statuspage": "/vendors/{vendor}/api/v2/summary.json",
    "the incidents, for clients of Statuspage": "/api/v2/incidents.json",
    "incidents, JSON": "/api/v1/incidents",
    "an incident, JSON": "/api/v1/incidents/{incident}",
    "vendors, JSON": "/api/v1/vendors",
    "Atom": "/incidents.atom",
    "metrics": "/metrics",
    "readiness": "/readyz",
}
_WORDS = ("gateway", "latency", "cloudflare", "balancer routing", "eu-west", "upgrade", "data loss")


@dataclass(frozen=True, slots=True)
class Answered:
    """What one page's answers came to: seconds each, CPU seconds of one, and the bytes of the last, also packed.

    The CPU is the whole program's, with all that it did meanwhile: it is the figure that a busy machine leaves alone.
    """

    times: Sequence[float]
    cpu: float
    size: int
    packed: int


def measure() -> Iterator[Figure]:
    with serving() as server, folder_in_memory() as folder:
        pages, url = vendors(Size().vendors, server.still), database_in(folder)
        built = apart(filled, url, pages)
        yield plain("a database of 1,000 vendors and 10,000 incidents, made: SQLite", built.took, "s")
        with on(folder, url, pages) as (program, home):
            yield from _first(home)
            yield from _figures("SQLite", asyncio.run(_all(program, home, built.what)))
            yield plain("resident memory at its most, SQLite", program.memory("VmHWM"), "MiB")
    with serving() as server, postgres() as url, folder_in_memory() as folder:
        pages = vendors(Size().vendors, server.still)
        built = apart(filled, url, pages)
        yield plain("the same, made: PostgreSQL", built.took, "s")
        with on(folder, url, pages) as (program, home):
            yield from _figures("PostgreSQL", asyncio.run(_all(program, home, built.what)))


def _first(home: str) -> Iterator[Figure]:
    """Return what the first visitor of a program that has just begun has to wait for."""
    word = f"{home}/healthz"
    paints, bare = painted(home, word), painted(word, word)
    if not paints:
        return
    yield plain("a page of one word in Chromium: first paint", percentile([one.first for one in bare], 0.5), "ms")
    yield under("home in Chromium, the first page of a fresh program: first paint", paints[0].first, _PAINT_GOAL, "ms")
    yield under("the same, later: first paint", percentile([one.first for one in paints[1:]], 0.5), _PAINT_GOAL, "ms")
    yield plain("the same, later: all there", percentile([one.whole for one in paints[1:]], 0.5), "ms")


def _figures(engine: str, found: Mapping[str, Answered]) -> Iterator[Figure]:
    for what, one in found.items():
        median, slowest = 1e3 * percentile(one.times, 0.5), 1e3 * max(one.times)
        about = f"median {median:.3g} ms, slowest {slowest:.3g} ms, CPU {1e3 * one.cpu:.3g} ms"
        if engine == "SQLite":
            about += f"; {one.size / 1024:.0f} kB, packed {one.packed / 1024:.0f} kB"
        yield under(f"{what}, {engine} ({about}): 99 %", 1e3 * percentile(one.times, 0.99), _GOAL, "ms")


@dataclass(frozen=True, slots=True)
class Filled:
    """A database that was filled, and the seconds that it took."""

    what: Built
    took: float


async def filled(url: str, pages: Sequence[tuple[Vendor, Source]]) -> Filled:
    database = open_database(url)
    await migrate(database)
    began = time.perf_counter()
    built = await fill(database, Size(), datetime.now(UTC), pages)
    took = time.perf_counter() - began
    await database.close()
    return Filled(built, took)


@contextmanager
def on(folder: Path, url: str, pages: Sequence[tuple[Vendor, Source]]) -> Iterator[tuple[Program, str]]:
    """Run the program on a database that is filled; give it, and where its board is once that can be reached."""
    port = on_free_port()
    watched = [source for _, source in pages]
    more = {"PORT": str(port), "HOST": "127.0.0.1", "DATABASE_URL": url}
    with running(folder, watched, more) as program:
        until = time.monotonic() + _PATIENCE
        while not _is_reached(port):
            if program.process.poll() is not None or time.monotonic() > until:
                raise TimeoutError(f"there is no board; its log: {program.log()}")
            time.sleep(0.01)
        yield program, f"http://127.0.0.1:{port}"


def on_free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _is_reached(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def _all(program: Program, home: str, built: Built) -> Mapping[str, Answered]:
    """Ask for each page many times, one after the other, on one connection; of those that are not there, nothing.

    What a program does in its first seconds is done by then, on either engine: how soon it paints is measured before.
    """
    await asyncio.sleep(_SETTLED)
    found = {}
    async with ClientSession(headers={"accept-encoding": "identity"}, auto_decompress=False) as client:
        for what, path in PAGES.items():
            async with client.get(home + _place(path, built, 0)) as answer:
                if answer.status == 404:
                    print(f"board: there is no {path}", flush=True)
                    continue
            found[what] = await _asked(client, program, home + path, built)
    return found


async def _asked(client: ClientSession, program: Program, path: str, built: Built) -> Answered:
    times, body, cpu = [], b"", 0.0
    for number in range(-_WARM, _TIMES):
        where = _place(path, built, number)
        if not number:
            cpu = program.cpu()
        await asyncio.sleep(_PAUSE)
        began = time.perf_counter()
        async with client.get(where) as answer:
            body = await answer.read()
            took = time.perf_counter() - began
            if answer.status != 200:
                raise RuntimeError(f"{where}: {answer.status} {body[:200]!r}")
        if number >= 0:
            times.append(took)
    return Answered(times, (program.cpu() - cpu) / _TIMES, len(body), len(gzip.compress(body, 6)))


def _place(path: str, built: Built, number: int) -> str:
    """Return the address of one of those; the vendors with the longest records first."""
    vendor = built.vendors[number % 100]
    return path.format(
        vendor=vendor.slug,
        probe=f"{built.vendors[number % Size().probes].slug}-api",
        incident=built.incidents[number * 37 % len(built.incidents)],
        open=built.open[number % len(built.open)],
        word=_WORDS[number % len(_WORDS)].replace(" ", "+"),
    )
