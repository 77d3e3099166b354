from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import cachet
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("cachet")
PAGES = {"pagination": {"total": 1, "total_pages": 1, "links": {}}}


def parse(*rows: dict[str, Any]) -> Snapshot:
    return cachet.parse(json.dumps({"meta": PAGES, "data": rows}).encode(), SOURCE)


def incident(**changes: Any) -> Claim:
    row = {"id": 9, "name": "Errors", "status": 1, "human_status": "Words", "created_at": "2026-03-01 10:00:00"}
    return parse(row | changes).incidents[0]


def named(case: str) -> Snapshot:
    return cachet.parse(body("cachet", case), SOURCE)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (0, State.INVESTIGATING),
        (1, State.INVESTIGATING),
        (2, State.IDENTIFIED),
        ("3", State.MONITORING),
        (4, State.RESOLVED),
        (7, State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_every_number_of_an_incident_is_known(number: object, state: State) -> None:
    assert incident(status=number).state is state


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (0, ComponentStatus.UNKNOWN),
        (1, ComponentStatus.OPERATIONAL),
        (2, ComponentStatus.DEGRADED_PERFORMANCE),
        (3, ComponentStatus.PARTIAL_OUTAGE),
        (4, ComponentStatus.MAJOR_OUTAGE),
        (5, ComponentStatus.UNKNOWN),
        (6, ComponentStatus.UNDER_MAINTENANCE),
        (9, ComponentStatus.UNKNOWN),
    ],
)
def test_every_number_of_a_component_is_known(number: int, status: ComponentStatus) -> None:
    snapshot = parse({"id": 2, "name": "API", "status": number, "status_name": "Words"})

    assert snapshot.components == (Component("2", "API", status),)
    assert snapshot.unknown_words == (("9",) if number == 9 else ())


@pytest.mark.parametrize(
    ("number", "state"), [(0, State.SCHEDULED), (1, State.IN_PROGRESS), (2, State.COMPLETED), (3, State.UNKNOWN)]
)
def test_every_number_of_a_schedule_is_known(number: int, state: State) -> None:
    row = {"id": 9, "human_status": "Words", "status": number, "scheduled_at": "2026-03-01 12:00:00"}

    assert (parse(row).incidents[0].state, parse(row).incidents[0].kind) == (state, Kind.MAINTENANCE)


def test_the_status_of_the_newest_update_counts_and_not_the_first() -> None:
    first = named("outage").incidents[1]

    assert (first.external_id, first.state) == ("9", State.MONITORING)
    assert [(update.id, update.state) for update in first.updates] == [
        ("message", State.INVESTIGATING),
        ("31", State.IDENTIFIED),
        ("32", State.MONITORING),
    ]


def test_an_end_that_no_words_tell_is_a_statement_without_words() -> None:
    over = named("ended").incidents[0]

    assert [(update.id, update.state, update.body) for update in over.updates] == [
        ("message", State.INVESTIGATING, "We see **errors**."),
        ("fixed", State.RESOLVED, ""),
    ]
    assert over.resolved_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_incident_and_a_schedule_of_the_same_number_are_two_things() -> None:
    assert named("maintenance").incidents[0].external_id == "schedule-9"
    assert named("outage").incidents[1].external_id == "9"


def test_version_3_is_read_with_what_it_includes() -> None:
    late, down = named("version-3-outage").incidents

    assert (down.state, down.impact) == (State.IDENTIFIED, Impact.MAJOR)
    assert down.components == (Component("2", "API", ComponentStatus.PARTIAL_OUTAGE),)
    assert down.url == "https://status.acme.example/incidents/0a1b"
    assert [update.id for update in down.updates] == ["message", "31"]
    assert (late.state, late.impact) == (State.RESOLVED, Impact.UNKNOWN)
    assert [component.name for component in late.components] == ["Web"]


def test_a_component_of_version_3_has_its_group() -> None:
    assert [component.group for component in named("version-3-components").components] == ["Core", None]


def test_lists_are_windows_and_say_nothing_by_absence() -> None:
    for case in ("quiet", "outage", "version-3-outage", "maintenance"):
        assert not named(case).complete_open_set


