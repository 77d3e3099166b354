from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.joining import joined
from bot.errors import ParseError
from bot.feeds import zendesk
from bot.model import Claim, ComponentStatus, Impact, Kind, State
from tests.feeds.samples import body, source

HOST = "https://status.zendesk.com"
SOURCE = source("zendesk", HOST)
ACTIVE, MAINTENANCE, SSP = (
    f"{HOST}/api/incidents/active",
    f"{HOST}/api/incidents/maintenance",
    f"{HOST}/api/ssp/incidents.json",
)


def claim(relationships: dict[str, Any] | None = None, included: tuple[Any, ...] = (), **attributes: Any) -> Claim:
    told = {"title": "Errors", "impact": "minor", "started_at": "2026-03-02T10:00:00Z", "status": "investigating"}
    item = {"id": "1", "type": "incident", "attributes": told | attributes, "relationships": relationships or {}}
    return zendesk.parse(json.dumps({"data": [item], "included": included}).encode(), SOURCE).incidents[0]


def serviced(incident: dict[str, Any], **told: Any) -> Claim:
    link = {"incident_services": {"data": [{"id": "5", "type": "incident_service"}]}}
    item = {"id": "5", "type": "incident_service", "attributes": {"service_id": "2", **told}}
    service = {"id": "2", "type": "service", "attributes": {"name": "Ticketing"}}
    return claim(link, (item, service), **incident)


def test_a_status_that_went_stale_does_not_keep_an_incident_open() -> None:
    found = {one.external_id: one for one in zendesk.parse(body("zendesk", "page"), SOURCE).incidents}

    assert found["390"].state is State.RESOLVED
    assert found["390"].resolved_at == datetime(2026, 1, 24, 12, 42, 29, tzinfo=UTC)
    assert found["400"].is_open


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("investigating", State.INVESTIGATING),
        ("identified", State.IDENTIFIED),
        ("monitoring", State.MONITORING),
        ("resolved", State.RESOLVED),
        ("bewildered", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_the_status_is_the_state_and_a_strange_one_is_unknown(status: str | None, state: State) -> None:
    assert claim(status=status).state is state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"status": None}, State.SCHEDULED),
        ({"status": "scheduled"}, State.SCHEDULED),
        ({"status": "in_progress"}, State.IN_PROGRESS),
        ({"status": "investigating"}, State.IN_PROGRESS),
        ({"status": "monitoring"}, State.VERIFYING),
        ({"status": "resolved"}, State.COMPLETED),
        ({"status": None, "resolved_at": "2026-03-08T03:00:00Z"}, State.COMPLETED),
        ({"status": "bewildered"}, State.UNKNOWN),
    ],
)
def test_what_has_a_window_is_a_maintenance(told: dict[str, Any], state: State) -> None:
    found = claim(maintenance_start_time="2026-03-08T02:00:00Z", maintenance_end_time="2026-03-08T04:00:00Z", **told)

    assert (found.kind, found.impact, found.state) == (Kind.MAINTENANCE, Impact.MAINTENANCE, state)
    assert (found.starts_at, found.ends_at) == (
        datetime(2026, 3, 8, 2, tzinfo=UTC),
        datetime(2026, 3, 8, 4, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("told", "impact"),
    [
        ({"impact": "critical", "degradation": True}, Impact.CRITICAL),
        ({"impact": "enormous", "outage": True}, Impact.UNKNOWN),
        ({"impact": None, "outage": True}, Impact.CRITICAL),
        ({"impact": None, "degradation": True}, Impact.MINOR),
        ({"impact": None}, Impact.UNKNOWN),
    ],
)
def test_the_impact_is_the_vendors_word_else_what_its_flags_say(told: dict[str, Any], impact: Impact) -> None:
    assert claim(**told).impact is impact


@pytest.mark.parametrize(
    ("incident", "told", "status"),
    [
        ({}, {"outage": True}, ComponentStatus.MAJOR_OUTAGE),
        ({}, {"degradation": True}, ComponentStatus.DEGRADED_PERFORMANCE),
        ({}, {}, ComponentStatus.UNKNOWN),
        ({}, {"outage": True, "resolved_at": "2026-03-02T11:00:00Z"}, ComponentStatus.OPERATIONAL),
        ({"resolved_at": "2026-03-02T11:00:00Z"}, {"outage": True}, ComponentStatus.OPERATIONAL),
    ],
)
def test_a_service_is_as_its_flags_say_until_it_is_over(
    incident: dict[str, Any], told: dict[str, Any], status: ComponentStatus
) -> None:
    (part,) = serviced(incident, **told).components

    assert (part.id, part.name, part.status) == ("2", "Ticketing", status)


def test_a_sideload_that_is_missing_costs_only_itself() -> None:
    found = claim({"incident_updates": {"data": [{"id": "7", "type": "incident_update"}]}})

    assert found.updates == ()


def test_a_list_of_either_door_says_the_same_of_what_is_well() -> None:
    snapshot = zendesk.parse(body("zendesk", "quiet"), SOURCE)

    assert (snapshot.complete_open_set, snapshot.indicator) == (True, Impact.NONE)


def test_what_the_page_reads_is_a_window_and_one_incident_is_no_list() -> None:
    assert not zendesk.parse(body("zendesk", "page"), SOURCE).complete_open_set
    assert not zendesk.parse(body("zendesk", "one"), SOURCE).complete_open_set


def test_read_together_incidents_and_maintenances_are_one_snapshot() -> None:
    snapshot = joined([zendesk.parse(body("zendesk", case), SOURCE) for case in ("outage", "maintenance")])

    assert [one.external_id for one in snapshot.incidents] == ["301", "302", "310"]
    assert (snapshot.complete_open_set, snapshot.indicator) == (True, Impact.MAJOR)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no lists `data` and `included`"),
        ({"data": []}, "no lists `data` and `included`"),
        ({"included": []}, "no lists `data` and `included`"),
        ({"data": None, "included": []}, "no lists `data` and `included`"),
        ({"data": "x", "included": []}, "a string instead of a list"),
        (
            {"data": [{"id": "1", "type": "status_page"}], "included": []},
            r"not an incident of Zendesk's at \$\.data\[0\]",
        ),
        ({"data": {"id": "1", "type": "status_page"}, "included": []}, r"not an incident of Zendesk's at \$\.data"),
        ({"data": [{"type": "incident"}], "included": []}, r"no usable id at \$\.data\[0\]"),
        ({"errors": ["Invalid subdomain: acme"]}, "no lists `data` and `included`"),
    ],
)
def test_a_payload_that_is_not_zendesks_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        zendesk.parse(json.dumps(payload).encode(), SOURCE)


