"""How long a probe's checks took, and which of them failed, drawn.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.store.samples import Span

# Beneath the line there is room for what failed.
_FAILED = 14
_NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: the usual time of each step as a line, the slowest as a shade, and a mark for each that failed.

    Where nobody checked the line is broken, and the ground is hatched.  `scale` is what stands beside it, from the top
    down: text within would be stretched with it.
    """

    width: int
    height: int
    line: str
    shade: str
    failed: str
    blind: str
    grid: str = ""
    scale: tuple[str, ...] = ()


def chart(
    spans: Sequence[Span],
    since: datetime,
    until: datetime,
    step: timedelta,
    width: int = 720,
    height: int = 180,
    *,
    with_grid: bool = True,
) -> Chart:
    """Return the drawing of some steps."""
    slowest = max((span.slowest for span in spans), default=0.0)
    top = _top(slowest)
    across, floor = width / ((until - since) / step), height - _FAILED

    def x(at: datetime) -> float:
        return round((at - since) / step * across, 1)

    def y(seconds: float) -> float:
        return round(floor - seconds / top * floor, 1)

    line, shade = [], []
    for run in _runs([span for span in spans if _passes(span)], step):
        points = [(x(span.start) + across / 2, y(span.latency / _passes(span))) for span in run]
        line.append(_path(points, across))
        upper = [(x(span.start) + across / 2, y(span.slowest)) for span in run]
        shade.append(_area(upper, points, across))
    failed = [_tick(x(span.start), across, height, span.failures / span.checks) for span in spans if span.failures]
    rows = _rows(top)
    return Chart(
        width,
        height,
        "".join(line),
        "".join(shade),
        "".join(failed),
        _blind(spans, since, until, step, across, floor),
        "".join(f"M0 {y(value):g}H{width}" for value in rows) if with_grid else "",
        tuple(_seconds(value) for value in reversed(rows)),
    )


def _passes(span: Span) -> int:
    return span.checks - span.failures


def _runs(spans: Sequence[Span], step: timedelta) -> list[list[Span]]:
    """Return steps that follow each other together."""
    found: list[list[Span]] = []
    for span in spans:
        if found and span.start - found[-1][-1].start <= step:
            found[-1].append(span)
        else:
            found.append([span])
    return found


def _path(points: Sequence[tuple[float, float]], across: float) -> str:
    if len(points) == 1:
        (px, py), half = points[0], across / 2
        return f"M{px - half:.1f} {py:g}h{across:.1f}"
    return "M" + "L".join(f"{px:.1f} {py:g}" for px, py in points)


def _area(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]], across: float) -> str:
    if len(upper) == 1:
        (px, py), (_, ly), half = upper[0], lower[0], across / 2
        return f"M{px - half:.1f} {py:g}h{across:.1f}V{ly:g}h-{across:.1f}z"
    there = "L".join(f"{px:.1f} {py:g}" for px, py in upper)
    back = "L".join(f"{px:.1f} {py:g}" for px, py in reversed(lower))
    return f"M{there}L{back}z"


def _tick(x: float, across: float, height: int, share: float) -> str:
    tall = round(max(4.0, (_FAILED - 2) * share), 1)
    return f"M{x:g} {height - tall:g}h{max(across, 1.5):.1f}v{tall:g}h-{max(across, 1.5):.1f}z"


def _blind(
    spans: Sequence[Span], since: datetime, until: datetime, step: timedelta, across: float, floor: float
) -> str:
    """Return where nobody checked, for longer than it takes for one check to be late."""
    moments = [since - step, *(span.start for span in spans), until]
    holes = [(one + step, other) for one, other in pairwise(moments) if other - one > 2 * step]
    return "".join(
        f"M{(a - since) / step * across:.1f} 0h{(b - a) / step * across:.1f}v{floor:g}h-{(b - a) / step * across:.1f}z"
        for a, b in holes
    )


def _top(slowest: float) -> float:
    """Return the end of the scale: a round number above everything."""
    unit = 0.001
    while True:
        for factor in _NICE:
            if factor * unit >= slowest:
                return factor * unit
        unit *= 10


def _rows(top: float) -> tuple[float, ...]:
    return 0.0, top / 2, top


def _seconds(value: float) -> str:
    if not value:
        return "0"
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"
