from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import gatus
from bot.model import Component, ComponentStatus, Impact, Snapshot
from tests.feeds.samples import body, source

SOURCE = source("gatus")
LIST = "https://status.acme.example/api/v1/endpoints/statuses"


def parse(*outcomes: object) -> Snapshot:
    results = [{"success": ok, "timestamp": f"2026-03-01T10:{n:02}:00Z"} for n, ok in enumerate(outcomes)]
    return gatus.parse(json.dumps([{"key": "core_api", "name": "api", "results": results}]).encode(), SOURCE)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((True,), ComponentStatus.OPERATIONAL),
        ((True, True, False), ComponentStatus.OPERATIONAL),
        ((True, False, False), ComponentStatus.OPERATIONAL),
        ((True, False, False, False), ComponentStatus.MAJOR_OUTAGE),
        ((False, False, False, True), ComponentStatus.OPERATIONAL),
        ((False,), ComponentStatus.MAJOR_OUTAGE),
        ((), ComponentStatus.UNKNOWN),
        (("yes", None, 1), ComponentStatus.MAJOR_OUTAGE),
    ],
)
def test_three_failures_in_a_row_are_an_outage(outcomes: tuple[object, ...], status: ComponentStatus) -> None:
    assert parse(*outcomes).components[0].status is status


def test_the_newest_results_count_whatever_their_order() -> None:
    found = {c.id: c for c in gatus.parse(body("gatus", "outage"), SOURCE).components}

    assert found["core_api"] == Component("core_api", "api", ComponentStatus.MAJOR_OUTAGE, "core")
    assert found["_web"] == Component("_web", "web", ComponentStatus.OPERATIONAL, None)


def test_it_tells_how_things_are_and_of_no_incidents() -> None:
    snapshot = gatus.parse(body("gatus", "outage"), SOURCE)

    assert (snapshot.incidents, snapshot.complete_open_set) == ((), False)
    assert snapshot.indicator is Impact.CRITICAL


def test_the_answer_for_one_endpoint_is_read_too() -> None:
    snapshot = gatus.parse(body("gatus", "one-endpoint"), SOURCE)

    assert snapshot.components == (Component("core_api", "api", ComponentStatus.MAJOR_OUTAGE, "core"),)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ([], "no endpoints"),
        ({}, r"no endpoint of Gatus, with key and results, at \$"),
        ([{"key": "a"}], r"no endpoint of Gatus, with key and results, at \$\[0\]"),
        ([{"key": "a", "results": {}}], r"an object instead of a list at \$\[0\]\.results"),
        ([{"key": [], "results": []}], r"no usable key at \$\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        gatus.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://status.acme.example", LIST),
        ("https://status.acme.example/", LIST),
        ("https://status.acme.example/endpoints/core_api", LIST),
        ("https://acme.example/health/", "https://acme.example/health/api/v1/endpoints/statuses"),
        (LIST, LIST),
    ],
)
def test_a_page_is_polled_at_its_list(url: str, endpoint: str) -> None:
    assert gatus.endpoints(replace(SOURCE, url=url)) == (endpoint,)
    assert gatus.follow_up(SOURCE, "core_api") == ()


def test_people_read_the_page_where_it_is() -> None:
    snapshot = gatus.parse(body("gatus", "quiet"), replace(SOURCE, url="https://acme.example/health/api/v1/endpoints"))

    assert snapshot.page_url == "https://acme.example/health"


@pytest.mark.parametrize(
    "html",
    [
        '<script>window.config = {logo: "", header: "Acme"};</script>',
        '<a href="https://github.com/TwiN/gatus">source</a>',
    ],
)
def test_a_page_of_gatus_leads_to_its_list(html: str) -> None:
    assert gatus.linked(html, SOURCE) == (LIST,)


def test_when_and_how_fast_a_check_was_is_volatile_and_its_outcome_is_not() -> None:
    result: dict[str, Any] = {"duration": 104512345, "success": True, "timestamp": "2026-03-01T10:00:00Z"}

    assert gatus.VOLATILE.sub(b"", json.dumps(result).encode()) == b'{, "success": true, }'
