from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import onlineornot
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("onlineornot")
SUMMARY = "https://api.onlineornot.com/v1/status_pages/acme/summary"


def parse(page: dict[str, Any] | None = None, **changes: Any) -> Snapshot:
    empty: dict[str, Any] = {"components": [], "active_incidents": []}
    result = empty | {"status_page": {"name": "Acme"} | (page or {})} | changes
    return onlineornot.parse(json.dumps({"success": True, "result": result}).encode(), SOURCE)


def named(case: str) -> dict[str, Claim]:
    snapshot = onlineornot.parse(body("onlineornot", case), SOURCE)
    return {claim.external_id: claim for claim in snapshot.incidents}


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("OPERATIONAL", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("NO_IMPACT", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("DEGRADED_PERFORMANCE", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("PARTIAL_OUTAGE", ComponentStatus.PARTIAL_OUTAGE, Impact.MAJOR),
        ("MAJOR_OUTAGE", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("MAINTENANCE", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("UNDER_MAINTENANCE", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("WOBBLY", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_components_and_incidents_share_their_words(word: str, status: ComponentStatus, impact: Impact) -> None:
    snapshot = parse(components=[{"id": "c1", "status": word}], active_incidents=[{"id": "i1", "impact": word}])

    assert (snapshot.components[0].status, snapshot.incidents[0].impact) == (status, impact)
    assert snapshot.unknown_words == (("WOBBLY",) if word == "WOBBLY" else ())


@pytest.mark.parametrize(
    ("page", "changes", "impact"),
    [
        ({"status": "ALL_SYSTEMS_OPERATIONAL"}, {"status": {"description": "Major Outage"}}, Impact.NONE),
        ({}, {"status": {"description": "Degraded Performance"}}, Impact.MINOR),
        ({}, {"status": "MAJOR_OUTAGE"}, Impact.CRITICAL),
        ({}, {"status": {"description": "Hm."}}, Impact.UNKNOWN),
        ({}, {"components": [{"id": "c1", "status": "PARTIAL_OUTAGE"}]}, Impact.MAJOR),
        ({}, {}, Impact.UNKNOWN),
    ],
)
def test_the_page_as_a_whole_is_as_it_says_and_else_as_its_components(
    page: dict[str, Any], changes: dict[str, Any], impact: Impact
) -> None:
    assert parse(page, **changes).indicator is impact


def test_an_active_incident_is_investigating_and_an_end_resolves_it() -> None:
    outage = named("outage")["i1"]
    ended = parse(active_incidents=[{"id": "i1", "ended": "2026-03-01T12:00:00Z"}]).incidents[0]

    assert (outage.state, outage.resolved_at, outage.updates) == (State.INVESTIGATING, None, ())
    assert (ended.state, ended.resolved_at is not None) == (State.RESOLVED, True)


def test_an_incident_whose_impact_is_maintenance_is_one_that_goes_on() -> None:
    claim = named("maintenance")["i3"]

    assert (claim.kind, claim.state, claim.impact) == (Kind.MAINTENANCE, State.IN_PROGRESS, Impact.MAINTENANCE)


def test_a_maintenance_stands_apart_from_incidents_and_is_coming_unless_it_says_more() -> None:
    claims = named("maintenance")

    assert claims["maintenance-m1"].state is State.SCHEDULED
    assert claims["maintenance-m2"].state is State.IN_PROGRESS
    assert claims["maintenance-m1"].starts_at is not None
    assert claims["maintenance-m2"].starts_at is not None


def test_a_maintenance_that_has_ended_is_completed() -> None:
    claim = parse(scheduled_maintenance=[{"id": 1, "ended": "2026-03-01T12:00:00Z"}]).incidents[0]

    assert (claim.state, claim.resolved_at) == (State.COMPLETED, claim.ends_at)


def test_the_active_incidents_are_all_and_nothing_is_followed_up() -> None:
    assert parse().complete_open_set
    assert onlineornot.follow_up(SOURCE, "i1") == ()


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ({"custom_domain": "status.acme.example", "subdomain": "acme"}, "https://status.acme.example"),
        ({"custom_domain": "https://status.acme.example/"}, "https://status.acme.example"),
        ({"subdomain": "acme"}, "https://acme.onlineornot.com"),
        ({"custom_domain": "status acme"}, None),
        ({}, "https://status.acme.example"),
    ],
)
def test_the_page_has_a_domain_of_its_own_or_one_at_onlineornot(page: dict[str, Any], url: str | None) -> None:
    assert parse(page).page_url == url


def test_an_incident_is_linked_under_its_page() -> None:
    assert named("outage")["i1"].url == "https://status.acme.example/incidents/i1"


@pytest.mark.parametrize(
    "payload",
    [
        {"success": False, "result": None, "errors": [{"code": 10001}]},
        {"result": {"status_page": {"name": "Acme"}, "components": []}},
        {"result": {"status_page": {"name": "Acme"}, "active_incidents": []}},
        {"result": {"components": [], "active_incidents": []}},
    ],
)
def test_a_payload_without_what_makes_a_summary_is_refused(payload: object) -> None:
    with pytest.raises(ParseError, match=r"no status_page with components and active_incidents at \$\.result"):
        onlineornot.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize("key", ["components", "active_incidents", "scheduled_maintenance"])
def test_what_has_no_id_is_refused(key: str) -> None:
    with pytest.raises(ParseError, match=rf"no usable id at \$\.result\.{key}\[0\]"):
        parse(None, **{key: [{}]})


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (SUMMARY, SUMMARY),
        ("https://acme.onlineornot.com", SUMMARY),
        ("https://status.acme.example/", SUMMARY.replace("acme", "status.acme.example")),
    ],
)
def test_a_page_is_asked_for_by_its_subdomain_or_its_host(url: str, endpoint: str) -> None:
    assert onlineornot.endpoints(replace(SOURCE, url=url)) == (endpoint,)


@pytest.mark.parametrize(
    "html", ["<footer>Powered by OnlineOrNot</footer>", '<a href="https://onlineornot.com/?ref=x">']
)
def test_a_page_that_names_its_maker_leads_to_its_summary(html: str) -> None:
    assert onlineornot.linked(html, SOURCE) == (SUMMARY.replace("acme", "status.acme.example"),)
