"""The last 90 days of something watched, day by day of UTC: the worst of each, and when nobody watched.

Pure: from stretches of time, and from when we watched.  A day that nobody watched is no good day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bot.core.scorecard import Watch
from bot.core.spans import duration
from bot.core.wording import words
from bot.model import Impact

DAYS = 90
_DAY = timedelta(days=1)


class Sort(StrEnum):
    """What a day was, the worst of it; of `BEFORE` nobody knows anything, for nobody had begun to watch."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    SUSPECTED = "suspected"
    MAINTENANCE = "maintenance"
    NOTICE = "notice"
    WELL = "well"
    BLIND = "blind"
    BEFORE = "before"


_SORTS = {
    Impact.CRITICAL: Sort.CRITICAL,
    Impact.MAJOR: Sort.MAJOR,
    Impact.MINOR: Sort.MINOR,
    Impact.UNKNOWN: Sort.MINOR,
    Impact.MAINTENANCE: Sort.MAINTENANCE,
    Impact.NONE: Sort.NOTICE,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A time during which one incident was of an impact; `is_ours` if only our own witnesses told of it."""

    began_at: datetime
    ended_at: datetime
    impact: Impact
    incident: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of UTC, or as much of it as has passed (`length`).

    `spent` is how long the worst that was told was of each impact, the worst first; what overlaps counts once.
    `suspected` is how long nobody but our own witnesses told of a trouble.  `unwatched` is how long nobody watched,
    and `before` how much of that was before anybody had begun to.  `incidents` are the ids of what went on, each once.
    """

    date: date
    length: timedelta
    spent: tuple[tuple[Impact, timedelta], ...] = ()
    suspected: timedelta = timedelta()
    unwatched: timedelta = timedelta()
    before: timedelta = timedelta()
    incidents: tuple[str, ...] = ()

    @property
    def sort(self) -> Sort:
        """What it was: a trouble that is known of counts, watched or not; and unknown is never well."""
        if not self.spent and not self.suspected and not self.unwatched:
            return Sort.WELL
        worst = self.spent[0][0] if self.spent else None
        if worst is not None and worst.rank >= Impact.MINOR.rank:
            return _SORTS[worst]
        if self.suspected:
            return Sort.SUSPECTED
        if worst is not None:
            return _SORTS[worst]
        if self.before and self.before >= self.length:
            return Sort.BEFORE
        return Sort.BLIND if self.unwatched and self.unwatched >= self.length else Sort.WELL

    @property
    def in_trouble(self) -> timedelta:
        """How long the vendor told of a trouble."""
        return sum((span for impact, span in self.spent if impact.rank >= Impact.MINOR.rank), timedelta())

    @property
    def blind_share(self) -> float:
        """How much of it nobody watched, from 0 to 1."""
        return min(self.unwatched / self.length, 1.0) if self.length else 0.0


def days(marks: Iterable[Mark], watch: Watch, now: datetime, count: int = DAYS) -> tuple[Day, ...]:
    """Return the last `count` days, the oldest first, today last as far as it has come."""
    today = _midnight(now)
    first = today - (count - 1) * _DAY
    # At midnight sharp nothing of today has passed: it is there all the same.
    end = max(now, today + timedelta(microseconds=1))
    found, blind = _by_day(marks, first, end), _by_day(_blind(watch, first, end), first, end)
    starts = [first + number * _DAY for number in range(count)]
    # Most days are like this: nothing was, and all of it was watched.
    return tuple(
        _day(start, min(start + _DAY, end), found.get(start, ()), blind.get(start, ()), watch.since)
        if start in found or start in blind or start == today
        else _plain(start)
        for start in starts
    )


@lru_cache(maxsize=4 * DAYS)
def _plain(start: datetime) -> Day:
    return Day(date=start.date(), length=_DAY)


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _by_day(marks: Iterable[Mark], first: datetime, end: datetime) -> dict[datetime, list[Mark]]:
    """Return the days of each, by their beginnings."""
    found: dict[datetime, list[Mark]] = defaultdict(list)
    for mark in marks:
        began_at, ended_at = max(mark.began_at, first), min(mark.ended_at, end)
        if ended_at <= began_at:
            continue
        start = _midnight(began_at)
        while start < ended_at:
            found[start].append(mark)
            start += _DAY
    return found


def _blind(watch: Watch, first: datetime, end: datetime) -> list[Mark]:
    """Return the times in which nobody watched, none of which overlap."""
    if watch.since is None:
        return [Mark(first, end, Impact.NONE)]
    found, at = [Mark(first, watch.since, Impact.NONE)], watch.since
    for gap in sorted(watch.gaps, key=lambda gap: gap.began_at):
        found.append(Mark(max(gap.began_at, at), gap.ended_at, Impact.NONE))
        at = max(at, gap.ended_at)
    return found if watch.until is None else [*found, Mark(max(at, watch.until), end, Impact.NONE)]


def _day(start: datetime, end: datetime, marks: Sequence[Mark], blind: Sequence[Mark], since: datetime | None) -> Day:
    spent, suspected = _spent(marks, start, end) if marks else ((), timedelta())
    return Day(
        date=start.date(),
        length=end - start,
        spent=spent,
        suspected=suspected,
        unwatched=sum((_within(one, start, end) for one in blind), timedelta()),
        before=end - start if since is None else min(max(since - start, timedelta()), end - start),
        incidents=tuple(dict.fromkeys(mark.incident for mark in marks if mark.incident)),
    )


def _within(mark: Mark, start: datetime, end: datetime) -> timedelta:
    return max(min(mark.ended_at, end) - max(mark.began_at, start), timedelta())


def _spent(
    marks: Sequence[Mark], start: datetime, end: datetime
) -> tuple[tuple[tuple[Impact, timedelta], ...], timedelta]:
    """Return how long the worst was of each impact, and how long there was trouble by our own witnesses alone."""
    cut = [(max(mark.began_at, start), min(mark.ended_at, end), mark) for mark in marks]
    moments = sorted({moment for began_at, ended_at, _ in cut for moment in (began_at, ended_at)})
    found: dict[Impact, timedelta] = {}
    suspected = timedelta()
    for begins, ends in pairwise(moments):
        there = [mark for began_at, ended_at, mark in cut if began_at <= begins and ends <= ended_at]
        told = max((mark.impact for mark in there if not mark.is_ours), key=_order, default=None)
        if any(mark.is_ours for mark in there) and (told is None or told.rank < Impact.MINOR.rank):
            suspected += ends - begins
        elif told is not None:
            found[told] = found.get(told, timedelta()) + (ends - begins)
    return tuple(sorted(found.items(), key=lambda one: _order(one[0]), reverse=True)), suspected


def _order(impact: Impact) -> tuple[int, bool]:
    return impact.rank, impact is not Impact.UNKNOWN


# ---- What is said of them


def said(day: Day) -> str:
    """Return what a day was like, in a few words."""
    parts = [f"{_WORDS.get(impact, words(impact))} {duration(span)}" for impact, span in day.spent]
    parts += [f"suspected by us alone {duration(day.suspected)}"] if day.suspected else []
    if day.sort is Sort.BEFORE:
        return "not watched yet"
    if day.sort is Sort.BLIND:
        return "not watched"
    # A blink between two looks is no news.
    blind = day.unwatched if day.unwatched >= timedelta(minutes=1) else timedelta()
    parts += [f"not watched {duration(blind)}"] if blind else []
    return ", ".join(parts if day.spent or day.suspected else ["no trouble known", *parts])


_WORDS = {Impact.UNKNOWN: "trouble", Impact.NONE: "notice"}


def summary(found: Sequence[Day]) -> str:
    """Return what so many days came to, for whoever does not see them drawn."""
    counts = Counter(day.sort for day in found)
    parts = [
        _days(counts[Sort.WELL], "without trouble"),
        _days(sum(counts[sort] for sort in (Sort.CRITICAL, Sort.MAJOR, Sort.MINOR)), "with trouble"),
        _days(counts[Sort.SUSPECTED], "with trouble that only we saw"),
        _days(counts[Sort.MAINTENANCE], "with maintenance"),
        _days(counts[Sort.NOTICE], "with a notice"),
        _days(counts[Sort.BLIND], "not watched"),
        _days(counts[Sort.BEFORE], "before we began to watch"),
    ]
    return ", ".join(part for part in parts if part) or "nothing is known"


def _days(count: int, what: str) -> str:
    return f"{count} {'day' if count == 1 else 'days'} {what}" if count else ""


def told(past: Sequence[Day]) -> str:
    """Return what 90 days came to, in a few words."""
    trouble = sum((day.in_trouble for day in past), timedelta())
    suspected = sum((day.suspected for day in past), timedelta())
    blind = sum((day.unwatched - day.before for day in past), timedelta())
    watched = any(day.length > day.unwatched for day in past)
    if not (watched or trouble or suspected):
        return "not watched yet" if all(day.sort is Sort.BEFORE for day in past) else "not watched"
    parts = [f"{duration(trouble)} in trouble"] if trouble else ["no trouble told"]
    parts += [f"{duration(suspected)} seen by us alone"] if suspected else []
    parts += [f"{duration(blind)} not watched"] if blind >= timedelta(minutes=1) else []
    return ", ".join(parts)


@lru_cache(maxsize=4 * DAYS)
def written(when: date) -> str:
    """Write a day: `3 Mar`."""
    return f"{when.day} {when:%b}"
