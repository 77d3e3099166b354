"""A person says that two incidents are one, or that what was taken for one is two: claims move, nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import acted, linking, replies, wording
from bot.core.actions import Outcome
from bot.core.courses import Record, course
from bot.core.grammar import parse, spell
from bot.core.linking import Moved
from bot.core.message import plain
from bot.core.team import is_ours
from bot.model import Action, ChangeKind, Command, Incident, Kind, State
from tests.adapters.declaring import declared
from tests.unit.build import asked, at, claim, degraded, snapshot, update
from tests.unit.desk import Desk
from tests.unit.witnessing import ONE, desk_with, failing, passing

WORDS = update("u1", "We look into slow mail.", 19)
JOIN, UNLINK = asked(Action.JOIN), asked(Action.UNLINK)


def two() -> Desk:
    """A suspicion of the API, and the vendor's own incident that names another part."""
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(20, claim("i1", WORDS, title="Slow mail", components=[degraded("Mail")], started=19)))
    return desk


def apply(desk: Desk, moved: Moved) -> Moved:
    """What the store does with it."""
    for incident, entry in zip((moved.loses, moved.gets), moved.entries, strict=bool(moved.entries)):
        desk.incidents[incident.id] = incident
        desk.timelines.setdefault(incident.id, []).append(entry)
    views = {view.key for view in moved.entries[0].views} if moved.entries else set()
    for key in desk.attached:
        if "|".join(key) in views:
            desk.attached[key] = moved.gets.id
    return moved


def both(desk: Desk) -> tuple[Incident, Incident]:
    suspicion = next(i for i in desk.incidents.values() if i.kind is Kind.SUSPECTED)
    return suspicion, desk.incidents["acme-i1"]


def joined(desk: Desk) -> Moved:
    suspicion, posted = both(desk)
    return apply(desk, linking.join(suspicion, posted, JOIN, at(25)))


def unlinked(desk: Desk, name: str, minute: float = 30) -> Moved:
    entries = desk.timelines[name]
    origin = desk.incidents.get(linking.came_from(entries) or "")
    return apply(desk, linking.unlink(desk.incidents[name], entries, origin, UNLINK, at(minute)))


def test_two_become_one_and_both_threads_say_so() -> None:
    desk = two()
    moved = joined(desk)

    assert not moved.loses.is_open
    assert moved.loses.ending is ChangeKind.MERGED
    assert "Part of another incident" in plain(wording.root(moved.loses))
    assert replies.reply(moved.entries[0], moved.loses).headline == "on-call linked this with “Acme: Slow mail”"
    assert replies.reply(moved.entries[1], moved.gets).headline == "on-call linked “Acme: API is failing” with this"
    assert moved.gets.title == "Slow mail"
    assert "17 min after us" in plain(wording.root(moved.gets))


def test_we_saw_it_when_it_was_confirmed_also_in_what_it_is_linked_with() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 10, since=2), source=ONE)
    desk.sees(snapshot(20, claim("i1", WORDS, title="Slow mail", components=[degraded("Mail")], started=19)))
    moved = joined(desk)

    assert moved.gets.detected_at == moved.loses.first_seen_at == at(10)
    assert "9 min after us" in plain(wording.root(moved.gets))
    assert unlinked(desk, "acme-i1").gets.detected_at == at(10)


def test_the_record_counts_the_lag_of_what_was_linked_by_hand() -> None:
    desk = two()
    host = joined(desk).gets.id
    desk.sees(passing(ONE, 40, since=2), source=ONE)
    incident = desk.incidents[host]

    # Not from the end of what was linked, which is the first that a witness says in this thread.
    assert course(Record(incident, tuple(desk.timelines[host])), at(50)).lag == at(19) - at(2)


def test_what_its_witnesses_say_from_then_on_is_said_in_the_other_thread() -> None:
    desk = two()
    host = joined(desk).gets.id
    look = desk.sees(passing(ONE, 40, since=2), source=ONE)

    assert {entry.incident for entry in look.entries} == {host}


def test_what_went_on_elsewhere_is_nobodys_incident_any_more() -> None:
    desk = two()
    away = joined(desk).loses.id
    posted = claim("i2", update("v1", "Slow API.", 39), title="Slow API", components=[degraded("API")], started=39)
    look = desk.sees(snapshot(40, posted))

    assert away not in {entry.incident for entry in look.entries}


def test_what_fails_again_does_not_open_what_went_on_elsewhere() -> None:
    desk = two()
    away = joined(desk).loses.id
    desk.sees(passing(ONE, 27, since=2), source=ONE)
    over = claim(
        "i1", WORDS, title="Slow mail", components=[degraded("Mail")], started=19, state=State.RESOLVED, resolved=28
    )
    desk.sees(snapshot(28, over))
    look = desk.sees(failing(ONE, 30), source=ONE)

    assert away not in {entry.incident for entry in look.entries}


def test_what_is_unlinked_when_it_is_over_has_ended_by_itself_and_has_its_own_report() -> None:
    desk = two()
    host = joined(desk).gets.id
    desk.sees(passing(ONE, 40, since=2), source=ONE)

    back = unlinked(desk, host, 50).gets

    assert (back.is_open, back.ending, back.resolved_at) == (False, ChangeKind.RESOLVED, at(40))
    assert "Part of another incident" not in plain(wording.root(back))
    assert back.unreported_since == at(50)


