"""Instants that are marked through a whole picture; their labels never overlap, nor does a line cross one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from bot.core.picture.axes import Across
from bot.core.picture.shapes import Anchor, Ink, Shape, Sign, Spot, Stroke, Words, fitting, width_of

SIZE = 12.0
ROW = 17.0
_SIGN, _PAD, _DASH = 8.0, 8.0, (4.0, 3.0)
_LINE = 1.4
_APART = 8.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an instant: ours, or the vendor's."""

    at: datetime
    text: str
    sign: Sign
    ours: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark with its label: in which row (0 is the lowest), and on which side of its line."""

    mark: Mark
    x: float
    row: int
    is_left: bool
    text: str

    @property
    def span(self) -> tuple[float, float]:
        """From where to where the label reaches, its sign with it."""
        wide = width_of(self.text, SIZE) + _PAD
        half = _SIGN / 2
        return (self.x - wide, self.x + half) if self.is_left else (self.x - half, self.x + wide)


def place(marks: Sequence[Mark], across: Across, edges: tuple[float, float]) -> tuple[Placed, ...]:
    """Return where the labels stand, between two edges, in as few rows as can be."""
    ordered = sorted(marks, key=lambda one: one.at)
    found = [
        one for sides in product((False, True), repeat=len(ordered)) for one in _tried(ordered, sides, across, edges)
    ]
    return min(found, key=_cost) if found else ()


def _cost(placed: Sequence[Placed]) -> tuple[int, int, int]:
    cut = sum(one.text != one.mark.text for one in placed)
    return cut, max((one.row for one in placed), default=0), sum(one.is_left for one in placed)


def _tried(
    marks: Sequence[Mark], sides: Sequence[bool], across: Across, edges: tuple[float, float]
) -> Iterator[tuple[Placed, ...]]:
    """Give the labels on these sides of their lines, if they can be had there."""
    flat = []
    for mark, is_left in zip(marks, sides, strict=True):
        x = across.at(mark.at)
        room = (x - edges[0] if is_left else edges[1] - x) - _PAD
        flat.append(Placed(mark, x, 0, is_left, fitting(mark.text, SIZE, room)))
    rows = _rows(flat)
    if rows is not None and all(one.text for one in flat):
        yield tuple(Placed(one.mark, one.x, row, one.is_left, one.text) for one, row in zip(flat, rows, strict=True))


def _rows(flat: Sequence[Placed]) -> Sequence[int] | None:
    """Return the row of each label, so that a line that goes up to its own crosses no other; None if there are none."""
    rows: dict[int, int] = {}
    left = set(range(len(flat)))
    while left:
        # The lowest are those that cover no line which has still to be led past them.
        free = [one for one in left if not any(_covers(flat[one], flat[other]) for other in left - {one})]
        if not free:
            return None
        chosen = free[0]
        below = [other for other in rows if _touch(flat[chosen], flat[other])]
        rows[chosen] = max((rows[other] + 1 for other in below), default=0)
        left.remove(chosen)
    return [rows[one] for one in range(len(flat))]


def _covers(one: Placed, other: Placed) -> bool:
    """Whether the line of the other would go through the label of one, if it had to pass it on its way up."""
    begin, end = one.span
    return begin < other.x < one.x if one.is_left else one.x < other.x < end


def _touch(one: Placed, other: Placed) -> bool:
    (begin, end), (start, stop) = one.span, other.span
    return begin < stop + _APART and start < end + _APART


def rows_of(placed: Sequence[Placed]) -> int:
    """Return how many rows the labels take."""
    return max((one.row + 1 for one in placed), default=0)


def shapes(placed: Sequence[Placed], top: float, bottom: float) -> Iterator[Shape]:
    """Give the lines, down to `bottom`, and the labels over them; `top` is where their rows begin."""
    lowest = top + rows_of(placed) * ROW
    for one in placed:
        y = lowest - one.row * ROW - ROW / 2
        ink = Ink.OURS if one.mark.ours else Ink.THEIRS
        yield Stroke(((one.x, y), (one.x, bottom)), ink, _LINE, () if one.mark.ours else _DASH)
        yield Spot(one.x, y, _SIGN, one.mark.sign, ink)
        side, anchor = (-_PAD, Anchor.END) if one.is_left else (_PAD, Anchor.START)
        yield Words(one.x + side, y + SIZE * 0.35, one.text, ink, SIZE, anchor, bold=True)
