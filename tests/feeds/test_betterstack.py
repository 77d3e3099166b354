from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import betterstack
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("betterstack")


def parse(*included: dict[str, Any], **about: Any) -> Snapshot:
    data = {"id": "165", "type": "status_page", "attributes": {"aggregate_state": "operational"} | about}
    return betterstack.parse(json.dumps({"data": data, "included": included}).encode(), SOURCE)


def resource(status: object, key: object = "11") -> dict[str, Any]:
    return {"id": key, "type": "status_page_resource", "attributes": {"public_name": "API", "status": status}}


def report(*statuses: str, **changes: Any) -> Claim:
    about = {
        "title": "Errors",
        "report_type": "manual",
        "starts_at": "2026-03-01T10:00:00Z",
        "aggregate_state": "downtime",
        "affected_resources": [{"status_page_resource_id": 11, "status": status} for status in statuses],
        **changes,
    }
    return parse(resource("maintenance"), {"id": "1", "type": "status_report", "attributes": about}).incidents[0]


def named(case: str, key: str) -> Claim:
    claims = betterstack.parse(body("betterstack", case), SOURCE).incidents
    return next(claim for claim in claims if claim.external_id == key)


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("operational", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("degraded", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("downtime", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("maintenance", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("wobbly", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_the_page_its_resources_and_its_reports_share_their_words(
    word: str, status: ComponentStatus, impact: Impact
) -> None:
    snapshot = parse(resource(word), aggregate_state=word)

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert report(aggregate_state=word).impact is impact
    assert snapshot.unknown_words == (("wobbly",) if word == "wobbly" else ())


def test_a_resource_that_is_not_monitored_says_nothing_and_is_left_out() -> None:
    snapshot = parse(resource("not_monitored"), resource("operational", 12))

    assert [component.id for component in snapshot.components] == ["12"]
    assert snapshot.unknown_words == ()


def test_only_the_word_resolved_ends_a_report_for_its_end_is_null_even_then() -> None:
    over, open_still = named("outage", "1002"), report(ends_at="2026-03-01T11:00:00Z")

    assert (over.state, over.resolved_at) == (State.RESOLVED, over.updates[-1].at)
    assert (open_still.state, open_still.resolved_at) == (State.INVESTIGATING, None)


def test_a_report_whose_resources_are_well_again_is_watched_and_not_over() -> None:
    assert report(aggregate_state="operational").state is State.MONITORING
    assert report(aggregate_state=None).state is State.INVESTIGATING


def test_the_impact_is_that_of_now_and_of_what_is_over_the_worst_that_was_said() -> None:
    assert report("degraded", "resolved", aggregate_state="degraded").impact is Impact.MINOR
    assert named("outage", "1001").impact is Impact.CRITICAL
    assert named("outage", "1002").impact is Impact.MINOR
    assert report("resolved", aggregate_state="resolved").impact is Impact.UNKNOWN


def test_updates_belong_to_the_report_that_names_them_or_that_they_name() -> None:
    assert [update.id for update in named("outage", "1001").updates] == ["5001", "5002"]
    assert [update.id for update in named("maintenance", "1003").updates] == ["5005", "5006"]


def test_an_update_ends_a_report_if_all_that_it_touches_is_resolved() -> None:
    assert [update.state for update in named("outage", "1002").updates] == [State.INVESTIGATING, State.RESOLVED]


def test_a_maintenance_is_in_progress_while_a_resource_of_it_is_under_maintenance() -> None:
    states = [named("maintenance", key).state for key in ("1003", "1004", "1005")]

    assert states == [State.IN_PROGRESS, State.SCHEDULED, State.COMPLETED]
    assert [update.state for update in named("maintenance", "1003").updates] == [State.SCHEDULED, State.IN_PROGRESS]
    assert report(report_type="maintenance").kind is Kind.MAINTENANCE


def test_a_report_of_an_automatic_kind_is_an_incident() -> None:
    assert report(report_type="automatic").kind is Kind.INCIDENT


def test_ids_may_be_numbers_or_strings() -> None:
    assert [component.name for component in report("downtime").components] == ["API"]


def test_the_page_stands_at_its_own_domain_or_where_it_was_read() -> None:
    assert parse(custom_domain="status.other.example").page_url == "https://status.other.example"
    assert parse(custom_domain="not a host").page_url == "https://status.acme.example"
    assert parse().page_id == "165"


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"data": {}}, r"no status page with an aggregate_state at \$\.data"),
        ({"data": {"type": "incident", "attributes": {"aggregate_state": "x"}}}, "no status page"),
        ({"data": []}, r"a list instead of an object at \$\.data"),
        ({"data": {"type": "status_page", "attributes": {"aggregate_state": "x"}}}, r"no usable id at \$\.data"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        betterstack.parse(json.dumps(payload).encode(), SOURCE)


def test_without_what_is_included_absence_means_nothing() -> None:
    data = {"id": "165", "type": "status_page", "attributes": {"aggregate_state": "operational"}}

    assert parse().complete_open_set
    assert not betterstack.parse(json.dumps({"data": data}).encode(), SOURCE).complete_open_set


def test_an_update_that_nothing_dates_is_refused() -> None:
    update = {"id": "5", "type": "status_update", "attributes": {"message": "Words"}}
    owner = {"data": [{"id": "5", "type": "status_update"}]}
    undated = {"id": "1", "type": "status_report", "attributes": {}, "relationships": {"status_updates": owner}}

    with pytest.raises(ParseError, match="no time that can be read"):
        parse(update, undated)


def test_a_page_has_one_document() -> None:
    document = "https://status.acme.example/index.json"

    assert betterstack.endpoints(SOURCE) == betterstack.endpoints(replace(SOURCE, url=document)) == (document,)
    assert betterstack.follow_up(SOURCE, "1") == ()


@pytest.mark.parametrize(
    "html",
    [
        '<div class="status-page__overview-icon status-page__overview-icon--downtime"></div>',
        '<script src="https://acme.betteruptime.com/app.js"></script>',
        "<footer>Powered by Better Stack</footer>",
    ],
)
def test_a_page_of_better_stack_leads_to_its_document(html: str) -> None:
    assert betterstack.linked(html, SOURCE) == ("https://status.acme.example/index.json",)


def test_histories_and_shares_of_uptime_are_volatile_and_nothing_else_is() -> None:
    text = b'{"status_history": [{"day": "2026-03-01"}], "availability": 0.99, "status": "operational"}'

    assert betterstack.VOLATILE.sub(b"", text) == b'{, , "status": "operational"}'
    assert betterstack.VOLATILE.sub(b"", b'"status_history":[' * 100_000) == b'"status_history":[' * 100_000
