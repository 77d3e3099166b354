"""A vendor's record: every number on it, from histories in which it can be counted on one's fingers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings

from bot.core.courses import Record, course
from bot.core.health import Gap
from bot.core.scorecard import NEVER_TOLD, WINDOW, Scorecard, Watch, grade, scorecard, spent
from bot.core.stretches import Stretch
from bot.model import ChangeKind, Impact, Kind, State
from tests.unit.build import NOON, at
from tests.unit.story import Story
from tests.unit.vendor import HISTORIES, Step, lived_through

ALWAYS = Watch(since=NOON - timedelta(days=400))
RESOLVED, REOPENED = ChangeKind.RESOLVED, ChangeKind.REOPENED


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def card(*stories: Story, now: float = 1_000, watch: Watch = ALWAYS) -> Scorecard:
    return scorecard("acme", "Acme", [story.record for story in stories], watch, at(now))


def spans(one: Scorecard) -> dict[str, float]:
    return {impact.value: span / minutes(1) for impact, span in one.spent}


def test_time_is_counted_at_the_impact_that_it_had() -> None:
    story = Story().vendor(0, impact=Impact.MINOR)
    story.vendor(10, kind=ChangeKind.IMPACT_CHANGED, impact=Impact.CRITICAL, text="")
    story.vendor(30, kind=ChangeKind.IMPACT_CHANGED, impact=Impact.MINOR, text="")
    story.vendor(100, State.RESOLVED, kind=RESOLVED, impact=Impact.MINOR)

    one = card(story)

    assert spans(one) == {"critical": 20, "minor": 80}
    assert (one.in_trouble, one.summed) == (minutes(100), minutes(100))
    assert (one.incidents, one.going_on) == (1, 0)


def test_what_overlaps_counts_once_at_the_worst_and_is_told_one_by_one_too() -> None:
    minor = Story("acme-1").vendor(0, impact=Impact.MINOR).vendor(60, State.RESOLVED, kind=RESOLVED)
    major = Story("acme-2").vendor(40, impact=Impact.MAJOR).vendor(100, State.RESOLVED, kind=RESOLVED)

    one = card(minor, major)

    assert spans(one) == {"major": 60, "minor": 40}
    assert (one.in_trouble, one.summed) == (minutes(100), minutes(120))


def test_what_is_open_is_counted_until_now_and_what_began_before_the_window_from_its_beginning() -> None:
    long = Story("acme-1").vendor(0, impact=Impact.MINOR)

    one = scorecard("acme", "Acme", [long.record], ALWAYS, at(0) + WINDOW + minutes(5))

    assert one.in_trouble == WINDOW
    assert one.going_on == 1


def test_between_an_all_clear_and_its_end_nothing_is_counted() -> None:
    story = Story().vendor(0).vendor(10, State.RESOLVED, kind=RESOLVED)
    story.vendor(40, kind=REOPENED).vendor(50, State.RESOLVED, kind=RESOLVED)

    assert card(story).in_trouble == minutes(20)


def test_an_incident_without_an_impact_is_listed_and_is_no_trouble() -> None:
    one = card(Story().vendor(0, impact=Impact.NONE).vendor(30, State.RESOLVED, kind=RESOLVED, impact=Impact.NONE))

    assert (one.incidents, spans(one), one.in_trouble) == (1, {"none": 30}, timedelta())


def test_a_maintenance_is_counted_apart_and_only_while_it_goes_on() -> None:
    impact, kind = Impact.MAINTENANCE, Kind.MAINTENANCE
    story = Story().vendor(0, State.SCHEDULED, impact=impact, of=kind)
    story.vendor(60, State.IN_PROGRESS, impact=impact, of=kind)
    story.vendor(100, State.COMPLETED, kind=RESOLVED, impact=impact, of=kind)
    planned = Story("acme-2").vendor(0, State.SCHEDULED, impact=impact, of=kind)

    one = card(story, planned)

    assert (one.maintenances, one.maintained) == (1, minutes(40))
    assert (one.incidents, one.in_trouble) == (0, timedelta())


def test_the_lag_is_the_vendors_first_word_less_our_own_first_sight() -> None:
    late = Story("acme-1").probe(2, since=0).vendor(19, kind=ChangeKind.ACKNOWLEDGED, heard=19.5)
    early = Story("acme-2").vendor(0).probe(5)

    one = card(late, early)

    assert course(late.record, at(100)).lag == minutes(17)
    assert course(early.record, at(100)).lag == minutes(-5)
    assert (one.lags.count, one.lags.first) == (2, 1)
    assert one.lags.median == minutes(6)
    assert one.lags.worst is not None
    assert (one.lags.worst.span, one.lags.worst.incident) == (minutes(17), "acme-1")
    # To be first is no credit against being late elsewhere: (17 + 0) / 2.
    assert one.lags.average == minutes(8.5)


def test_where_we_had_no_witness_there_is_no_lag_and_no_grade() -> None:
    one = card(Story().vendor(0))

    assert (one.lags.count, one.lags.median, one.lags.average, one.grade) == (0, None, None, None)


def test_of_what_had_begun_before_we_watched_no_lag_is_known() -> None:
    story = Story(at_first_look=True).vendor(0, heard=500).probe(501)

    one = card(story)

    assert (one.early, one.lags.count, one.in_trouble) == (1, 0, minutes(1_000))


def test_a_vendor_says_itself_how_much_earlier_it_began() -> None:
    back = Story("acme-1").vendor(29, started=0, published=29)
    same = Story("acme-2").vendor(0)

    one = card(back, same)

    assert one.backdated == 1
    assert one.backdated_most is not None
    assert (one.backdated_most.span, one.backdated_most.incident) == (minutes(29), "acme-1")


def test_cadence_is_the_time_from_one_statement_to_the_next_while_it_is_open() -> None:
    story = Story().vendor(0).vendor(10).vendor(40).vendor(45, State.RESOLVED, kind=RESOLVED)
    story.vendor(400, State.POSTMORTEM, kind=ChangeKind.POSTMORTEM)

    one = card(story)

    assert one.words.count == 3
    assert one.words.median == minutes(10)
    assert one.words.longest is not None
    assert one.words.longest.span == minutes(30)


def test_a_silence_that_goes_on_is_the_longest_if_it_is_and_no_part_of_the_median() -> None:
    one = card(Story().vendor(0).vendor(10), now=200)

    assert (one.words.count, one.words.median) == (1, minutes(10))
    assert one.words.longest is not None
    assert one.words.longest.span == minutes(190)


def test_an_edit_is_no_statement() -> None:
    story = Story().vendor(0).vendor(20, kind=ChangeKind.EDITED).vendor(30)

    assert card(story, now=30).words.median == minutes(30)


def test_what_is_opened_again_was_not_over() -> None:
    story = Story().vendor(0).vendor(10, State.RESOLVED, kind=RESOLVED)
    story.vendor(15, kind=REOPENED).vendor(50, State.RESOLVED, kind=RESOLVED)

    one = card(story)

    assert (one.all_clears, one.false_clears) == (2, ("acme-1",))


@pytest.mark.parametrize(("well_at", "false"), [(14, ()), (15, ("acme-1",)), (None, ("acme-1",))])
def test_an_all_clear_is_false_while_our_probes_fail_for_five_minutes_more(
    well_at: float | None, false: tuple[str, ...]
) -> None:
    story = Story().probe(0).vendor(3).vendor(10, State.RESOLVED, text="All is well")
    if well_at is not None:
        story.probe(well_at, fails=False)

    assert card(story).false_clears == false


def test_a_report_that_has_yet_to_fade_makes_no_all_clear_false() -> None:
    story = Story().people(0).vendor(3).vendor(10, State.RESOLVED).people(30, report=False)

    assert card(story).false_clears == ()


def test_what_only_our_witnesses_told_is_unconfirmed_and_no_trouble_of_the_vendor() -> None:
    sure = Story("acme-1").probe(0).probe(1, name="other").probe(20, fails=False).probe(30, name="other", fails=False)
    lone = Story("acme-2").people(100).presses(100, "a").people(130, report=False)
    still = Story("acme-3").probe(900)

    one = card(sure, lone, still)

    assert (one.incidents, one.in_trouble) == (0, timedelta())
    assert (one.unconfirmed, one.lone, one.suspected, one.pending) == (2, 1, minutes(60), 1)
    # What a single witness told is not held against the vendor; the other counts four hours.
    assert (one.lags.never, one.lags.average, one.grade) == (1, NEVER_TOLD, "F")


def test_two_people_are_more_than_a_single_witness() -> None:
    story = Story().people(0).presses(0, "a").presses(5, "b").people(35, report=False)

    assert (card(story).lone, card(story).lags.never) == (0, 1)


def test_a_root_cause_is_counted_from_the_end() -> None:
    told = Story("acme-1").vendor(0).vendor(10, State.RESOLVED, kind=RESOLVED)
    told.vendor(70, State.POSTMORTEM, kind=ChangeKind.POSTMORTEM, text="A cable")
    untold = Story("acme-2").vendor(0).vendor(10, State.RESOLVED, kind=RESOLVED)
    still = Story("acme-3").vendor(0)

    one = card(told, untold, still)

    assert (one.causes, one.ended, one.cause_after) == (1, 2, minutes(60))


@pytest.mark.parametrize(
    ("average", "letter"),
    [(0, "A"), (14.9, "A"), (15, "B"), (29.9, "B"), (30, "C"), (119, "C"), (120, "D"), (239, "D"), (240, "F")],
)
def test_grades_are_given_by_the_average_delay(average: float, letter: str) -> None:
    assert grade(minutes(average)) == letter


def test_what_was_not_watched_is_said_and_gaps_that_overlap_count_once() -> None:
    gaps = (Gap(at(0), at(60), "HTTP 503"), Gap(at(30), at(90), "HTTP 503"), Gap(at(-9_000), at(-8_990), "before"))
    watch = Watch(since=at(-1_440), gaps=gaps)

    one = card(now=1_440, watch=watch)

    assert (one.watched, one.unwatched) == (timedelta(days=2), minutes(90))
    assert one.grade is None


def test_who_was_watched_for_two_days_gets_no_grade_but_all_numbers() -> None:
    story = Story().probe(0).vendor(17)

    one = card(story, watch=Watch(since=at(-1_880)))

    assert (one.watched, one.lags.average, one.grade) == (timedelta(days=2), minutes(17), None)


def test_what_is_watched_no_more_was_watched_until_then() -> None:
    one = card(watch=Watch(since=at(0), until=at(60)))

    assert one.watched == minutes(60)


def test_what_is_part_of_another_incident_is_not_counted_twice() -> None:
    story = Story().vendor(0).vendor(10, State.RESOLVED, kind=ChangeKind.MERGED, text="")

    assert card(story).incidents == 0


@settings(max_examples=60)
@given(HISTORIES)
def test_no_history_makes_a_number_that_can_not_be(history: list[Step]) -> None:
    desk, _ = lived_through(history)
    now = NOON + timedelta(days=40)
    records = [Record(one, tuple(desk.timelines[one.id])) for one in desk.incidents.values()]

    one = scorecard("acme", "Acme", records, Watch(since=NOON), now)

    whole = [*(span for _, span in one.spent), one.maintained, one.suspected, one.unwatched, one.watched]
    assert all(timedelta() <= span <= WINDOW for span in whole)
    assert sum((span for _, span in one.spent), timedelta()) <= WINDOW
    assert one.in_trouble <= one.summed
    assert len(one.false_clears) <= one.all_clears
    assert one.causes <= one.ended <= one.incidents <= len(desk.incidents)
    assert one.words.median is None or one.words.median > timedelta()
    for record in records:
        stretches = course(record, now).stretches
        assert all(stretch.began_at < stretch.ended_at <= now for stretch in stretches)
        assert all(before.ended_at <= after.began_at for before, after in pairwise(stretches))


def test_nothing_at_all_is_no_time() -> None:
    assert spent([], at(0), at(10)) == ()
    assert spent([Stretch(at(-5), at(0), Impact.MAJOR)], at(0), at(10)) == ()


def test_no_time_is_counted_after_the_end_that_a_vendor_gives_though_it_says_so_later() -> None:
    story = Story().vendor(0).vendor(30, State.RESOLVED, kind=RESOLVED)
    last = story.entries[-1]
    story.entries[-1] = replace(last, happened_at=last.happened_at + minutes(3))

    assert card(story).in_trouble == minutes(30)
