"""What was measured, and the table in which it is shown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.  Without a goal it is there for information."""

    what: str
    value: str
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """A table of its own: what stands above it, its head, and its rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        return "\n".join([f"{self.title}:", "", *(f"| {' | '.join(line)} |" for line in lines)])


@dataclass(frozen=True, slots=True)
class Note:
    """What there is to say instead of a figure."""

    text: str

    def markdown(self) -> str:
        return self.text


def under(what: str, value: float, limit: float, unit: str) -> Figure:
    """Return a figure that should be less than `limit`."""
    return Figure(what, f"{value:.3g} {unit}", f"< {limit:g} {unit}", value < limit)


def at_least(what: str, value: float, limit: float, unit: str) -> Figure:
    """Return a figure that should not be less than `limit`."""
    return Figure(what, f"{value:.3g} {unit}", f">= {limit:g} {unit}", value >= limit)


def plain(what: str, value: float, unit: str) -> Figure:
    """Return a figure for information."""
    return Figure(what, f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}")


def table(figures: Iterable[Figure]) -> str:
    """Return all figures, one a line, in columns."""
    rows = [("figure", "measured", "goal", "met")]
    rows += [(one.what, one.value, one.goal, {True: "yes", False: "NO", None: ""}[one.met]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def machine() -> str:
    """Return what it was measured on, and how busy that was with other things."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name\t: ")[2].partition("\n")[0]
    busy = os.getloadavg()[0]
    return f"{cpu or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {busy:.1f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all stay under."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
