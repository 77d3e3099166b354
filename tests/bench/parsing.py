"""What it costs to read a body, by format: the largest of our own examples of each, and pages of a size with a goal."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bot.feeds import statuspage
from bot.plugins import format_named, formats
from tests.bench.figures import Figure, plain, under
from tests.bench.pages import summary
from tests.feeds.samples import CASES, source

_AT_LEAST = 0.3
_SUMMARY = 50_000
_GOOGLE = "gcp/google-cloud-incidents-20220703.json"


def measure() -> Iterator[Figure]:
    body = _statuspage()
    whole = _seconds(lambda: statuspage.parse(body, source("statuspage")))
    decoding = _seconds(lambda: json.loads(body))
    what = f"statuspage, a summary of {len(body) / 1000:.0f} kB, without the decoding of JSON"
    yield under(f"{what}: CPU", 1e3 * (whole - decoding), 1, "ms")
    yield from _google()
    for name, form in formats().items():
        largest = max((path.read_bytes() for path in CASES if path.parent.name == name), key=len, default=b"")
        if largest:
            spent = _seconds(partial(form.parse, largest, source(name)))
            yield plain(f"{name}, {len(largest) / 1000:.1f} kB: CPU", 1e3 * spent, "ms")
            yield plain(f"{name}: bytes read", len(largest) / spent / 1e6, "MB/s")


def _google() -> Iterator[Figure]:
    """Ours are small: the goal is for a captured file, which is there if SITREP_CORPUS names the folder."""
    capture = Path(os.environ.get("SITREP_CORPUS", "/nowhere")) / _GOOGLE
    if capture.is_file():
        body = capture.read_bytes()
        spent = _seconds(lambda: format_named("gcp").parse(body, source("gcp")))
        yield under(f"gcp, a captured file of {len(body) / 1e6:.1f} MB: CPU", 1e3 * spent, 50, "ms")


def _statuspage() -> bytes:
    """Return a summary of about the size that has a goal."""
    components = 30
    while len(body := summary(components=components, incidents=2)) < _SUMMARY:
        components += 10
    return body


def _seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of doing something once, the best of many times."""
    best, until = float("inf"), time.process_time() + _AT_LEAST
    while time.process_time() < until:
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best
