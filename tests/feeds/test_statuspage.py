from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import statuspage
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("statuspage")


def parse(payload: object) -> Snapshot:
    return statuspage.parse(json.dumps(payload).encode(), SOURCE)


def summary(**changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(body("statuspage", "summary-outage"))
    return payload | changes


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "id": "inc000000001",
        "name": "Errors",
        "status": "investigating",
        "impact": "minor",
        "created_at": "2026-03-01T10:00:00.000Z",
        "incident_updates": [],
        "components": [],
        **changes,
    }


def claim(**changes: Any) -> Claim:
    page = {"id": "acme12345678", "url": "https://status.acme.example"}
    return parse({"page": page, "incidents": [incident(**changes)]}).incidents[0]


def test_only_a_whole_summary_lists_every_open_incident() -> None:
    assert parse(summary()).complete_open_set
    for missing in ("components", "incidents", "scheduled_maintenances", "status"):
        part = {key: value for key, value in summary().items() if key != missing}

        assert not parse(part).complete_open_set, missing
        assert not parse(summary(**{missing: None})).complete_open_set, missing


def test_a_snapshot_names_its_page_by_id_because_two_hosts_can_be_one_page() -> None:
    snapshot = statuspage.parse(body("statuspage", "status"), source("statuspage", "https://acme.statuspage.io"))

    assert (snapshot.page_id, snapshot.page_name) == ("acme12345678", "Acme")
    assert snapshot.page_url == "https://status.acme.example"


def test_components_of_an_incident_have_the_status_that_the_page_shows_now() -> None:
    api, webhooks, fax = next(c for c in parse(summary()).incidents if c.external_id == "inc000000002").components

    assert api == Component("aaaa00000001", "API", ComponentStatus.MAJOR_OUTAGE)
    assert webhooks.status is ComponentStatus.PARTIAL_OUTAGE
    assert fax == Component("gone00000001", "Fax", ComponentStatus.MAJOR_OUTAGE)


def test_an_incident_without_components_has_those_of_its_newest_update() -> None:
    names = [{"code": "aaaa00000001", "name": "Europe - API", "new_status": "partial_outage"}]
    updates = [
        {"id": "2", "status": "identified", "created_at": "2026-03-01T11:00:00Z", "affected_components": names},
        {"id": "1", "status": "identified", "created_at": "2026-03-01T10:00:00Z", "affected_components": None},
    ]

    nothings: tuple[dict[str, Any], ...] = ({"components": []}, {"components": None})
    for nothing in nothings:
        assert claim(incident_updates=updates, **nothing).components == (
            Component("aaaa00000001", "Europe - API", ComponentStatus.PARTIAL_OUTAGE),
        )
        assert claim(incident_updates=updates[::-1], **nothing).components != ()


@pytest.mark.parametrize(("word", "state"), [(s.value, s) for s in State if s not in {State.SUSPECTED, State.UNKNOWN}])
def test_every_word_of_statuspage_is_known(word: str, state: State) -> None:
    assert claim(status=word).state is state


@pytest.mark.parametrize("word", ["suspected", "unknown", "", None, "on fire", 7])
def test_any_other_state_is_unknown_and_never_over(word: object) -> None:
    found = claim(status=word, impact=word)

    assert (found.state, found.impact) == (State.UNKNOWN, Impact.UNKNOWN)
    assert found.is_open


def test_words_that_nobody_knows_are_kept_for_the_operator() -> None:
    page = {"id": "acme12345678"}
    snapshot = parse({"page": page, "incidents": [incident(status="Frobnicating", impact="huge")]})

    assert snapshot.unknown_words == ("Frobnicating", "huge")


def test_a_maintenance_is_one_by_its_list_by_its_impact_or_by_its_state() -> None:
    page = {"id": "acme12345678"}
    listed = parse({"page": page, "scheduled_maintenances": [incident(status="investigating", impact="none")]})

    assert listed.incidents[0].kind is Kind.MAINTENANCE
    assert claim(impact="maintenance").kind is Kind.MAINTENANCE
    assert claim(status="verifying").kind is Kind.MAINTENANCE
    assert claim().kind is Kind.INCIDENT


