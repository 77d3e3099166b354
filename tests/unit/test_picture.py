from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.picture.axes import Across, Span, ticks, top
from bot.core.picture.incident import gathered, of_incident
from bot.core.picture.lanes import said
from bot.core.picture.marks import Mark, Placed, place, rows_of, shapes
from bot.core.picture.series import Grain, Series, common, series
from bot.core.picture.shapes import Box, Drawing, Ink, Sign, Spot, Stroke, Words, about, bounds, extent
from bot.core.report.material import Material, Minute
from bot.model import ChangeKind, Impact, Kind, SourceKind, State
from tests.unit import pictured
from tests.unit.build import NOON, at
from tests.unit.pictured import CASES, drawn, fails, material, of, unwatched
from tests.unit.story import Story
from tests.unit.vendor import HISTORIES, Step, lived_through

ACROSS = Across(at(0), at(120), 104.0, 740.0)
EDGES = (20.0, 750.0)
FINE = Grain(timedelta(minutes=1), at(-10_000))


def checked(rows: list[int], *, until: int = 60) -> Series:
    minutes = [Minute(at(one), 1, 0, 0, 0.2, 0.2) for one in rows]
    return series("api", minutes, (), Span(at(0), at(until)), at(0), FINE)


def mark(minute: float, text: str) -> Mark:
    return Mark(at(minute), text, Sign.CIRCLE, ours=True)


def label(one: Placed) -> tuple[float, float]:
    words = next(shape for shape in shapes([one], 0, 100) if isinstance(shape, Words))
    return extent(words)


@given(
    st.lists(
        st.builds(
            mark, st.floats(0, 120), st.sampled_from(["We detected 14:02", "A vendor's name… acknowledged 14:19"])
        ),
        max_size=4,
    )
)
def test_labels_neither_overlap_nor_leave_the_picture_nor_are_crossed(marks: list[Mark]) -> None:
    placed = place(marks, ACROSS, EDGES)

    assert sorted(one.text for one in placed) == sorted(one.text for one in marks)
    for one in placed:
        begin, end = label(one)
        assert EDGES[0] <= begin <= end <= EDGES[1]
    for one, other in combinations(placed, 2):
        if one.row == other.row:
            (begin, end), (start, stop) = label(one), label(other)
            assert end <= start or stop <= begin
    for one in placed:
        begin, end = label(one)
        assert not any(other.row > one.row and begin < other.x < end for other in placed)
    assert rows_of(placed) <= len(marks)


@pytest.mark.parametrize("name", CASES)
def test_nothing_leaves_the_picture(name: str) -> None:
    _fits(drawn(name))


def _fits(picture: Drawing) -> None:
    for shape in picture.shapes:
        left, upper, right, lower = bounds(shape)
        assert 0 <= left <= right <= picture.width, shape
        assert 0 <= upper <= lower <= picture.height, shape


@given(st.integers(1, 60 * 24 * 400), st.integers(0, 60 * 24 * 3))
def test_times_along_the_edge_are_round_and_have_room(minutes: int, offset: int) -> None:
    across = Across(at(offset), at(offset + minutes), 104.0, 740.0)

    found = ticks(across, 70)

    places = [across.at(one.at) for one in found]
    assert all(later - earlier >= 69 for earlier, later in pairwise(places))
    assert all(one.at.second == 0 for one in found)


@given(st.floats(0.0001, 5000))
def test_a_scale_ends_at_a_round_number_above_all_values(most: float) -> None:
    assert most * 0.999 <= top(most) <= most * 2.001


