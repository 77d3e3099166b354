"""Drawings of curves, both ways in logarithms: SVG that reads in the dark and in the light, and says what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil, floor, log10

from tests.bench.growth.curves import Curve, Sheet, shown

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 720, 64, 40, 40, 44, 260
_ROW = 18
# Told apart by colour-blind eyes, and dark enough on white, light enough on black.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b8618f", "#8f7a00", "#4d8fc4", "#7a6fd0", "#808080")
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de}.paper{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}.paper{fill:#0d1117}}"
)


@dataclass(frozen=True, slots=True)
class _Axis:
    """From the logarithm of a value to a place on the drawing: whole powers of ten at both ends."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> _Axis:
        logs = [log10(value) for value in values if value > 0]
        low, high = floor(min(logs) + 1e-9), ceil(max(logs) - 1e-9)
        return cls(low, max(high, low + 1), start, end)

    def place(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> Sequence[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def drawings(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Give a drawing for each unit, and the name of its file: what is not counted alike is not drawn alike."""
    for unit in dict.fromkeys(curve.unit for curve in sheet.curves):
        mine = [curve for curve in sheet.curves if curve.unit == unit]
        for first in range(0, len(mine), len(_COLOURS)):
            part = f"-{first // len(_COLOURS) + 1}" if len(mine) > len(_COLOURS) else ""
            some = replace(sheet, curves=tuple(mine[first : first + len(_COLOURS)]))
            yield f"{sheet.name}-{unit.lower()}{part}.svg", drawn(some)


def drawn(sheet: Sheet) -> str:
    """Return curves of one unit as an SVG; whoever can not see it is told the first and the last of each."""
    curves = sheet.curves
    legend = _TOP + _HEIGHT + _BOTTOM
    height = legend + _ROW * len(curves) + 8
    across = _Axis.over(sheet.sizes, _LEFT, _WIDTH - _RIGHT)
    values = [value for curve in curves for value in curve.points.values()]
    up = _Axis.over(values, _TOP + _HEIGHT, _TOP)
    title = f"{sheet.title}, by {sheet.of} ({curves[0].unit})"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(_told(curves))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        f'<text x="{_LEFT}" y="22" font-weight="600">{escape(title)}</text>',
        *_grid(across, up),
        *(part for number, curve in enumerate(curves) for part in _curve(curve, number, across, up, legend)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(curves: Sequence[Curve]) -> str:
    return "; ".join(_first_and_last(curve) for curve in curves) + "."


def _first_and_last(curve: Curve) -> str:
    first, last = min(curve.points), max(curve.points)
    ends = (f"{shown(curve.points[size])} {curve.unit} at {size:,}" for size in (first, last))
    return f"{curve.what}: {' and '.join(ends)}"


def _grid(across: _Axis, up: _Axis) -> list[str]:
    bottom, right = _TOP + _HEIGHT, _WIDTH - _RIGHT
    lines = [f"M{across.place(x):.1f} {_TOP}V{bottom}" for x in across.ticks]
    lines += [f"M{_LEFT} {up.place(y):.1f}H{right}" for y in up.ticks]
    below = [
        f'<text x="{across.place(x):.1f}" y="{bottom + 18}" text-anchor="middle">{_number(x)}</text>'
        for x in across.ticks
    ]
    beside = [
        f'<text x="{_LEFT - 8}" y="{up.place(y) + 4:.1f}" text-anchor="end">{_number(y)}</text>' for y in up.ticks
    ]
    return [f'<path class="grid" fill="none" d="{"".join(lines)}"/>', *below, *beside]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _curve(curve: Curve, number: int, across: _Axis, up: _Axis, legend: int) -> list[str]:
    look = f'stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="2" fill="none"'
    dash = _DASHES[number // 2 % len(_DASHES)]
    if dash:
        look += f' stroke-dasharray="{dash}"'
    points = [(across.place(x), up.place(y)) for x, y in sorted(curve.points.items()) if y > 0]
    way = "".join(f"{'L' if place else 'M'}{x:.1f} {y:.1f}" for place, (x, y) in enumerate(points))
    dots = "".join(f"M{x - 3:.1f} {y:.1f}h6M{x:.1f} {y - 3:.1f}v6" for x, y in points)
    y = legend + _ROW * number
    return [
        f'<path {look} d="{way}"/>',
        f'<path stroke="{_COLOURS[number % len(_COLOURS)]}" stroke-width="2" d="{dots}"/>',
        f'<path {look} d="M{_LEFT} {y}h30"/>',
        f'<text x="{_LEFT + 38}" y="{y + 4}">{escape(curve.what)}</text>',
    ]
