from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import salesforce_trust
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from bot.plugins import detect
from tests.feeds.samples import body, source

SOURCE = source("salesforce-trust", "https://status.salesforce.com")
API = "https://api.status.salesforce.com/v1"


def parse(payload: object) -> Snapshot:
    return salesforce_trust.parse(json.dumps(payload).encode(), SOURCE)


def impact(number: int = 1, **changes: Any) -> dict[str, Any]:
    start = f"2026-03-01T10:{number:02}:00Z"
    return {"id": number, "startTime": start, "endTime": None, "type": "loginErrors", "severity": "minor", **changes}


def item(**changes: Any) -> dict[str, Any]:
    given = {"id": 9, "createdAt": "2026-03-01T10:30:00Z", "IncidentImpacts": [impact()], "IncidentEvents": []}
    return {**given, "instanceKeys": ["AC1"], "serviceKeys": [], **changes}


def plan(**changes: Any) -> dict[str, Any]:
    window = {"plannedStartTime": "2026-03-02T10:00:00Z", "plannedEndTime": "2026-03-02T12:00:00Z"}
    given = {"id": 9, "name": "Release", "message": {"eventStatus": "confirmed"}, "MaintenanceImpacts": []}
    return {**given, **window, "createdAt": "2026-03-01T10:00:00Z", **changes}


def instance(key: str = "AC1", status: str = "OK", **changes: Any) -> dict[str, Any]:
    return {"key": key, "location": "NA", "status": status, "Incidents": [], "Maintenances": [], **changes}


def event(number: int, word: str) -> dict[str, Any]:
    return {"id": number, "type": word, "message": "Words.", "createdAt": f"2026-03-01T11:{number:02}:00Z"}


def claim(**changes: Any) -> Claim:
    return parse([item(**changes)]).incidents[0]


@pytest.mark.parametrize(
    ("word", "expected", "status"),
    [
        ("minor", Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("major", Impact.MAJOR, ComponentStatus.MAJOR_OUTAGE),
        ("informational", Impact.NONE, ComponentStatus.OPERATIONAL),
        ("maintenance", Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
        ("tiny", Impact.UNKNOWN, ComponentStatus.UNKNOWN),
        (None, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
    ],
)
def test_the_worst_impact_is_the_severity(word: str | None, expected: Impact, status: ComponentStatus) -> None:
    found = claim(IncidentImpacts=[impact(severity=word)])

    assert (found.impact, found.components[0].status) == (expected, status)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("OK", ComponentStatus.OPERATIONAL),
        ("INFORMATIONAL_CORE", ComponentStatus.OPERATIONAL),
        ("INFORMATIONAL_NONCORE", ComponentStatus.OPERATIONAL),
        ("MAINTENANCE_CORE", ComponentStatus.UNDER_MAINTENANCE),
        ("MAINTENANCE_NONCORE", ComponentStatus.UNDER_MAINTENANCE),
        ("MINOR_INCIDENT_CORE", ComponentStatus.DEGRADED_PERFORMANCE),
        ("MINOR_INCIDENT_NONCORE", ComponentStatus.DEGRADED_PERFORMANCE),
        ("MAJOR_INCIDENT_NONCORE", ComponentStatus.PARTIAL_OUTAGE),
        ("MAJOR_INCIDENT_CORE", ComponentStatus.MAJOR_OUTAGE),
        ("HAUNTED", ComponentStatus.UNKNOWN),
    ],
)
def test_an_instance_is_as_its_word_says(word: str, status: ComponentStatus) -> None:
    assert parse([instance(status=word)]).components[0].status is status


def test_strange_words_are_remembered_but_the_types_of_events_are_no_words_of_ours() -> None:
    snapshot = parse([instance(status="HAUNTED", Incidents=[item(IncidentImpacts=[impact(severity="tiny")])])])

    assert snapshot.unknown_words == ("HAUNTED", "tiny")
    assert parse([item(IncidentEvents=[event(1, "issueIsolatedDatabaseTier")])]).unknown_words == ()


def test_an_incident_is_open_while_one_of_its_impacts_has_no_end() -> None:
    ended = impact(1, endTime="2026-03-01T11:00:00Z")

    assert claim(IncidentImpacts=[ended, impact(2)]).state is State.INVESTIGATING
    assert claim(IncidentImpacts=[ended, impact(2)]).resolved_at is None
    over = claim(IncidentImpacts=[ended, impact(2, endTime="2026-03-01T12:00:00Z")])
    assert (over.state, over.resolved_at) == (State.RESOLVED, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert over.components[0].status is ComponentStatus.OPERATIONAL


def test_without_any_impact_nothing_has_ended() -> None:
    found = claim(IncidentImpacts=[])

    assert (found.state, found.impact) == (State.INVESTIGATING, Impact.UNKNOWN)
    assert found.title == "Untitled incident"


def test_a_key_in_humps_is_the_title() -> None:
    assert (
        claim(IncidentImpacts=[impact(type="performanceDegradationSubset")]).title == "Performance degradation subset"
    )


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["herokuIncidentInvestigating", "herokuIncidentMonitoring", "issueIsolatedDatabaseTier"], State.MONITORING),
        (["investigatingCauseOfIssue"], State.INVESTIGATING),
        (["monitoring", "resolved"], State.MONITORING),
        (["update"], State.INVESTIGATING),
        ([], State.INVESTIGATING),
    ],
)
def test_an_open_incident_has_the_phase_of_its_last_event_that_has_one(words: list[str], state: State) -> None:
    assert claim(IncidentEvents=[event(n, word) for n, word in enumerate(words)]).state is state


