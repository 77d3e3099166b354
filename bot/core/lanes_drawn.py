"""Two clocks as shapes on a sheet of some width: boxes, marks that do not cover each other, and an axis of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.clockmarks import Mark
from bot.core.health import Gap
from bot.core.lanes import Clocks, Stretch
from bot.core.message import Tone, utc
from bot.core.spans import duration

# Where things stand on the sheet, from its top.
HEIGHT = 176
THEIRS, OURS, BAR = 46, 100, 22
_LABEL, _ABOVE, _BETWEEN, _BELOW, _AXIS = 12, 31, 84, 137, 158
# Half a mark, and as much room as two of them need not to touch.
RADIUS, _APART = 9, 20
# How wide a letter is at most, of the size that drawings are lettered in.
_LETTER = 6.2
_TICK = 78

_STEPS = tuple(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 40320))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of a lane: where it is, what it says, the same with its times, and whether there is room for it."""

    x: float
    y: float
    width: float
    tone: Tone
    word: str
    told: str
    has_room: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """A mark: where it points, and where its number stands."""

    x: float
    to: float
    y: float
    edge: float
    number: int
    told: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The sheet: everything with its place."""

    width: int
    boxes: tuple[Box, ...]
    gaps: tuple[Box, ...]
    pins: tuple[Pin, ...]
    ticks: tuple[Tick, ...]
    lag: tuple[float, float] | None
    lag_words: str
    lag_at: tuple[float, str]
    planned: tuple[float, float] | None
    now: float | None
    name: str
    height: int = HEIGHT


def drawn(clocks: Clocks, width: int) -> Drawn:
    """Return two clocks on a sheet of `width`."""
    scale = Scale(clocks.since, clocks.until, width)
    lag = (scale.x(clocks.lag[0]), scale.x(clocks.lag[1])) if clocks.lag else None
    return Drawn(
        width=width,
        boxes=(*_boxes(clocks.theirs, THEIRS, scale), *_boxes(clocks.ours, OURS, scale)),
        gaps=(
            *_gaps(clocks.unread, THEIRS, scale, "not read"),
            *_gaps(clocks.unchecked, OURS, scale, "not watching"),
        ),
        pins=(
            *_pins([one for one in clocks.marks if not one.is_ours], scale, _ABOVE, THEIRS),
            *_pins([one for one in clocks.marks if one.is_ours], scale, _BELOW, OURS + BAR),
        ),
        ticks=tuple(ticks(scale)),
        lag=lag,
        lag_words=clocks.lag_words,
        lag_at=_beside(lag, clocks.lag_words, width),
        planned=(scale.x(clocks.planned[0]), scale.x(clocks.planned[1])) if clocks.planned else None,
        now=scale.x(max(one.ended_at for one in (*clocks.theirs, *clocks.ours))) if _goes_on(clocks) else None,
        name=clocks.name,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """From when to when a sheet of some width reaches."""

    since: datetime
    until: datetime
    width: int

    def x(self, at: datetime) -> float:
        """Return where an instant is; what is off the sheet is at its edge."""
        share = (at - self.since) / (self.until - self.since)
        return round(min(max(share, 0.0), 1.0) * self.width, 1)


def _goes_on(clocks: Clocks) -> bool:
    return clocks.is_ongoing and bool(clocks.theirs or clocks.ours)


def _boxes(some: Iterable[Stretch], y: float, scale: Scale) -> Iterator[Box]:
    for one in some:
        x = scale.x(one.began_at)
        # What was short is there all the same.
        width = round(max(scale.x(one.ended_at) - x, 1.5), 1)
        told = f"{one.word}, {utc(one.began_at)} to {utc(one.ended_at)}, {duration(one.ended_at - one.began_at)}"
        yield Box(x, y, width, one.tone, one.word, told, has_room=width > len(one.word) * _LETTER + 10)


def _gaps(some: Iterable[Gap], y: float, scale: Scale, word: str) -> Iterator[Box]:
    for one in some:
        x = scale.x(one.began_at)
        width = round(max(scale.x(one.ended_at) - x, 1.5), 1)
        told = f"{word} {utc(one.began_at)} to {utc(one.ended_at)}: {one.reason}"
        yield Box(x, y, width, Tone.NOTICE, word, told, has_room=width > len(word) * _LETTER + 10)


def _pins(some: Sequence[Mark], scale: Scale, y: float, edge: float) -> Iterator[Pin]:
    points = [scale.x(one.at) for one in some]
    places = spread(points, _APART, RADIUS + 1, scale.width - RADIUS - 1)
    for one, point, place in zip(some, points, places, strict=True):
        yield Pin(place, point, y, edge, one.number, f"{utc(one.at)}: {one.words}")


def spread(points: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Return places for things that point at `points`, which ascend: near them, in order, `apart`, and in bounds.

    Where there is no room for that they stand closer, but in order.
    """
    if not points:
        return []
    apart = min(apart, (high - low) / max(len(points) - 1, 1))
    places: list[float] = []
    for number, point in enumerate(points):
        least = places[-1] + apart if places else low
        most = high - apart * (len(points) - 1 - number)
        places.append(min(max(point, least), most))
    return [round(place, 1) for place in places]


def _beside(lag: tuple[float, float] | None, words: str, width: int) -> tuple[float, str]:
    """Return where the words of a lag stand: in its middle, but on the sheet."""
    if lag is None:
        return 0.0, "start"
    middle, half = sum(lag) / 2, len(words) * _LETTER / 2
    if middle < half:
        return 0.0, "start"
    return (float(width), "end") if middle > width - half else (round(middle, 1), "middle")


def ticks(scale: Scale) -> Iterator[Tick]:
    """Give the times of the axis: round ones, a date wherever a new day begins, none so near that they touch."""
    span = scale.until - scale.since
    most = max(scale.width // _TICK, 1)
    step = next((one for one in _STEPS if span / one <= most), timedelta(days=28 * (span // _STEPS[-1] // most + 1)))
    epoch = scale.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    at = epoch + step * -(-(scale.since - epoch) // step)
    last: datetime | None = None
    while at <= scale.until:
        is_new_day = last is None or last.date() != at.date()
        hour = "" if step >= _DAY else f"{at:%H:%M}"
        day = f"{at.day} {at:%b}" if step >= _DAY or (is_new_day and not (at.hour or at.minute)) else ""
        yield Tick(scale.x(at), day or hour)
        last, at = at, at + step
