"""How long it takes from the start of the program to the first poll, with a thousand pages to watch."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure, plain, under
from tests.bench.program import Program, running
from tests.bench.server import Server, serving
from tests.bench.watches import source_at

_PAGES = 1000
_PATIENCE = 60


def measure() -> Iterator[Figure]:
    first, last = _start(_PAGES)
    firsts = [first, *(_start(1)[0] for _ in range(2))]
    yield under(f"start to first poll, {_PAGES:,} pages, new database", median(firsts), 2, "s")
    yield plain("start to first poll of the last of them, each read and stored", last, "s")


def _start(polls: int) -> tuple[float, float]:
    """Start on a new database; return when the first poll came, and the last of so many."""
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        watched = [source_at(server.still(number), number, timedelta(seconds=30)) for number in range(_PAGES)]
        with running(Path(folder), watched) as program:
            _wait(server, program, polls)
            times = sorted(server.first().values())
    return times[0] - program.began, times[polls - 1] - program.began


def _wait(server: Server, program: Program, polls: int) -> None:
    until = time.monotonic() + _PATIENCE
    while len(server.first()) < polls:
        if program.process.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"only {len(server.first())} of {polls} polls came; its log: {program.log()}")
        time.sleep(0.05)
