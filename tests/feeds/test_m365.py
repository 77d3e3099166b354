from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import m365
from bot.model import ComponentStatus, Impact, Snapshot
from tests.feeds.samples import body, source

SOURCE = source("m365", "https://status.cloud.microsoft")
POSTS = "https://status.cloud.microsoft/api/posts"


def post(**changes: Any) -> dict[str, Any]:
    at = "2026-03-01T10:00:00+00:00"
    times = {"AuthoredDateTime": at, "InternalDateTime": at, "LastUpdatedTime": at}
    return {"Id": "1", "Title": "", "Message": "", "Status": "Available", **times, **changes}


def parse(payload: object, url: str = SOURCE.url) -> Snapshot:
    return m365.parse(json.dumps(payload).encode(), replace(SOURCE, url=url))


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("Available", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("Operational", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("Service restored", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("ServiceRestored", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("Service degradation", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("ServiceDegradation", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("Unknown", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        ("Service haunted", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_a_place_is_as_the_status_of_its_post_says(word: str | None, status: ComponentStatus, impact: Impact) -> None:
    snapshot = parse(post(Status=word))

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert snapshot.unknown_words == ((word,) if word == "Service haunted" else ())


@pytest.mark.parametrize(
    ("url", "key", "name"),
    [
        (f"{POSTS}/mac", "mac", "Microsoft 365 admin center"),
        (f"{POSTS}/ppac", "ppac", "Power Platform admin center"),
        (f"{POSTS}/azure", "azure", "Microsoft Azure"),
        (f"{POSTS}/m365Consumer", "mac", "Microsoft 365 admin center"),
        ("https://status.cloud.microsoft", "mac", "Microsoft 365 admin center"),
    ],
)
def test_a_single_post_is_of_the_place_that_the_address_names(url: str, key: str, name: str) -> None:
    assert [(c.id, c.name) for c in parse(post(), url).components] == [(key, name)]


def test_the_posts_of_a_list_name_their_services() -> None:
    listed = [post(ServiceDisplayName="Mail &amp; more", ServiceWorkloadName="Mail"), post(ServiceDisplayName="Tasks")]

    assert [(c.id, c.name) for c in parse(listed).components] == [("Mail", "Mail & more"), ("Tasks", "Tasks")]


def test_there_are_no_incidents_and_nothing_is_left_out() -> None:
    snapshot = m365.parse(body("m365", "outage"), SOURCE)

    assert snapshot.incidents == ()
    assert snapshot.complete_open_set


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no posts"),
        ([], "no posts"),
        ({"Status": "Available"}, "no posts"),
        ([post(ServiceDisplayName="Mail"), {}], "no posts"),
        ([post()], r"no usable ServiceDisplayName at \$\[0\]"),
        ("Available", r"a string instead of an object at \$"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse(payload)


def test_the_page_that_is_served_for_any_other_address_is_refused() -> None:
    with pytest.raises(ParseError, match="HTML"):
        m365.parse(b'<!doctype html><html><body><div id="root"></div></body></html>', SOURCE)


def test_the_clocks_are_volatile_and_the_time_of_writing_is_not() -> None:
    before = body("m365", "outage")

    after = before.replace(b"10:14:00.490309", b"10:15:00.000000").replace(b"10:12:55", b"10:22:55")

    assert before != after
    assert m365.VOLATILE.sub(b"", before) == m365.VOLATILE.sub(b"", after)
    assert b"AuthoredDateTime" in m365.VOLATILE.sub(b"", before)


def test_the_list_is_read_with_the_post_on_the_admin_center_beside_it() -> None:
    page = replace(SOURCE, url="https://status.cloud.microsoft/m365")

    assert m365.endpoints(page) == (f"{POSTS}/m365Consumer",)
    assert m365.beside(f"{POSTS}/m365Consumer") == (f"{POSTS}/mac",)
    assert m365.beside(f"{POSTS}/azure") == ()
    assert m365.endpoints(replace(SOURCE, url=f"{POSTS}/azure")) == (f"{POSTS}/azure",)
    assert m365.follow_up(SOURCE, "1") == ()


def test_only_microsofts_own_page_leads_to_it() -> None:
    assert m365.HOSTS == ("status.cloud.microsoft",)
    assert m365.linked("", SOURCE) == (f"{POSTS}/m365Consumer",)
    assert m365.linked('<a href="https://status.cloud.microsoft">', source("m365")) == ()