def test_it_says_in_words_what_it_shows() -> None:
    assert about(drawn("seed")) == (
        "OpenAI: Elevated error rates, 1 Mar 2026 11:40 to 13:31 UTC. 2 of 2 probes had failures. "
        "gpt: 308 of 444 checks failed, between 12:04 and 13:21. "
        "openai-api: 304 of 444 checks failed, between 12:04 and 13:20. "
        "gpt: 16 checks were too slow, between 12:00 and 12:04, up to 14 s; usual is 0.4 s to 0.6 s. "
        "We detected it at 12:00. OpenAI acknowledged it at 12:17, 17 min after us. OpenAI dates it from 11:55. "
        "OpenAI says: investigating · minor from 12:17, identified · critical from 12:27, monitoring · critical from "
        "13:09. OpenAI called it resolved at 13:13. We recovered at 13:21, 8 min after that."
    )


def test_what_nobody_watched_is_hatched_and_said_and_nothing_else_is_drawn_there() -> None:
    story = Story().probe(0, name="probe:api")
    picture = of(material(story, {"api": unwatched(fails(), (30, 50))}, until=90), 90)
    across = Across(at(-20), at(90), 104.0, 740.0)
    begin, end = across.at(at(30)), across.at(at(50))

    hatched = [one for one in picture.shapes if isinstance(one, Box) and one.hatched]
    assert [(round(one.x), round(one.x + one.width)) for one in hatched] == [(round(begin), round(end))] * 3 + [
        (hatched[-1].x, hatched[-1].x + hatched[-1].width)
    ]
    lines = [one for one in picture.shapes if isinstance(one, Stroke) and one.ink in {Ink.PASSED, Ink.LATENCY}]
    assert not any(begin < x < end for one in lines for x, _ in one.points[:1])
    assert all(one.points[-1][0] <= begin + 0.1 or one.points[0][0] >= end - 0.1 for one in lines[:-1])
    assert "api knows nothing of the time from 12:30 to 12:50" in about(picture)


def test_a_probe_that_knows_nothing_at_all_is_hatched_from_end_to_end() -> None:
    found = checked([])

    assert found.unknown == (Span(at(0), at(60)),)
    assert found.bins == ()


def test_a_few_minutes_without_a_check_are_no_hole_and_many_are() -> None:
    assert checked([0, 1, 2, 4, 5, *range(8, 60)]).unknown == ()
    assert checked([*range(10), *range(30, 60)]).unknown == (Span(at(10), at(30)),)
    assert checked(list(range(0, 60, 10))).unknown == ()


def test_a_vendor_whose_page_nobody_reads_says_nothing_that_is_known() -> None:
    story = Story().probe(0, name="probe:api").probe(20, fails=False, name="probe:api")
    found = material(story, {"api": fails((0, 20))}, until=60, unread=((-60, 60),))

    said = about(of(found, 60))

    assert "Acme has not acknowledged it, as far as its page was read" in said
    assert "Acme's page was not read from 11:40 to 12:30" in said


def test_hours_are_drawn_as_hours_and_minutes_as_minutes() -> None:
    rows = [Minute(at(-120), 240, 60, 0, 90.0, 3.0), Minute(at(0), 4, 0, 0, 1.0, 0.5), Minute(at(1), 4, 0, 0, 1.0, 0.5)]

    found = series("api", rows, (), Span(at(-180), at(10)), at(0), Grain(timedelta(minutes=1), at(-60)))

    assert [one.ended_at - one.began_at for one in found.bins] == [timedelta(hours=1), *[timedelta(minutes=1)] * 2]
    assert found.bins[0].failed_share == 0.25
    assert found.bins[0].mean == 0.5


def test_bins_add_up_to_what_was_counted() -> None:
    rows = [Minute(at(n), 4, n % 3, 1, 0.3 * (4 - n % 3), 0.9) for n in range(50)]

    found = series("api", rows, (), Span(at(0), at(50)), at(0), Grain(timedelta(minutes=7), at(-100)))

    assert sum(one.checks for one in found.bins) == 200
    assert sum(one.failures for one in found.bins) == sum(row.failures for row in rows)
    assert all(one.mean == pytest.approx(0.3) for one in found.bins)


