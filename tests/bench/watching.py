"""Ten thousand pages, each asked every half minute: what the whole program takes for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.bench.apart import apart
from tests.bench.figures import Figure, plain, under
from tests.bench.program import database_in, running
from tests.bench.server import serving
from tests.bench.watches import prepared, source_at

_PAGES = 10_000
_INTERVAL = timedelta(seconds=30)
_STARTING = timedelta(seconds=8)
# The polls of the first seconds fill caches and open connections.
_WARMING = 12.0
_SECONDS = 60.0


def measure() -> Iterator[Figure]:
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        watched = [source_at(server.still(number), number, _INTERVAL) for number in range(_PAGES)]
        apart(prepared, database_in(Path(folder)), watched, _STARTING)
        with running(Path(folder), watched) as program:
            time.sleep(_STARTING.total_seconds() + _WARMING)
            began, cpu, polls = time.monotonic(), program.cpu(), server.requests()
            time.sleep(_SECONDS)
            wall, cpu, polls = time.monotonic() - began, program.cpu() - cpu, server.requests() - polls
            yield plain(f"{_PAGES:,} pages every 30 s: polls done", polls / wall, "/s")
            yield plain("the same: CPU of one poll, all that runs included", 1e3 * cpu / polls, "ms")
            yield under("the same: share of one core", cpu / wall, 0.5, "cores")
            yield under("the same: resident memory at its most", program.memory("VmHWM"), 200, "MiB")
