"""A vendor's last 90 days in numbers: how much trouble, and how honestly and how soon it was told.

Pure: from incidents with their timelines, and from when we watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.core.courses import Course, Record, course, is_told
from bot.core.health import Gap
from bot.core.stretches import Stretch
from bot.model import ChangeKind, Impact, Kind

WINDOW = timedelta(days=90)
# The scale, and what a trouble counts that the vendor never told of, are those of StatusGator, for the same 90 days:
# https://nimbleindustries.freshdesk.com/support/solutions/articles/47001273242-understanding-status-page-accuracy-grades
# There the worst grade begins above 4 h, here at 4 h: a vendor that never tells of anything gets it.
SCALE = (("A", 15), ("B", 30), ("C", 120), ("D", 240))
WORST_GRADE = "F"
NEVER_TOLD = timedelta(minutes=240)
# Whoever was watched for less than this has not been seen on a bad day.
LEAST_WATCHED = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When a vendor's page was watched: from when, until when, and the times when it could not be read."""

    since: datetime | None = None
    until: datetime | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Extreme:
    """The one that stands out, and in which incident."""

    span: timedelta
    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """How much later than our own witnesses the vendor told of its troubles; less than nothing where it was first.

    `never` are troubles that it never told of at all; `average` is what the grade goes by.
    """

    count: int = 0
    first: int = 0
    never: int = 0
    median: timedelta | None = None
    worst: Extreme | None = None
    average: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How often a vendor says something while an incident is open: the usual silence and the longest."""

    count: int = 0
    median: timedelta | None = None
    longest: Extreme | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A vendor's record.

    `spent` is how long it was in trouble by the worst impact at each moment, so that what overlaps counts once;
    `summed` is what its incidents come to one by one.  `unconfirmed` are troubles that only our own witnesses told of,
    for `suspected` in all; `lone` of them were told by a single witness, and `pending` more are open now.  `cut`
    says that there were more incidents.
    """

    vendor: str
    name: str
    since: datetime
    until: datetime
    watched: timedelta
    watched_since: datetime | None
    unwatched: timedelta
    incidents: int = 0
    going_on: int = 0
    early: int = 0
    spent: tuple[tuple[Impact, timedelta], ...] = ()
    summed: timedelta = timedelta()
    maintenances: int = 0
    maintained: timedelta = timedelta()
    pending: int = 0
    unconfirmed: int = 0
    lone: int = 0
    suspected: timedelta = timedelta()
    lags: Lags = Lags()
    grade: str | None = None
    backdated: int = 0
    backdated_most: Extreme | None = None
    words: Words = Words()
    all_clears: int = 0
    false_clears: tuple[str, ...] = ()
    ended: int = 0
    causes: int = 0
    cause_after: timedelta | None = None
    cut: bool = False

    @property
    def in_trouble(self) -> timedelta:
        """How long anything was wrong."""
        return sum((span for impact, span in self.spent if impact is not Impact.NONE), timedelta())


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a vendor's record needs of one incident; `is_told` says whether it is more than a suspicion of ours."""

    course: Course
    kind: Kind
    ending: ChangeKind | None
    is_told: bool
    early: bool


def chapter(record: Record, now: datetime) -> Chapter:
    """Return what a vendor's record needs of one incident."""
    one = record.incident
    return Chapter(course(record, now), one.kind, one.ending, is_told(one), one.was_open_at_first_look)


def scorecard(
    vendor: str,
    name: str,
    records: Iterable[Record],
    watch: Watch,
    now: datetime,
    *,
    cut: bool = False,
    since: datetime | None = None,
) -> Scorecard:
    """Return the record of one vendor; `records` are those of its incidents that fall into the last 90 days.

    Another time than the last 90 days begins at `since`.
    """
    chapters = [chapter(record, now) for record in records]
    return bound(vendor, name, chapters, watch, now, cut=cut, since=since)


