"""How long a probe's answers usually take: a running description of its own, from passes alone.

A histogram whose buckets grow by a quarter each, and in which what is old counts less and less: half after eight
hours, an eighth after a day.  So it takes a few dozen numbers at most, however often there is a check.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

_HALF = timedelta(hours=8)
_GROWTH = 1.25
_SHORTEST = 0.001
# What has come to count for less than this is forgotten.
_DUST = 0.01
# Old samples lose their weight once in so long: to do it at every check would change every number each time.
_AGES_EVERY = timedelta(minutes=10)
# As much as this has to be known before anything is called slow: a quarter of an hour at two checks a minute.
_ENOUGH = 30.0
# And nobody minds an answer that takes three times 20 ms.
AT_LEAST = timedelta(milliseconds=500)
LAST = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """How much each bucket weighs, as of when."""

    buckets: tuple[tuple[int, float], ...] = ()
    at: datetime | None = None

    def weight(self, now: datetime) -> float:
        """Return how many answers it stands for."""
        return sum(weight for _, weight in self.buckets) * self._faded(now)

    def quantile(self, share: float) -> float | None:
        """Return the seconds that `share` of all answers take at most; None if nothing is known."""
        total = sum(weight for _, weight in self.buckets)
        if not total:
            return None
        below, wanted = 0.0, share * total
        for bucket, weight in self.buckets:
            if below + weight >= wanted:
                return _edge(bucket + (wanted - below) / weight)
            below += weight
        return _edge(self.buckets[-1][0] + 1)

    def _faded(self, now: datetime) -> float:
        age = (now - self.at) / _HALF if self.at else 0.0
        return math.pow(0.5, max(age, 0.0))


def learnt(baseline: Baseline, latency: timedelta, now: datetime) -> Baseline:
    """Return the baseline after one more answer."""
    bucket = _bucket(latency)
    if baseline.at is None:
        return Baseline(((bucket, 1.0),), now)
    weights = dict(baseline.buckets)
    at = baseline.at
    if now - at >= _AGES_EVERY:
        faded = math.pow(0.5, (now - at) / _HALF)
        weights = {one: left for one, weight in weights.items() if (left := round(weight * faded, 3)) >= _DUST}
        at = now
    weights[bucket] = weights.get(bucket, 0.0) + 1.0
    return Baseline(tuple(sorted(weights.items())), at)


def _edge(bucket: float) -> float:
    return _SHORTEST * math.pow(_GROWTH, bucket)


def _bucket(latency: timedelta) -> int:
    seconds = max(latency.total_seconds(), _SHORTEST)
    return math.floor(math.log(seconds / _SHORTEST, _GROWTH))


@dataclass(frozen=True, slots=True)
class Slow:
    """By how much it is slower than usual, in seconds."""

    now: float
    usual: float


def limit(baseline: Baseline, times: float, now: datetime) -> float | None:
    """Return what takes longer than usual, in seconds; None while there is too little to tell by."""
    usual = baseline.quantile(0.5)
    if usual is None or baseline.weight(now) < _ENOUGH:
        return None
    return max(times * usual, usual + AT_LEAST.total_seconds())


def slow(baseline: Baseline, last: Sequence[float], times: float, now: datetime) -> Slow | None:
    """Return how slow the last few answers are, by the middle one of them; None if that is nothing unusual."""
    most, usual = limit(baseline, times, now), baseline.quantile(0.5)
    if most is None or usual is None or len(last) < LAST:
        return None
    middle = median(last[-LAST:])
    return Slow(middle, usual) if middle > most else None


def kept(last: Iterable[float], latency: timedelta) -> tuple[float, ...]:
    """Return the last few latencies, with one more."""
    return (*last, round(latency.total_seconds(), 4))[-LAST:]


def seconds(value: float) -> str:
    """Write a latency as a person would: `45 ms`, `4.2 s`, `12 s`."""
    if value < 0.0995:  # noqa: PLR2004  (as it is rounded below)
        return f"{max(value * 1000, 1):.0f} ms"
    return f"{value:.1f} s" if value < 9.95 else f"{value:.0f} s"  # noqa: PLR2004  (the same)
