"""Where an instant or a number stands in a picture, and which of them are written along its edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_MINUTES = tuple(_MINUTE * n for n in (1, 2, 5, 10, 15, 30))
_HOURS = tuple(_HOUR * n for n in (1, 2, 3, 6, 12))
_DAYS = tuple(_DAY * n for n in (1, 2, 7, 14, 28, 91, 365))
_STEPS = (*_MINUTES, *_HOURS, *_DAYS)
_NICE = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A time from one instant to another."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Across:
    """The time from `since` to `until`, drawn from `left` to `right`."""

    since: datetime
    until: datetime
    left: float
    right: float

    def at(self, moment: datetime) -> float:
        """Return where an instant stands; what is before or after stands at the edge."""
        share = (moment - self.since) / (self.until - self.since)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def within(self, span: Span) -> Span | None:
        """Return what of a time is in the picture; None if nothing is."""
        began_at, ended_at = max(span.began_at, self.since), min(span.ended_at, self.until)
        return Span(began_at, ended_at) if ended_at > began_at else None

    @property
    def unit(self) -> timedelta:
        """How long a time one unit of width stands for."""
        return (self.until - self.since) / (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place along the time, and what is written there."""

    at: datetime
    text: str


def ticks(across: Across, room: float) -> tuple[Tick, ...]:
    """Return the full hours, minutes or days to write, `room` apart at least; by the clock of UTC."""
    step = next((one for one in _STEPS if one >= across.unit * room), _STEPS[-1])
    first = _EPOCH + ceil((across.since - _EPOCH) / step) * step
    return tuple(Tick(at, _clock(at, step)) for at in _every(first, step, across.until))


def _every(first: datetime, step: timedelta, until: datetime) -> Iterator[datetime]:
    at = first
    while at <= until:
        yield at
        at += step


def _clock(at: datetime, step: timedelta) -> str:
    is_midnight = (at.hour, at.minute) == (0, 0)
    return f"{at:%-d %b}" if step >= _DAY or is_midnight else f"{at:%H:%M}"


def top(most: float) -> float:
    """Return a round number that is at least `most`."""
    if most <= 0:
        return 1.0
    power = 10.0 ** floor(log10(most))
    # The share is never told exactly by numbers like 0.1.
    return next((nice * power for nice in _NICE if nice * power >= most * (1 - 1e-9)), 10 * power)


def stamp(moment: datetime, since: datetime, until: datetime) -> str:
    """Write an instant as briefly as a picture from `since` to `until` allows: with its day only if there are two."""
    moment, first, last = (one.astimezone(UTC) for one in (moment, since, until))
    one_day = first.date() == last.date() == moment.date()
    return f"{moment:%H:%M}" if one_day else f"{moment:%-d %b %H:%M}"
