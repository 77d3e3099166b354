"""The picture of a week: one row for each vendor, an hour a cell, and beneath what our own probes counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from bot.core import week_words
from bot.core.picture import legend
from bot.core.picture.axes import Across, Span
from bot.core.picture.series import clipped, joined
from bot.core.picture.shapes import Anchor, Box, Drawing, Ink, Shape, Stroke, Words, fitting
from bot.core.report.material import Minute
from bot.core.weeks import VendorWeek
from bot.model import Digest, Impact

WIDTH = 760.0
_LEFT, _RIGHT, _EDGE = 164.0, 744.0, 20.0
_TITLE, _SMALL, _NAME, _AXIS = 15.0, 12.0, 12.0, 11.0
_TOP = 66.0
_CELL, _BETWEEN, _SHARE, _AFTER = 18.0, 3.0, 12.0, 12.0
_PASSED = 2.0
_MONDAY = 44.0
_HOUR = timedelta(hours=1)
# The worse, the higher: so it is told apart without its colour.
_LOOKS = {
    Impact.CRITICAL: (Ink.CRITICAL, 18.0),
    Impact.MAJOR: (Ink.MAJOR, 14.0),
    Impact.MINOR: (Ink.MINOR, 10.0),
    Impact.UNKNOWN: (Ink.UNSURE, 10.0),
    Impact.MAINTENANCE: (Ink.MAINTENANCE, 6.0),
    Impact.NONE: (Ink.NONE, 4.0),
}
_ALONE = (Ink.OURS, 7.0)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a vendor's week: how it looks, if there was anything, and what probes counted in it."""

    began_at: datetime
    ended_at: datetime
    look: tuple[Ink, float] | None = None
    checks: int = 0
    failures: int = 0


def of_week(
    digest: Digest, found: Sequence[VendorWeek], checks: Mapping[str, Sequence[Minute]], note: str = ""
) -> Drawing | None:
    """Return the picture of a week, with a note on what there was; None if nobody is in it."""
    if not found:
        return None
    across = Across(digest.starts_at, digest.ends_at, _LEFT, _RIGHT)
    rows: list[Shape] = []
    y = _TOP
    for one in found:
        hours = tuple(_hours(one, checks, across))
        rows += _row(one, hours, across, y)
        y += _height(one)
    drawn = [*_days(across, digest, y), *rows]
    items, bottom = legend.of_week(drawn, _LEFT, _RIGHT, y + 26)
    ground = Box(0, 0, WIDTH, bottom + 6, Ink.GROUND)
    shapes = (ground, *_titles(digest, note), *drawn, *items)
    return Drawing(WIDTH, bottom + 6, week_words.title(digest), _about(digest, found), shapes)


def _titles(digest: Digest, note: str) -> Iterator[Shape]:
    yield Words(_EDGE, 24, fitting(week_words.title(digest), _TITLE, WIDTH - 2 * _EDGE), Ink.INK, _TITLE, bold=True)
    said = " · ".join(filter(None, (f"the worst of each hour, {digest.clock}", note)))
    yield Words(_EDGE, 43, fitting(said, _SMALL, WIDTH - 2 * _EDGE), Ink.SOFT, _SMALL)


def _height(one: VendorWeek) -> float:
    return _CELL + (_BETWEEN + _SHARE if one.gathered.probes else 0.0) + _AFTER


def _hours(one: VendorWeek, checks: Mapping[str, Sequence[Minute]], across: Across) -> Iterator[Hour]:
    counted: dict[datetime, tuple[int, int]] = {}
    for row in (row for key in one.gathered.probes for row in checks.get(key, ())):
        hour = across.since + (row.start - across.since) // _HOUR * _HOUR
        many, failed = counted.get(hour, (0, 0))
        counted[hour] = many + row.checks, failed + row.failures
    began_at = across.since
    while began_at < across.until:
        ended_at = min(began_at + _HOUR, across.until)
        yield Hour(began_at, ended_at, _look(one, began_at, ended_at), *counted.get(began_at, (0, 0)))
        began_at = ended_at


def _look(one: VendorWeek, began_at: datetime, ended_at: datetime) -> tuple[Ink, float] | None:
    """Return how an hour looks: as the worst that was told, or else as what only we saw."""
    told = [s.impact for s in one.told if s.began_at < ended_at and s.ended_at > began_at]
    if told:
        return _LOOKS[max(told, key=lambda impact: (impact.rank, impact is not Impact.UNKNOWN))]
    return _ALONE if any(s.began_at < ended_at and s.ended_at > began_at for s in one.suspected) else None


