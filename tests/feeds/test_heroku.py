from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import heroku
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("heroku", "https://status.heroku.com")
GREEN = [{"system": "Apps", "status": "green"}]


def current(incidents: Any = (), scheduled: Any = (), status: Any = GREEN) -> Snapshot:
    payload = {"status": status, "incidents": list(incidents), "scheduled": list(scheduled)}
    return heroku.parse(json.dumps(payload).encode(), SOURCE)


def item(**changes: Any) -> dict[str, Any]:
    return {"id": 9, "title": "Errors", "state": "open", "created_at": "2026-03-01T10:00:00Z", "updates": [], **changes}


def update(number: int, word: str | None, **changes: Any) -> dict[str, Any]:
    at = f"2026-03-01T10:{number:02}:00Z"
    return {"id": number, "update_type": word, "contents": "Words.", "created_at": at, **changes}


def claim(*updates: dict[str, Any], **changes: Any) -> Claim:
    return current([item(updates=list(updates), **changes)]).incidents[0]


@pytest.mark.parametrize(
    ("colour", "status", "impact"),
    [
        ("green", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("yellow", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("red", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("blue", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_a_system_is_as_its_colour_says(colour: str | None, status: ComponentStatus, impact: Impact) -> None:
    snapshot = current(status=[{"system": "Apps", "status": colour}])

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert snapshot.unknown_words == ()


def test_a_strange_colour_and_a_strange_type_are_remembered_and_never_green() -> None:
    snapshot = current([item(updates=[update(1, "pondering")])], status=[{"system": "Apps", "status": "mauve"}])

    assert snapshot.unknown_words == ("mauve", "pondering")
    assert snapshot.components[0].status is ComponentStatus.UNKNOWN
    assert snapshot.incidents[0].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("investigating", State.INVESTIGATING),
        ("issue", State.INVESTIGATING),
        ("identified", State.IDENTIFIED),
        ("monitoring", State.MONITORING),
    ],
)
def test_an_open_incident_is_where_its_last_update_says(word: str, state: State) -> None:
    assert claim(update(1, "issue"), update(2, word)).state is state


def test_an_update_that_says_no_phase_keeps_that_of_the_one_before() -> None:
    found = claim(update(3, "update"), update(2, "monitoring"), update(1, "update"))

    assert [said.state for said in found.updates] == [State.INVESTIGATING, State.MONITORING, State.MONITORING]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"state": "resolved", "resolved": False}, State.RESOLVED),
        ({"state": "open", "resolved": True}, State.INVESTIGATING),
        ({"state": None, "resolved": True}, State.RESOLVED),
        ({"state": None, "resolved": False}, State.INVESTIGATING),
        ({"state": "parked", "resolved": True}, State.UNKNOWN),
    ],
)
def test_where_state_and_the_flag_resolved_contradict_each_other_state_is_right(
    said: dict[str, Any], state: State
) -> None:
    assert claim(**said).state is state


def test_a_resolved_incident_without_a_time_of_its_end_ended_with_its_resolving_update() -> None:
    found = claim(update(1, "issue"), update(2, "resolved"), update(9, "update"), state="resolved")

    assert found.resolved_at == datetime(2026, 3, 1, 10, 2, tzinfo=UTC)


def test_the_time_of_an_end_means_nothing_while_it_is_open() -> None:
    assert claim(resolved_at="2026-03-01T11:00:00Z").resolved_at is None


def test_the_impact_is_the_worst_colour_that_any_update_had() -> None:
    red, green = {"status_dev": "green", "status_prod": "red"}, {"status_dev": "green", "status_prod": "green"}

    assert claim(update(1, "issue", **red), update(2, "monitoring", **green)).impact is Impact.CRITICAL
    assert claim(update(1, "issue")).impact is Impact.UNKNOWN


def test_an_old_maintenance_that_still_says_upcoming_is_over_if_its_last_words_say_so() -> None:
    old = next(c for c in heroku.parse(body("heroku", "maintenance"), SOURCE).incidents if c.external_id == "9005")

    assert (old.state, old.kind, old.impact) == (State.COMPLETED, Kind.MAINTENANCE, Impact.MAINTENANCE)
    assert old.resolved_at == old.updates[-1].at


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Maintenance is complete", State.COMPLETED),
        ("The maintenance has been completed.", State.COMPLETED),
        ("Maintenance is not complete", State.SCHEDULED),
        ("We will tell you when maintenance is complete", State.SCHEDULED),
        ("On March 2, from 10:00 UTC.", State.SCHEDULED),
    ],
)
def test_only_words_that_begin_with_the_end_of_a_maintenance_end_it(words: str, state: State) -> None:
    said = [update(1, "scheduled"), update(2, "scheduled", contents=words)]

    assert current(scheduled=[item(state="upcoming", updates=said)]).incidents[0].state is state


def test_the_words_of_an_incident_end_nothing() -> None:
    assert claim(update(1, "issue", contents="Maintenance is complete")).state is State.INVESTIGATING


def test_whatever_is_scheduled_is_a_maintenance_and_in_progress_once_it_is_open() -> None:
    found = current(scheduled=[item(updates=[])]).incidents[0]

    assert (found.kind, found.state) == (Kind.MAINTENANCE, State.IN_PROGRESS)


