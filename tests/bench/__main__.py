"""Measures and prints: `python -m tests.bench [polls changed announcing starting multitude delivering]`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench import delivering, polling, taking_in, whole
from tests.bench.apart import apart
from tests.bench.server import Server, serving
from tests.databases import started_for_a_while

Row = tuple[str, str, str, str]
_ROUNDS = 3
_SECONDS = 6.0


def polls(server: Server) -> Iterator[Row]:
    """The same polls by four clients in turn; each round's ratio is to that round's bare aiohttp."""
    urls = [server.still(number) for number in range(polling.PAGES)]
    clients = (polling.bare_aiohttp, polling.fetcher, polling.watching, polling.bare_httpx)
    rounds = [[apart(client, urls, _SECONDS) for client in clients] for _ in range(_ROUNDS)]
    costs = [median(one[n] for one in rounds) * 1000 for n in range(len(clients))]
    ratios = [median(one[n] / one[0] for one in rounds) for n in range(len(clients))]
    yield "unchanged poll, bare aiohttp", f"{costs[0]:.3f} ms CPU", "", "1.0 x"
    yield "unchanged poll, our fetcher", f"{costs[1]:.3f} ms CPU", "<= 2 x", f"{ratios[1]:.1f} x"
    yield "unchanged poll, the whole watch loop", f"{costs[2]:.3f} ms CPU", "", f"{ratios[2]:.1f} x"
    yield "unchanged poll, httpx alone", f"{costs[3]:.3f} ms CPU", "", f"{ratios[3]:.1f} x"


def changed(server: Server) -> Iterator[Row]:
    """One changed page, from its bytes to the commit."""
    del server
    common = apart(taking_in.changed, taking_in.COMMON, 100).cpu * 10
    yield "changed page, SQLite", f"{common:.2f} ms CPU", "<= 5 ms", f"{common / 5:.2f} of it"
    large = apart(taking_in.changed, taking_in.TENFOLD, 20).cpu * 50
    yield "changed page, ten times as large", f"{large:.2f} ms CPU", "", f"{large / common:.1f} x"
    with started_for_a_while() as url:
        other = apart(taking_in.changed, taking_in.COMMON, 100, url).cpu * 10
    yield "changed page, PostgreSQL", f"{other:.2f} ms CPU", "", f"{other / common:.1f} x SQLite"


def announcing(server: Server) -> Iterator[Row]:
    """How long a change takes to be said by the whole program."""
    delays = whole.announcing(server)
    yield f"change to words, median of {delays.changes}", f"{delays.median:.0f} ms", "< 150 ms", ""
    yield "change to words, p99", f"{delays.p99:.0f} ms", "< 500 ms", ""


def starting(server: Server) -> Iterator[Row]:
    """A cold start with a thousand pages."""
    start = whole.starting(server)
    yield "start to first poll, 1,000 pages", f"{start.first:.2f} s", "< 2 s", ""
    yield "start to last first poll", f"{start.last:.2f} s", "", ""


def multitude(server: Server) -> Iterator[Row]:
    """Ten thousand pages every half minute."""
    load = whole.multitude(server)
    yield f"10,000 pages at 30 s: {load.polls:.0f} polls/s", f"{load.cpu:.2f} cores", "< 0.5", ""
    yield "10,000 pages at 30 s: resident memory", f"{load.memory:.0f} MiB", "< 200 MB", f"at most {load.peak:.0f}"


def deliveries(server: Server) -> Iterator[Row]:
    """Announcements to a platform that costs nothing, and a recording replayed."""
    del server
    yield "deliveries, SQLite", f"{apart(delivering.announced, 1000):.0f} /s", "", ""
    with started_for_a_while() as url:
        yield "deliveries, PostgreSQL", f"{apart(delivering.announced, 1000, url):.0f} /s", "", ""
    yield "replay of changed snapshots", f"{apart(delivering.replayed, 200):.0f} /s", "", ""


BENCHMARKS: dict[str, Callable[[Server], Iterator[Row]]] = {
    "polls": polls,
    "changed": changed,
    "announcing": announcing,
    "starting": starting,
    "multitude": multitude,
    "deliveries": deliveries,
}


@contextmanager
def _complaint(names: list[str]) -> Iterator[None]:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    yield


def main(names: list[str]) -> None:
    """Run some benchmarks, or all, and print one table."""
    with _complaint(names), serving() as server:
        rows: list[Row] = []
        for name in names or BENCHMARKS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += BENCHMARKS[name](server)
    print(f"{_machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for row in (("what", "figure", "goal", "ratio"), *rows):
        print(f"| {row[0]:<42} | {row[1]:>14} | {row[2]:>9} | {row[3]:>14} |")


def _machine() -> str:
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in info.splitlines() if line.startswith("model name")), "")


if __name__ == "__main__":
    main(sys.argv[1:])
