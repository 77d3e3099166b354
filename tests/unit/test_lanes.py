"""The two clocks of an incident as they are drawn: who said what when, what we saw, and what nobody could see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core import clock_rows, lanes
from bot.core.health import Gap
from bot.core.lanes import Clocks, Stretch
from bot.core.lanes_drawn import RADIUS, Drawn, drawn, spread
from bot.core.message import plain_part
from bot.model import ChangeKind, Incident, State
from tests.unit.build import at, maintained
from tests.unit.story import Story


def clocks(story: Story, now: float, *gaps: Gap) -> Clocks:
    return lanes.clocks(story.record.incident, story.entries, at(now), unread=gaps)


def words(some: tuple[Stretch, ...]) -> list[tuple[str, float, float]]:
    return [(one.word, minute(one.began_at), minute(one.ended_at)) for one in some]


def minute(moment: datetime) -> float:
    return (moment - at(0)).total_seconds() / 60


def marked(found: Clocks) -> list[str]:
    return [f"{mark.number} {mark.words}" for mark in found.marks]


def facts(story: Story, now: float) -> list[str]:
    found = clock_rows.facts(story.record.incident, clocks(story, now), at(now))
    return [f"{fact.name}: {plain_part(fact.words)}" for fact in found]


def ours_first() -> Story:
    return (
        Story()
        .probe(0)
        .vendor(17, kind=ChangeKind.ACKNOWLEDGED, started=5)
        .vendor(30, State.IDENTIFIED)
        .vendor(50, State.RESOLVED, kind=ChangeKind.RESOLVED)
    )


def test_the_vendors_lane_has_each_state_from_when_it_was_said_and_the_time_that_it_dates_back() -> None:
    found = clocks(ours_first(), 60)

    assert words(found.theirs) == [
        ("dated back, not yet told", 5, 17),
        ("investigating", 17, 30),
        ("identified", 30, 50),
    ]


def test_our_lane_goes_on_while_our_witness_fails_whatever_the_vendor_says() -> None:
    found = clocks(ours_first(), 60)

    assert words(found.ours) == [("fails for us", 0, 60)]


def test_the_lag_is_marked_between_the_two_first_words_and_said() -> None:
    found = clocks(ours_first(), 60)

    assert (found.lag, found.lag_words) == ((at(0), at(17)), "17 min after us")


def test_first_words_and_ends_are_marked_in_the_order_of_time() -> None:
    found = clocks(ours_first().probe(58, fails=False), 60)

    assert marked(found) == [
        "1 We saw it",
        "2 Acme wrote of it first",
        "3 Acme called it over",
        "4 We see it no more",
    ]


def test_where_no_witness_of_ours_tells_of_it_our_lane_is_empty_and_that_is_said() -> None:
    story = Story().vendor(0, kind=ChangeKind.OPENED).vendor(20, State.RESOLVED, kind=ChangeKind.RESOLVED)

    assert clocks(story, 30).ours == ()
    assert marked(clocks(story, 30))[0] in {"1 Acme wrote of it first", "1 We first read of it"}
    assert "We saw it ourselves: No: no witness of ours tells of it" in facts(story, 30)


def test_an_end_that_nobody_told_of_is_no_end_of_the_vendors() -> None:
    story = Story().vendor(0, kind=ChangeKind.OPENED)
    story.vendor(20, State.RESOLVED, kind=ChangeKind.WITHDRAWN, text="")

    (account,) = [one for one in facts(story, 30) if one.startswith("By Acme’s clock")]
    assert account.endswith("12:20 UTC it was no longer listed; how and when it ended is not known")


def test_what_was_said_before_we_watched_is_not_made_up() -> None:
    story = Story(at_first_look=True).vendor(0, State.MONITORING, kind=ChangeKind.OPENED, heard=40)

    assert words(clocks(story, 60).theirs) == [("posted before we watched", 0, 40), ("monitoring", 40, 60)]


def test_a_gap_is_cut_to_what_is_drawn() -> None:
    story = Story().vendor(0, kind=ChangeKind.OPENED)
    gap = Gap(at(-600), at(10), "HTTP 503")

    (shown,) = clocks(story, 60, gap).unread

    assert (shown.began_at > at(-600), shown.ended_at, shown.reason) == (True, at(10), "HTTP 503")


def test_a_suspicion_that_nobody_confirmed_says_that_the_vendor_never_wrote() -> None:
    story = Story().probe(0).probe(9, fails=False)

    assert "By Acme’s clock: It never posted anything" in facts(story, 30)


def test_how_long_it_was_is_said_by_each_clock() -> None:
    said = facts(ours_first().probe(58, fails=False), 60)

    assert said[0] == "By our clock: 58 min, 2026-03-01 12:00 UTC to 2026-03-01 12:58 UTC"
    assert said[1] == "By Acme’s clock: 45 min, 2026-03-01 12:05 UTC, as it dates it back, to 2026-03-01 12:50 UTC"
    assert said[2] == "Who was first: Acme told of it 17 min after us"


def planned(incident: Incident) -> Incident:
    return replace(incident, starts_at=at(600), ends_at=at(720), started_at=at(600), state=State.SCHEDULED)


def test_of_what_is_only_planned_the_window_is_drawn_and_not_the_weeks_before_it() -> None:
    story = Story().vendor(0, State.SCHEDULED, kind=ChangeKind.OPENED)
    assert story.incident is not None

    found = lanes.clocks(planned(replace(story.incident, components=(maintained("API"),))), story.entries, at(5))

    assert found.planned == (at(600), at(720))
    assert found.since > at(500)


points = st.lists(st.floats(0, 960), min_size=0, max_size=12).map(sorted)


@given(points)
def test_marks_stay_on_the_sheet_in_order_and_never_cover_each_other(xs: list[float]) -> None:
    places = spread(xs, 2 * RADIUS + 2, RADIUS + 1, 960 - RADIUS - 1)

    assert all(RADIUS <= place <= 960 - RADIUS for place in places)
    assert all(b - a >= 2 * RADIUS for a, b in pairwise(places))


minutes = st.lists(st.integers(0, 5_000), min_size=1, max_size=9, unique=True).map(sorted)


@given(minutes, st.sampled_from([328, 960]))
def test_whatever_happened_when_nothing_is_off_the_sheet(times: list[int], width: int) -> None:
    story = Story().probe(times[0])
    states = (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
    for number, when in enumerate(times):
        story.vendor(when, states[number % 3], kind=ChangeKind.UPDATED if number else ChangeKind.ACKNOWLEDGED)

    sheet = drawn(clocks(story, times[-1] + 1), width)

    assert inside(sheet)
    assert not overlaps(sheet)


def inside(sheet: Drawn) -> bool:
    boxes = all(box.x >= 0 and box.x + box.width <= sheet.width + 2 for box in (*sheet.boxes, *sheet.gaps))
    ticks = all(0 <= tick.x <= sheet.width for tick in sheet.ticks)
    near = any(b.x - a.x < 30 for a, b in pairwise(sheet.ticks))
    return boxes and ticks and not near


def overlaps(sheet: Drawn) -> bool:
    rows: dict[float, list[float]] = {}
    for pin in sheet.pins:
        rows.setdefault(pin.y, []).append(pin.x)
    return any(b - a < 2 * RADIUS for row in rows.values() for a, b in pairwise(row))
