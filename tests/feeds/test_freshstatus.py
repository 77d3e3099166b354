from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.joining import joined
from bot.errors import ParseError
from bot.feeds import freshstatus
from bot.model import Claim, ComponentStatus, Impact, Kind, State
from tests.feeds.samples import body, source

API = "https://public-api.freshstatus.io/v1"
OPEN = f"{API}/public-incidents/?account_id=3616&end_time__isempty=true"
TREE = f"{API}/public-components/?account_id=3616"
SOURCE = source("freshstatus", f"{API}/public-incidents/?account_id=3616")
PAGE = source("freshstatus", "https://acme.freshstatus.io")


def claim(**changes: Any) -> Claim:
    item = {"id": 1, "title": "Errors", "start_time": "2026-03-02T10:00:00Z", "affected_components": []}
    return freshstatus.parse(json.dumps(item | changes).encode(), SOURCE).incidents[0]


def tree(*leaves: dict[str, Any]) -> bytes:
    return json.dumps({"components": [{"id": 10, "name": "Europe", "components": leaves}]}).encode()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("OP", ComponentStatus.OPERATIONAL),
        ("PD", ComponentStatus.DEGRADED_PERFORMANCE),
        ("PO", ComponentStatus.PARTIAL_OUTAGE),
        ("MO", ComponentStatus.MAJOR_OUTAGE),
        ("UM", ComponentStatus.UNDER_MAINTENANCE),
    ],
)
def test_a_component_is_as_its_code_says(code: str, status: ComponentStatus) -> None:
    (part,) = freshstatus.parse(tree({"id": 1, "name": "Mail", "status": code}), SOURCE).components

    assert (part.id, part.name, part.status, part.group) == ("1", "Mail", status, "Europe")


def test_a_strange_code_is_unknown_and_remembered_and_never_green() -> None:
    snapshot = freshstatus.parse(tree({"id": 1, "status": "OP"}, {"id": 2, "status": "XX"}), SOURCE)

    assert snapshot.components[1].status is ComponentStatus.UNKNOWN
    assert snapshot.unknown_words == ("XX",)
    assert snapshot.indicator is Impact.UNKNOWN


def test_what_the_vendor_leaves_out_of_its_verdict_is_no_outage() -> None:
    closing = {"id": 2, "status": "MO", "display_options": {"ignore_overall_status": "true"}}

    snapshot = freshstatus.parse(tree({"id": 1, "status": "OP"}, closing), SOURCE)

    assert snapshot.components[1].status is ComponentStatus.UNKNOWN
    assert snapshot.indicator is Impact.NONE


def test_what_has_an_end_is_over_and_its_impact_is_that_of_its_components() -> None:
    touched = [{"component": 7, "new_status": "MO"}]

    found = claim(end_time="2026-03-02T11:00:00Z", affected_components=touched)

    assert (found.state, found.impact) == (State.RESOLVED, Impact.CRITICAL)
    assert found.resolved_at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert found.components[0].status is ComponentStatus.OPERATIONAL
    assert claim(affected_components=touched).state is State.INVESTIGATING
    assert claim().impact is Impact.UNKNOWN


def test_the_only_end_that_a_maintenance_has_is_the_planned_one() -> None:
    found = claim(is_planned=True, end_time="2026-03-02T12:00:00Z")

    assert (found.kind, found.impact, found.state) == (Kind.MAINTENANCE, Impact.MAINTENANCE, State.SCHEDULED)
    assert (found.starts_at, found.ends_at, found.resolved_at) == (
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        None,
    )


def test_an_end_besides_the_planned_one_is_the_end() -> None:
    found = claim(is_planned=True, end_time="2026-03-02T11:00:00Z", scheduled_end_time="2026-03-02T12:00:00Z")

    assert (found.state, found.resolved_at) == (State.COMPLETED, datetime(2026, 3, 2, 11, tzinfo=UTC))
    assert found.ends_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_description_is_the_one_statement_and_an_edit_keeps_its_id() -> None:
    before, after = claim(description="Slow."), claim(description="Very slow.")

    assert [update.id for update in before.updates] == [update.id for update in after.updates] == ["description"]
    assert claim().updates == ()


def test_a_list_that_goes_on_is_a_window_and_one_incident_is_no_list() -> None:
    payload = json.loads(body("freshstatus", "outage"))

    assert freshstatus.parse(json.dumps(payload).encode(), SOURCE).complete_open_set
    assert not freshstatus.parse(json.dumps(payload | {"next": OPEN}).encode(), SOURCE).complete_open_set
    assert not freshstatus.parse(json.dumps(payload["results"][0]).encode(), SOURCE).complete_open_set


def test_an_empty_list_is_all_clear_only_where_the_format_is_named() -> None:
    empty = b'{"count": 0, "next": null, "previous": null, "results": []}'

    assert freshstatus.parse(empty, SOURCE).complete_open_set
    with pytest.raises(ParseError, match="an empty list"):
        freshstatus.parse(empty, source("auto"))


def test_read_together_the_tree_names_what_an_incident_touches() -> None:
    snapshot = joined([freshstatus.parse(body("freshstatus", case), SOURCE) for case in ("outage", "components")])

    touched = snapshot.incidents[0].components[0]
    assert {part.id: part.name for part in snapshot.components}[touched.id] == "Tickets"
    assert (snapshot.complete_open_set, snapshot.indicator) == (True, Impact.MAJOR)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "neither a tree of `components` nor incidents"),
        ({"results": [{"id": 1}]}, "neither a tree of `components` nor incidents"),
        ({"components": []}, "no component with a status of Freshstatus'"),
        ({"components": [{"id": "a", "name": "A", "status": "OPERATIONAL"}]}, "no component with a status"),
        ({"results": [{"affected_components": []}]}, r"no usable id at \$\.results\[0\]"),
        ({"results": [{"id": 1, "affected_components": [{}]}]}, "no usable component at"),
    ],
)
def test_a_payload_that_is_not_theirs_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        freshstatus.parse(json.dumps(payload).encode(), SOURCE)


def test_the_open_incidents_of_an_account_are_read_with_its_components() -> None:
    assert freshstatus.endpoints(SOURCE) == (OPEN,)
    assert freshstatus.endpoints(replace(SOURCE, url=OPEN)) == (OPEN,)
    assert freshstatus.endpoints(replace(SOURCE, url=TREE)) == (TREE,)
    assert freshstatus.beside(OPEN) == (TREE,)
    assert freshstatus.beside(TREE) == ()
    assert freshstatus.follow_up(SOURCE, "1607001") == (f"{API}/public-incidents/1607001/?account_id=3616",)


def test_a_page_alone_knows_no_account_but_its_html_may() -> None:
    html = '<script src="https://cdn.freshstatus.io/x.js"></script><script>{"account_id":3616}</script>'

    assert freshstatus.endpoints(PAGE) == ()
    assert freshstatus.follow_up(PAGE, "1") == ()
    assert freshstatus.linked(html, PAGE) == (OPEN,)
    assert freshstatus.linked('{\\"accountId\\":\\"3616\\"} https://cdn.freshstatus.io', PAGE) == (OPEN,)
    assert freshstatus.linked('{"account_id":3616}', PAGE) == ()
    assert freshstatus.linked("https://cdn.freshstatus.io", PAGE) == ()
    assert freshstatus.HOSTS == ("*.freshstatus.io",)