def test_in_the_history_a_maintenance_is_told_by_its_updates() -> None:
    kinds = {c.external_id: c.kind for c in heroku.parse(body("heroku", "ended"), SOURCE).incidents}

    assert kinds == {"8990": Kind.MAINTENANCE, "9001": Kind.INCIDENT}


def test_an_incidents_systems_are_as_the_page_has_them_now() -> None:
    snapshot = current(
        [item(systems=[{"name": "Apps", "status": "red"}])], status=[{"system": "Apps", "status": "yellow"}]
    )

    assert snapshot.incidents[0].components[0].status is ComponentStatus.DEGRADED_PERFORMANCE
    assert snapshot.incidents[0].impact is Impact.CRITICAL


def test_one_incident_can_be_read_alone_and_only_the_page_is_a_complete_open_set() -> None:
    history = json.loads(body("heroku", "ended"))

    alone = heroku.parse(json.dumps(history[0]).encode(), SOURCE)

    assert [c.external_id for c in alone.incidents] == ["9001"]
    assert not alone.complete_open_set
    assert not heroku.parse(body("heroku", "ended"), SOURCE).complete_open_set
    assert heroku.parse(body("heroku", "quiet"), SOURCE).complete_open_set


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no systems of Heroku"),
        ([], "no systems of Heroku"),
        ([{"id": 1, "updates": []}], "no systems of Heroku"),
        ({"status": [], "incidents": [], "scheduled": []}, "no systems, or no lists"),
        ({"status": GREEN, "incidents": []}, "no systems, or no lists"),
        ({"status": [{"status": "green"}], "incidents": [], "scheduled": []}, r"no usable system at \$\.status\[0\]"),
        ({"status": GREEN, "incidents": [{}], "scheduled": []}, r"no usable id at \$\.incidents\[0\]"),
        (
            {"status": GREEN, "incidents": [{"id": 1, "updates": [{"id": 2}]}], "scheduled": []},
            r"no time that can be read at \$\.incidents\[0\]\.updates\[0\]",
        ),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        heroku.parse(json.dumps(payload).encode(), SOURCE)


def test_times_that_move_on_their_own_are_volatile_and_nothing_else() -> None:
    before = body("heroku", "outage")

    after = before.replace(b'"duration": 3795', b'"duration": 4000').replace(b"11:10:00.000Z", b"11:11:00.000Z")

    assert before != after
    assert heroku.VOLATILE.sub(b"", before) == heroku.VOLATILE.sub(b"", after)
    assert heroku.parse(before, SOURCE) == heroku.parse(after, SOURCE)


def test_where_it_is_read_and_followed_up() -> None:
    api = "https://status.heroku.com/api/v4"

    assert heroku.endpoints(SOURCE) == (f"{api}/current-status",)
    assert heroku.endpoints(replace(SOURCE, url=f"{api}/incidents")) == (f"{api}/incidents",)
    assert heroku.follow_up(SOURCE, "9001") == (f"{api}/incidents/9001", f"{api}/incidents?limit=50")


def test_only_herokus_own_page_leads_to_it() -> None:
    page = '<a href="https://status.heroku.com/feed">'

    assert heroku.HOSTS == ("status.heroku.com",)
    assert heroku.linked(page, replace(SOURCE, url="https://status.heroku.com/")) == heroku.endpoints(SOURCE)
    assert heroku.linked(page, source("heroku")) == ()


YELLOW = {"status_dev": "yellow", "status_prod": "green"}
ISSUE = {
    "id": 7,
    "title": "Slow builds",
    "created_at": "2013-11-13T18:17:11Z",
    "updates": [update(1, "issue", **YELLOW)],
}
ISSUE |= {"resolved": False, "upcoming": False, "href": "https://status.heroku.com/api/v3/issues/7", **YELLOW}


def third(*issues: dict[str, Any], status: Any = None) -> Snapshot:
    payload = {"status": status or {"Production": "green", "Development": "yellow"}, "issues": issues}
    return heroku.parse(json.dumps(payload).encode(), SOURCE)


def test_version_3_has_two_systems_and_its_incidents_are_called_issues() -> None:
    snapshot = third(ISSUE)

    assert {one.id: one.status for one in snapshot.components} == {
        "Development": ComponentStatus.DEGRADED_PERFORMANCE,
        "Production": ComponentStatus.OPERATIONAL,
    }
    assert [(one.external_id, one.state, one.impact) for one in snapshot.incidents] == [
        ("7", State.INVESTIGATING, Impact.MINOR)
    ]
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.MINOR, True)


@pytest.mark.parametrize(
    ("changes", "state", "kind"),
    [
        ({"resolved": True}, State.RESOLVED, Kind.INCIDENT),
        ({"upcoming": True, "updates": []}, State.SCHEDULED, Kind.MAINTENANCE),
    ],
)
def test_version_3_says_by_flags_what_version_4_says_by_a_word(
    changes: dict[str, Any], state: State, kind: Kind
) -> None:
    found = third(ISSUE | changes).incidents[0]

    assert (found.state, found.kind) == (state, kind)


def test_an_issue_without_updates_is_as_bad_as_its_own_colours() -> None:
    assert third(ISSUE | {"updates": []}).incidents[0].impact is Impact.MINOR


def test_what_only_looks_like_version_3_is_refused() -> None:
    with pytest.raises(ParseError, match="no system `Production`"):
        third(status={"api": "green"})
