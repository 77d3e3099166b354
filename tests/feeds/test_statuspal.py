from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import statuspal
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SUMMARY = "https://statuspal.io/api/v2/status_pages/acme/summary"
SOURCE = source("statuspal", SUMMARY)


def parse(**changes: Any) -> Snapshot:
    payload = {"status_page": {"subdomain": "acme"}, "services": [], "incidents": [], "maintenances": []} | changes
    return statuspal.parse(json.dumps(payload).encode(), SOURCE)


def claim(listed_as: str = "incidents", **changes: Any) -> Claim:
    one = {"id": 101, "type": "major", "starts_at": "2026-03-01T10:00:00", "ends_at": None, "updates": []} | changes
    return parse(**{listed_as: [one]}).incidents[0]


def said(kind: str, hour: int = 10) -> dict[str, Any]:
    return {"id": hour, "type": kind, "description": "Words", "posted_at": f"2026-03-01T{hour:02}:00:00"}


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        (None, ComponentStatus.OPERATIONAL, Impact.NONE),
        ("info", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("performance", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("minor", ComponentStatus.PARTIAL_OUTAGE, Impact.MINOR),
        ("major", ComponentStatus.MAJOR_OUTAGE, Impact.MAJOR),
        ("scheduled", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("emergency-maintenance", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("custom-type", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_every_kind_of_incident_has_its_status_and_its_impact(
    word: str | None, status: ComponentStatus, impact: Impact
) -> None:
    snapshot = parse(
        status_page={"current_incident_type": word},
        services=[{"id": 1, "name": "API", "current_incident_type": word, "children": []}],
    )

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert snapshot.unknown_words == (("custom-type",) if word == "custom-type" else ())


def test_null_is_well_but_a_word_that_is_missing_is_unknown() -> None:
    snapshot = parse(services=[{"id": 1, "name": "API"}])

    assert (snapshot.components[0].status, snapshot.indicator) == (ComponentStatus.UNKNOWN, Impact.UNKNOWN)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("issue", State.INVESTIGATING),
        ("investigating", State.INVESTIGATING),
        ("identified", State.IDENTIFIED),
        ("monitoring", State.MONITORING),
        ("resolved", State.RESOLVED),
        ("retroactive", State.RESOLVED),
        ("riddle", State.UNKNOWN),
    ],
)
def test_an_incident_stands_where_the_kind_of_its_newest_update_says(kind: str, state: State) -> None:
    assert claim(updates=[said(kind, 11), said("issue")]).state is state


def test_an_incident_without_updates_is_being_investigated_and_one_with_an_end_is_over() -> None:
    over = claim(ends_at="2026-03-01T12:00:00")

    assert claim().state is State.INVESTIGATING
    assert (over.state, over.resolved_at) == (State.RESOLVED, datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_a_maintenance_stands_where_its_list_says_and_its_end_is_its_plan() -> None:
    under_way = claim("maintenances", type="scheduled", ends_at="2026-03-01T12:00:00")
    planned = claim("upcoming_maintenances", type="custom-type")

    assert (under_way.state, under_way.kind, under_way.resolved_at) == (State.IN_PROGRESS, Kind.MAINTENANCE, None)
    assert (planned.state, planned.impact) == (State.SCHEDULED, Impact.MAINTENANCE)
    assert claim(type="emergency-maintenance").kind is Kind.MAINTENANCE


def test_times_without_a_zone_are_utc_whatever_the_zone_of_the_page() -> None:
    assert claim().started_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_services_without_children_are_components_and_the_others_lend_their_names() -> None:
    below = {"id": 3, "name": "API", "current_incident_type": None, "children": [{}]}
    tree = [{"id": 1, "name": "Europe", "children": [{"id": 2, "name": "Zurich", "children": [below]}]}]

    assert parse(services=tree).components == (Component("3", "API", ComponentStatus.OPERATIONAL, "Europe / Zurich"),)


def test_an_incident_touches_the_services_that_it_lists_but_not_their_parents() -> None:
    first = statuspal.parse(body("statuspal", "outage"), SOURCE).incidents[0]

    assert first.components == (Component("11", "API", ComponentStatus.MAJOR_OUTAGE, "Zurich"),)
    assert claim(service_ids={"a": 1}).components == claim(service_ids=[None, [7]]).components == ()


def test_only_the_summary_is_complete() -> None:
    assert parse().complete_open_set
    assert not parse(incidents=None).complete_open_set
    assert not statuspal.parse(body("statuspal", "ended"), SOURCE).complete_open_set


def test_the_answer_for_one_incident_is_read_too() -> None:
    one = {"incident": {"id": 7, "type": "minor", "service_ids": [], "ends_at": "2026-03-01T12:00:00"}}

    assert statuspal.parse(json.dumps(one).encode(), SOURCE).incidents[0].state is State.RESOLVED


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"status_page": {}}, "no services with a status_page"),
        ({"services": []}, "no services with a status_page"),
        ({"incident": {"id": 1}}, "no services with a status_page"),
        ({"services": [{}], "status_page": {"name": "Acme"}}, r"no usable id at \$\.services\[0\]"),
        ({"services": [], "status_page": {}, "incidents": {}}, r"an object instead of a list at \$\.incidents"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        statuspal.parse(json.dumps(payload).encode(), SOURCE)


def test_an_update_that_nothing_dates_is_refused() -> None:
    with pytest.raises(ParseError, match=r"no time that can be read at \$\.incidents\[0\]\.updates\[0\]"):
        claim(starts_at=None, updates=[{"id": 1, "type": "issue"}])


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (SUMMARY, SUMMARY),
        ("https://acme.statuspal.io", SUMMARY),
        ("https://acme.statuspal.eu/", SUMMARY.replace(".io", ".eu")),
        ("https://status.acme.example", "https://status.acme.example"),
    ],
)
def test_a_page_on_statuspals_host_is_polled_at_its_summary(url: str, endpoint: str) -> None:
    assert statuspal.endpoints(replace(SOURCE, url=url)) == (endpoint,)


def test_a_vanished_incident_is_looked_up_alone_then_in_the_list() -> None:
    page = "https://statuspal.io/api/v2/status_pages/acme"

    assert statuspal.follow_up(SOURCE, "7/8") == (f"{page}/incidents/7%2F8", f"{page}/incidents")
    assert statuspal.follow_up(replace(SOURCE, url="https://status.acme.example"), "7") == ()


@pytest.mark.parametrize(
    "html",
    [
        '<link href="https://www.statuspal.io/x.css"><a href="//acme.statuspal.io/incidents">History</a>',
        "fetch('https://statuspal.io/api/v2/status_pages/acme/status')",
    ],
)
def test_a_page_leads_to_the_summary_of_the_subdomain_that_it_names(html: str) -> None:
    assert statuspal.linked(html, SOURCE) == (SUMMARY,)


def test_a_page_that_names_no_subdomain_leads_nowhere() -> None:
    assert statuspal.linked('<a href="http://statuspal.io">Powered by Statuspal.io</a>', SOURCE) == ()
    assert statuspal.linked('<img src="https://cdn.statuspal.io/a.png">', SOURCE) == ()
