"""The real program against the server: how long a change takes to be said, how soon it works, what thousands cost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from tests.bench.program import running
from tests.bench.server import Server
from tests.bench.watches import source_at

_LIVELY = 40
_STILL = 200
_HALF_A_MINUTE = timedelta(seconds=30)
_QUICKLY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Delays:
    """How many changes were timed, and how long they took to be said, in milliseconds."""

    changes: int
    median: float
    p99: float


def announcing(server: Server, changes: int = 200) -> Delays:
    """Time pages that bring one update more at every look, while many others are watched that stay as they are.

    From the moment at which the server writes the changed answer, to the moment at which its words are read
    from the program's output.
    """
    watched = [source_at(server.still(number), number, _HALF_A_MINUTE) for number in range(_STILL)]
    watched += [source_at(server.lively(number), _STILL + number, _QUICKLY) for number in range(_LIVELY)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), watched) as program:
        _wait_until(lambda: len(server.changed()) >= changes + 2 * _LIVELY, seconds=120)
        time.sleep(1)
        given, shown = server.changed(), list(program.shown)
    delays = [delay for marker, at in given.items() if (delay := _delay(marker, at, shown)) is not None]
    # The first look at a page tells all that is open on it at once: that is the start, not a change.
    timed = delays[_LIVELY : _LIVELY + changes]
    return Delays(len(timed), median(timed) * 1000, quantiles(timed, n=100)[98] * 1000)


def _delay(marker: str, at: float, shown: list[tuple[float, str]]) -> float | None:
    said = (when for when, line in shown if f"{marker} " in line)
    first = next(said, None)
    return None if first is None else first - at


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of the process to the first and to the last page's first request."""

    first: float
    last: float


def starting(server: Server, pages: int = 1000) -> Start:
    """Time a start on a machine that has never seen these pages: imports, settings, schema, then the first looks."""
    known = set(server.first())
    watched = [source_at(server.still(10_000 + number), number, _HALF_A_MINUTE) for number in range(pages)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), watched) as program:
        _wait_until(lambda: len(server.first()) >= len(known) + pages, seconds=60)
        times = [at for path, at in server.first().items() if path not in known]
        return Start(min(times) - program.began, max(times) - program.began)


@dataclass(frozen=True, slots=True)
class Load:
    """What watching takes: polls in a second, CPU seconds in a second, resident MiB now and at most."""

    polls: float
    cpu: float
    memory: float
    peak: float


def multitude(server: Server, pages: int = 10_000, seconds: float = 60) -> Load:
    """Watch many pages that stay as they are, each looked at every half minute, after two rounds of settling."""
    before = server.requests()
    watched = [source_at(server.still(20_000 + number), number, _HALF_A_MINUTE) for number in range(pages)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), watched) as program:
        _wait_until(lambda: server.requests() - before >= 2 * pages, seconds=300)
        cpu, asked, began = program.cpu(), server.requests(), time.monotonic()
        time.sleep(seconds)
        spent, span = program.cpu() - cpu, time.monotonic() - began
        return Load((server.requests() - asked) / span, spent / span, program.memory(), program.memory("VmHWM"))


def _wait_until(so: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not so() and time.monotonic() < end:
        time.sleep(0.2)