def test_an_incident_that_is_listed_under_forty_instances_is_one() -> None:
    snapshot = parse(
        [instance(f"AC{n}", "MINOR_INCIDENT_CORE", Incidents=[item(instanceKeys=None)]) for n in range(40)]
    )

    (found,) = snapshot.incidents
    assert len(found.components) == 40
    assert {component.group for component in found.components} == {"NA"}


def test_a_maintenance_and_an_incident_may_have_the_same_number() -> None:
    snapshot = parse([instance(Incidents=[item()], Maintenances=[plan()])])

    assert [(c.external_id, c.kind) for c in snapshot.incidents] == [
        ("9", Kind.INCIDENT),
        ("maintenance-9", Kind.MAINTENANCE),
    ]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.SCHEDULED),
        ({"MaintenanceImpacts": [impact()]}, State.IN_PROGRESS),
        ({"MaintenanceImpacts": [impact(endTime="2026-03-02T11:00:00Z")]}, State.COMPLETED),
        ({"message": {"eventStatus": "resolved"}}, State.COMPLETED),
        ({"message": {"eventStatus": "canceled"}}, State.COMPLETED),
        ({"message": {"eventStatus": "inProgress"}}, State.IN_PROGRESS),
        ({"message": {"eventStatus": "dreamt"}}, State.UNKNOWN),
        ({"message": None}, State.UNKNOWN),
    ],
)
def test_a_maintenance_stands_where_its_impacts_show_it(changes: dict[str, Any], state: State) -> None:
    found = parse([plan(**changes)]).incidents[0]

    assert (found.state, found.kind, found.impact) == (state, Kind.MAINTENANCE, Impact.MAINTENANCE)
    assert found.starts_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "payload",
    [[item()], [instance()], [instance(status="MINOR_INCIDENT_CORE", Incidents=[item()])], instance(), []],
    ids=["active", "quiet-instances", "troubled-instance", "one-instance", "nothing-active"],
)
def test_what_lists_every_open_incident_is_complete(payload: object) -> None:
    assert parse(payload).complete_open_set


@pytest.mark.parametrize(
    "payload",
    [
        item(),
        [item(), item(id=8, IncidentImpacts=[impact(endTime="2026-03-01T11:00:00Z")])],
        [plan()],
        [instance(status="MINOR_INCIDENT_CORE")],
        [instance(status="MAJOR_INCIDENT_CORE", Maintenances=[plan()])],
    ],
    ids=["one-incident", "history", "maintenances", "trouble-without-a-reason", "trouble-that-is-no-maintenance"],
)
def test_what_may_leave_out_an_open_incident_is_not_complete(payload: object) -> None:
    assert not parse(payload).complete_open_set


