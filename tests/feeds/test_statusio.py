from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import statusio
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

PAGE_ID = "0123456789abcdef01234567"
DOCUMENT = f"https://api.status.io/1.0/status/{PAGE_ID}"
SOURCE = source("statusio", DOCUMENT)


def parse(**changes: Any) -> Snapshot:
    result = {
        "status_overall": {"status_code": 100},
        "status": [],
        "incidents": [],
        "maintenance": {"active": [], "upcoming": []},
    }
    return statusio.parse(json.dumps({"result": result | changes}).encode(), SOURCE)


def message(state: object, status: object = 400, hour: int = 10) -> dict[str, Any]:
    return {"details": "Words", "state": state, "status": status, "datetime": f"2026-03-01T{hour:02}:00:00.000Z"}


def claim(*messages: dict[str, Any]) -> Claim:
    incident = {"_id": "a" * 24, "name": "Errors", "datetime_open": "2026-03-01T09:00:00Z", "messages": messages}
    return parse(incidents=[incident]).incidents[0]


@pytest.mark.parametrize(
    ("code", "status", "impact"),
    [
        (100, ComponentStatus.OPERATIONAL, Impact.NONE),
        (200, ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("300", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        (400, ComponentStatus.PARTIAL_OUTAGE, Impact.MAJOR),
        (500, ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        (600, ComponentStatus.UNKNOWN, Impact.MAJOR),
        (700, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_every_code_has_its_status_and_its_impact(code: object, status: ComponentStatus, impact: Impact) -> None:
    snapshot = parse(status_overall={"status_code": code}, status=[{"id": "c", "name": "API", "status_code": code}])

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert claim(message(100, status=code)).impact is impact


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (100, State.INVESTIGATING),
        (200, State.IDENTIFIED),
        (300, State.MONITORING),
        ("Resolved", State.RESOLVED),
        (400, State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_an_incident_stands_where_its_newest_message_says(code: object, state: State) -> None:
    assert claim(message(code, hour=11), message(100, hour=10)).state is state


def test_an_incident_without_messages_is_being_investigated_and_its_impact_is_unknown() -> None:
    assert (claim().state, claim().impact) == (State.INVESTIGATING, Impact.UNKNOWN)


def test_messages_are_sorted_whatever_their_order_and_named_by_time_and_state() -> None:
    one_way, other_way = claim(message(100), message(200, hour=11)), claim(message(200, hour=11), message(100))

    assert one_way == other_way
    assert [update.id for update in one_way.updates] == ["2026-03-01T10:00:00.000Z 100", "2026-03-01T11:00:00.000Z 200"]


def test_the_overall_word_may_be_milder_than_an_open_incident() -> None:
    snapshot = statusio.parse(body("statusio", "outage"), SOURCE)

    assert snapshot.indicator is Impact.MAINTENANCE
    assert max(claim.impact.rank for claim in snapshot.incidents) == Impact.MAJOR.rank


def test_a_title_may_be_a_bare_address_and_a_component_that_is_gone_keeps_its_name() -> None:
    other = statusio.parse(body("statusio", "outage"), SOURCE).incidents[1]

    assert other.title == "https://acme.example/post/1"
    assert other.components == (Component("a" * 22 + "09", "Fax"),)


def test_a_maintenance_stands_where_its_list_says() -> None:
    started, planned = statusio.parse(body("statusio", "maintenance"), SOURCE).incidents

    assert (started.state, planned.state) == (State.IN_PROGRESS, State.SCHEDULED)
    assert started.kind is planned.kind is Kind.MAINTENANCE
    assert started.starts_at
    assert started.ends_at


def test_only_with_all_three_lists_absence_means_anything() -> None:
    assert parse().complete_open_set
    assert not parse(incidents=None).complete_open_set
    assert not parse(maintenance={"active": []}).complete_open_set


def test_the_page_is_known_by_the_id_in_its_address_and_an_incident_is_linked_on_the_pages_own_host() -> None:
    own = replace(SOURCE, url=f"https://status.acme.example/1.0/status/{PAGE_ID}")
    shown, hidden = (statusio.parse(body("statusio", "outage"), one) for one in (own, SOURCE))

    assert shown.page_id == hidden.page_id == PAGE_ID
    assert shown.incidents[0].url == f"https://status.acme.example/pages/incident/{PAGE_ID}/{'d' * 22}01"
    assert (hidden.page_url, hidden.incidents[0].url) == (None, None)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"result": {}}, r"no status_overall and list `status` at \$\.result"),
        ({"result": {"status_overall": {}, "status": {}}}, r"an object instead of a list at \$\.result\.status"),
        ({"result": {"status_overall": {}, "status": [{}]}}, r"no usable id at \$\.result\.status\[0\]"),
        ({"result": {"status_overall": {}, "status": [], "incidents": [{}]}}, r"no usable _id at"),
        (
            {"result": {"status_overall": {}, "status": [], "incidents": [{"_id": "a", "messages": [{}]}]}},
            r"no time that can be read at \$\.result\.incidents\[0\]\.messages\[0\]",
        ),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        statusio.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (DOCUMENT, DOCUMENT),
        (f"https://status.acme.example/1.0/status/{PAGE_ID}", f"https://status.acme.example/1.0/status/{PAGE_ID}"),
        (f"https://status.io/pages/{PAGE_ID}", DOCUMENT),
        (f"https://status.acme.example/pages/history/{PAGE_ID}", DOCUMENT),
        ("https://status.acme.example", "https://status.acme.example"),
    ],
)
def test_an_address_that_holds_the_id_leads_to_the_document(url: str, endpoint: str) -> None:
    assert statusio.endpoints(replace(SOURCE, url=url)) == (endpoint,)


@pytest.mark.parametrize(
    "html",
    [
        f'<script>var statuspage_id = "{PAGE_ID}";</script>',
        f"<script>var pageId = '{PAGE_ID}';</script>",
        f'<a href="https://api.status.io/1.0/status/{PAGE_ID}">API</a>',
        f'<a href="/pages/history/{PAGE_ID}">History</a>',
    ],
)
def test_a_page_leads_to_the_document_by_the_id_in_its_html(html: str) -> None:
    assert statusio.linked(html, replace(SOURCE, url="https://status.acme.example")) == (DOCUMENT,)


@pytest.mark.parametrize(
    "html",
    [
        f'<script src="/{PAGE_ID}.js"></script>',
        f"<script>var pageId = '{PAGE_ID}';</script><footer>Powered by Freshstatus</footer>",
        f"<script>var pageId = '{PAGE_ID}0123';</script>",
        "<html></html>",
    ],
)
def test_hexadecimal_digits_alone_lead_nowhere(html: str) -> None:
    assert statusio.linked(html, SOURCE) == ()


def test_how_an_incident_ended_is_told_nowhere() -> None:
    assert statusio.follow_up(SOURCE, "a" * 24) == ()


def test_the_stamps_of_components_are_volatile_and_nothing_else_is() -> None:
    text = b'{"updated": "2026-03-01T10:00:00.000Z", "status": "x", "details": "\\"updated\\":\\"now\\""}'

    assert statusio.VOLATILE.sub(b"", text) == b'{, "status": "x", "details": "\\"updated\\":\\"now\\""}'


def test_an_incident_without_messages_is_as_bad_as_its_own_code_says() -> None:
    incident = {"_id": "a" * 24, "name": "Errors", "datetime_open": "2026-03-01T09:00:00Z", "status_code": 500}

    found = parse(incidents=[incident]).incidents[0]

    assert (found.state, found.impact) == (State.INVESTIGATING, Impact.CRITICAL)
