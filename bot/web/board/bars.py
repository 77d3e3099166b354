"""Ninety days drawn: one column a day, in as few shapes as it takes.  Pure.

How bad a day was is told by how high its mark is, beside its colour; time that nobody watched is hatched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import sqrt

from bot.core import days as daily
from bot.core import probe_days
from bot.core.days import Day, Sort
from bot.core.probe_days import ProbeDay

HEIGHT = 32
_PITCH, _WIDTH = 8, 6
_WHOLE = timedelta(days=1)
# What is less is a blink between two looks.
_SEEN = 0.01
_LEAST = 0.15
_HEIGHTS = {
    Sort.CRITICAL: 1.0,
    Sort.MAJOR: 0.68,
    Sort.MINOR: 0.42,
    Sort.SUSPECTED: 0.42,
    Sort.MAINTENANCE: 0.22,
    Sort.NOTICE: 0.14,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One day that can be chosen: where it stands, what it was, and where that is told."""

    x: float
    width: float
    said: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawing: shapes by what they mean, and what it says in words.

    `columns` are the days one by one, where somebody may ask for them; `listed` are those worth telling.
    """

    width: float
    shapes: tuple[tuple[str, str], ...]
    summary: str
    listed: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    height: int = HEIGHT


def of_days(found: Sequence[Day], link: Callable[[Day], str] | None = None) -> Bar:
    """Return the drawing of what was told; with `link`, which gives the address of a day, each can be chosen."""
    shapes: dict[str, list[str]] = defaultdict(list)
    columns, listed = [], []
    for number, day in enumerate(found):
        (x, width), height = _place(number, day), _HEIGHTS.get(day.sort)
        _ground(shapes, x, width, day)
        if height is None and link is None:
            continue
        said = f"{daily.written(day.date)}: {daily.said(day)}"
        if height is not None:
            shapes[day.sort.value].append(_rect(x, width, height))
            listed.append(said)
        if link is not None:
            columns.append(Column(x, width, said, link(day)))
    return _bar(found, shapes, daily.summary(found), listed[::-1], columns)


def of_probe(found: Sequence[ProbeDay], *, with_days: bool = False) -> Bar:
    """Return the drawing of a probe's checks: the more of them failed, the higher."""
    shapes: dict[str, list[str]] = defaultdict(list)
    columns = []
    for number, one in enumerate(found):
        x, width = _place(number, one.day)
        if one.is_unknown:
            is_before = one.day.before >= one.day.length
            shapes["before" if is_before else "blind"].append(_rect(x, width, 0.07 if is_before else 1.0))
        else:
            _ground(shapes, x, width, one.day, is_checked=True)
        if one.failures:
            shapes["failed"].append(_rect(x, width, max(_LEAST, sqrt(one.share))))
        if with_days:
            columns.append(Column(x, width, f"{daily.written(one.day.date)}: {probe_days.said(one)}"))
    listed = [f"{daily.written(one.day.date)}: {probe_days.said(one)}" for one in reversed(found) if one.failures]
    return _bar([one.day for one in found], shapes, probe_days.summary(found), listed, columns)


def _bar(
    found: Sequence[Day],
    shapes: dict[str, list[str]],
    summary: str,
    listed: Sequence[str],
    columns: Sequence[Column],
) -> Bar:
    # What stands on the ground is drawn after it.
    order = ("well", "blind", "before", "notice", "maintenance", "minor", "suspected", "major", "critical", "failed")
    drawn = tuple((name, "".join(shapes[name])) for name in order if name in shapes)
    return Bar(len(found) * _PITCH - (_PITCH - _WIDTH), drawn, summary, tuple(listed), tuple(columns))


def _place(number: int, day: Day) -> tuple[float, float]:
    """Return where a day stands and how broad it is: today as far as it has come."""
    if day.length == _WHOLE:
        return number * _PITCH, _WIDTH
    share = day.length.total_seconds() / 86_400
    return number * _PITCH, max(round(_WIDTH * share, 1), 1.5)


def _ground(shapes: dict[str, list[str]], x: float, width: float, day: Day, *, is_checked: bool = False) -> None:
    """Draw how much of a day was watched: from the bottom what was, above it what was not."""
    if not day.unwatched:
        shapes["well"].append(_rect(x, width, 1.0))
        return
    if day.sort is Sort.BEFORE and not is_checked:
        shapes["before"].append(_rect(x, width, 0.07))
        return
    blind = day.blind_share if day.blind_share >= _SEEN else 0.0
    if blind < 1:
        shapes["well"].append(_rect(x, width, 1 - blind))
    if blind:
        shapes["blind"].append(_rect(x, width, blind, top=0))


# The same few again and again.
@lru_cache(maxsize=2_000)
def _rect(x: float, width: float, share: float, top: float | None = None) -> str:
    height = round(HEIGHT * share, 1)
    return f"M{x:g} {HEIGHT - height if top is None else top:g}h{width:g}v{height:g}h-{width:g}z"
