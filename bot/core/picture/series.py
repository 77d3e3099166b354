"""What the checks of one probe came to, ready to be drawn: unknown times stay unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from bot.core.picture.axes import Span
from bot.core.report.material import Minute

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Checks that are so much further apart than usual were not made; a probe that is asked again after a failure has two
# paces, and a minute is the least that can be told apart.
_PACES, _LEAST = 3, timedelta(minutes=4)
# No probe is checked oftener than every five seconds.
_MOST_A_MINUTE = 12
# From so many checks it can be told what is usual.
_ENOUGH = 10
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Bin:
    """What the checks between two instants came to; `mean` and `slowest` are seconds, None if no answer came."""

    began_at: datetime
    ended_at: datetime
    checks: int
    failures: int
    slow: int
    mean: float | None
    slowest: float | None

    @property
    def failed_share(self) -> float:
        """Return which share of the checks failed."""
        return self.failures / self.checks if self.checks else 0.0

    @property
    def slow_share(self) -> float:
        """Return which share of the checks was answered too slowly."""
        return self.slow / self.checks if self.checks else 0.0


@dataclass(frozen=True, slots=True)
class Usual:
    """Between which latencies most answers lie when all is well, in seconds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """One probe: its checks, the times in which nothing is known of it, and what was usual before it began."""

    name: str
    bins: tuple[Bin, ...]
    unknown: tuple[Span, ...] = ()
    usual: Usual | None = None

    @property
    def slowest(self) -> float:
        """Return the longest that an answer took, in seconds."""
        return max((one.slowest for one in self.bins if one.slowest is not None), default=0.0)


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine it is drawn, and since when there is a row for every minute: what is older may be summed up by hours."""

    finest: timedelta
    by_the_minute: datetime


def series(
    name: str, minutes: Sequence[Minute], gaps: Sequence[Span], within: Span, began_at: datetime, grain: Grain
) -> Series:
    """Return a probe's checks within some time; what came before `began_at` says what is usual."""
    every = _rows(minutes, grain.by_the_minute)
    rows = [row for row in every if row.ended_at > within.began_at and row.began_at < within.ended_at]
    unknown = joined([*clipped(gaps, within), *_holes(rows, within)])
    return Series(name, tuple(_merged(rows, _pace(grain.finest))), unknown, _usual(rows, began_at))


def _rows(minutes: Sequence[Minute], by_the_minute: datetime) -> Iterator[Bin]:
    """Give each row with its end: one that is alone at a full hour is of that hour, if it is old, or has too many."""
    for number, one in enumerate(minutes):
        after = minutes[number + 1].start if number + 1 < len(minutes) else None
        is_alone = one.start.minute == 0 and (after is None or after >= one.start + _HOUR)
        is_hour = is_alone and (one.start < by_the_minute or one.checks > _MOST_A_MINUTE)
        answered = one.checks - one.failures
        mean = one.latency / answered if answered > 0 and one.latency > 0 else None
        slowest = one.slowest if mean is not None else None
        ended_at = one.start + (_HOUR if is_hour else _MINUTE)
        yield Bin(one.start, ended_at, one.checks, one.failures, one.slow, mean, slowest)


def _pace(finest: timedelta) -> timedelta:
    return _MINUTE * max(ceil(finest / _MINUTE), 1)


def _merged(rows: Sequence[Bin], length: timedelta) -> Iterator[Bin]:
    """Give the rows summed up in bins of this length, by the clock; what is longer stays as it is."""
    group: list[Bin] = []
    for row in rows:
        if group and (_slot(row, length) != _slot(group[0], length) or row.ended_at - row.began_at >= length):
            yield _sum(group, length)
            group = []
        group.append(row)
    if group:
        yield _sum(group, length)


def _slot(row: Bin, length: timedelta) -> int:
    return (row.began_at - _EPOCH) // length


def _sum(group: Sequence[Bin], length: timedelta) -> Bin:
    first = group[0]
    if first.ended_at - first.began_at >= length:
        return first
    answered = [(row.mean, row.checks - row.failures) for row in group if row.mean is not None]
    count = sum(many for _, many in answered)
    began_at = _EPOCH + _slot(first, length) * length
    return Bin(
        began_at,
        began_at + length,
        sum(row.checks for row in group),
        sum(row.failures for row in group),
        sum(row.slow for row in group),
        sum(mean * many for mean, many in answered) / count if count else None,
        max((row.slowest for row in group if row.slowest is not None), default=None),
    )


def _holes(rows: Sequence[Bin], within: Span) -> Iterator[Span]:
    """Give the times in which no check was made though the pace of the others lets one expect it."""
    if not rows:
        yield within
        return
    starts = [row.began_at for row in rows]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
    patience = max(_PACES * timedelta(seconds=median(steps)), _LEAST) if steps else _LEAST
    ends = [within.began_at, *(row.ended_at for row in rows)]
    begins = [*starts, within.ended_at]
    for ended, begun in zip(ends, begins, strict=True):
        if begun - ended >= patience:
            yield Span(ended, begun)


def clipped(gaps: Sequence[Span], within: Span) -> Iterator[Span]:
    """Give what of some times is within another."""
    for gap in gaps:
        began_at, ended_at = max(gap.began_at, within.began_at), min(gap.ended_at, within.ended_at)
        if ended_at > began_at:
            yield Span(began_at, ended_at)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return times in order, with those as one that overlap or meet."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda span: span.began_at):
        if found and one.began_at <= found[-1].ended_at:
            found[-1] = Span(found[-1].began_at, max(found[-1].ended_at, one.ended_at))
        else:
            found.append(one)
    return tuple(found)


def _usual(rows: Sequence[Bin], began_at: datetime) -> Usual | None:
    """Return what was usual before it began; None if that is not known well enough."""
    before = [row for row in rows if row.ended_at <= began_at and not row.failures and not row.slow]
    means = sorted(row.mean for row in before if row.mean is not None)
    if sum(row.checks for row in before) < _ENOUGH or not means:
        return None
    return Usual(_quantile(means, _LOW), _quantile(means, _HIGH))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)


def common(several: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """Return the times that are in every one of several rows of times."""
    first, *rest = [joined(one) for one in several] or [()]
    for other in rest:
        pairs = ((a, b) for a in first for b in other)
        cut = (Span(max(a.began_at, b.began_at), min(a.ended_at, b.ended_at)) for a, b in pairs)
        first = tuple(one for one in cut if one.ended_at > one.began_at)
    return tuple(first)
