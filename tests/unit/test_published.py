"""What is published of an incident: the words as they are now, whose they are, and what is nobody else's business."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import kin, published
from bot.model import ChangeKind, Component, ComponentStatus, Impact, Kind, State, Transition, Who
from tests.unit.build import at, component, entry, incident, view

TEXT = "text"


def said(*entries: object, **changes: object) -> list[tuple[str, str, str]]:
    one = replace(incident(), last_seq=len(entries), **changes)  # type: ignore[arg-type]  # fields of an incident
    found = published.statements(one, entries)  # type: ignore[arg-type]  # entries
    return [(statement.name, statement.state.value, statement.text) for statement in found]


def test_an_edit_changes_the_words_and_leaves_the_name() -> None:
    edit = entry(3, "New.", kind=ChangeKind.EDITED, said=None, transitions=(Transition(TEXT, "Old.", "New."),))

    assert said(entry(1, "Old."), entry(2, "More."), edit) == [
        ("1", "investigating", "New."),
        ("2", "investigating", "More."),
    ]


def test_what_a_vendor_took_back_is_gone() -> None:
    taken = entry(3, kind=ChangeKind.RETRACTED, said=None, transitions=(Transition(TEXT, "Old.", ""),))

    assert said(entry(1, "Old."), entry(2, "More."), taken) == [("2", "investigating", "More.")]


def test_what_the_team_does_among_itself_is_not_published() -> None:
    deeds = (ChangeKind.ACKED, ChangeKind.NOTED, ChangeKind.MUTED, ChangeKind.TAKEN, ChangeKind.AFFECTED)
    lines = [
        replace(entry(n, "Secret."), kind=kind, who=Who.PERSON, author="on-call", claim=None)
        for n, kind in enumerate(deeds, 1)
    ]

    assert said(*lines) == []


def test_a_report_that_is_posted_changes_nothing_that_is_published() -> None:
    lines = (entry(1, "Old."), replace(entry(70), kind=ChangeKind.REPORTED, who=Who.BOT, claim=None))

    assert published.changed_at(incident(), lines, ()) == at(1)


def test_what_the_team_declares_is_published_without_a_name() -> None:
    declared = replace(entry(1), kind=ChangeKind.DECLARED, who=Who.PERSON, author="on-call")
    told = replace(entry(2, "Cards are refused."), who=Who.PERSON, author="on-call")

    assert [text for _, _, text in said(declared, told)] == ["Declared by the team.", "Cards are refused."]


def test_quiet_lines_and_what_shows_by_itself_are_no_statements() -> None:
    louder = entry(2, kind=ChangeKind.IMPACT_CHANGED, said=None, transitions=(Transition("impact", "minor", "major"),))

    assert said(entry(1, "Twice.", quiet=True), louder) == []


def test_words_that_name_no_state_leave_it_where_it_was() -> None:
    assert said(entry(1, "Still.", said=State.UNKNOWN, state=State.MONITORING)) == [("1", "monitoring", "Still.")]


def test_of_a_component_it_is_said_that_nobody_has_posted_an_incident() -> None:
    shown = replace(view("1"), kind=Kind.COMPONENT, components=(component("API", ComponentStatus.PARTIAL_OUTAGE),))
    opened = replace(entry(1, kind=ChangeKind.OPENED, said=None), claim=shown)

    assert [text for _, _, text in said(opened, kind=Kind.COMPONENT)] == [
        "Sitrep: Acme's status page shows API in partial outage; no incident has been posted."
    ]


@pytest.mark.parametrize(
    ("state", "planned", "shown"),
    [
        (State.SUSPECTED, False, "investigating"),
        (State.UNKNOWN, False, "investigating"),
        (State.POSTMORTEM, False, "postmortem"),
        (State.RESOLVED, True, "completed"),
        (State.UNKNOWN, True, "in_progress"),
        (State.SCHEDULED, True, "scheduled"),
    ],
)
def test_every_state_has_a_word_of_a_status_page(state: State, planned: bool, shown: str) -> None:  # noqa: FBT001  (a case)
    assert published.state_of(state, planned=planned).value == shown


def test_what_is_not_known_is_never_operational() -> None:
    assert published.status_of(None) is ComponentStatus.UNKNOWN
    assert published.worst_of(()) is ComponentStatus.UNKNOWN
    assert published.worst_of((ComponentStatus.OPERATIONAL, ComponentStatus.UNKNOWN)) is ComponentStatus.UNKNOWN
    assert published.impact_of(Impact.UNKNOWN) is Impact.MINOR


def test_names_do_not_change_with_the_status_and_suspicions_say_that_they_are_ours() -> None:
    ill = Component("api", "API", ComponentStatus.MAJOR_OUTAGE)
    shown = replace(incident(ill, kind=Kind.COMPONENT), title="API")
    ours = replace(incident(kind=Kind.SUSPECTED, state=State.SUSPECTED), title="API is failing")

    assert published.name_of(shown, alone=False) == "Acme: API"
    assert published.name_of(shown, alone=True) == "API"
    assert published.name_of(ours, alone=True) == "Suspected: Acme: API is failing"
    assert published.name_of(replace(incident(), title="Errors"), alone=True) == "Errors"
    assert published.name_of(replace(incident(), title="Errors"), alone=False) == "Acme: Errors"


def test_it_was_first_told_when_either_clock_says_so() -> None:
    both = replace(incident(opened=10), acknowledged_at=at(7), detected_at=at(5))

    assert published.first_told(both) == at(5)
    assert published.first_told(incident(opened=10)) == at(10)


def test_an_open_incident_makes_its_components_as_bad_as_it_says() -> None:
    parts = (Component("api", "API", ComponentStatus.OPERATIONAL), Component("web", "Website"))
    one = incident(Component("api", "API", ComponentStatus.PARTIAL_OUTAGE), Component("new", "New"))
    planned = replace(incident(Component("web", "Website", ComponentStatus.MAJOR_OUTAGE)), state=State.SCHEDULED)

    assert published.with_incidents(parts, [one, planned]) == (
        Component("api", "API", ComponentStatus.PARTIAL_OUTAGE),
        Component("web", "Website"),
        Component("new", "New"),
    )


def test_what_only_other_sitreps_tell_is_relayed() -> None:
    theirs = replace(incident(), claims=(replace(view("1"), key="feed:kin|1"),))
    confirmed = replace(theirs, claims=(*theirs.claims, replace(view("2"), key="feed:acme|2")))

    assert kin.is_relayed(theirs, {"feed:kin"})
    assert not kin.is_relayed(confirmed, {"feed:kin"})
    assert not kin.is_relayed(theirs, set())
    assert not kin.is_relayed(incident(), {"feed:kin"})


def test_that_two_are_one_is_said_without_saying_by_whom() -> None:
    other = Transition("acme-2", "Acme: Logins fail", "Logins fail")
    joined = replace(
        entry(1, kind=ChangeKind.JOINED, said=None), who=Who.PERSON, author="on-call", claim=None, transitions=(other,)
    )

    assert said(joined) == [("1-ours", "investigating", "Sitrep: What is said of Acme: Logins fail goes on here.")]
