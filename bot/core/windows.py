"""Times in which we work on something ourselves: what fails then is expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.rules import Quiet, Summary

_DAY = timedelta(days=1)
_EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of some days of each week (Monday is 0); a span that passes midnight belongs to the day it begins on."""

    days: frozenset[int]
    span: Quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A maintenance of our own, once or every week; without `probes` it concerns all of them."""

    name: str
    probes: tuple[str, ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    every: Weekly | None = None


def around(windows: Iterable[Window], probe: str, now: datetime) -> tuple[Window, datetime] | None:
    """Return a window in which `now` falls and that concerns `probe`, and when it ends; the one that lasts longest."""
    found = [
        (window, end)
        for window in windows
        if (not window.probes or probe in window.probes) and (end := ends_at(window, now)) is not None
    ]
    return max(found, key=lambda one: one[1], default=None)


def ends_at(window: Window, now: datetime) -> datetime | None:
    """Return when a window that `now` falls into ends; None if it does not."""
    if window.starts is not None and window.ends is not None:
        return window.ends if window.starts <= now < window.ends else None
    return _ends_this_week(window.every, now) if window.every is not None else None


def occurrences(window: Window, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give from when to when a window is, each time that it touches a span of time."""
    if window.starts is not None and window.ends is not None:
        if window.starts < until and window.ends > since:
            yield window.starts, window.ends
        return
    if window.every is None:
        return
    zone = ZoneInfo(window.every.span.timezone)
    day, last = since.astimezone(zone).date() - _DAY, until.astimezone(zone).date()
    while day <= last:
        found = _on_day(window.every, day)
        if found is not None and found[0] < until and found[1] > since:
            yield found
        day += _DAY


def is_in(span: Quiet, now: datetime) -> bool:
    """Whether it is within a span of every day."""
    return around_now(span, now) is not None


def around_now(span: Quiet, now: datetime) -> tuple[datetime, datetime] | None:
    """Return from when until when the span of every day is that `now` falls into; None if it does not."""
    return _this_week(Weekly(_EVERY_DAY, span), now)


def _ends_this_week(weekly: Weekly, now: datetime) -> datetime | None:
    found = _this_week(weekly, now)
    return found[1] if found is not None else None


def _this_week(weekly: Weekly, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the beginning and the end of a span that began today or yesterday, by the clock on the wall there."""
    today = now.astimezone(ZoneInfo(weekly.span.timezone)).date()
    for day in (today, today - _DAY):
        found = _on_day(weekly, day)
        if found is not None and found[0] <= now < found[1]:
            return found
    return None


def _on_day(weekly: Weekly, day: date) -> tuple[datetime, datetime] | None:
    """Return the span that begins on a day, by the clock on the wall there.

    Where that clock shows the end twice, because it is put back, the later one is meant.
    """
    if day.weekday() not in weekly.days:
        return None
    span, zone = weekly.span, ZoneInfo(weekly.span.timezone)
    last = day if span.start < span.end else day + _DAY
    start = datetime.combine(day, span.start, zone).astimezone(UTC)
    return start, max(datetime.combine(last, span.end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def following(summary: Summary, after: datetime) -> datetime:
    """Return the first time after another one at which a digest is due, by the clock on the wall there.

    Where that clock does not show the time it is as if it had not been put forward; where it shows it twice, the first
    is meant: as for hand-overs.
    """
    return next(instant for instant in _around(summary, after) if instant > after)


def before(summary: Summary, due_at: datetime) -> datetime:
    """Return the last time before another one at which a summary was due."""
    return max(instant for instant in _around(summary, due_at) if instant < due_at)


def latest(summary: Summary, now: datetime) -> datetime:
    """Return the last time at which a summary was due by now."""
    return max(instant for instant in _around(summary, now) if instant <= now)


def _around(summary: Summary, moment: datetime) -> Iterator[datetime]:
    """Give the times at which a summary is due from a week before a moment until a week after it."""
    zone, when = ZoneInfo(summary.timezone), summary.when
    today = moment.astimezone(zone).date()
    for ahead in range(-8, 9):
        day = today + ahead * _DAY
        if when.weekday is None or day.weekday() == when.weekday:
            yield datetime.combine(day, when.at, zone).astimezone(UTC)
