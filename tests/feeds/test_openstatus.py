from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import openstatus
from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("openstatus")


def parse(**changes: Any) -> Snapshot:
    empty: dict[str, Any] = {"statusReports": [], "maintenances": [], "monitors": [], "status": "success"}
    return openstatus.parse(json.dumps(empty | changes).encode(), SOURCE)


def report(**changes: Any) -> Claim:
    return parse(statusReports=[{"id": 9, "status": "investigating"} | changes]).incidents[0]


def named(case: str) -> dict[str, Claim]:
    snapshot = openstatus.parse(body("openstatus", case), SOURCE)
    return {claim.external_id: claim for claim in snapshot.incidents}


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("success", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("degraded", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("error", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("info", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("sleepy", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_the_page_and_its_monitors_share_their_words(word: str, status: ComponentStatus, impact: Impact) -> None:
    snapshot = parse(monitors=[{"id": 41, "name": "API", "status": word}], status=word)

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)


@pytest.mark.parametrize("word", ["investigating", "identified", "monitoring", "resolved"])
def test_every_phase_of_a_report_is_known(word: str) -> None:
    assert report(status=word).state is State(word)


def test_a_component_is_as_its_monitor_is_and_without_one_it_is_unknown() -> None:
    components = openstatus.parse(body("openstatus", "outage"), SOURCE).components

    assert components == (
        Component("1", "API", ComponentStatus.MAJOR_OUTAGE, "Core"),
        Component("2", "Web", ComponentStatus.UNKNOWN, "Core"),
        Component("3", "Support desk", ComponentStatus.UNKNOWN, None),
    )


def test_an_older_page_has_monitors_for_components() -> None:
    snapshot = openstatus.parse(body("openstatus", "older-page"), SOURCE)

    assert snapshot.components == (Component("41", "api-check", ComponentStatus.DEGRADED_PERFORMANCE),)
    assert snapshot.incidents[0].components == snapshot.components


def test_the_impact_of_an_open_report_is_that_of_its_components_now_and_of_an_ended_one_unknown() -> None:
    claims = named("outage")

    assert [claims[key].impact for key in ("9", "8", "10")] == [Impact.CRITICAL, Impact.UNKNOWN, Impact.UNKNOWN]
    assert claims["8"].resolved_at == claims["8"].updates[-1].at
    assert [update.id for update in claims["9"].updates] == ["31", "32"]


def test_a_maintenance_stands_where_the_time_of_the_answer_falls() -> None:
    claims = named("maintenance")

    assert {key: claim.state for key, claim in claims.items()} == {
        "maintenance-9": State.IN_PROGRESS,
        "maintenance-10": State.SCHEDULED,
        "maintenance-8": State.COMPLETED,
    }


def test_without_the_time_of_the_answer_nobody_knows_whether_a_maintenance_has_begun() -> None:
    window = {"id": 9, "from": "2026-03-01T11:00:00Z", "to": "2026-03-01T13:00:00Z"}

    assert parse(maintenances=[window]).incidents[0].state is State.UNKNOWN
    assert openstatus.VOLATILE is None


def test_the_feed_holds_everything_and_so_it_is_complete() -> None:
    assert parse().complete_open_set
    assert openstatus.follow_up(SOURCE, "9") == ()


def test_links_lead_to_the_events_of_the_page() -> None:
    assert named("outage")["9"].url == "https://status.acme.example/events/report/9"
    assert named("maintenance")["maintenance-9"].url == "https://status.acme.example/events/maintenance/9"


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"status": "operational"}, "no statusReports, maintenances and monitors"),
        ({"statusReports": [], "maintenances": []}, "no statusReports, maintenances and monitors"),
        ({"statusReports": {}, "maintenances": [], "monitors": []}, r"instead of a list at \$\.statusReports"),
        ({"statusReports": [{}], "maintenances": [], "monitors": []}, r"no usable id at \$\.statusReports\[0\]"),
        ({"statusReports": [], "maintenances": [], "monitors": [{}]}, r"no usable id at \$\.monitors\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        openstatus.parse(json.dumps(payload).encode(), SOURCE)


def test_an_update_that_nothing_dates_is_refused() -> None:
    with pytest.raises(ParseError, match=r"no time that can be read at \$\.statusReports\[0\]"):
        report(statusReportUpdates=[{"id": 1, "status": "monitoring"}])


def test_a_page_is_polled_at_its_feed() -> None:
    feed = "https://status.acme.example/feed/json"

    assert openstatus.endpoints(SOURCE) == openstatus.endpoints(replace(SOURCE, url=feed)) == (feed,)
    assert openstatus.parse(body("openstatus", "quiet"), replace(SOURCE, url=feed)).page_url == SOURCE.url


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" type="application/json" href="https://acme.openstatus.dev/api/status/summary.json">',
        '<a href="https://openstatus.dev?utm_medium=status-page&amp;utm_source=acme">openstatus.dev</a>',
    ],
)
def test_a_page_of_openstatus_leads_to_its_feed(html: str) -> None:
    assert openstatus.linked(html, SOURCE) == ("https://status.acme.example/feed/json",)
