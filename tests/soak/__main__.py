"""`make soak`: the real program lives through a day of thousands of pages in minutes; what should be flat is judged.

    make soak                                          24 hours, 5,000 pages, SQLite
    make soak ARGS="--engine postgresql --hours 12"
    SITREP_CORPUS=… make soak                          with recorded outages among the generated ones

Real: the program with all its loops, its HTTP to a server of pages, its Slack over HTTP and a socket, its database, its
board, hooks and probes, each with the time that it takes.  Left out: waiting for nothing (`tests.soak.program`).
Shortened: a page is read every twenty minutes and not every thirty seconds, but for those in trouble, which are
read as often as ever (every 12 s); a day of all pages every 30 s would be 14 million polls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

from aiohttp import ClientSession

from bot.store.database import Database, open_database
from tests.bench.figures import machine
from tests.databases import migrate_by_hand, sqlite_in, start_by_hand
from tests.localslack import LocalSlack, local_slack
from tests.localslack.clock import LocalClock
from tests.soak.before import lived
from tests.soak.dial import Dial
from tests.soak.seen import Day, judged, told_after
from tests.soak.sitrep import Sitrep, configured, hushed, running
from tests.soak.stored import stored
from tests.soak.vendors import Plan, Vendors, serving
from tests.soak.visiting import Visitors, at_times

_VISIT_EVERY = 300.0
# The last hour is looked at when it is over.
_LAST_LOOK = 30.0
_STARTS_WITHIN = 180.0


class SoakClock(LocalClock):
    """The local Slack's clock, which shows the soak's time."""

    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self._dial = dial

    def now(self) -> datetime:
        return self._dial.now()


async def soak(options: argparse.Namespace, folder: Path, database_url: str) -> int:
    """Let the day pass, and return how it ended."""
    Dial.begin(folder / "dial")
    plan = Plan(options.seed, options.sources, os.environ.get("SITREP_CORPUS", ""))
    dial = Dial(folder / "dial", holder=2)
    async with AsyncExitStack() as stack:
        vendors = stack.enter_context(serving(plan, folder / "dial"))
        slack = await stack.enter_async_context(local_slack(limits=False))
        slack.world.clock = SoakClock(dial)
        config = configured(folder, vendors, slack, options.interval, options.tables)
        database = open_database(database_url)
        stack.push_async_callback(database.close)
        probes = [f"probe:probe-{number}" for number in range(plan.probes)]
        feeds = [f"feed:{name}" for name, _ in plan.pages()]
        await lived(database, probes, feeds, Random(options.seed))
        # From here on it is the day: what came before was getting ready.
        dial.again()
        sitrep = stack.enter_context(running(folder, config, database_url, slack))
        day = Day(folder, options.hours)
        await _lived(options, day, dial, (vendors, slack, sitrep, database))
        day.samples = [json.loads(line) for line in (folder / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
        told_after(day, slack, vendors.told(), hushed(plan))
        day.requests = vendors.requests()
    day.status = sitrep.process.returncode
    day.log = sitrep.log
    return judged(day, options)


async def _lived(
    options: argparse.Namespace, day: Day, dial: Dial, them: tuple[Vendors, LocalSlack, Sitrep, Database]
) -> None:
    vendors, slack, sitrep, database = them
    began = time.perf_counter()
    await _ready(sitrep, slack)
    visitors = Visitors(dial, slack, sitrep, Random(options.seed), vendors.plan.lively)
    day.visitors = visitors

    async def hourly() -> None:
        with dial.held():
            day.stored[round(dial.seconds() / 3600)] = await stored(database)
        took = time.perf_counter() - began
        row = day.stored[max(day.stored)]
        print(
            f"hour {max(day.stored):2} after {took:.0f} s: {row.rows['incident']:,} incidents, {row.size / 1e6:.1f} MB",
            file=sys.stderr,
            flush=True,
        )

    def is_over() -> bool:
        within, until = float(options.minutes) * 60, float(options.hours) * 3600 + _LAST_LOOK
        return time.perf_counter() - began > within or dial.seconds() >= until

    async with ClientSession() as web, asyncio.TaskGroup() as group:
        watcher = group.create_task(_watched(sitrep))
        visits = group.create_task(at_times(dial, _VISIT_EVERY, is_over, partial(visitors.come, web)))
        await at_times(dial, 3600.0, is_over, hourly)
        await visits
        watcher.cancel()
    if not day.stored:
        await hourly()
    day.hours = min(day.hours, dial.seconds() / 3600)
    day.took = time.perf_counter() - began


async def _watched(sitrep: Sitrep) -> None:
    """Raise if the program ends by itself."""
    while sitrep.process.poll() is None:  # noqa: ASYNC110  (a process rings no bell)
        await asyncio.sleep(0.5)
    raise RuntimeError(f"the program ended: {sitrep.log[-2000:]}")


async def _ready(sitrep: Sitrep, slack: LocalSlack) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while not slack.sockets.links:
        if sitrep.process.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"the program opened no socket; its log: {sitrep.log[-2000:]}")
        await asyncio.sleep(0.1)


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make soak", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24, help="how long, in its own time (default: 24)")
    parser.add_argument("--sources", type=int, default=5_000, help="how many pages (default: 5,000)")
    parser.add_argument("--interval", default="20m", help="how often a calm page is read (default: 20m)")
    parser.add_argument(
        "--minutes", type=float, default=120, help="end early after so long, by your clock (default: 120)"
    )
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6), help="the day of this seed")
    parser.add_argument("--folder", type=Path, help="where to leave everything (default: nowhere)")
    parser.add_argument("--tables", default="", help="more for sitrep.toml")
    return parser.parse_args(words)


def main() -> int:
    """Read the command line, and begin."""
    options = parsed()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="sitrep-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"seed {options.seed}: {options.sources:,} pages, {options.hours:g} hours, {options.engine}; {machine()}",
        flush=True,
    )
    if options.engine == "sqlite":
        return asyncio.run(soak(options, folder, sqlite_in(folder)))
    postgres = start_by_hand()
    try:
        migrate_by_hand(postgres)
        return asyncio.run(soak(options, folder, postgres.url(postgres.create("migrated"))))
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