def _row(one: VendorWeek, hours: Sequence[Hour], across: Across, y: float) -> Iterator[Shape]:
    yield Words(_EDGE, y + 13, fitting(one.gathered.called, _NAME, _LEFT - _EDGE - 10), Ink.INK, _NAME, bold=True)
    bottom = y + _CELL
    for gap in _unwatched(one, across):
        left, right = across.at(gap.began_at), across.at(gap.ended_at)
        yield Box(left, y, right - left, _CELL, Ink.UNKNOWN, hatched=True)
    for begun, ended, look in _alike(hours):
        left, right = across.at(begun), across.at(ended)
        if look is not None:
            yield Box(left, bottom - look[1], max(right - left, 2.0), look[1], look[0])
    yield Stroke(((across.left, bottom), (across.right, bottom)), Ink.FRAME)
    if one.gathered.probes:
        yield from _probes(hours, across, bottom + _BETWEEN)


def _alike(hours: Sequence[Hour]) -> Iterator[tuple[datetime, datetime, tuple[Ink, float] | None]]:
    """Give the hours that follow each other and look alike, as one."""
    first = hours[0]
    for before, one in pairwise(hours):
        if one.look != first.look:
            yield first.began_at, before.ended_at, first.look
            first = one
    yield first.began_at, hours[-1].ended_at, first.look


def _probes(hours: Sequence[Hour], across: Across, y: float) -> Iterator[Shape]:
    bottom = y + _SHARE
    yield Words(_LEFT - 8, bottom - 1, "probes", Ink.SOFT, 10.0, Anchor.END)
    for one in hours:
        left, right = across.at(one.began_at), across.at(one.ended_at)
        if one.failures:
            high = max(_SHARE * one.failures / one.checks, _PASSED + 1)
            yield Box(left, bottom - high, right - left, high, Ink.FAILED)
    known = [Span(one.began_at, one.ended_at) for one in hours if one.checks]
    for span in joined(known):
        line = bottom - _PASSED / 2
        yield Stroke(((across.at(span.began_at), line), (across.at(span.ended_at), line)), Ink.PASSED, _PASSED)
    for span in joined([Span(one.began_at, one.ended_at) for one in hours if not one.checks]):
        left, right = across.at(span.began_at), across.at(span.ended_at)
        yield Box(left, y, right - left, _SHARE, Ink.UNKNOWN, hatched=True)


def _unwatched(one: VendorWeek, across: Across) -> tuple[Span, ...]:
    """Return when nobody read its page, as wide as can be seen."""
    week, watch = Span(across.since, across.until), one.gathered.watch
    if watch.since is None:
        return (week,)
    found = [Span(gap.began_at, gap.ended_at) for gap in watch.gaps]
    found += [Span(week.began_at, watch.since)] if watch.since > week.began_at else []
    found += [Span(watch.until, week.ended_at)] if watch.until is not None and watch.until < week.ended_at else []
    return joined([*clipped(found, week)])


def _days(across: Across, digest: Digest, bottom: float) -> Iterator[Shape]:
    """Give a line at each midnight, by the clock on the wall there, and the day's name between them."""
    zone = ZoneInfo(digest.clock)
    day = across.since.astimezone(zone).date()
    edges = [across.since]
    while True:
        day += timedelta(days=1)
        midnight = datetime.combine(day, time(), zone).astimezone(UTC)
        if midnight >= across.until:
            break
        edges.append(midnight)
    # Of several weeks only Mondays have room for their names, and of many not each of them.
    many = week_words.count(digest)
    each = ceil(_MONDAY * many / (across.right - across.left))
    for begun, ended in zip(edges, [*edges[1:], across.until], strict=True):
        left, right = across.at(begun), across.at(ended)
        here = begun.astimezone(zone)
        if begun != across.since and (many == 1 or here.weekday() == 0):
            yield Stroke(((left, _TOP - 6), (left, bottom)), Ink.GRID)
        text = f"{here:%a %-d}"
        if many > 1 and here.weekday() == 0 and across.right - left > _MONDAY and here.toordinal() // 7 % each == 0:
            yield Words(left + 2, bottom + 10, f"{here:%-d %b}", Ink.SOFT, _AXIS)
        elif many == 1 and fitting(text, _AXIS, right - left) == text:
            yield Words((left + right) / 2, bottom + 10, text, Ink.SOFT, _AXIS, Anchor.MIDDLE)


def _about(digest: Digest, found: Sequence[VendorWeek]) -> str:
    said = [f"{one.gathered.called}: {week_words.brief(one)}" for one in found]
    return ". ".join([f"{week_words.title(digest)}, hour by hour", *said]) + "."