def test_what_is_usual_is_not_known_from_a_few_checks() -> None:
    rows = [Minute(at(-n), 1, 0, 0, 0.2, 0.2) for n in range(9, 0, -1)]

    assert series("api", rows, (), Span(at(-20), at(10)), at(0), FINE).usual is None


def test_what_was_read_at_one_look_is_one_statement() -> None:
    """The severity and the words come at once, and the line about the words is dated back to when they were written."""
    story = Story().vendor(0, impact=Impact.MINOR)
    story.vendor(10.1, kind=ChangeKind.IMPACT_CHANGED, impact=Impact.CRITICAL, text="", heard=10.1)
    story.vendor(10, State.IDENTIFIED, impact=Impact.CRITICAL, heard=10.1)

    found = list(said(story.entries, (), SourceKind.FEED, at(30)))

    assert [(one.words[0], one.began_at) for one in found] == [
        ("investigating · minor", at(0)),
        ("identified · critical", at(10)),
    ]


@settings(max_examples=25)
@given(HISTORIES)
def test_no_history_makes_a_picture_that_can_not_be(history: list[Step]) -> None:
    desk, _ = lived_through(history)
    now = NOON + timedelta(days=40)
    for one in desk.incidents.values():
        found = Material(
            incident=one, entries=tuple(desk.timelines[one.id]), since=NOON - timedelta(days=40), until=now
        )

        picture, seen = of_incident(found, now), gathered(found, now)

        assert (picture is None) == (seen is None)
        if picture is not None and seen is not None:
            _fits(picture)
            for lane in seen.lanes:
                spans = [(segment.began_at, segment.ended_at) for segment in lane.segments]
                assert all(begun < ended <= now for begun, ended in spans)
                assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_only_what_no_page_told_is_unread() -> None:
    one, other = (Span(at(0), at(10)), Span(at(20), at(30))), (Span(at(5), at(25)),)

    assert common([one, other]) == (Span(at(5), at(10)), Span(at(20), at(25)))


def test_what_has_not_begun_has_no_picture() -> None:
    plan = Story().vendor(-30, State.SCHEDULED, of=Kind.MAINTENANCE, impact=Impact.MAINTENANCE)

    assert of_incident(material(Story().vendor(60)), at(0)) is None
    assert of_incident(material(plan), at(60)) is None


def test_a_vendor_that_takes_it_off_its_page_has_not_resolved_it() -> None:
    story = Story().probe(0, name="probe:api").vendor(5, kind=ChangeKind.ACKNOWLEDGED)
    story.probe(8, fails=False, name="probe:api").vendor(10, State.RESOLVED, kind=ChangeKind.WITHDRAWN, text="")
    assert story.incident is not None
    story.incident = replace(story.incident, ending=ChangeKind.WITHDRAWN)

    said = about(of(material(story, {"api": fails((0, 8))}, until=40), 40))

    assert "Acme no longer listed it from 12:10" in said
    assert "resolved" not in said


def test_the_four_instants_have_signs_of_their_own() -> None:
    signs = [one.sign for one in drawn("seed").shapes if isinstance(one, Spot) and one.ink in {Ink.OURS, Ink.THEIRS}]

    assert sorted(signs) == sorted(Sign)


def test_a_burst_is_drawn_by_its_members_each_by_its_vendor_or_by_what_it_is_about() -> None:
    whole = pictured.seed()
    one = Story(id="one").vendor(0).vendor(30, State.RESOLVED, kind=ChangeKind.RESOLVED).record
    other = replace(one, incident=replace(one.incident, name="Globex"))

    of_several = of(replace(whole, members=(one, other), probes=()), 140)
    of_one = of(replace(whole, members=(one, one), probes=()), 140)

    assert {"Acme", "Globex"} <= {shape.text for shape in of_several.shapes if isinstance(shape, Words)}
    assert "Errors" in {shape.text for shape in of_one.shapes if isinstance(shape, Words)}