def test_a_statement_without_a_time_stands_at_the_start_and_without_that_is_refused() -> None:
    link = {"incident_updates": {"data": [{"id": "7", "type": "incident_update"}]}}
    item = {"id": "7", "type": "incident_update", "attributes": {"description": "Words."}}

    assert claim(link, (item,)).updates[0].at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    with pytest.raises(ParseError, match="no time that can be read"):
        claim(link, (item,), started_at=None)


def test_the_active_incidents_are_read_with_the_maintenances() -> None:
    assert zendesk.endpoints(SOURCE) == (ACTIVE, SSP)
    assert zendesk.beside(ACTIVE) == (MAINTENANCE,)
    assert zendesk.beside(SSP) == ()
    assert zendesk.endpoints(replace(SOURCE, url=SSP)) == (SSP,)


def test_an_account_may_ask_for_what_concerns_it() -> None:
    mine = replace(SOURCE, url=f"{HOST}/?subdomain=acme")

    assert zendesk.endpoints(mine)[0] == f"{ACTIVE}?subdomain=acme"
    assert zendesk.beside(f"{ACTIVE}?subdomain=acme") == (f"{MAINTENANCE}?subdomain=acme",)


def test_a_vanished_incident_is_asked_for_and_then_looked_up() -> None:
    one, *lists = zendesk.follow_up(SOURCE, "30/1")

    assert one.startswith(f"{HOST}/api/incidents/30%2F1?include%5B%5D=incident_updates")
    assert lists == [SSP, MAINTENANCE]
    assert zendesk.linked("<html>Zendesk</html>", SOURCE) == ()
    assert zendesk.HOSTS == ("status.zendesk.com",)
