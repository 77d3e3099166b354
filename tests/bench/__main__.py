"""`python -m tests.bench [name ...]`: measure all, or what is named, and print a table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from tests.bench import (
    announcing,
    asking,
    boards,
    commanding,
    delivering,
    failing,
    fleets,
    parsing,
    polling,
    probing,
    replaying,
    slack,
    starting,
    taking_in,
    watching,
)
from tests.bench.figures import Figure, machine, table

_ALL: dict[str, Callable[[], Iterator[Figure]]] = {
    "parsing": parsing.measure,
    "polls": polling.measure,
    "sources": watching.measure,
    "probes": probing.measure,
    "failing": failing.measure,
    "changes": taking_in.measure,
    "latency": announcing.measure,
    "start": starting.measure,
    "deliveries": delivering.measure,
    "fleet": fleets.measure,
    "replay": replaying.measure,
    "asking": asking.measure,
    "fan-out": slack.measure,
    "commands": commanding.measure,
    "board": boards.measure,
}


def main() -> int:
    """Measure and print; the exit status says nothing about the goals."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what Sitrep costs.")
    parser.add_argument("name", nargs="*", help=f"what to measure: {', '.join(_ALL)}")
    names = parser.parse_args().name or list(_ALL)
    if unknown := [name for name in names if name not in _ALL]:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join(_ALL)}")
    print(machine(), flush=True)
    found: list[Figure] = []
    for name in names:
        began = time.monotonic()
        found += _ALL[name]()
        print(f"{name}: measured in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{table(found)}\n\n{machine()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
