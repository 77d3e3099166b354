"""What a picture is made of: a few shapes, each with what it stands for instead of a colour.

Sizes and places are in units of about one pixel, from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Ink(StrEnum):
    """What a shape stands for; the colours for it depend on whether the reader's screen is dark or light."""

    GROUND = "ground"
    INK = "ink"
    SOFT = "soft"
    GRID = "grid"
    FRAME = "frame"
    UNKNOWN = "unknown"
    USUAL = "usual"
    LATENCY = "latency"
    SLOWEST = "slowest"
    PASSED = "passed"
    FAILED = "failed"
    SLOW = "slow"
    OURS = "ours"
    THEIRS = "theirs"
    DATED = "dated"
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNSURE = "unsure"
    NONE_TINT = "none-tint"
    MINOR_TINT = "minor-tint"
    MAJOR_TINT = "major-tint"
    CRITICAL_TINT = "critical-tint"
    MAINTENANCE_TINT = "maintenance-tint"
    UNSURE_TINT = "unsure-tint"


class Anchor(StrEnum):
    """Which end of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Sign(StrEnum):
    """The form of a mark, so that nobody depends on its colour."""

    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    SQUARE = "square"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; a hatched one stands for what nobody knows."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through some points."""

    points: tuple[tuple[float, float], ...]
    ink: Ink
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A mark of one of four forms, `size` from edge to edge, around its place."""

    x: float
    y: float
    size: float
    sign: Sign
    ink: Ink


@dataclass(frozen=True, slots=True)
class Words:
    """A text on one line; `y` is where its letters stand."""

    x: float
    y: float
    text: str
    ink: Ink = Ink.INK
    size: float = 12.0
    anchor: Anchor = Anchor.START
    bold: bool = False


Shape = Box | Stroke | Spot | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: its size, its shapes from back to front, what it is called, and what it says in words."""

    width: float
    height: float
    title: str
    about: str
    shapes: tuple[Shape, ...]


def about(drawing: Drawing) -> str:
    """Return what a picture says, in words, for whoever can not see it."""
    return drawing.about


_NARROW, _WIDE = frozenset(" .,:;'|!iljftr()[]·-/I"), frozenset("MW@%mw")
_LAST_NARROW_LETTER = 0x2E80


def width_of(text: str, size: float) -> float:
    """Return how wide a text is at most, whichever font without serifs it is set in."""
    return size * sum(map(_width, text))


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.42
    if letter in _WIDE:
        return 0.98
    return 0.66 if ord(letter) < _LAST_NARROW_LETTER else 1.05


def fitting(text: str, size: float, room: float) -> str:
    """Return a text, or as much of its beginning as there is room for; nothing if that would say nothing."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(f"{kept}…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if len(kept.strip()) > 1 else ""


def extent(words: Words) -> tuple[float, float]:
    """Return from where to where a text reaches at most."""
    wide = width_of(words.text, words.size)
    left = words.x - {Anchor.START: 0.0, Anchor.MIDDLE: wide / 2, Anchor.END: wide}[words.anchor]
    return left, left + wide


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """Return the left, upper, right and lower edge of a shape."""
    if isinstance(shape, Box):
        return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
    if isinstance(shape, Spot):
        half = shape.size / 2
        return shape.x - half, shape.y - half, shape.x + half, shape.y + half
    if isinstance(shape, Words):
        left, right = extent(shape)
        return left, shape.y - 0.8 * shape.size, right, shape.y + 0.25 * shape.size
    return _around(shape.points)


def _around(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)
