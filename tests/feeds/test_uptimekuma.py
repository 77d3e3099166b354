from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import uptimekuma
from bot.model import Claim, ComponentStatus, Impact, State
from tests.feeds.samples import body, source

PAGE = "https://kuma.acme.example/status/acme"
API = "https://kuma.acme.example/api/status-page/acme"
SOURCE = source("uptimekuma", PAGE)


def page(**lists: Any) -> tuple[Claim, ...]:
    payload = {"config": {"slug": "acme"}, "publicGroupList": [], "maintenanceList": [], "incidents": []} | lists
    return uptimekuma.parse(json.dumps(payload).encode(), SOURCE).incidents


def incident(**changes: Any) -> Claim:
    return page(incidents=[{"id": 4, "style": "info", "createdDate": "2026-03-01 10:00:00", "active": True} | changes])[
        0
    ]


def status_of(*beats: tuple[object, str]) -> ComponentStatus:
    listed = [{"status": status, "time": f"2026-03-01 {clock}"} for status, clock in beats]
    payload = {"heartbeatList": {"3": listed}, "uptimeList": {}}
    return uptimekuma.parse(json.dumps(payload).encode(), SOURCE).components[0].status


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (0, ComponentStatus.MAJOR_OUTAGE),
        (1, ComponentStatus.OPERATIONAL),
        (2, ComponentStatus.UNKNOWN),
        (3, ComponentStatus.UNDER_MAINTENANCE),
        (4, ComponentStatus.UNKNOWN),
        (None, ComponentStatus.UNKNOWN),
    ],
)
def test_every_number_of_a_heartbeat_is_known(word: object, status: ComponentStatus) -> None:
    assert status_of((word, "10:00:00.000")) is status


def test_the_newest_heartbeat_counts_whatever_their_order() -> None:
    beats = (1, "10:00:00.000"), (0, "10:01:00.000")

    assert status_of(*beats) is status_of(*reversed(beats)) is ComponentStatus.MAJOR_OUTAGE
    assert status_of() is ComponentStatus.UNKNOWN


def test_the_page_knows_names_and_the_heartbeats_know_how_it_is_by_the_same_ids() -> None:
    names = uptimekuma.parse(body("uptimekuma", "quiet"), SOURCE)
    beats = uptimekuma.parse(body("uptimekuma", "heartbeats"), SOURCE)

    assert {c.id: (c.name, c.status) for c in names.components}["3"] == ("API", ComponentStatus.UNKNOWN)
    assert {c.id: (c.name, c.status) for c in beats.components}["3"] == ("3", ComponentStatus.MAJOR_OUTAGE)
    assert (names.complete_open_set, beats.complete_open_set) == (True, False)
    assert (names.indicator, beats.indicator) == (Impact.UNKNOWN, Impact.CRITICAL)


@pytest.mark.parametrize(
    ("style", "impact"),
    [
        ("info", Impact.NONE),
        ("warning", Impact.MINOR),
        ("danger", Impact.MAJOR),
        ("primary", Impact.UNKNOWN),
        ("light", Impact.UNKNOWN),
        ("dark", Impact.UNKNOWN),
        ("plaid", Impact.UNKNOWN),
    ],
)
def test_the_style_is_all_the_severity_that_there_is(style: str, impact: Impact) -> None:
    assert incident(style=style).impact is impact


