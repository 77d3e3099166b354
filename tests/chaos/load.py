"""A fleet under load: thousands of calm pages, some that are not, hundreds of channels, and one kill after the other.

    python -m tests.chaos.load --sources 10000 --destinations 200 --minutes 10 --kill-every 20

Printed at the end: how often each page was read against how often it should have been, how long it took others to take
over, and whatever channels show that the pages did not say.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from tests.bench.server import Server, serving
from tests.chaos.day import Instance
from tests.chaos.proxy import wire
from tests.chaos.shown import complaints, of, slack_threads
from tests.databases import Postgres, migrate_by_hand, start_by_hand
from tests.e2e.program import patiently, until
from tests.e2e.statuspage import SUMMARY
from tests.e2e.test_killed import Vendors, vendors
from tests.e2e.weather import Wait
from tests.localslack import LocalSlack, local_slack

INSTANCES, VENDORS, INTERVAL, TROUBLED_INTERVAL = 3, 8, 30, 5
_AT = re.compile(r"^(\S+ \S+) WARNING instance gone: taking over instance=(\S+)", re.MULTILINE)
_NAME = re.compile(r"joined instance=(\S+)")
SETTLES_WITHIN = 180.0


@dataclass(slots=True)
class Load:
    """All that there is, and what was seen of it."""

    options: argparse.Namespace
    dice: Random
    them: Vendors
    slack: LocalSlack
    crew: list[Instance]
    server: Server
    killed: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def channels(self, vendor: str) -> list[str]:
        """Return the channels that a vendor is told in."""
        number = list(self.them.pages).index(vendor)
        each = self.options.destinations // VENDORS
        return [f"c{number}-{place}" for place in range(each)]

    def has_shown(self, wait: Wait | None) -> bool:
        if wait is None:
            return True
        vendor = wait.incident.page.slug
        threads = of(wait.incident, slack_threads(self.slack, self.channels(vendor)[0]))
        return any(wait.said.strip("“”") in reply for thread in threads for reply in thread.replies)

    def step(self) -> None:
        ready = [one for one in self.them.stories if self.has_shown(one.waiting)]
        if ready:
            one = self.dice.choice(ready)
            try:
                one.waiting = next(one.story)
            except StopIteration:
                self.them.stories.remove(one)
            self.them.publish(one.page)

    def reads(self) -> int:
        """Return how often all pages that something happens on were read so far."""
        return sum(hit.path.endswith(SUMMARY) for server in self.them.servers.values() for hit in server.hits)

    def complaints(self) -> list[str]:
        return [
            f"{channel}: {what}"
            for name, page in self.them.pages.items()
            for channel in self.channels(name)
            for what in complaints(page, slack_threads(self.slack, channel))
        ]


def _tables(load: Load) -> str:
    known = f'format = "statuspage"\ninterval = "{INTERVAL}s"\n'
    calm = "".join(
        f'[[watch]]\nurl = "{load.server.still(n)}"\nname = "calm-{n}"\n{known}' for n in range(load.options.sources)
    )
    routes = "".join(
        f'[[route]]\nmatch = {{ vendor = ["{name}"] }}\nto = {_ids(load, name)}\n' for name in load.them.pages
    )
    return f"{routes}[bursts]\nat_least = 0\n[reports]\npost = false\n{calm}"


def _ids(load: Load, vendor: str) -> str:
    return str([f"slack:{load.slack.world.named(channel).id}" for channel in load.channels(vendor)]).replace("'", '"')


async def _kill_one_after_the_other(load: Load, ends: float) -> None:
    number = 0
    while time.monotonic() + load.options.kill_every < ends:
        await asyncio.sleep(load.options.kill_every)
        one = load.crew[number % len(load.crew)]
        name = _NAME.findall(one.err)[-1]
        load.killed[name] = datetime.now()  # noqa: DTZ005  (as the log says it)
        await one.kill()
        await asyncio.sleep(load.dice.uniform(1, 4))
        await one.started()
        number += 1


def _taken_over(load: Load) -> Iterator[float]:
    """Yield after how many seconds the first of the others had taken over from each that was killed."""
    said = "\n".join(one.err for one in load.crew)
    first: dict[str, datetime] = {}
    for at, name in _AT.findall(said):
        moment = datetime.strptime(at, "%Y-%m-%d %H:%M:%S,%f")  # noqa: DTZ007  (as above)
        first[name] = min(first.get(name, moment), moment)
    for name, at in load.killed.items():
        yield (first[name] - at).total_seconds() if name in first else float("inf")


async def run(options: argparse.Namespace, postgres: Postgres, server: Server) -> int:
    """Let it run, and return how it ended."""
    dice = Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="sitrep-load-"))
    database = postgres.create("migrated")
    async with AsyncExitStack() as stack:
        them = await stack.enter_async_context(vendors(VENDORS, dice))
        slack = await stack.enter_async_context(local_slack(limits=False))
        load = Load(options, dice, them, slack, [], server)
        for name in them.pages:
            for channel in load.channels(name):
                slack.world.channel(channel)
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
        for number in range(options.instances):
            place = folder / f"i{number}"
            place.mkdir(parents=True)
            line = await stack.enter_async_context(wire(place, postgres.folder))
            url = f"postgresql+asyncpg://postgres@/{database}?host={place}"
            one = Instance(place, url, more=tokens, wire=line)
            one.watches(them.urls, f"{TROUBLED_INTERVAL}s", _tables(load))
            one.config.write_text(
                one.config.read_text(encoding="utf-8").replace('allow = ["127.0.0.1"]', 'allow = ["127.0.0.0/8"]'),
                encoding="utf-8",
            )
            load.crew.append(one)
        try:
            return await _judged(load)
        finally:
            for one in load.crew:
                if one.process is not None and one.process.returncode is None:
                    one.process.kill()
                    await one.process.wait()


async def _judged(load: Load) -> int:
    options = load.options
    await asyncio.gather(*(one.started() for one in load.crew))
    await until(lambda: len(load.server.first()) >= options.sources, "every page is read once")
    load.them.begin(VENDORS)

    async def blow() -> None:
        while True:
            await asyncio.sleep(load.dice.uniform(0.2, 1.5))
            load.step()

    weather = asyncio.create_task(blow())
    before, began = Counter(load.server.counts()), time.monotonic()
    troubled = load.reads()
    ends = began + 60 * options.minutes
    await _kill_one_after_the_other(load, ends)
    await asyncio.sleep(max(ends - time.monotonic(), 0))
    counts, took = Counter(load.server.counts()), time.monotonic() - began
    counts.subtract(before)
    troubled = load.reads() - troubled
    await patiently(lambda: not load.them.stories, within=SETTLES_WITHIN, every=0.5)
    weather.cancel()
    with suppress(asyncio.CancelledError):
        await weather
    await patiently(lambda: not load.complaints(), within=SETTLES_WITHIN, every=1)
    found = [f"waits in vain: {one.page}" for one in load.them.stories] + load.complaints()
    due = took / TROUBLED_INTERVAL * VENDORS
    print(f"{VENDORS} pages in trouble every {TROUBLED_INTERVAL} s: read {troubled / due:.3f} times as often as due")
    return _said(load, counts, took, found)


def _said(load: Load, counts: Counter[bytes], took: float, found: list[str]) -> int:
    due = took / INTERVAL
    each = sorted(counts.values())
    messages = sum(
        1 + len(thread.replies)
        for name in load.them.pages
        for channel in load.channels(name)
        for thread in slack_threads(load.slack, channel)
    )
    print(f"{load.options.sources:,} pages every {INTERVAL} s for {took:.0f} s, {len(load.killed)} instances killed")
    often = sum(each) / len(each) / due
    print(f"  read {often:.3f} times as often as due; one page {each[0]} to {each[-1]} times of {due:.1f}")
    over = sorted(_taken_over(load))
    if over:
        print(f"  taken over after {over[len(over) // 2]:.1f} s (median), {over[-1]:.1f} s at most")
    print(f"  {messages:,} messages in {load.options.destinations} channels")
    for what in found[:20]:
        print(f"  FAIL {what}")
    print(f"{int(not found)} passed, {int(bool(found))} failed")
    return int(bool(found))


def main() -> int:
    """Read the command line, and begin."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.load", description=__doc__)
    parser.add_argument("--instances", type=int, default=INSTANCES)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--destinations", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--kill-every", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    postgres = start_by_hand()
    try:
        migrate_by_hand(postgres)
        with serving() as server:
            return asyncio.run(run(options, postgres, server))
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