def test_an_empty_list_is_cachets_only_if_its_pages_or_its_path_say_so() -> None:
    path = {"meta": {"path": "https://status.acme.example/api/incidents"}, "data": []}

    assert cachet.parse(json.dumps(path).encode(), SOURCE).incidents == ()
    strangers: tuple[dict[str, Any], ...] = (
        {"data": []},
        {"data": [], "meta": {"path": "https://acme.example/api/users"}},
    )
    for stranger in strangers:
        with pytest.raises(ParseError, match="no data of Cachet"):
            cachet.parse(json.dumps(stranger).encode(), SOURCE)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"data": None}, "no data of Cachet"),
        ({"data": {}}, r"no incident, component or schedule of Cachet at \$\.data"),
        ({"data": [{"id": 1}]}, "without the pages of version 2 or the types of version 3"),
        ({"meta": PAGES, "data": [{"id": 1}]}, r"no incident, component or schedule of Cachet at \$\.data\[0\]"),
        ({"meta": PAGES, "data": [{"human_status": "x"}]}, r"no usable id at \$\.data\[0\]"),
        ({"data": [{"id": "1", "type": "incidents", "attributes": {}}]}, "no status with a value"),
        ({"data": [{"type": "incidents", "attributes": {"status": {}}}]}, r"no usable id at \$\.data\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        cachet.parse(json.dumps(payload).encode(), SOURCE)


def test_an_update_that_nothing_dates_is_refused() -> None:
    with pytest.raises(ParseError, match=r"no time that can be read at \$\.data\[0\]\.updates\[0\]"):
        incident(created_at=None, updates=[{"id": 1, "status": 2}])


def test_a_page_is_polled_at_the_incidents_of_either_version_with_the_rest_beside_them() -> None:
    new, old = cachet.endpoints(SOURCE)

    assert new == "https://status.acme.example/api/incidents?include=components,updates&per_page=100"
    assert old == "https://status.acme.example/api/v1/incidents?sort=id&order=desc&per_page=100"
    assert [address.partition("?")[0] for address in cachet.beside(new)] == [
        "https://status.acme.example/api/components",
        "https://status.acme.example/api/schedules",
    ]
    assert [address.partition("?")[0] for address in cachet.beside(old)] == [
        "https://status.acme.example/api/v1/components",
        "https://status.acme.example/api/v1/schedules",
    ]
    for document in (new, old, "https://status.acme.example/api/v1/components"):
        assert cachet.endpoints(replace(SOURCE, url=document)) == (document,)
    assert cachet.beside("https://status.acme.example/api/v1/components") == ()


def test_a_page_below_a_path_keeps_its_path() -> None:
    below = replace(SOURCE, url="https://acme.example/status/")

    assert cachet.endpoints(below)[1].startswith("https://acme.example/status/api/v1/incidents?")
    assert cachet.parse(body("cachet", "quiet"), below).page_url == "https://acme.example/status"


def test_an_incident_or_a_schedule_is_looked_up_alone() -> None:
    page = "https://status.acme.example"

    assert cachet.follow_up(SOURCE, "9") == (
        f"{page}/api/incidents/9?include=components,updates",
        f"{page}/api/v1/incidents/9",
    )
    assert cachet.follow_up(SOURCE, "schedule-9")[1] == f"{page}/api/v1/schedules/9"


@pytest.mark.parametrize(
    "html", ['<a href="https://cachethq.io">Cachet</a>', '<link href="/vendor/cachethq/cachet/favicon.ico">']
)
def test_a_page_of_cachet_leads_to_its_incidents(html: str) -> None:
    assert cachet.linked(html, SOURCE) == cachet.endpoints(SOURCE)


def test_words_for_the_time_that_has_passed_are_volatile_and_the_times_are_not() -> None:
    text = b'{"created": {"human": "2 hours ago", "string": "2026-03-01 10:00:00"}, "duration": 3600}'

    assert cachet.VOLATILE.sub(b"", text) == b'{"created": {, "string": "2026-03-01 10:00:00"}, }'
