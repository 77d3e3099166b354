"""Curves: what something costs, measured at several sizes, and how fast it grows towards the largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

# Nothing that is to work with ten times as much may grow faster than this: the exponent of a power of the size.
STEEP = 1.1
# So many of the largest sizes tell how fast it grows there.
_UPPER = 3


@dataclass(frozen=True, slots=True)
class Curve:
    """What one thing costs at each size.

    Of what is done `each` time (one message, one answer), all of it together grows with the size as well.
    """

    what: str
    unit: str
    points: Mapping[int, float]
    each: bool = False

    @property
    def growth(self) -> float:
        """Return the exponent with which all of it together grows at the upper end: 1 is as fast as the size."""
        upper = sorted(self.points)[-_UPPER:]
        slope = fitted([(size, self.points[size]) for size in upper])
        return slope + 1 if self.each else slope


def fitted(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the straight line through some points, both ways in logarithms, by least squares."""
    xs, ys = [log(x) for x, _ in points], [log(max(y, 1e-9)) for _, y in points]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Curves over the same sizes, as one table and one drawing; `name` is for the file, `of` what the sizes count."""

    name: str
    title: str
    of: str
    curves: tuple[Curve, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted({size for curve in self.curves for size in curve.points}))

    def markdown(self) -> str:
        """Return it as a table; what grows too fast is bold."""
        head = ["", *(f"{size:,}" for size in self.sizes), "grows with"]
        rows = [[*self._row(curve)] for curve in self.curves]
        lines = [head, ["---"] * len(head), *rows]
        return "\n".join([f"{self.title}, by {self.of}:", "", *(f"| {' | '.join(line)} |" for line in lines)])

    def _row(self, curve: Curve) -> Sequence[str]:
        values = [shown(curve.points[size]) if size in curve.points else "" for size in self.sizes]
        power = f"n^{curve.growth:.2f}"
        name = f"{curve.what}, {curve.unit}"
        return [name, *values, f"**{power}**" if curve.growth > STEEP else power]


def shown(value: float) -> str:
    """Return a number with three figures, as short as can be."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
