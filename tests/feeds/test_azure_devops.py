from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import azure_devops
from bot.model import ComponentStatus, Impact, Snapshot
from tests.feeds.samples import body, source

SOURCE = source("azure-devops", "https://status.dev.azure.com/")
HEALTH = "https://status.dev.azure.com/_apis/status/health"


def parse(*geographies: dict[str, Any], health: Any = "healthy") -> Snapshot:
    payload = {"status": {"health": health, "message": ""}, "services": [{"id": "Repos", "geographies": geographies}]}
    return azure_devops.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("healthy", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("advisory", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("degraded", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("unhealthy", ComponentStatus.MAJOR_OUTAGE, Impact.MAJOR),
        ("haunted", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_a_service_and_the_whole_are_as_their_health_says(word: str, status: ComponentStatus, impact: Impact) -> None:
    snapshot = parse({"id": "EU", "name": "Europe", "health": word}, health=word)

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert snapshot.unknown_words == (("haunted",) if word == "haunted" else ())


def test_a_service_is_one_component_in_each_geography_and_the_geography_is_its_group() -> None:
    snapshot = parse({"id": "US", "name": "United States", "health": "healthy"}, {"id": "EU", "name": "Europe"})

    assert [(c.id, c.name, c.status, c.group) for c in snapshot.components] == [
        ("Repos/EU", "Repos (Europe)", ComponentStatus.UNKNOWN, "EU"),
        ("Repos/US", "Repos (United States)", ComponentStatus.OPERATIONAL, "US"),
    ]


def test_there_are_no_incidents_and_nothing_is_left_out() -> None:
    snapshot = azure_devops.parse(body("azure-devops", "outage"), SOURCE)

    assert snapshot.incidents == ()
    assert snapshot.complete_open_set


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no `status` with `health`"),
        ({"status": {"health": "healthy"}}, "no service in any geography"),
        ({"status": {"health": "healthy"}, "services": []}, "no service in any geography"),
        (
            {"status": {"health": "healthy"}, "services": [{"id": "x", "geographies": []}]},
            "no service in any geography",
        ),
        ({"status": {}, "services": [{"id": "x", "geographies": [{"id": "EU"}]}]}, "no `status` with `health`"),
        ({"status": {"health": "healthy"}, "services": [{"id": "x"}]}, "a service without `geographies`"),
        ({"status": [], "services": []}, r"a list instead of an object at \$\.status"),
        (
            {"status": {"health": "x"}, "services": [{"geographies": [{"id": "EU"}]}]},
            r"no usable id at \$\.services\[0\]",
        ),
        (
            {"status": {"health": "x"}, "services": [{"id": "x", "geographies": [{}]}]},
            r"no usable id at \$\.services\[0\]\.geographies\[0\]",
        ),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        azure_devops.parse(json.dumps(payload).encode(), SOURCE)


def test_the_clock_is_volatile() -> None:
    before = body("azure-devops", "outage")

    after = before.replace(b"2026-03-01T10:01:04.703Z", b"2026-03-01T10:02:04.703Z")

    assert before != after
    assert azure_devops.VOLATILE.sub(b"", before) == azure_devops.VOLATILE.sub(b"", after)


def test_where_it_is_read_and_that_nothing_is_followed_up() -> None:
    some = replace(SOURCE, url=f"{HEALTH}?geographies=EU")

    assert azure_devops.endpoints(SOURCE) == (f"{HEALTH}?api-version=7.1-preview.1",)
    assert azure_devops.endpoints(some) == (some.url,)
    assert azure_devops.follow_up(SOURCE, "x") == ()


def test_only_azure_devops_own_page_leads_to_it() -> None:
    assert azure_devops.HOSTS == ("status.dev.azure.com",)
    assert azure_devops.linked("", SOURCE) == azure_devops.endpoints(SOURCE)
    assert azure_devops.linked('<a href="https://status.dev.azure.com">', source("azure-devops")) == ()