def test_linking_twice_changes_nothing() -> None:
    desk = two()
    joined(desk)
    away, host = next(i for i in desk.incidents.values() if not i.is_open), desk.incidents["acme-i1"]

    assert linking.join(away, host, JOIN, at(26)).outcome is Outcome.ALREADY
    assert linking.join(host, host, JOIN, at(26)).outcome is Outcome.ALREADY


def test_what_was_linked_by_hand_goes_back_to_where_it_came_from() -> None:
    desk = two()
    before = both(desk)[0]
    joined(desk)
    moved = unlinked(desk, "acme-i1")

    assert moved.gets.id == before.id
    assert moved.gets.is_open
    assert (moved.gets.kind, moved.gets.state, moved.gets.title) == (before.kind, before.state, before.title)
    assert moved.loses.detected_at is None
    assert replies.reply(moved.entries[0], moved.loses).headline == "on-call unlinked “Acme: API is failing”"


def test_what_was_taken_for_one_by_itself_becomes_two() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)
    desk.sees(snapshot(20, claim("i1", WORDS, title="Elevated errors", components=[degraded("API")], started=19)))
    name = desk.incident.id
    moved = unlinked(desk, name)

    assert moved.begins
    assert (moved.loses.kind, moved.loses.title) == (Kind.INCIDENT, "Elevated errors")
    assert (moved.gets.kind, moved.gets.title) == (Kind.SUSPECTED, "API is failing")
    assert moved.loses.evidence is None
    assert "after us" not in plain(wording.root(moved.loses))
    desk.weighs(31)
    assert "our probe fails (HTTP 503)" in plain(wording.root(desk.incidents[moved.gets.id]))


def test_an_incident_of_the_vendor_alone_has_nothing_to_unlink() -> None:
    desk = Desk()
    desk.sees(snapshot(1, claim("i1", WORDS)))

    assert unlinked(desk, "acme-i1").outcome is Outcome.NOTHING


def test_a_suspicion_alone_has_nothing_to_unlink() -> None:
    desk = desk_with(ONE)
    desk.sees(failing(ONE, 2), source=ONE)

    assert unlinked(desk, desk.incident.id).outcome is Outcome.NOTHING


def test_what_was_unlinked_is_not_unlinked_again() -> None:
    desk = two()
    joined(desk)
    unlinked(desk, "acme-i1")

    assert unlinked(desk, "acme-i1", 31).outcome is Outcome.NOTHING
    assert desk.incidents["acme-i1"].state is State.INVESTIGATING


@pytest.mark.parametrize(
    ("typed", "incident", "other"),
    [
        ("join acme-api-20260301T1202 to acme-01JM3", "acme-api-20260301T1202", "acme-01JM3"),
        ("join acme-api-20260301T1202 acme-01JM3", "acme-api-20260301T1202", "acme-01JM3"),
        ("join to acme-01JM3", None, "acme-01JM3"),
        ("join acme-01JM3", None, "acme-01JM3"),
        ("link acme-01JM3", None, "acme-01JM3"),
        ("link acme-api-20260301T1202 with acme-01JM3", "acme-api-20260301T1202", "acme-01JM3"),
        ("incident join #acme-01JM3", None, "acme-01JM3"),
    ],
)
def test_it_is_typed_in_many_ways(typed: str, incident: str | None, other: str) -> None:
    command = parse(typed)

    assert command == Command(action=Action.JOIN, incident=incident, query=other)
    assert parse(spell(command)) == command


def test_what_the_team_declared_goes_into_a_vendors_incident_and_counts_there_no_more() -> None:
    desk, mine = two(), declared().incident
    _, posted = both(desk)
    moved = linking.join(mine, posted, JOIN, at(25))
    left, host = moved.entries

    assert (moved.gets.title, moved.gets.impact, moved.gets.state) == (posted.title, posted.impact, posted.state)
    assert not is_ours(moved.gets)
    assert (moved.loses.is_open, moved.loses.ending) == (False, ChangeKind.MERGED)
    assert plain(replies.reply(left, moved.loses)).splitlines()[0] == "on-call linked this with “Acme: Slow mail”"
    assert "“Cards are refused since noon.”\n— on-call" in plain(replies.reply(host, moved.gets))


def test_it_comes_back_open_as_it_was_also_when_the_vendor_has_ended_meanwhile() -> None:
    desk, mine = two(), declared().incident
    _, posted = both(desk)
    moved = linking.join(mine, posted, JOIN, at(25))
    vendors = replace(moved.gets.claims[0], state=State.RESOLVED, resolved_at=at(28))
    ended = replace(moved.gets, claims=(vendors, *moved.gets.claims[1:]), state=State.RESOLVED, resolved_at=at(28))

    parted = linking.unlink(ended, [moved.entries[1]], moved.loses, UNLINK, at(30))

    assert (parted.gets.id, parted.gets.is_open, parted.gets.title) == (mine.id, True, mine.title)
    assert (parted.gets.state, parted.gets.impact) == (mine.state, mine.impact)
    assert not parted.loses.is_open


@pytest.mark.parametrize("is_turned", [True, False])
def test_a_vendors_incident_goes_into_no_other_vendors_and_into_none_of_ours(is_turned: bool) -> None:  # noqa: FBT001
    desk = two()
    _, posted = both(desk)
    other = declared().incident if is_turned else replace(posted, id="bolt-i1", vendor="bolt", name="Bolt")

    moved = linking.join(posted, other, JOIN, at(25))

    assert (moved.outcome, moved.entries) == (Outcome.FOREIGN, ())
    said = acted.relinked(moved, Action.JOIN)
    assert [command for _, command in said.choices] == ([f"join {other.id} to {posted.id}"] if is_turned else [])
