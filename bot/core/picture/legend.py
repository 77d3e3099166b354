"""What the signs of a picture mean: only of those that are in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.core.picture.shapes import Box, Ink, Shape, Sign, Spot, Stroke, Words, width_of

_SIZE, _ROW, _SAMPLE, _APART = 10.5, 17.0, 16.0, 18.0


def shapes(drawn: Sequence[Shape], left: float, right: float, y: float) -> tuple[tuple[Shape, ...], float]:
    """Return the legend of an incident from `y` down, and where it ends."""
    return _of(_ITEMS, drawn, left, right, y)


def of_week(drawn: Sequence[Shape], left: float, right: float, y: float) -> tuple[tuple[Shape, ...], float]:
    """Return the legend of a week."""
    return _of(_WEEK, drawn, left, right, y)


def _of(
    known: Sequence[_Item], drawn: Sequence[Shape], left: float, right: float, y: float
) -> tuple[tuple[Shape, ...], float]:
    inks = {(shape.ink, isinstance(shape, Spot)) for shape in drawn}
    found: list[Shape] = []
    x, row = left, y
    for ink, is_spot, text, sample in known:
        if (ink, is_spot) not in inks:
            continue
        wide = _SAMPLE + 6 + width_of(text, _SIZE)
        if x > left and x + wide > right:
            x, row = left, row + _ROW
        found += [*sample(x, row), Words(x + _SAMPLE + 6, row + 4, text, Ink.SOFT, _SIZE)]
        x += wide + _APART
    return tuple(found), row + _ROW if found else y


def _line(ink: Ink, width: float) -> Callable[[float, float], Iterator[Shape]]:
    def sample(x: float, y: float) -> Iterator[Shape]:
        yield Stroke(((x, y), (x + _SAMPLE, y)), ink, width)

    return sample


def _box(ink: Ink, height: float, *, hatched: bool = False) -> Callable[[float, float], Iterator[Shape]]:
    def sample(x: float, y: float) -> Iterator[Shape]:
        yield Box(x, y - height / 2, _SAMPLE, height, ink, hatched)

    return sample


def _whisker(x: float, y: float) -> Iterator[Shape]:
    yield Stroke(((x + _SAMPLE / 2, y - 5), (x + _SAMPLE / 2, y + 5)), Ink.SLOWEST)


def _dated(x: float, y: float) -> Iterator[Shape]:
    yield Stroke(((x, y), (x + _SAMPLE, y)), Ink.DATED, 3, (2.0, 3.0))


def _slow(x: float, y: float) -> Iterator[Shape]:
    yield Spot(x + _SAMPLE / 2, y, 7, Sign.DIAMOND, Ink.SLOW)


_Item = tuple[Ink, bool, str, Callable[[float, float], Iterator[Shape]]]
_WEEK: tuple[_Item, ...] = (
    (Ink.CRITICAL, False, "critical", _box(Ink.CRITICAL, 12)),
    (Ink.MAJOR, False, "major", _box(Ink.MAJOR, 9)),
    (Ink.MINOR, False, "minor", _box(Ink.MINOR, 6.5)),
    (Ink.UNSURE, False, "impact not stated", _box(Ink.UNSURE, 6.5)),
    (Ink.OURS, False, "only we saw it", _box(Ink.OURS, 5)),
    (Ink.MAINTENANCE, False, "maintenance", _box(Ink.MAINTENANCE, 4)),
    (Ink.NONE, False, "no impact stated", _box(Ink.NONE, 3)),
    (Ink.FAILED, False, "share of our checks that failed", _box(Ink.FAILED, 9)),
    (Ink.PASSED, False, "checked", _line(Ink.PASSED, 3)),
    (Ink.UNKNOWN, False, "not known: nobody watched", _box(Ink.UNKNOWN, 10, hatched=True)),
)
_ITEMS: tuple[_Item, ...] = (
    (Ink.DATED, False, "from when the vendor dates it", _dated),
    (Ink.LATENCY, False, "latency, mean", _line(Ink.LATENCY, 1.8)),
    (Ink.SLOWEST, False, "slowest answer", _whisker),
    (Ink.USUAL, False, "usual before it began", _box(Ink.USUAL, 9)),
    (Ink.SLOW, True, "too slow", _slow),
    (Ink.FAILED, False, "share of checks that failed", _box(Ink.FAILED, 9)),
    (Ink.PASSED, False, "checked", _line(Ink.PASSED, 3)),
    (Ink.UNKNOWN, False, "not known: nobody watched", _box(Ink.UNKNOWN, 10, hatched=True)),
)