def test_a_maintenance_has_its_window() -> None:
    found = claim(scheduled_for="2026-03-01T10:00:00.000+01:00", scheduled_until="2026-03-01T12:00:00Z")

    assert found.starts_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_postmortem_stays_a_postmortem_and_does_not_move_the_end() -> None:
    updates = [
        {"id": "3", "status": "postmortem", "body": "Why", "created_at": "2026-03-05T10:00:00Z", "display_at": None},
        {"id": "2", "status": "resolved", "body": "Over", "created_at": "2026-03-01T11:00:00Z"},
        {"id": "1", "status": "identified", "body": "Found", "created_at": "2026-03-01T10:00:00Z"},
    ]

    found = claim(status="postmortem", incident_updates=updates, resolved_at=None)

    assert found.state is State.POSTMORTEM
    assert found.resolved_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert [update.id for update in found.updates] == ["1", "2", "3"]


def test_updates_of_the_same_moment_stay_in_the_order_of_the_page_read_from_below() -> None:
    updates = [{"id": key, "status": "identified", "created_at": "2026-03-01T10:00:00Z"} for key in ("3", "2", "1")]

    assert [update.id for update in claim(incident_updates=updates).updates] == ["1", "2", "3"]


def test_an_update_is_dated_as_displayed_else_as_created_else_like_its_incident() -> None:
    updates = [
        {"id": "c", "display_at": "2026-03-01T12:00:00Z", "created_at": "2026-03-01T13:00:00Z"},
        {"id": "b", "display_at": None, "created_at": "2026-03-01T11:00:00Z"},
        {"id": "a", "display_at": "soon"},
    ]

    assert [update.at.hour for update in claim(incident_updates=updates).updates] == [10, 11, 12]


def test_an_update_that_nothing_dates_is_refused() -> None:
    with pytest.raises(ParseError, match=r"no time .* \$\.incidents\[0\]\.incident_updates\[0\]"):
        claim(created_at=None, incident_updates=[{"id": "a"}])


def test_a_link_leads_to_the_incident_on_its_page_and_hostile_ids_stay_inside_it() -> None:
    assert claim().url == "https://status.acme.example/incidents/inc000000001"
    assert claim(id="../x?y").url == "https://status.acme.example/incidents/..%2Fx%3Fy"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://[", "/relative", "ftp://acme.example", "https://a b"])
def test_an_address_that_may_not_be_shown_gives_way_to_the_sources_own(url: str) -> None:
    snapshot = parse({"page": {"id": "acme12345678", "url": url}, "incidents": [incident()]})

    assert snapshot.incidents[0].url == "https://status.acme.example/incidents/inc000000001"


