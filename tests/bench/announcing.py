"""How long it takes from a vendor's new words to the message that tells them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

from tests.bench.apart import apart
from tests.bench.figures import Figure, percentile, plain, under
from tests.bench.program import Program, database_in, running
from tests.bench.server import serving
from tests.bench.watches import prepared, source_at

_PAGES = 240
# One in so many has news at every poll; the others never have.
_LIVELY = 6
_INTERVAL = timedelta(seconds=5)
_STARTING = timedelta(seconds=4)
_SECONDS = 28.0
# What is given out in the last moment can not be shown any more.
_GRACE = 2.0


def measure() -> Iterator[Figure]:
    waits = _waits()
    yield plain("news that were told", len(waits), "")
    yield under("from the answer with news to the message: median", 1e3 * median(waits), 150, "ms")
    yield under("from the answer with news to the message: 99 %", 1e3 * percentile(waits, 0.99), 500, "ms")


def _waits() -> list[float]:
    """Run the whole program on pages of which some always have news."""
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        urls = (server.still(n) if n % _LIVELY else server.lively(n) for n in range(_PAGES))
        watched = [source_at(url, number, _INTERVAL) for number, url in enumerate(urls)]
        apart(prepared, database_in(Path(folder)), watched, _STARTING)
        with running(Path(folder), watched) as program:
            time.sleep(_STARTING.total_seconds() + _SECONDS)
            given = server.changed()
            time.sleep(_GRACE)
    shown = _shown(program)
    return [shown[mark] - at if mark in shown else _GRACE for mark, at in given.items()]


def _shown(program: Program) -> dict[str, float]:
    """Return when each word first stood in the terminal: the marks are among them."""
    words: dict[str, float] = {}
    for at, line in program.shown:
        for word in line.split():
            words.setdefault(word, at)
    return words