def bound(
    vendor: str,
    name: str,
    chapters: Iterable[Chapter],
    watch: Watch,
    now: datetime,
    *,
    cut: bool = False,
    since: datetime | None = None,
) -> Scorecard:
    """Return the same from what is known of each incident already."""
    since = since or now - WINDOW
    known = tuple(chapters)
    every = [one for one in known if one.ending is not ChangeKind.MERGED]
    plans = [one.course for one in every if one.kind is Kind.MAINTENANCE]
    kinds = {Kind.MAINTENANCE, Kind.NOTICE}
    troubles = [one for one in every if one.kind not in kinds]
    told = [one.course for one in troubles if one.is_told]
    doubted = [one.course for one in troubles if not one.is_told and not one.course.is_open]
    watched, unwatched = _watched(watch, since, now)
    # What has become part of another incident is counted there, but for how late it was told.
    admitted = [one.course for one in known if one.course.is_admitted]
    lags = _lags([*told, *admitted], doubted)
    backdated = [Extreme(one.backdated, one.id) for one in told if one.backdated]
    ended = [one for one in told if not one.is_open]
    causes = [one.cause_after for one in ended if one.cause_after is not None]
    begun = [stretch for one in plans for stretch in one.stretches]
    return Scorecard(
        vendor=vendor,
        name=name,
        since=since,
        until=now,
        watched=watched,
        watched_since=watch.since,
        unwatched=unwatched,
        incidents=len(told),
        going_on=len(told) - len(ended),
        early=sum(one.early for one in troubles),
        spent=spent([stretch for one in told for stretch in one.stretches], since, now),
        summed=_total([s for one in told for s in one.stretches if s.impact is not Impact.NONE], since, now),
        maintenances=sum(bool(one.stretches) for one in plans),
        maintained=_sum(spent(begun, since, now)),
        pending=sum(one.course.is_open and not one.is_told for one in troubles),
        unconfirmed=len(doubted),
        lone=sum(not one.is_sure for one in doubted),
        suspected=_sum(spent([s for one in doubted for s in one.stretches], since, now)),
        lags=lags,
        grade=grade(lags.average) if watched >= LEAST_WATCHED else None,
        backdated=len(backdated),
        backdated_most=_most(backdated),
        words=_words(told),
        all_clears=sum(len(one.all_clears) for one in told),
        false_clears=tuple(one.id for one in told for clear in one.all_clears if clear.is_false),
        ended=len(ended),
        causes=len(causes),
        cause_after=_median(causes),
        cut=cut,
    )


def spent(stretches: Sequence[Stretch], since: datetime, until: datetime) -> tuple[tuple[Impact, timedelta], ...]:
    """Return how long the worst of what went on was of each impact, the worst first; what overlaps counts once."""
    cut = [s for one in stretches if (s := _clipped(one, since, until)) is not None]
    moments = sorted({moment for one in cut for moment in (one.began_at, one.ended_at)})
    begins = sorted(cut, key=lambda one: one.began_at)
    found: dict[Impact, timedelta] = {}
    going_on: list[Stretch] = []
    for start, end in pairwise(moments):
        while begins and begins[0].began_at <= start:
            going_on.append(begins.pop(0))
        going_on = [one for one in going_on if one.ended_at > start]
        if going_on:
            worst = max((one.impact for one in going_on), key=_order)
            found[worst] = found.get(worst, timedelta()) + (end - start)
    return tuple(sorted(found.items(), key=lambda one: _order(one[0]), reverse=True))


def _order(impact: Impact) -> tuple[int, bool]:
    return impact.rank, impact is not Impact.UNKNOWN


def _clipped(one: Stretch, since: datetime, until: datetime) -> Stretch | None:
    began_at, ended_at = max(one.began_at, since), min(one.ended_at, until)
    return Stretch(began_at, ended_at, one.impact) if ended_at > began_at else None


def _total(stretches: Sequence[Stretch], since: datetime, until: datetime) -> timedelta:
    cut = (_clipped(one, since, until) for one in stretches)
    return sum((one.ended_at - one.began_at for one in cut if one is not None), timedelta())


def _watched(watch: Watch, since: datetime, now: datetime) -> tuple[timedelta, timedelta]:
    """Return for how long the page was watched within the window, and how long of that it could not be read."""
    if watch.since is None:
        return timedelta(), timedelta()
    begun, end = max(watch.since, since), min(watch.until or now, now)
    blind = [Stretch(gap.began_at, gap.ended_at, Impact.UNKNOWN) for gap in watch.gaps]
    return max(end - begun, timedelta()), _sum(spent(blind, begun, end))


def _sum(found: Iterable[tuple[Impact, timedelta]]) -> timedelta:
    return sum((span for _, span in found), timedelta())


def _lags(told: Sequence[Course], doubted: Sequence[Course]) -> Lags:
    found = [Extreme(one.lag, one.id) for one in told if one.lag is not None]
    never = sum(one.is_sure for one in doubted)
    delays = [max(one.span, timedelta()) for one in found] + never * [NEVER_TOLD]
    return Lags(
        count=len(found),
        first=sum(one.span <= timedelta() for one in found),
        never=never,
        median=_median([one.span for one in found]),
        worst=_most(found),
        average=sum(delays, timedelta()) / len(delays) if delays else None,
    )


def grade(average: timedelta | None) -> str | None:
    """Return the letter for an average delay; none without anything that was seen by ourselves."""
    if average is None:
        return None
    return next((letter for letter, minutes in SCALE if average < timedelta(minutes=minutes)), WORST_GRADE)


def _words(told: Sequence[Course]) -> Words:
    silences = [Extreme(span, one.id) for one in told for span in one.silences]
    running = [Extreme(one.running.span, one.id) for one in told if one.running and one.running.span]
    return Words(
        count=len(silences),
        median=_median([one.span for one in silences]),
        longest=_most(silences + running),
    )


def _most(found: Sequence[Extreme]) -> Extreme | None:
    return max(found, key=lambda one: one.span, default=None)


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    ordered, half = sorted(spans), len(spans) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
