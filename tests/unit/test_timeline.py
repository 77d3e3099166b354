"""From changes to entries, and from entries to the incident: what the root shows and what the thread says."""

from __future__ import annotations

from dataclasses import replace

from bot.core import replies, wording
from bot.core.message import Tone, fingerprint, plain
from bot.model import ChangeKind, Impact, State, Who
from tests.unit.build import ACME, MIRROR, at, claim, degraded, quiet_page, snapshot, update
from tests.unit.desk import Desk, found, gone

BEGUN = update("u1", "Some requests fail.", 1)
OVER = update("u2", "All is well again.", 9, State.RESOLVED)
OPEN = claim("1", BEGUN, started=1)
ENDED = claim("1", BEGUN, OVER, state=State.RESOLVED, started=1, resolved=9)


def watching() -> Desk:
    """A desk that has seen the page once, when all was well."""
    desk = Desk()
    desk.sees(quiet_page(0))
    return desk


# The order in which things are told.


def test_what_opens_is_told_before_what_is_over() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    look = desk.sees(snapshot(10, ENDED, claim("2", started=9)))

    assert look.kinds == [ChangeKind.OPENED, ChangeKind.RESOLVED]


def test_what_is_told_before_the_end_is_told_of_an_open_incident() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    look = desk.sees(snapshot(10, replace(ENDED, title="Outage", updates=(BEGUN,)), complete=False))

    assert [(entry.kind, entry.state) for entry in look.entries] == [
        (ChangeKind.RENAMED, State.INVESTIGATING),
        (ChangeKind.RESOLVED, State.RESOLVED),
    ]


def test_an_incident_that_is_over_is_not_open_for_a_moment_when_it_is_edited() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))
    desk.sees(quiet_page(10), gone)

    late = replace(ENDED, title="Outage", updates=(replace(BEGUN, body="Most requests failed."), OVER))
    look = desk.sees(snapshot(30, late, complete=False))

    assert look.kinds == [ChangeKind.RENAMED, ChangeKind.EDITED, ChangeKind.POSTMORTEM]
    assert {entry.state for entry in look.entries} == {State.RESOLVED}
    assert desk.incident.ending is ChangeKind.WITHDRAWN


def test_updates_of_the_same_moment_keep_the_order_of_the_page() -> None:
    desk = watching()
    shown = claim("1", update("b", "First.", 1), update("a", "Second.", 1))
    desk.sees(snapshot(2, shown))

    again = desk.sees(snapshot(3, shown))

    assert [u.body for u in again.remembered["1"].claim.updates] == ["First.", "Second."]


def test_a_state_that_moves_without_a_word_is_told() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    look = desk.sees(snapshot(3, replace(OPEN, state=State.MONITORING)))

    assert look.kinds == [ChangeKind.UPDATED]
    assert desk.incident.state is State.MONITORING


def test_a_rise_of_the_impact_looks_as_bad_as_it_has_become_and_names_the_incident() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    look = desk.sees(snapshot(3, replace(OPEN, impact=Impact.CRITICAL)))

    told = replies.reply(look.entries[0], desk.incident)
    assert (told.headline, told.tone, told.at) == ("Impact raised: minor → critical", Tone.CRITICAL, at(3))
    assert told.about is not None
    assert told.about.headline == "Acme: Errors"


def test_what_is_told_late_has_its_time() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))
    look = desk.sees(snapshot(3, replace(OPEN, impact=Impact.CRITICAL, updates=(BEGUN, update("u2", "Worse.", 3)))))

    said = plain(replies.catch_up(look.entries, desk.incident))

    assert "Impact raised: minor → critical · 2026-03-01 12:03 UTC" in said
    assert "\nInvestigating\n“Worse.”" in said


# The words in the root.


def test_nobody_is_said_to_look_into_what_only_the_page_shows() -> None:
    desk = watching()

    desk.sees(snapshot(2, components=[degraded("API")]))

    assert "Minor · unannounced" in plain(wording.root(desk.incident))


def test_the_root_quotes_the_newest_words() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    desk.sees(quiet_page(10), found(ENDED))

    assert desk.incident.latest is not None
    assert (desk.incident.latest.text, desk.incident.latest.at) == ("All is well again.", at(9))


