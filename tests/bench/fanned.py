"""What it took to tell something in many places, and the table in which ways of doing that stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.figures import Columns, percentile


@dataclass(frozen=True, slots=True)
class Fanned:
    """What it took from the change to the last arrival: seconds, CPU seconds, MiB at the most, and each one's wait."""

    wall: float
    cpu: float
    memory: float
    waits: Sequence[float]
    messages: int


def columns(title: str, found: Iterable[tuple[tuple[str, str], Sequence[Fanned]]]) -> Columns:
    """Return a row for each way, which is named by what it tells and with what, from its rounds."""
    head = ("what is told", "by", "messages/s", "CPU of a message", "memory at its most", "wait: median", "99 %")
    return Columns(title, head, tuple(_row(name, rounds) for name, rounds in found))


def _row(name: tuple[str, str], rounds: Sequence[Fanned]) -> tuple[str, ...]:
    def middle(of: Callable[[Fanned], float]) -> float:
        return median(map(of, rounds))

    return (
        *name,
        f"{middle(lambda one: one.messages / one.wall):,.0f}",
        f"{1e3 * middle(lambda one: one.cpu / one.messages):.3g} ms",
        f"{middle(lambda one: one.memory):.0f} MiB",
        f"{1e3 * middle(lambda one: median(one.waits)):,.0f} ms",
        f"{1e3 * middle(lambda one: percentile(one.waits, 0.99)):,.0f} ms",
    )
