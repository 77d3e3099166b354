from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import replies
from bot.core.afterwards import Terms, Told, Verdict, Why, look
from bot.core.fold import advance, fold
from bot.model import ChangeKind, Impact, Incident, Kind, State, TimelineEntry, Who
from tests.unit.build import at, down, entry, incident

TERMS = Terms(after=timedelta(minutes=10))


def ended(minute: int = 60, **changed: object) -> TimelineEntry:
    over = entry(minute, "All is well.", kind=ChangeKind.RESOLVED, said=State.RESOLVED, state=State.RESOLVED)
    return replace(over, claim=replace(over.claim, state=State.RESOLVED, resolved_at=at(minute)), **changed)  # type: ignore[arg-type, type-var]  # whatever a case is about


def is_over(minute: int = 60) -> Incident:
    return advance(open_one(), ended(minute))


def open_one() -> Incident:
    return replace(incident(down("API"), impact=Impact.MAJOR), peak=Impact.MAJOR)


def posted(incident: Incident, minute: int) -> tuple[Incident, Sequence[TimelineEntry]]:
    found = look(incident, Told.THERE, TERMS, at(minute)).entries
    return fold(incident, found), found


def whys(entries: Sequence[TimelineEntry]) -> list[str]:
    return [change.after for one in entries for change in one.transitions]


def test_what_goes_on_has_no_report() -> None:
    assert look(open_one(), Told.THERE, TERMS, at(9_999)) == Verdict()


def test_a_report_waits_until_it_has_been_over_for_a_while() -> None:
    assert look(is_over(60), Told.THERE, TERMS, at(69)) == Verdict(again=at(70))


def test_a_report_is_posted_once() -> None:
    after, found = posted(is_over(60), 70)

    assert [(one.kind, one.who, one.seq) for one in found] == [(ChangeKind.REPORTED, Who.BOT, after.last_seq)]
    assert whys(found) == [Why.ENDED]
    assert look(after, Told.THERE, TERMS, at(9_999)) == Verdict()


def test_what_opens_again_within_the_while_has_one_report_at_its_next_end() -> None:
    again = advance(is_over(60), entry(65, kind=ChangeKind.REOPENED, said=State.INVESTIGATING))
    assert look(again, Told.THERE, TERMS, at(80)) == Verdict()

    after = advance(again, ended(90))

    assert look(after, Told.THERE, TERMS, at(99)) == Verdict(again=at(100))
    assert whys(look(after, Told.THERE, TERMS, at(100)).entries) == [Why.ENDED]


def test_a_root_cause_brings_the_report_again_and_an_echo_of_it_does_not() -> None:
    reported, _ = posted(is_over(60), 70)
    cause = replace(ended(200), kind=ChangeKind.POSTMORTEM, said=State.POSTMORTEM, text="A certificate ran out.")

    after, found = posted(advance(reported, cause), 210)

    assert whys(found) == [Why.CAUSE]
    echo = advance(after, replace(cause, seq=after.last_seq + 1, quiet=True))
    assert look(echo, Told.THERE, TERMS, at(9_999)) == Verdict()


def test_a_cause_that_comes_before_the_report_is_in_the_first_one() -> None:
    cause = replace(ended(65), kind=ChangeKind.POSTMORTEM, said=State.POSTMORTEM, text="A certificate ran out.")

    _, found = posted(advance(is_over(60), cause), 75)

    assert whys(found) == [Why.ENDED]


def test_what_goes_on_in_another_incident_has_no_report_of_its_own() -> None:
    merged = advance(open_one(), replace(ended(60), kind=ChangeKind.MERGED))

    assert look(merged, Told.THERE, TERMS, at(9_999)) == Verdict()


def test_what_is_told_in_a_burst_is_reported_there() -> None:
    assert look(replace(is_over(60), burst="burst-1"), Told.THERE, TERMS, at(70)) == Verdict()


def test_what_nobody_was_told_has_none_and_what_is_held_back_waits() -> None:
    assert look(is_over(60), Told.NEVER, TERMS, at(70)) == Verdict()
    assert look(is_over(60), Told.LATER, TERMS, at(70)) == Verdict(again=at(71))


def test_mild_ones_have_none() -> None:
    terms = replace(TERMS, min_impact=Impact.CRITICAL)

    assert look(is_over(60), Told.THERE, terms, at(70)) == Verdict()
    assert look(is_over(60), Told.THERE, replace(TERMS, post=False), at(70)) == Verdict()


def test_a_maintenance_has_one_only_if_something_went_wrong() -> None:
    done = replace(is_over(60), kind=Kind.MAINTENANCE, peak=Impact.MAINTENANCE, impact=Impact.MAINTENANCE)
    assert look(done, Told.THERE, TERMS, at(70)) == Verdict()

    assert look(replace(done, detected_at=at(30)), Told.THERE, TERMS, at(70)).entries
    assert look(replace(done, peak=Impact.MAJOR), Told.THERE, TERMS, at(70)).entries
    assert look(done, Told.THERE, replace(TERMS, min_impact=Impact.NONE), at(70)).entries


def test_the_message_says_how_long_it_lasted_and_who_was_first() -> None:
    known = replace(is_over(60), detected_at=at(1), acknowledged_at=at(18))
    after, (one,) = posted(known, 70)

    said = replies.reply(one, after)

    assert not said.broadcast
    assert [part.spans for part in said.parts if hasattr(part, "spans")] == [
        ("It lasted 1 h.",),
        ("Acme wrote of it 17 min after us.",),
    ]
