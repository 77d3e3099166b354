"""Ninety days at a glance: what a day was, and what nobody saw of it, counted minute by minute to compare."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.days import DAYS, Day, Mark, Sort, days, said, summary, told
from bot.core.health import Gap
from bot.core.scorecard import Watch
from bot.model import Impact

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALWAYS = Watch(since=NOW - timedelta(days=400))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def mark(began_at: datetime, ended_at: datetime, impact: Impact = Impact.MAJOR, *, is_ours: bool = False) -> Mark:
    return Mark(began_at, ended_at, impact, "acme-1", is_ours)


def of(day: int, *marks: Mark, watch: Watch = ALWAYS) -> Day:
    (found,) = [one for one in days(marks, watch, NOW) if (one.date.month, one.date.day) == (3, day)]
    return found


def test_there_are_ninety_days_and_today_is_as_long_as_it_has_lasted() -> None:
    found = days((), ALWAYS, NOW)

    assert len(found) == DAYS
    assert (found[-1].date, found[-1].length) == (NOW.date(), timedelta(hours=12))
    assert {day.sort for day in found} == {Sort.WELL}


def test_a_day_is_as_bad_as_its_worst_minute_and_says_how_long_each_lasted() -> None:
    day = of(3, mark(at(3, 1), at(3, 1, 43)), mark(at(3, 1), at(3, 3), Impact.MINOR))

    assert day.sort is Sort.MAJOR
    assert day.spent == ((Impact.MAJOR, 43 * MINUTE), (Impact.MINOR, 77 * MINUTE))
    assert said(day) == "major 43 min, minor 1 h 17 min"


def test_a_night_is_on_both_days() -> None:
    night = mark(at(3, 23), at(4, 2))

    assert (of(3, night).in_trouble, of(4, night).in_trouble) == (timedelta(hours=1), timedelta(hours=2))


def test_what_only_we_saw_is_kept_apart_and_gives_way_to_the_vendors_word() -> None:
    ours, theirs = mark(at(3, 1), at(3, 4), is_ours=True), mark(at(3, 2), at(3, 3), Impact.MINOR)

    assert of(3, ours).sort is Sort.SUSPECTED
    assert said(of(3, ours, theirs)) == "minor 1 h, suspected by us alone 2 h"


def test_a_day_that_nobody_watched_is_not_a_good_one() -> None:
    gap = Gap(at(3, 0), at(4, 6), "no answer")
    watch = Watch(since=at(2, 6), gaps=(gap,))

    assert [of(day, watch=watch).sort for day in (1, 2, 3, 4)] == [Sort.BEFORE, Sort.WELL, Sort.BLIND, Sort.WELL]
    assert said(of(1, watch=watch)) == "not watched yet"
    assert said(of(3, watch=watch)) == "not watched"
    assert said(of(4, watch=watch)) == "no trouble known, not watched 6 h"


def test_a_trouble_that_is_known_counts_though_nobody_watched() -> None:
    assert of(3, mark(at(3, 1), at(3, 2)), watch=Watch()).sort is Sort.MAJOR


def test_what_was_never_watched_has_no_good_day() -> None:
    assert {day.sort for day in days((), Watch(), NOW)} == {Sort.BEFORE}


def test_after_a_watch_has_ended_nothing_is_known() -> None:
    watch = Watch(since=at(1), until=at(3))

    assert [of(day, watch=watch).sort for day in (2, 3)] == [Sort.WELL, Sort.BLIND]


def test_the_sum_of_it_counts_days() -> None:
    found = days([mark(at(3, 1), at(3, 2)), mark(at(5, 1), at(5, 2), is_ours=True)], Watch(since=at(2)), NOW)

    assert summary(found) == (
        "28 days without trouble, 1 day with trouble, 1 day with trouble that only we saw, "
        "60 days before we began to watch"
    )


def test_at_midnight_a_day_begins_of_which_nothing_is_known_yet() -> None:
    midnight = at(3)

    assert days((), Watch(since=at(1)), midnight)[-1].date == midnight.date()


SPANS = st.tuples(st.integers(0, 3 * 1440), st.integers(0, 1440))
MARKS = st.lists(st.tuples(SPANS, st.sampled_from(list(Impact)), st.booleans()), max_size=5)
GAPS = st.lists(SPANS, max_size=3)


@settings(max_examples=40, deadline=None)
@given(MARKS, GAPS, st.integers(-1440, 1440))
def test_every_minute_is_counted_once(
    some: list[tuple[tuple[int, int], Impact, bool]], gaps: list[tuple[int, int]], begun: int
) -> None:
    first = datetime(2026, 3, 29, tzinfo=UTC)

    def minute(number: int) -> datetime:
        return first + number * MINUTE

    marks = [Mark(minute(a), minute(a + b), impact, "acme-1", ours) for (a, b), impact, ours in some]
    watch = Watch(since=minute(begun), gaps=tuple(Gap(minute(a), minute(a + b), "") for a, b in gaps))

    for number, day in enumerate(days(marks, watch, NOW, 3)):
        passed = range(number * 1440, min(number * 1440 + 1440, 2 * 1440 + 720))
        there = [[one for one in marks if one.began_at <= minute(m) < one.ended_at] for m in passed]
        told = [max((one.impact.rank for one in some if not one.is_ours), default=-1) for some in there]
        ours = [any(one.is_ours for one in some) for some in there]
        blind = [m < begun or any(gap.began_at <= minute(m) < gap.ended_at for gap in watch.gaps) for m in passed]

        assert day.length == len(passed) * MINUTE
        assert day.suspected == MINUTE * sum(o and t < 2 for o, t in zip(ours, told, strict=True))
        assert day.in_trouble == MINUTE * sum(t >= 2 for t in told)
        assert day.unwatched == MINUTE * sum(blind)


def test_of_what_nobody_has_watched_nothing_is_said_to_be_well() -> None:
    day = timedelta(days=1)
    before = Day(date=date(2026, 3, 1), length=day, unwatched=day, before=day)
    blind = Day(date=date(2026, 3, 2), length=day, unwatched=day)
    seen = Day(date=date(2026, 3, 3), length=day)

    assert told([before]) == "not watched yet"
    assert told([before, blind]) == "not watched"
    assert told([before, seen]) == "no trouble told"