def test_an_empty_list_is_all_clear_only_at_salesforces_address_or_where_this_format_was_named() -> None:
    assert parse([]).indicator is Impact.NONE
    assert detect(b"[]", source("auto", f"{API}/incidents/active"))[0] == "salesforce-trust"
    assert salesforce_trust.parse(b"[]", source("salesforce-trust")).complete_open_set
    with pytest.raises(ParseError, match="an empty list that is not at Salesforce's address"):
        salesforce_trust.parse(b"[]", source("auto"))


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no instances with `Incidents`"),
        ([{}], "no instances with `Incidents`"),
        ([{"key": "AC1", "status": "OK"}], "no instances with `Incidents`"),
        ([item(), {"id": 1}], "no instances with `Incidents`"),
        ([item(id=None)], r"no usable id at \$\[0\]"),
        ([item(IncidentImpacts={})], r"an object instead of a list at \$\[0\]\.IncidentImpacts"),
        ([item(instanceKeys="AC1")], r"a string instead of a list at \$\[0\]\.instanceKeys"),
        (
            [item(IncidentEvents=[{"createdAt": "2026-03-01T11:00:00Z"}])],
            r"no usable id at \$\[0\]\.IncidentEvents\[0\]",
        ),
        ([item(createdAt=None, IncidentEvents=[{"id": 1}])], r"no time that can be read at \$\[0\]\.IncidentEvents"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse(payload)


def test_the_times_of_changes_are_volatile_and_nothing_else() -> None:
    before = body("salesforce-trust", "outage")

    after = before.replace(b'"updatedAt": "2026-03-01T11:00:00.000Z"', b'"updatedAt": "2026-03-01T11:30:00.000Z"')

    assert before != after
    assert salesforce_trust.VOLATILE.sub(b"", before) == salesforce_trust.VOLATILE.sub(b"", after)
    assert salesforce_trust.parse(before, SOURCE) == salesforce_trust.parse(after, SOURCE)


@pytest.mark.parametrize(
    ("page", "endpoint"),
    [
        ("https://status.salesforce.com", f"{API}/incidents/active"),
        ("https://status.salesforce.com/products/Acme", f"{API}/incidents/active"),
        ("https://status.salesforce.com/instances/AC1", f"{API}/instances/AC1/status"),
        (f"{API}/instances/status", f"{API}/instances/status"),
    ],
)
def test_a_page_leads_to_what_is_active_or_to_its_one_instance(page: str, endpoint: str) -> None:
    at = replace(SOURCE, url=page)

    assert salesforce_trust.endpoints(at) == salesforce_trust.linked("", at) == (endpoint,)


def test_an_incident_and_a_maintenance_are_followed_up_by_their_numbers() -> None:
    assert salesforce_trust.follow_up(SOURCE, "70002") == (f"{API}/incidents/70002",)
    assert salesforce_trust.follow_up(SOURCE, "maintenance-600001") == (f"{API}/maintenances/600001",)


def test_only_salesforces_own_page_leads_to_it() -> None:
    assert salesforce_trust.HOSTS == ("api.status.salesforce.com", "status.salesforce.com")
    assert salesforce_trust.linked('<a href="https://status.salesforce.com">', source("salesforce-trust")) == ()


@pytest.mark.parametrize(
    ("word", "impacts", "state"),
    [
        ("Resolved", [], State.RESOLVED),
        ("Resolved", [impact()], State.INVESTIGATING),
        ("Resolved", [impact(endTime="2026-03-01T12:00:00Z")], State.RESOLVED),
        ("Active", [], State.INVESTIGATING),
        ("Active", [impact(endTime="2026-03-01T12:00:00Z")], State.INVESTIGATING),
        (None, [], State.INVESTIGATING),
    ],
)
def test_an_incident_is_over_where_neither_its_impacts_nor_its_own_word_say_otherwise(
    word: str | None, impacts: list[dict[str, Any]], state: State
) -> None:
    assert claim(status=word, IncidentImpacts=impacts).state is state


def test_an_incident_without_impacts_is_called_by_its_own_kind() -> None:
    assert claim(type="featureDegradation", IncidentImpacts=[]).title == "Feature degradation"


def test_instances_without_a_list_of_incidents_tell_how_they_are_and_nothing_of_incidents() -> None:
    preview = {"key": "AC1", "location": "NA", "status": "OK", "isActive": True}

    snapshot = parse([preview])

    assert [(one.id, one.status) for one in snapshot.components] == [("AC1", ComponentStatus.OPERATIONAL)]
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.UNKNOWN, False)
