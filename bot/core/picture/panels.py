"""One probe as two panels over one time: how long answers took, and which share of the checks failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core import baseline
from bot.core.picture.axes import Across, Span, top
from bot.core.picture.series import Bin, Series
from bot.core.picture.shapes import Anchor, Box, Ink, Shape, Sign, Spot, Stroke, Words, fitting, width_of

HEAD = 18.0
BETWEEN, AFTER = 6.0, 10.0
_NAME, _NOTE, _AXIS = 12.0, 11.0, 10.0
# Thinner than this nobody sees it.
_LEAST = 2.0
_LINE, _PASSED = 1.6, 3.0
# Above the slowest answer there is some room.
_ROOM = 1.05


@dataclass(frozen=True, slots=True)
class Heights:
    """How high the panels of each probe are: the more there are, the lower."""

    latency: float
    failures: float


def heights(probes: int) -> Heights:
    """Return how high the panels are if there are so many probes."""
    if probes <= 1:
        return Heights(120.0, 56.0)
    if probes <= 2:  # noqa: PLR2004  (two of them still have room)
        return Heights(84.0, 40.0)
    return Heights(56.0, 28.0) if probes <= 4 else Heights(40.0, 22.0)  # noqa: PLR2004  (what fits on a screen)


def height_of(series: Series, size: Heights) -> float:
    """Return how high a probe is with its name and both its panels."""
    latency = size.latency + BETWEEN if series.slowest else 0.0
    return HEAD + latency + size.failures + AFTER


def shapes(series: Series, across: Across, y: float, size: Heights) -> Iterator[Shape]:
    """Give the panels of a probe whose name stands at `y`."""
    y += HEAD
    if series.slowest:
        yield from _latency(series, across, y, size.latency)
        y += size.latency + BETWEEN
    yield from _failures(series, across, y, size.failures)


def head(series: Series, across: Across, y: float) -> Iterator[Shape]:
    """Give the name of a probe and what it comes to, on ground of their own: lines lead through there."""
    name = fitting(series.name, _NAME, (across.right - across.left) / 2)
    wide = width_of(name, _NAME) + 10
    note = fitting(_note(series), _NOTE, across.right - across.left - wide)
    yield Box(across.left - 1, y, wide + width_of(note, _NOTE), HEAD - 1, Ink.GROUND)
    yield Words(across.left, y + 12, name, Ink.INK, _NAME, bold=True)
    yield Words(across.left + wide, y + 12, note, Ink.SOFT, _NOTE)


def _note(series: Series) -> str:
    if not series.bins:
        return "nothing is known of this time"
    checks, failures = sum(one.checks for one in series.bins), sum(one.failures for one in series.bins)
    slow = sum(one.slow for one in series.bins)
    said = [f"{failures:,} of {checks:,} checks failed" if failures else f"none of {checks:,} checks failed"]
    said += [f"{slow:,} too slow"] if slow else []
    if series.usual is not None:
        said.append(f"usually {between(series.usual.low, series.usual.high)}")
    return " · ".join(said)


def between(low: float, high: float) -> str:
    """Write from which latency to which: once, if they are written alike."""
    least, most = baseline.seconds(low), baseline.seconds(high)
    return least if least == most else f"{least} to {most}"


def _latency(series: Series, across: Across, y: float, height: float) -> Iterator[Shape]:
    most = top(_ROOM * max(series.slowest, series.usual.high if series.usual else 0.0))
    bottom = y + height

    def place(value: float) -> float:
        return bottom - height * min(value / most, 1.0)

    if series.usual is not None:
        high, low = place(series.usual.high), place(series.usual.low)
        yield Box(across.left, high, across.right - across.left, max(low - high, _LEAST), Ink.USUAL)
    yield from _ground(series, across, y, height)
    yield from _scale(across, y, bottom, baseline.seconds(most).replace(".0 ", " "), "0")
    for one in series.bins:
        if one.mean is not None and one.slowest is not None and place(one.mean) - place(one.slowest) > _LEAST:
            x = _middle(one, across)
            yield Stroke(((x, place(one.mean)), (x, place(one.slowest))), Ink.SLOWEST)
    for run in _runs(series):
        points = tuple((_middle(one, across), place(one.mean or 0.0)) for one in run)
        if len(points) == 1:
            (x, at), half = points[0], max(_width(run[0], across) / 2, 1.0)
            points = ((x - half, at), (x + half, at))
        yield Stroke(points, Ink.LATENCY, _LINE)
    yield from (_spot(one, across, place(one.mean)) for one in series.bins if one.slow and one.mean is not None)


def _spot(one: Bin, across: Across, y: float) -> Spot:
    return Spot(_middle(one, across), y, 6, Sign.DIAMOND, Ink.SLOW)


def _failures(series: Series, across: Across, y: float, height: float) -> Iterator[Shape]:
    bottom = y + height
    yield from _ground(series, across, y, height)
    yield from _scale(across, y, bottom, "100 %", "0")
    for span, _ in _alike([(one, 0.0) for one in series.bins]):
        left, right = _edges(span, across)
        yield Stroke(((left, bottom - _PASSED / 2), (right, bottom - _PASSED / 2)), Ink.PASSED, _PASSED)
    for span, share in _alike([(one, one.failed_share) for one in series.bins if one.failures]):
        left, right = _edges(span, across)
        high = max(height * share, _PASSED + _LEAST)
        yield Box(left, bottom - high, max(right - left, _LEAST), high, Ink.FAILED)


def _ground(series: Series, across: Across, y: float, height: float) -> Iterator[Shape]:
    for gap in series.unknown:
        left, right = _edges(gap, across)
        if right > left:
            yield Box(left, y, right - left, height, Ink.UNKNOWN, hatched=True)


def _scale(across: Across, y: float, bottom: float, most: str, least: str) -> Iterator[Shape]:
    yield Stroke(((across.left, y), (across.right, y)), Ink.GRID)
    yield Stroke(((across.left, bottom), (across.right, bottom)), Ink.FRAME)
    yield Words(across.left - 8, y + 8, most, Ink.SOFT, _AXIS, Anchor.END)
    yield Words(across.left - 8, bottom, least, Ink.SOFT, _AXIS, Anchor.END)


def _edges(span: Span, across: Across) -> tuple[float, float]:
    return across.at(span.began_at), across.at(span.ended_at)


def _middle(one: Bin, across: Across) -> float:
    return across.at(one.began_at + (one.ended_at - one.began_at) / 2)


def _width(one: Bin, across: Across) -> float:
    return across.at(one.ended_at) - across.at(one.began_at)


def _runs(series: Series) -> Iterator[Sequence[Bin]]:
    """Give the bins that a line leads through: it breaks where no answer came, and where nothing is known."""
    run: list[Bin] = []
    for one in series.bins:
        breaks = run and any(gap.ended_at > run[-1].ended_at and gap.began_at < one.began_at for gap in series.unknown)
        if run and (one.mean is None or breaks):
            yield run
            run = []
        if one.mean is not None:
            run.append(one)
    if run:
        yield run


def _alike(bins: Sequence[tuple[Bin, float]]) -> Iterator[tuple[Span, float]]:
    """Give the times of bins that follow each other and are of one height, each as one."""
    if not bins:
        return
    began_at, height = bins[0][0].began_at, bins[0][1]
    for (one, _), (after, next_height) in pairwise(bins):
        if after.began_at > one.ended_at or next_height != height:
            yield Span(began_at, one.ended_at), height
            began_at, height = after.began_at, next_height
    yield Span(began_at, bins[-1][0].ended_at), height