def test_words_that_are_filled_in_later_reach_the_root() -> None:
    desk = watching()
    desk.sees(snapshot(2, claim("1", update("u1", "", 1))))

    desk.sees(snapshot(3, claim("1", BEGUN)))

    assert desk.incident.latest is not None
    assert desk.incident.latest.text == "Some requests fail."


def test_an_edit_of_old_words_leaves_the_newest_in_the_root() -> None:
    desk = watching()
    newest = update("u2", "We found the cause.", 2, State.IDENTIFIED)
    desk.sees(snapshot(3, claim("1", BEGUN, newest)))

    desk.sees(snapshot(4, claim("1", replace(BEGUN, body="Most requests fail."), newest)))

    assert desk.incident.latest is not None
    assert desk.incident.latest.text == "We found the cause."


def test_an_edit_of_the_newest_words_reaches_the_root() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))

    desk.sees(snapshot(3, claim("1", replace(BEGUN, body="Most requests fail."), started=1)))

    assert desk.incident.latest is not None
    assert desk.incident.latest.text == "Most requests fail."


def test_a_root_settles_while_nothing_happens() -> None:
    desk = watching()
    desk.sees(snapshot(2, OPEN))
    before = fingerprint(wording.root(desk.incident))

    desk.sees(snapshot(600, OPEN))

    assert fingerprint(wording.root(desk.incident)) == before
    assert "lasted" not in plain(wording.root(desk.incident))


# Whose words they are.


def test_an_entry_names_who_said_it_and_when_it_was_said_and_heard() -> None:
    desk = watching()

    said = desk.sees(snapshot(2, OPEN)).entries[1]

    assert (said.who, said.author, said.happened_at, said.recorded_at) == (Who.VENDOR, "Acme", at(1), at(2))


def test_of_two_sources_the_first_says_the_end_and_the_second_keeps_nothing_open() -> None:
    desk = watching()
    desk.sees(quiet_page(0), source=MIRROR)
    for source in (ACME, MIRROR):
        desk.sees(snapshot(2, OPEN), source=source)

    first = desk.sees(quiet_page(10), found(ENDED))
    was_open = desk.incident.is_open
    second = desk.sees(quiet_page(11), found(ENDED), MIRROR)

    assert first.loud == [ChangeKind.RESOLVED]
    assert not was_open
    assert second.loud == []


def test_what_the_second_source_hears_first_waits_for_the_first_to_be_said() -> None:
    desk = watching()
    desk.sees(quiet_page(0), source=MIRROR)
    for source in (ACME, MIRROR):
        desk.sees(snapshot(2, OPEN), source=source)

    early = desk.sees(quiet_page(10), found(ENDED), MIRROR)
    was_open = desk.incident.is_open
    late = desk.sees(quiet_page(11), found(ENDED))

    assert early.loud == []
    assert was_open
    assert late.loud == [ChangeKind.RESOLVED]


def test_a_component_that_two_sources_show_is_told_once() -> None:
    desk = watching()
    desk.sees(quiet_page(0), source=MIRROR)
    desk.sees(snapshot(1, components=[degraded("API")]))

    assert desk.sees(snapshot(2, components=[degraded("API")]), source=MIRROR).loud == []


# How bad it is and was.


def test_an_incident_that_is_over_remembers_how_bad_it_was() -> None:
    desk = watching()
    for minute, impact in ((2, Impact.MINOR), (3, Impact.CRITICAL), (4, Impact.NONE)):
        desk.sees(snapshot(minute, replace(OPEN, impact=impact)))

    desk.sees(quiet_page(10), found(replace(ENDED, impact=Impact.NONE)))

    assert desk.incident.peak is Impact.CRITICAL


def test_an_incident_is_as_bad_as_the_worst_that_still_stands() -> None:
    desk = watching()
    api = [degraded("API")]
    desk.sees(snapshot(2, replace(OPEN, impact=Impact.CRITICAL, components=tuple(api)), components=api))

    desk.sees(snapshot(10, components=api), found(replace(ENDED, impact=Impact.CRITICAL)))

    assert desk.incident.is_open
    assert (desk.incident.impact, desk.incident.peak) == (Impact.MINOR, Impact.CRITICAL)
