from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import incidentio
from bot.model import ComponentStatus, Impact, Snapshot
from tests.feeds.samples import body, source

SOURCE = source("incidentio")


def parse(payload: object) -> Snapshot:
    return incidentio.parse(json.dumps(payload).encode(), SOURCE)


def imitated(**changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(body("incidentio", "imitated-summary-outage"))
    return payload | changes


@pytest.mark.parametrize("nothing", [{"incidents": None}, {"incidents": []}, {}])
def test_no_incidents_may_be_absent_or_null_or_an_empty_list(nothing: dict[str, Any]) -> None:
    payload = {key: value for key, value in imitated().items() if key != "incidents"}

    snapshot = parse(payload | nothing)

    assert (snapshot.incidents, snapshot.complete_open_set) == ((), True)


def test_all_three_summaries_are_complete_and_the_lists_of_the_past_are_not() -> None:
    complete = {"native-outage", "native-quiet", "imitated-summary-outage", "widget"}
    windows = {"native-history", "native-one-incident", "imitated-incidents-backfilled"}

    for case in complete | windows:
        assert incidentio.parse(body("incidentio", case), SOURCE).complete_open_set is (case in complete), case


def test_an_update_without_words_stays_without_words() -> None:
    snapshot = incidentio.parse(body("incidentio", "imitated-incidents-backfilled"), SOURCE)

    assert [update.body for update in snapshot.incidents[0].updates] == ["", ""]


def test_a_backfilled_incident_keeps_its_times_though_it_ended_before_it_was_published() -> None:
    claim = incidentio.parse(body("incidentio", "imitated-incidents-backfilled"), SOURCE).incidents[0]

    assert claim.started_at == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert claim.resolved_at == datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
    assert claim.published_at == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


def test_a_full_outage_is_what_others_call_a_major_one() -> None:
    snapshot = incidentio.parse(body("incidentio", "native-outage"), SOURCE)

    assert [component.status for component in snapshot.components] == [
        ComponentStatus.OPERATIONAL,
        ComponentStatus.MAJOR_OUTAGE,
        ComponentStatus.DEGRADED_PERFORMANCE,
    ]
    assert snapshot.indicator is Impact.CRITICAL


def test_an_incident_that_names_no_component_has_an_unknown_impact_not_none() -> None:
    odd, chat = incidentio.parse(body("incidentio", "native-outage"), SOURCE).incidents

    assert odd.impact is Impact.UNKNOWN
    assert chat.impact is Impact.CRITICAL


def test_a_component_in_trouble_that_the_page_does_not_list_is_no_reason_to_refuse() -> None:
    payload = json.loads(body("incidentio", "native-quiet"))
    payload["summary"]["affected_components"] = [{"component_id": "01J0000000000000000000NEWC", "status": "odd"}]

    assert len(parse(payload).components) == 1


def test_an_affected_component_without_a_status_is_unknown_and_not_operational() -> None:
    payload = json.loads(body("incidentio", "native-quiet"))
    payload["summary"]["affected_components"] = [{"component_id": "01HZZZZZZZZZZZZZZZZZZZZC01"}]

    assert parse(payload).components[0].status is ComponentStatus.UNKNOWN


def test_a_page_of_statuspage_is_told_and_not_guessed() -> None:
    with pytest.raises(ParseError, match="use format statuspage"):
        incidentio.parse(body("statuspage", "summary-outage"), SOURCE)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no summary, page or incidents"),
        ({"incidents": []}, "no summary, page or incidents"),
        ({"incidents": [{"id": "17"}]}, "no summary, page or incidents"),
        ({"summary": []}, r"a list instead of an object at \$\.summary"),
        ({"summary": {"id": "acme"}}, r"no ULID at \$\.summary\.id"),
        ({"summary": {"id": "01HZZZZZZZZZZZZZZZZZZZZPAG", "components": 3}}, r"a list at \$\.summary\.components"),
        ({"page": {"id": "01HZZZZZZZZZZZZZZZZZZZZPAG"}}, "says nothing"),
        ({"page_url": "https://status.acme.example"}, "no summary, page or incidents"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse(payload)


def test_words_nested_without_end_cost_nothing() -> None:
    nested: object = {"text": "deep"}
    for _ in range(300):
        nested = {"content": [nested]}
    update = {"id": "01J0000000000000000000PD01", "published_at": "2026-03-01T10:00:00Z", "message": nested}
    payload = json.loads(body("incidentio", "native-outage"))
    payload["summary"]["ongoing_incidents"][1]["updates"] = [update]

    assert parse(payload).incidents[0].updates[0].body == "deep"


def test_the_pages_own_summary_is_asked_first() -> None:
    assert incidentio.endpoints(replace(SOURCE, url="https://status.acme.example/")) == (
        "https://status.acme.example/proxy/status.acme.example",
        "https://status.acme.example/api/v2/summary.json",
        "https://status.acme.example/api/v1/summary",
    )
    assert incidentio.endpoints(replace(SOURCE, url="https://statuspage.incident.io/acme"))[0] == (
        "https://statuspage.incident.io/proxy/statuspage.incident.io/acme"
    )


@pytest.mark.parametrize("path", ["/proxy/status.acme.example", "/api/v2/summary.json", "/api/v1/summary"])
def test_a_document_is_asked_where_it_is_and_its_page_is_found_from_there(path: str) -> None:
    direct = replace(SOURCE, url=f"https://status.acme.example{path}")

    assert incidentio.endpoints(direct) == (direct.url,)
    assert incidentio.follow_up(direct, "01J0000000000000000000JN02") == (
        "https://status.acme.example/proxy/status.acme.example/incidents/01J0000000000000000000JN02",
        "https://status.acme.example/proxy/status.acme.example/incidents",
        "https://status.acme.example/api/v2/incidents.json",
    )


@pytest.mark.parametrize(
    ("said", "suffers", "began"),
    [("02:42", "03:06", "02:42"), ("03:06", "02:42", "02:42"), ("03:06", None, "03:06")],
)
def test_an_incident_began_with_what_came_first_its_words_or_its_impact(
    said: str, suffers: str | None, began: str
) -> None:
    native = json.loads(body("incidentio", "native-one-incident"))
    spoken = {"id": "01HZZZZZZZZZZZZZZZZZZZZUP1", "to_status": "identified", "published_at": f"2026-03-01T{said}:00Z"}
    impacts = [{"start_at": f"2026-03-01T{suffers}:00Z", "end_at": None}] if suffers else []
    native["incident"] |= {"updates": [spoken], "component_impacts": impacts, "status_summaries": []}
    native["incident"] |= {"type": "incident", "status": "identified", "published_at": "2026-03-01T03:06:00Z"}

    assert parse(native).incidents[0].started_at == datetime.fromisoformat(f"2026-03-01T{began}:00+00:00")
