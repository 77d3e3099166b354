"""What people do to an incident: once, by whom, and never to its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import replies, wording
from bot.core.actions import DEEDS, Outcome
from bot.core.fold import fold
from bot.core.message import Message, plain
from bot.model import Action, ChangeKind, Impact, Incident, Person, State, TimelineEntry, Who
from tests.unit.build import LEAD, ONCALL, asked, at, claim, maintenance, snapshot, update
from tests.unit.desk import Desk, found
from tests.unit.test_histories import beginning
from tests.unit.vendor import HISTORIES, Show, Step, Vendor

LOOKING = update("u1", "We are looking into it.", 0)
OVER = claim(
    "1",
    LOOKING,
    update("u2", "All is well.", 30, State.RESOLVED),
    state=State.RESOLVED,
    resolved=30,
    impact=Impact.MINOR,
)


def desk() -> Desk:
    """Return a desk with one open incident."""
    one = Desk()
    one.sees(snapshot(-1))
    one.sees(snapshot(0, claim("1", LOOKING)))
    return one


def over() -> Desk:
    one = desk()
    one.sees(snapshot(30), found(OVER))
    return one


def broadcasts(entries: Sequence[TimelineEntry]) -> list[ChangeKind]:
    return [entry.kind for entry in entries if not entry.quiet and replies.is_broadcast(entry)]


def says(message: Message) -> str:
    return plain(message)


def test_an_ack_says_who_and_when() -> None:
    one = desk()

    acted = one.acts(asked(Action.ACK), 5)

    assert acted.outcome is Outcome.DONE
    assert [(e.kind, e.who, e.author, e.person, e.happened_at) for e in acted.entries] == [
        (ChangeKind.ACKED, Who.PERSON, "on-call", "fake:1", at(5))
    ]
    assert "Acknowledged by on-call at 2026-03-01 12:05 UTC" in says(wording.root(one.incident))
    assert next(c.action for c in wording.root(one.incident).controls) is Action.UNACK


def test_an_ack_twice_by_one_person_is_one_ack() -> None:
    one = desk()
    one.acts(asked(Action.ACK), 5)

    again = one.acts(asked(Action.ACK), 6)

    assert (again.outcome, again.entries) == (Outcome.ALREADY, ())


def test_an_ack_of_what_somebody_has_changes_nothing() -> None:
    one = desk()
    one.acts(asked(Action.ACK), 5)

    other = one.acts(asked(Action.ACK, LEAD), 6)

    assert (other.outcome, other.entries) == (Outcome.HELD, ())
    assert other.incident.acked is not None
    assert other.incident.acked.name == "on-call"


def test_an_ack_can_be_taken_back_and_given_anew() -> None:
    one = desk()
    one.acts(asked(Action.ACK), 5)

    assert one.acts(asked(Action.UNACK, LEAD), 6).outcome is Outcome.DONE
    assert one.acts(asked(Action.UNACK, LEAD), 7).outcome is Outcome.NOTHING
    assert one.acts(asked(Action.ACK, LEAD), 8).outcome is Outcome.DONE
    assert one.kinds[-3:] == [ChangeKind.ACKED, ChangeKind.UNACKED, ChangeKind.ACKED]


@pytest.mark.parametrize("action", sorted(DEEDS - {Action.NOTE, Action.LINK, Action.FALLBACK_ON, Action.FALLBACK_OFF}))
def test_an_act_that_crosses_the_end_never_reopens(action: Action) -> None:
    one = over()
    before = one.incident

    acted = one.acts(asked(action), 31)

    assert (acted.outcome, acted.incident) == (Outcome.OVER, before)


@pytest.mark.parametrize("action", [Action.NOTE, Action.LINK])
def test_what_is_written_after_the_end_is_kept_and_ends_nothing_anew(action: Action) -> None:
    one = over()
    before = one.incident

    acted = one.acts(asked(action, text="It was the DNS.", url="https://chat.example/1"), 60)

    assert acted.outcome is Outcome.DONE
    assert replace(acted.incident, last_seq=before.last_seq) == before


def test_an_ack_does_not_outlive_the_end() -> None:
    one = desk()
    one.acts(asked(Action.ACK), 5)
    one.acts(asked(Action.AFFECTED), 5)
    one.sees(snapshot(30), found(OVER))
    assert one.incident.acked is not None

    one.sees(snapshot(40, claim("1", LOOKING)))

    assert one.incident.is_open
    assert one.incident.witnesses == ()
    assert wording.people(one.incident) == []


def test_a_note_is_told_word_for_word_and_is_not_the_vendors() -> None:
    one = desk()

    acted = one.acts(asked(Action.NOTE, text="We’re on the fallback.\nSlower, but fine."), 5)

    assert "“We’re on the fallback.\nSlower, but fine.”" in says(replies.reply(acted.entries[0], one.incident))
    assert one.incident.latest is not None
    assert one.incident.latest.text == LOOKING.body


def test_a_note_that_arrives_twice_is_told_once_and_one_that_is_meant_again_is_told_again() -> None:
    one = desk()

    notes = [one.acts(asked(Action.NOTE, text="Failed over."), minute).outcome for minute in (5, 5.1, 60)]

    assert notes == [Outcome.DONE, Outcome.ALREADY, Outcome.DONE]
    assert one.acts(asked(Action.NOTE, text="  "), 61).outcome is Outcome.EMPTY


def test_while_it_is_muted_the_thread_goes_on_and_the_channel_hears_nothing() -> None:
    one = desk()
    one.acts(asked(Action.MUTE, span=timedelta(hours=4)), 5)

    look = one.sees(snapshot(10, claim("1", LOOKING, impact=Impact.MAJOR)))

    assert look.kinds == look.loud == [ChangeKind.IMPACT_CHANGED]
    assert broadcasts(look.entries) == []
    assert "Muted until 2026-03-01 16:05 UTC by on-call" in says(wording.root(one.incident))


def test_what_is_muted_still_says_that_it_becomes_critical() -> None:
    one = desk()
    one.acts(asked(Action.MUTE), 5)

    look = one.sees(snapshot(10, claim("1", LOOKING, impact=Impact.CRITICAL)))

    assert broadcasts(look.entries) == [ChangeKind.IMPACT_CHANGED]


def test_a_mute_until_it_is_resolved_ends_with_it_and_the_end_is_heard() -> None:
    one = desk()
    one.acts(asked(Action.MUTE), 5)

    look = one.sees(snapshot(30), found(OVER))

    assert broadcasts(look.entries) == [ChangeKind.RESOLVED]
    assert one.incident.muted is None


def test_a_mute_for_a_time_lasts_for_that_time_and_no_longer() -> None:
    one = desk()
    one.acts(asked(Action.MUTE, span=timedelta(minutes=20)), 5)

    early = one.sees(snapshot(10, claim("1", LOOKING, impact=Impact.MAJOR)))
    one.sees(snapshot(15, claim("1", LOOKING, impact=Impact.MINOR)))
    late = one.sees(snapshot(26, claim("1", LOOKING, impact=Impact.MAJOR)))

    assert (broadcasts(early.entries), broadcasts(late.entries)) == ([], [ChangeKind.IMPACT_CHANGED])
    assert one.incident.muted is None


def test_a_mute_that_arrives_twice_is_one_and_another_span_replaces_it() -> None:
    one = desk()
    hour = timedelta(hours=1)

    outcomes = [
        one.acts(asked(Action.MUTE, span=span), minute).outcome
        for span, minute in ((hour, 5), (hour, 5.1), (4 * hour, 6), (None, 7), (None, 8))
    ]

    assert outcomes == [Outcome.DONE, Outcome.ALREADY, Outcome.DONE, Outcome.DONE, Outcome.ALREADY]
    assert one.acts(asked(Action.UNMUTE), 9).outcome is Outcome.DONE
    assert one.acts(asked(Action.UNMUTE), 10).outcome is Outcome.NOTHING


def test_everybody_counts_once_with_their_last_word_and_nobody_is_disturbed() -> None:
    one = desk()
    people = [Person("fake", str(number), f"dev {number}") for number in range(4)]

    for person in (*people, people[0]):
        one.acts(asked(Action.AFFECTED, person), 5)
    acted = one.acts(asked(Action.WORKS, people[3]), 6)

    assert all(entry.quiet for entry in acted.entries)
    assert (one.incident.affected, one.incident.works) == (3, 1)
    assert "3 people here are affected, 1 says it works" in says(wording.root(one.incident))


def test_one_link_is_added_once() -> None:
    one = desk()

    outcomes = [one.acts(asked(Action.LINK, by, url="https://chat.example/1"), 5).outcome for by in (ONCALL, LEAD)]

    assert outcomes == [Outcome.DONE, Outcome.ALREADY]
    assert one.acts(asked(Action.LINK), 6).outcome is Outcome.EMPTY


def test_there_is_nothing_to_acknowledge_under_what_is_over() -> None:
    assert [control.action for control in wording.root(over().incident).controls] == [Action.NOTE, Action.DETAILS]


def test_there_is_nothing_to_acknowledge_before_a_maintenance_begins() -> None:
    one = Desk()
    one.sees(snapshot(-1))
    one.sees(snapshot(0, maintenance("m1", LOOKING)))
    offered = [control.action for control in wording.root(one.incident).controls]

    one.sees(snapshot(61, maintenance("m1", LOOKING, state=State.IN_PROGRESS)))

    assert offered == [Action.MUTE, Action.NOTE, Action.DETAILS]
    assert wording.root(one.incident).controls[0].action is Action.ACK


DEED = st.tuples(
    st.sampled_from(sorted(DEEDS)), st.integers(0, 2), st.integers(0, 4), st.sampled_from([None, 1.0, 20.0, 2000.0])
)


@given(HISTORIES, st.lists(st.none() | DEED, min_size=40, max_size=40))
def test_whatever_people_do_an_incident_is_the_fold_of_its_timeline(
    history: Sequence[Step], deeds: Sequence[tuple[Action, int, int, float | None] | None]
) -> None:
    one, alone = lived_through_together(history, deeds), lived_through_together(history, ())

    for name, incident in one.incidents.items():
        entries = one.timelines[name]
        assert fold(beginning(incident, entries[0]), entries) == incident
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert without_people(incident) == without_people(alone.incidents[name])
        said = [(e.kind, e.text, e.state, e.impact) for e in entries if e.who is not Who.PERSON]
        assert said == [(e.kind, e.text, e.state, e.impact) for e in alone.timelines[name]]
        for entry in entries:
            assert replies.reply(entry, incident).headline


def without_people(incident: Incident) -> Incident:
    return replace(incident, acked=None, muted=None, witnesses=(), fallbacks=(), last_seq=0)


def lived_through_together(
    history: Sequence[Step], deeds: Sequence[tuple[Action, int, int, float | None] | None]
) -> Desk:
    """Return the desk after a history in which people act too, each time on some incident."""
    vendor, one = Vendor(), Desk()
    for number, step in enumerate(history):
        vendor.minute += step.minutes
        getattr(vendor, step.move)(step.which, step.what)
        if step.show not in {Show.STALE, Show.NO_LOOK}:
            one.sees(vendor.shown(step.show), vendor.look_up)
        deed = deeds[number] if number < len(deeds) else None
        if deed and one.incidents:
            action, who, which, minutes = deed
            span = timedelta(minutes=minutes) if minutes else None
            request = asked(action, Person("fake", str(who), f"dev {who}"), text="words", span=span, url="https://a.b")
            one.acts(request, vendor.minute, list(one.incidents)[which % len(one.incidents)])
    return one
