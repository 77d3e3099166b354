"""Whether something is flat: the slope of a line that a few outliers do not turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

# Of fewer points nothing can be told: a short soak shows that it goes, and a whole day whether it grows.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, what was found, and what would still be good."""

    what: str
    found: str
    bound: str
    good: bool


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the median of the slopes between all pairs of points (Theil and Sen); 0 for fewer than two."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] != a[0]]
    return median(slopes) if slopes else 0.0


def flat(what: str, points: Sequence[tuple[float, float]], *, within: float, unit: str, least: float = 0.0) -> Verdict:
    """Judge that over the whole time the line rises by no more than a share of its middle, or by so little as `least`.

    Points are hours and values.  That it falls is no fault.
    """
    if len(points) < _LEAST:
        return Verdict(what, f"too few points to tell ({len(points)})", "", good=True)
    hours = points[-1][0] - points[0][0]
    rise, middle = slope(points) * hours, median(value for _, value in points)
    most = max(within * abs(middle), least)
    found = f"{rise:+.3g} {unit} in {hours:.0f} h, of {middle:.4g} {unit}"
    return Verdict(what, found, f"at most {most:+.3g} {unit}", good=rise <= most)


def under(what: str, value: float, limit: float, unit: str) -> Verdict:
    return Verdict(what, f"{value:.4g} {unit}", f"less than {limit:g} {unit}", good=value < limit)