def test_an_incident_is_open_unless_it_says_that_it_is_not_active() -> None:
    over = incident(active=False, lastUpdatedDate="2026-03-01 12:00:00")

    assert incident().state is incident(active=None).state is State.INVESTIGATING
    assert (over.state, over.resolved_at) == (State.RESOLVED, datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_an_edited_text_keeps_its_id_and_an_end_before_the_beginning_does_not_count() -> None:
    before, after = incident(content="One"), incident(content="Two", lastUpdatedDate="2026-03-01 11:00:00")
    odd = incident(active=False, lastUpdatedDate="2020-01-01 00:00:00")

    assert before.updates[0].id == after.updates[0].id
    assert (before.updates[0].at, after.updates[0].body) == (after.updates[0].at, "Two")
    assert odd.resolved_at == odd.started_at


def test_an_incident_without_a_time_has_no_statement() -> None:
    assert (incident(createdDate=None).updates, incident(createdDate=None).started_at) == ((), None)


def test_an_incident_and_a_maintenance_of_the_same_number_are_two_things() -> None:
    both = page(incidents=[{"id": 4}], maintenanceList=[{"id": 4, "status": "under-maintenance"}])

    assert [claim.external_id for claim in both] == ["4", "maintenance-4"]


def test_a_repeated_maintenance_is_another_one_each_time_and_a_single_one_stays_itself() -> None:
    ids = [claim.external_id for claim in uptimekuma.parse(body("uptimekuma", "maintenance"), SOURCE).incidents]

    assert ids == ["maintenance-4", "maintenance-6-20260301T1200", "maintenance-8"]


@pytest.mark.parametrize(
    ("text", "offset", "at"),
    [
        ("2026-03-01 13:00:00", "+01:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01 13:00:00", "CET", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-01T13:00:00.000Z", "+01:00", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        (None, "+01:00", None),
    ],
)
def test_a_slot_is_in_the_zone_whose_offset_stands_beside_it(text: object, offset: str, at: datetime | None) -> None:
    slot = {"startDate": text, "endDate": text}
    found = page(maintenanceList=[{"id": 1, "timeslotList": [slot], "timezoneOffset": offset}])[0]

    assert (found.starts_at, found.ends_at) == (at, at)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("scheduled", State.SCHEDULED),
        ("under-maintenance", State.IN_PROGRESS),
        ("ended", State.COMPLETED),
        ("inactive", State.COMPLETED),
        ("unknown", State.UNKNOWN),
    ],
)
def test_every_word_for_a_maintenance_is_known(word: str, state: State) -> None:
    assert page(maintenanceList=[{"id": 1, "status": word}])[0].state is state


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"config": {}}, "no page, heartbeats or history of Uptime Kuma"),
        ({"heartbeatList": {}}, "no page, heartbeats or history"),
        ({"incidents": []}, "no page, heartbeats or history"),
        ({"heartbeatList": [], "uptimeList": {}}, r"a list instead of an object at \$\.heartbeatList"),
        ({"heartbeatList": {"3": {}}, "uptimeList": {}}, r"an object instead of a list at \$\.heartbeatList\.3"),
        ({"config": {}, "publicGroupList": [{"monitorList": [{}]}]}, r"no usable id at .*monitorList\[0\]"),
        ({"config": {}, "publicGroupList": [], "incidents": [{}]}, r"no usable id at \$\.incidents\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        uptimekuma.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (PAGE, API),
        (f"{PAGE}/", API),
        ("https://kuma.acme.example/status/ACME", API),
        (API, API),
        ("https://kuma.acme.example", "https://kuma.acme.example/api/status-page/default"),
        ("https://kuma.acme.example/status", "https://kuma.acme.example/api/status-page/default"),
    ],
)
def test_a_page_is_polled_at_its_data_with_the_heartbeats_beside_them(url: str, endpoint: str) -> None:
    assert uptimekuma.endpoints(replace(SOURCE, url=url)) == (endpoint,)
    assert uptimekuma.beside(endpoint) == (endpoint.replace("status-page/", "status-page/heartbeat/"),)
    assert uptimekuma.follow_up(replace(SOURCE, url=url), "4") == (f"{endpoint}/incident-history",)


def test_heartbeats_alone_have_nothing_beside_them() -> None:
    address = "https://kuma.acme.example/api/status-page/heartbeat/acme"

    assert uptimekuma.beside(address) == uptimekuma.beside(PAGE) == ()
    assert uptimekuma.follow_up(replace(SOURCE, url=address), "4") == ()


def test_people_read_the_page_where_it_is() -> None:
    for url in (PAGE, API):
        snapshot = uptimekuma.parse(body("uptimekuma", "outage"), replace(SOURCE, url=url))

        assert snapshot.page_url == snapshot.incidents[0].url == PAGE


def test_a_page_leads_to_its_data_by_its_manifest() -> None:
    html = '<title>Acme</title><link rel="manifest" href="/api/status-page/acme/manifest.json">'

    assert uptimekuma.linked(html, replace(SOURCE, url="https://kuma.acme.example")) == (API,)
    assert uptimekuma.linked('<title>Uptime Kuma</title><link rel="manifest" href="/manifest.json">', SOURCE) == ()


def test_times_and_speeds_of_heartbeats_are_volatile_and_their_numbers_are_not() -> None:
    text = b'{"heartbeatList":{"3":[{"status":1,"time":"2026","msg":"","ping":20}]},"uptimeList":{"3_24":0.99}}'

    assert uptimekuma.VOLATILE.sub(b"", text) == b'{"heartbeatList":{"3":[{"status":1,,"msg":"",}]},}'