@pytest.mark.parametrize("case", ["imitated-summary-outage", "imitated-incidents-backfilled"])
def test_a_page_that_moved_to_incidentio_is_told_and_not_guessed(case: str) -> None:
    with pytest.raises(ParseError, match="use format incidentio"):
        statuspage.parse(body("incidentio", case), SOURCE)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, r"no page id at \$\.page"),
        ({"page": []}, r"a list instead of an object at \$\.page"),
        ({"page": {"id": ""}}, r"no page id at \$\.page"),
        ({"page": {"id": "acme12345678"}}, "says nothing"),
        ({"page": {"id": "acme12345678"}, "incidents": None}, "says nothing"),
        ({"page": {"id": "acme12345678"}, "incidents": {}}, r"an object instead of a list at \$\.incidents"),
        ({"page": {"id": "acme12345678"}, "incidents": [7]}, r"a number instead of an object at \$\.incidents\[0\]"),
        ({"page": {"id": "acme12345678"}, "incidents": [{}]}, r"no usable id at \$\.incidents\[0\]"),
        ({"page": {"id": "acme12345678"}, "components": [{"name": "API"}]}, r"no usable id at \$\.components\[0\]"),
        ({"page": {"id": "acme12345678"}, "status": "none"}, r"a string instead of an object at \$\.status"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused_with_its_place(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse(payload)


def test_a_page_is_polled_at_its_summary_and_a_document_where_it_is() -> None:
    summary_url = "https://status.acme.example/api/v2/summary.json"

    assert statuspage.endpoints(SOURCE) == (summary_url,)
    assert statuspage.endpoints(replace(SOURCE, url="https://status.acme.example/")) == (summary_url,)
    assert statuspage.endpoints(replace(SOURCE, url="status.acme.example")) == (summary_url,)
    assert statuspage.endpoints(replace(SOURCE, url="https://status.acme.example/history?page=2")) == (summary_url,)
    direct = "https://status.acme.example/api/v2/incidents.json"
    assert statuspage.endpoints(replace(SOURCE, url=direct)) == (direct,)


def test_a_vanished_incident_is_looked_up_alone_then_in_both_lists() -> None:
    direct = replace(SOURCE, url="https://status.acme.example/api/v2/summary.json")

    for origin in (SOURCE, direct):
        assert statuspage.follow_up(origin, "inc/1") == (
            "https://status.acme.example/api/v2/incidents/inc%2F1.json",
            "https://status.acme.example/api/v2/incidents.json",
            "https://status.acme.example/api/v2/scheduled-maintenances.json",
        )


def test_the_stamps_of_a_page_and_the_positions_of_components_are_volatile_and_nothing_else_is() -> None:
    text = b'{"page":{"updated_at":"2026"},"components":[{"id":"a","position":3,"status":"operational"}]}'

    assert statuspage.VOLATILE.sub(b"", text) == b'{"page":{},"components":[{"id":"a",,"status":"operational"}]}'
    assert (
        statuspage.VOLATILE.sub(b"", rb'{"body":"say \"updated_at\":\"now\""}')
        == rb'{"body":"say \"updated_at\":\"now\""}'
    )


def test_what_a_page_sends_to_its_subscribers_is_read_and_is_never_the_whole() -> None:
    sent = {
        "meta": {"generated_at": "2026-03-01T10:00:00Z"},
        "page": {"id": "acme12345678", "status_indicator": "major"},
    }
    part = {"id": "aaaa00000001", "name": "API", "status": "major_outage"}
    updated = {"old_status": "operational", "new_status": "major_outage", "component_id": part["id"]}

    snapshot = parse(sent | {"component": part, "component_update": updated})

    assert snapshot.components == (Component("aaaa00000001", "API", ComponentStatus.MAJOR_OUTAGE),)
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.MAJOR, False)


def test_an_incident_of_2014_has_neither_a_start_nor_components() -> None:
    old = {"id": "cp30", "name": "Down", "status": "identified", "impact": "critical", "shortlink": "http://j.mp/x"}
    said = {"id": "u1", "status": "identified", "body": "Found.", "created_at": "2014-05-14T14:22:40.301-06:00"}

    found = parse(
        {
            "page": {"id": "acme12345678"},
            "incidents": [old | {"created_at": "2014-05-14T14:25:00Z", "incident_updates": [said]}],
        }
    ).incidents[0]

    assert (found.state, found.impact, found.components) == (State.IDENTIFIED, Impact.CRITICAL, ())
    assert found.started_at == datetime(2014, 5, 14, 14, 25, tzinfo=UTC)


def page_of_a_sitrep(**changes: Any) -> dict[str, Any]:
    about = {"id": "sitrep-0123456789ab", "name": "Sitrep", "url": "https://sitrep.example"}
    empty: dict[str, Any] = {"components": [], "incidents": [], "scheduled_maintenances": []}
    return {"page": about, "status": {"indicator": "critical"}, **empty, **changes}


def test_what_a_sitrep_has_from_another_is_not_believed_nor_what_it_made_of_the_rest() -> None:
    part = {"name": "API", "status": "major_outage"}
    page = page_of_a_sitrep(
        components=[
            {**part, "id": "mine"},
            {**part, "id": "theirs", "sitrep": {"relayed": True}},
            {**part, "id": "service", "sitrep": {"derived": True}},
        ],
        incidents=[incident(), incident(id="inc000000002", impact="critical", sitrep={"relayed": True})],
    )

    found = parse(page)

    assert [one.external_id for one in found.incidents] == ["inc000000001"]
    assert [one.id for one in found.components] == ["mine"]
    assert found.indicator is Impact.MINOR


def test_a_sitrep_may_say_that_it_does_not_know() -> None:
    unknown = {"id": "c", "name": "API", "status": "degraded_performance", "sitrep": {"status": "unknown"}}
    found = parse(page_of_a_sitrep(components=[unknown], incidents=[incident(sitrep={"impact": "unknown"})]))

    assert found.components[0].status is ComponentStatus.UNKNOWN
    assert found.incidents[0].impact is Impact.UNKNOWN


def test_a_sitreps_page_of_one_vendor_has_its_documents_there() -> None:
    for address in ("https://sitrep.example/vendors/acme", "https://sitrep.example/vendors/acme/"):
        page = replace(SOURCE, url=address)

        assert statuspage.endpoints(page) == ("https://sitrep.example/vendors/acme/api/v2/summary.json",)
        assert statuspage.follow_up(page, "i")[0] == "https://sitrep.example/vendors/acme/api/v2/incidents/i.json"
    assert statuspage.endpoints(replace(SOURCE, url="https://acme.example/vendors/acme/history")) == (
        "https://acme.example/api/v2/summary.json",
    )
