"""`python -m tests.bench [name ...]`: measure all, or what is named, and print a table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    announcing,
    asking,
    boards,
    commanding,
    delivering,
    failing,
    fanning,
    fleets,
    parsing,
    polling,
    probing,
    replaying,
    scaling,
    scripting,
    slack,
    starting,
    taking_in,
    watching,
)
from tests.bench.figures import Columns, Figure, Note, machine, table
from tests.bench.growth import around, history, telling
from tests.bench.growth.curves import STEEP, Sheet
from tests.bench.plots import drawings

_Found = Figure | Columns | Note | Sheet
_ALL: dict[str, Callable[[], Iterator[_Found]]] = {
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
    "fanning": fanning.measure,
    "feeds": scripting.measure,
    "scaling": scaling.sheets,
    "telling": telling.sheets,
    "history": history.sheets,
    "around": around.sheets,
}
# What belongs together: Sitrep beside what one would take instead; and all that shows what grows with what.
_TOGETHER = {"beside": ("fan-out", "fanning", "feeds"), "growth": ("scaling", "telling", "history", "around")}


def main() -> int:
    """Measure and print; the exit status says nothing about the goals."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure what Sitrep costs.")
    parser.add_argument("name", nargs="*", help=f"what to measure: {', '.join((*_ALL, *_TOGETHER))}")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="write the curves there as drawings")
    asked = parser.parse_args()
    names = [one for name in asked.name or _ALL for one in _TOGETHER.get(name, (name,))]
    if unknown := [name for name in names if name not in _ALL]:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join((*_ALL, *_TOGETHER))}")
    if asked.draw is not None:
        asked.draw.mkdir(parents=True, exist_ok=True)
    print(machine(), flush=True)
    figures: list[Figure] = []
    for name in names:
        began = time.monotonic()
        for found in _ALL[name]():
            if isinstance(found, Figure):
                figures.append(found)
            else:
                _show(found, asked.draw)
        print(f"{name}: measured in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{table(figures)}\n" if figures else "", machine(), sep="\n")
    return 0


def _show(found: Columns | Note | Sheet, folder: Path | None) -> None:
    print(f"\n{found.markdown()}", flush=True)
    if not isinstance(found, Sheet):
        return
    for curve in found.curves:
        if curve.growth > STEEP:
            print(f"\ngrows faster than what there is of it: {curve.what}, n^{curve.growth:.2f}", flush=True)
    if folder is None:
        return
    for name, drawing in drawings(found):
        (folder / name).write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
