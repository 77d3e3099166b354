from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import slack
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("slack", "https://slack-status.com")


def item(**changes: Any) -> dict[str, Any]:
    at = "2026-03-01T08:00:00-08:00"
    given = {"id": 9, "title": "Errors", "type": "incident", "status": "active", "date_created": at, "notes": []}
    return given | {"services": ["Search"]} | changes


def current(*items: dict[str, Any], status: Any = "active") -> Snapshot:
    return slack.parse(json.dumps({"status": status, "active_incidents": items}).encode(), SOURCE)


def claim(**changes: Any) -> Claim:
    return current(item(**changes)).incidents[0]


@pytest.mark.parametrize(
    ("word", "kind", "impact", "status"),
    [
        ("incident", Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("outage", Kind.INCIDENT, Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
        ("notice", Kind.NOTICE, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("maintenance", Kind.MAINTENANCE, Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
        ("hiccup", Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
        (None, Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
    ],
)
def test_the_type_is_the_severity(word: str | None, kind: Kind, impact: Impact, status: ComponentStatus) -> None:
    found = claim(type=word)

    assert (found.kind, found.impact, found.components[0].status) == (kind, impact, status)


@pytest.mark.parametrize(
    ("word", "state", "kind"),
    [
        ("active", State.INVESTIGATING, Kind.INCIDENT),
        ("resolved", State.RESOLVED, Kind.INCIDENT),
        ("scheduled", State.SCHEDULED, Kind.MAINTENANCE),
        ("completed", State.COMPLETED, Kind.MAINTENANCE),
        ("cancelled", State.COMPLETED, Kind.MAINTENANCE),
        ("pondering", State.UNKNOWN, Kind.INCIDENT),
        (None, State.UNKNOWN, Kind.INCIDENT),
    ],
)
def test_what_is_active_has_no_phase_and_what_is_scheduled_is_a_maintenance(
    word: str | None, state: State, kind: Kind
) -> None:
    found = claim(status=word)

    assert (found.state, found.kind) == (state, kind)


@pytest.mark.parametrize(("word", "state"), [("active", State.IN_PROGRESS), ("resolved", State.COMPLETED)])
def test_a_maintenance_has_the_states_of_maintenances(word: str, state: State) -> None:
    assert claim(type="maintenance", status=word).state is state


@pytest.mark.parametrize("word", ["resolved", "scheduled"])
def test_a_service_suffers_neither_before_nor_after(word: str) -> None:
    assert claim(status=word).components[0].status is ComponentStatus.OPERATIONAL


def test_strange_words_are_remembered() -> None:
    assert current(item(type="hiccup", status="pondering"), status="busy").unknown_words == (
        "busy",
        "hiccup",
        "pondering",
    )


def test_the_id_is_the_same_whether_it_comes_as_a_number_or_as_a_string() -> None:
    assert claim(id=546).external_id == claim(id="546").external_id == "546"


def test_times_are_read_with_the_offset_that_the_page_prints() -> None:
    assert claim(date_created="2026-03-01T08:00:00-08:00").started_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert claim(date_created="2026-07-01T08:00:00-07:00").started_at == datetime(2026, 7, 1, 15, tzinfo=UTC)


def test_a_note_keeps_its_id_when_it_is_edited_and_when_the_offset_changes() -> None:
    before = claim(notes=[{"date_created": "2026-03-01T08:31:00-08:00", "body": "One."}])
    after = claim(notes=[{"date_created": "2026-03-01T16:31:00Z", "body": "Two."}])

    assert [u.id for u in before.updates] == [u.id for u in after.updates] == ["2026-03-01T16:31:00+00:00"]


def test_two_notes_of_one_second_are_two() -> None:
    at = "2026-03-01T08:31:00-08:00"

    found = claim(notes=[{"date_created": at, "body": "Two."}, {"date_created": at, "body": "One."}]).updates

    assert [(u.id, u.body) for u in found] == [
        ("2026-03-01T16:31:00+00:00", "One."),
        ("2026-03-01T16:31:00+00:00 1", "Two."),
    ]


def test_a_note_is_html_or_typed_text() -> None:
    typed, html = {"body": "One.\r\nTwo."}, {"body": "<p>One.</p>\n<p>Two &amp; three.</p>"}

    assert claim(notes=[typed]).updates[0].body == "One.\nTwo."
    assert claim(notes=[html]).updates[0].body == "One.\n\nTwo & three."


def test_the_last_note_is_the_end_of_what_is_over_and_of_nothing_else() -> None:
    notes = [{"date_created": "2026-03-01T10:00:00-08:00", "body": "Resolved."}]

    assert claim(status="resolved", notes=notes).resolved_at == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert claim(notes=notes).resolved_at is None


@pytest.mark.parametrize(
    ("snapshot", "is_complete", "indicator"),
    [
        (current(status="ok"), True, Impact.NONE),
        (current(item(), status="active"), True, Impact.MINOR),
        (current(status="active"), False, Impact.UNKNOWN),
        (current(status="broken"), False, Impact.UNKNOWN),
        (current(item(), status="ok"), True, Impact.MINOR),
    ],
    ids=["quiet", "busy", "busy-with-nothing", "a-strange-word", "quiet-with-something"],
)
def test_a_page_that_contradicts_itself_is_never_all_clear(
    snapshot: Snapshot, indicator: Impact, *, is_complete: bool
) -> None:
    assert (snapshot.complete_open_set, snapshot.indicator) == (is_complete, indicator)


def test_the_history_is_a_window() -> None:
    snapshot = slack.parse(body("slack", "history"), SOURCE)

    assert not snapshot.complete_open_set
    assert [c.state for c in snapshot.incidents] == [State.COMPLETED, State.RESOLVED]


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no `status` and list `active_incidents`"),
        ({"status": "ok"}, "no `status` and list `active_incidents`"),
        ({"active_incidents": []}, "no `status` and list `active_incidents`"),
        ({"status": "active", "id": 546, "title": "Version 1", "notes": []}, "no `status` and list"),
        ([], "no incidents of Slack"),
        ([{"id": 1, "title": "x"}], "no incidents of Slack"),
        ({"status": "ok", "active_incidents": {}}, r"an object instead of a list at \$\.active_incidents"),
        ({"status": "ok", "active_incidents": [{}]}, r"no usable id at \$\.active_incidents\[0\]"),
        (
            {"status": "active", "active_incidents": [item(services="Search")]},
            r"a string instead of a list at \$\.active_incidents\[0\]\.services",
        ),
        (
            {"status": "active", "active_incidents": [item(date_created=None, notes=[{}])]},
            r"no time that can be read at \$\.active_incidents\[0\]\.notes\[0\]",
        ),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        slack.parse(json.dumps(payload).encode(), SOURCE)


def test_the_time_of_the_last_change_is_volatile() -> None:
    before = body("slack", "outage")

    after = before.replace(
        b'"date_updated": "2026-03-01T09:40:00-08:00"', b'"date_updated": "2026-03-01T09:59:00-08:00"'
    )

    assert before != after
    assert slack.VOLATILE.sub(b"", before) == slack.VOLATILE.sub(b"", after)
    assert slack.parse(before, SOURCE) == slack.parse(after, SOURCE)


def test_where_it_is_read_and_followed_up_and_that_the_old_address_leads_to_the_new_one() -> None:
    api = "https://slack-status.com/api/v2.0.0"

    assert slack.endpoints(SOURCE) == (f"{api}/current",)
    assert slack.endpoints(replace(SOURCE, url=f"{api}/history")) == (f"{api}/history",)
    assert slack.endpoints(replace(SOURCE, url="https://status.slack.com/")) == (f"{api}/current",)
    assert slack.follow_up(SOURCE, "546") == (f"{api}/history",)


def test_only_slacks_own_page_leads_to_it() -> None:
    assert slack.HOSTS == ("slack-status.com", "status.slack.com")
    assert slack.linked("", SOURCE) == slack.endpoints(SOURCE)
    assert slack.linked('<a href="https://slack-status.com">', source("slack")) == ()


def first(url: str = "https://status.slack.com", **changes: Any) -> Snapshot:
    at = "2026-03-01T08:00:00-08:00"
    payload = {"status": "ok", "date_created": at, "date_updated": at, **changes}
    return slack.parse(json.dumps(payload).encode(), source("auto", url))


def test_version_1_shows_one_incident_and_may_hide_others_behind_it() -> None:
    snapshot = first("https://status.acme.example", **item())

    assert [(one.external_id, one.state) for one in snapshot.incidents] == [("9", State.INVESTIGATING)]
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.MINOR, False)


def test_what_version_1_still_shows_when_all_is_well_is_over() -> None:
    snapshot = first(**item(status="ok"))

    assert [one.state for one in snapshot.incidents] == [State.RESOLVED]
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.NONE, True)


@pytest.mark.parametrize(("word", "impact"), [("ok", Impact.NONE), ("active", Impact.UNKNOWN), ("odd", Impact.UNKNOWN)])
def test_version_1_without_an_incident_is_well_only_if_it_says_so(word: str, impact: Impact) -> None:
    snapshot = first(status=word)

    assert (snapshot.indicator, snapshot.complete_open_set) == (impact, impact is Impact.NONE)


def test_version_1_with_an_incident_that_nothing_names_is_no_quiet_answer() -> None:
    for key, value in (("id", None), ("id", " "), ("id", [9])):
        with pytest.raises(ParseError, match=r"no usable id at \$"):
            first(**item(**{key: value}))


def test_a_quiet_answer_of_version_1_is_believed_only_at_slacks_address() -> None:
    with pytest.raises(ParseError):
        first("https://status.acme.example")
