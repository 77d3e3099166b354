"""Sitrep beside cron and feedparser: ten, a hundred and a thousand feeds, asked at the same interval.

A few feeds have an entry more every so often.  The script is a process of its own at every run, as cron would have it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from bot.model import Source
from tests.bench.figures import Columns, percentile
from tests.bench.posts import Taking, noting_posts
from tests.bench.program import Program, running
from tests.bench.server import Server, serving
from tests.bench.watches import source_at

SIZES = (10, 100, 1_000)
_INTERVAL, _LIVELY = timedelta(seconds=15), 5
# As often as the interval, and not in step with it.
_SECONDS, _OUTBREAKS = 60.0, (4.0, 23.0, 41.0)
_PATIENCE = 240.0
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Watched:
    """What a minute took: CPU seconds, MiB at the most, how long each entry waited to be told, and feeds asked."""

    cpu: float
    memory: float
    waits: Sequence[float]
    looks: int


def measure() -> Iterator[Columns]:
    rows = []
    for size in SIZES:
        for name, way in (("cron and feedparser", by_script), ("Sitrep", by_sitrep)):
            with serving() as server, noting_posts() as taking, tempfile.TemporaryDirectory() as folder:
                rows.append(_row(size, name, way(server, taking, Path(folder), size)))
    head = ("feeds", "by", "looks", "CPU of a look", "share of a core", "memory at its most", "told", "wait", "99 %")
    yield Columns(f"Feeds asked every {_INTERVAL.total_seconds():g} s for a minute", head, tuple(rows))


def _row(size: int, name: str, one: Watched) -> tuple[str, ...]:
    return (
        f"{size:,}",
        name,
        f"{one.looks:,}",
        f"{1e3 * one.cpu / one.looks:.3g} ms",
        f"{100 * one.cpu / _SECONDS:.2g} %",
        f"{one.memory:.0f} MiB",
        str(len(one.waits)),
        f"{median(one.waits):.1f} s" if one.waits else "",
        f"{percentile(one.waits, 0.99):.1f} s" if one.waits else "",
    )


def by_script(server: Server, taking: Taking, folder: Path, size: int) -> Watched:
    feeds, state = folder / "feeds.txt", folder / "state.json"
    feeds.write_text("\n".join(server.news(number) for number in range(size)), encoding="utf-8")
    command = (sys.executable, "-m", "tests.bench.cron_feeds", feeds, state, f"{taking.url}hook")
    subprocess.run(command, cwd=_ROOT, check=True)
    looks, breaking, spent, peak = server.requests(), _Outbreaks(server), 0.0, 0.0
    while (now := breaking.now()) < _SECONDS:
        begins = now + _INTERVAL.total_seconds()
        run = os.posix_spawn(sys.executable, [*map(str, command)], os.environ | {"PYTHONPATH": str(_ROOT)})
        while not (ended := os.wait4(run, os.WNOHANG))[0]:
            peak = max(peak, _memory(run))
            breaking.step()
        _, status, used = ended
        assert status == 0
        spent += used.ru_utime + used.ru_stime
        while breaking.now() < begins:
            breaking.step()
    return Watched(spent, peak, breaking.waits(taking, ":"), server.requests() - looks)


def _memory(run: int) -> float:
    """Return what a process has taken at its most, in MiB; 0 if it has just ended.

    What `wait4` says is as much as its parent had when it was begun.
    """
    lines = Path(f"/proc/{run}/status").read_text(encoding="utf-8").splitlines()
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def by_sitrep(server: Server, taking: Taking, folder: Path, size: int) -> Watched:
    watched = [_feed(server, number) for number in range(size)]
    keys = {"WEBHOOK_URL": f"{taking.url}hook", "WEBHOOK_SECRET": "bench"}
    with running(folder, watched, keys, routes='[[route]]\nto = ["webhook"]') as program:
        _wait(lambda: len(server.first()) >= size, program)
        time.sleep(_INTERVAL.total_seconds())
        taking.posts()
        cpu, looks = program.cpu(), server.requests()
        breaking = _Outbreaks(server)
        while breaking.now() < _SECONDS:
            breaking.step()
        spent, looks = program.cpu() - cpu, server.requests() - looks
        time.sleep(_INTERVAL.total_seconds())
        return Watched(spent, program.memory("VmHWM"), breaking.waits(taking, '"step":"post"'), looks)


def _feed(server: Server, number: int) -> Source:
    return replace(source_at(server.news(number), number, _INTERVAL), format="feed")


def _wait(is_done: Callable[[], bool], program: Program) -> None:
    until = time.monotonic() + _PATIENCE
    while not is_done():
        if program.has_ended() or time.monotonic() > until:
            raise TimeoutError(f"not all feeds were read; its log: {program.log()}")
        time.sleep(0.2)


class _Outbreaks:
    """Lets a few feeds have an entry more at set times, and remembers when."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._began = time.monotonic()
        self._at: list[float] = []

    def now(self) -> float:
        return time.monotonic() - self._began

    def step(self) -> None:
        """Wait a moment, and break out if it is time."""
        time.sleep(0.05)
        if len(self._at) < len(_OUTBREAKS) and self.now() >= _OUTBREAKS[len(self._at)]:
            self._server.breaks_out(_LIVELY)
            self._at.append(time.monotonic())

    def waits(self, taking: Taking, sign: str) -> Sequence[float]:
        """Return how long it took from each outbreak to each message that tells of it."""
        found: dict[str, float] = {}
        for post in taking.posts():
            body = post.body.replace('": "', '":"')
            for number in range(len(self._at)):
                for page in range(_LIVELY):
                    told = f"page-{page}/{number + 1}:"
                    if sign in body and told in body:
                        found.setdefault(told, post.at - self._at[number])
        return sorted(found.values())
