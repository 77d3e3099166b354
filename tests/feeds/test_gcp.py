from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import gcp
from bot.model import Claim, ComponentStatus, Impact, Snapshot, State
from bot.plugins import detect
from tests.feeds.samples import body, source
from tests.work import calls_of

SOURCE = source("gcp", "https://status.cloud.google.com")
WORKSPACE = "https://www.google.com/appsstatus/dashboard"


def parse(*items: dict[str, Any]) -> Snapshot:
    return gcp.parse(json.dumps(items).encode(), SOURCE)


def item(**changes: Any) -> dict[str, Any]:
    times = {"begin": "2026-03-01T10:00:00+00:00", "created": "2026-03-01T10:10:00+00:00"}
    products = [{"title": "Acme Store", "id": "store"}]
    given = {"id": "one", "external_desc": "Errors", "status_impact": "SERVICE_DISRUPTION", "uri": "incidents/one"}
    return {**times, **given, "updates": [], "affected_products": products, "modified": times["created"], **changes}


def closed(number: int, day: int) -> dict[str, Any]:
    at = f"2026-03-{day:02}T12:00:00+00:00"
    return item(id=f"closed{number}", end=at, modified=at)


def update(hour: int, word: str | None, **changes: Any) -> dict[str, Any]:
    at = f"2026-03-01T{hour:02}:00:00+00:00"
    return {"created": at, "when": at, "text": "Words.", "status": word, **changes}


def claim(**changes: Any) -> Claim:
    return parse(item(**changes)).incidents[0]


@pytest.mark.parametrize(
    ("word", "impact", "status"),
    [
        ("SERVICE_OUTAGE", Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
        ("SERVICE_DISRUPTION", Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
        ("SERVICE_INFORMATION", Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("AVAILABLE_INFORMATION", Impact.NONE, ComponentStatus.OPERATIONAL),
        ("AVAILABLE", Impact.NONE, ComponentStatus.OPERATIONAL),
        ("SERVICE_HAUNTED", Impact.UNKNOWN, ComponentStatus.UNKNOWN),
    ],
)
def test_the_impact_is_googles_word(word: str, impact: Impact, status: ComponentStatus) -> None:
    found = claim(status_impact=word)

    assert (found.impact, found.components[0].status) == (impact, status)


@pytest.mark.parametrize(
    ("word", "impact"),
    [
        ("high", Impact.CRITICAL),
        ("medium", Impact.MAJOR),
        ("low", Impact.MINOR),
        ("odd", Impact.UNKNOWN),
        (None, Impact.UNKNOWN),
    ],
)
def test_where_there_is_no_impact_the_severity_stands_for_it(word: str | None, impact: Impact) -> None:
    assert claim(status_impact=None, severity=word).impact is impact


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("AVAILABLE", State.RESOLVED),
        ("AVAILABLE_INFORMATION", State.RESOLVED),
        ("SERVICE_INFORMATION", State.INVESTIGATING),
        ("SERVICE_DISRUPTION", State.INVESTIGATING),
        ("SERVICE_OUTAGE", State.INVESTIGATING),
        ("SERVICE_HAUNTED", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_an_update_says_how_the_service_is(word: str | None, state: State) -> None:
    assert claim(updates=[update(11, word)]).updates[0].state is state


def test_strange_words_are_remembered() -> None:
    snapshot = parse(item(status_impact="SERVICE_HAUNTED", updates=[update(11, "SERVICE_CURSED")]))

    assert snapshot.unknown_words == ("SERVICE_CURSED", "SERVICE_HAUNTED")


@pytest.mark.parametrize("end", [None, "", "soon", "9999-12-31T23:59:59+00:00"])
def test_an_incident_without_an_end_that_can_be_read_is_open(end: str | None) -> None:
    assert claim(end=end).state is State.INVESTIGATING
    assert "end" not in item()
    assert claim().state is State.INVESTIGATING


def test_an_open_incident_whose_service_is_available_again_is_watched() -> None:
    found = claim(updates=[update(12, "AVAILABLE"), update(11, "SERVICE_OUTAGE")])

    assert (found.state, found.resolved_at) == (State.MONITORING, None)


def test_a_report_after_the_end_reopens_nothing_and_moves_no_end() -> None:
    late = update(23, "SERVICE_DISRUPTION", text="Mini report")

    found = claim(end="2026-03-01T12:00:00+00:00", updates=[late, update(12, "AVAILABLE")])

    assert (found.state, found.resolved_at) == (State.RESOLVED, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert found.components[0].status is ComponentStatus.OPERATIONAL


def test_what_began_before_it_was_written_keeps_both_times() -> None:
    found = claim(begin="2026-02-28T23:57:00+00:00", created="2026-03-01T03:30:00+00:00")

    assert found.started_at == datetime(2026, 2, 28, 23, 57, tzinfo=UTC)
    assert found.published_at == datetime(2026, 3, 1, 3, 30, tzinfo=UTC)


def test_an_edited_update_keeps_its_id() -> None:
    before = claim(updates=[update(11, "SERVICE_OUTAGE", text="One.", modified="2026-03-01T11:00:00+00:00")])
    after = claim(updates=[update(11, "SERVICE_OUTAGE", text="Two.", modified="2026-03-01T11:30:00+00:00")])

    assert [u.id for u in before.updates] == [u.id for u in after.updates]


def test_only_what_is_open_and_what_changed_lately_becomes_a_claim() -> None:
    snapshot = parse(closed(1, 20), closed(2, 6), closed(3, 5), item(id="open", modified="2026-01-01T00:00:00+00:00"))

    assert [c.external_id for c in snapshot.incidents] == ["closed1", "closed2", "open"]


def test_a_megabyte_and_a_half_of_history_costs_little_more_than_its_decoding() -> None:
    old = [update(hour, "SERVICE_DISRUPTION", text="x" * 450) for hour in range(20)]
    history = [closed(number, 1) | {"updates": old} for number in range(140)] + [closed(140, 28), item()]
    whole = json.dumps(history).encode()
    assert len(whole) > 1_500_000

    few = json.dumps(history[-2:]).encode()

    assert len(gcp.parse(whole, SOURCE).incidents) == 2
    assert calls_of(lambda: gcp.parse(whole, SOURCE)) < calls_of(lambda: gcp.parse(few, SOURCE)) + 60 * len(history)


def test_products_and_locations_are_components_and_a_zones_group_is_its_region() -> None:
    found = claim(
        affected_products=[
            {"title": "Old Name", "current_title": "New Name", "id": "p1"},
            {"title": "Other", "id": "p2"},
        ],
        currently_affected_locations=[{"title": "us-east1-b", "id": "us-east1-b"}],
        previously_affected_locations=[{"id": "us-east1-b"}, {"title": "Belgium (europe-west1)", "id": "europe-west1"}],
    )

    assert [(c.id, c.name, c.status, c.group) for c in found.components] == [
        ("europe-west1", "Belgium (europe-west1)", ComponentStatus.OPERATIONAL, "europe-west1"),
        ("p1", "New Name", ComponentStatus.PARTIAL_OUTAGE, None),
        ("p2", "Other", ComponentStatus.PARTIAL_OUTAGE, None),
        ("us-east1-b", "us-east1-b", ComponentStatus.PARTIAL_OUTAGE, "us-east1"),
    ]


def test_multiple_products_are_no_component_where_the_products_are_named() -> None:
    named = claim(service_key="zall", service_name="Multiple Products")
    unnamed = claim(service_key="mail", service_name="Acme Mail", affected_products=[])

    assert [c.name for c in named.components] == ["Acme Store"]
    assert [c.name for c in unnamed.components] == ["Acme Mail"]


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("Errors in Acme Store\nMore words.", "Errors in Acme Store"),
        ("**Title:**\nAcme Mail is slow\n**Description:**\nWords.", "Acme Mail is slow"),
        ("**Title:** Acme Mail is slow", "Acme Mail is slow"),
        ("Summary: [Acme Store] Errors", "[Acme Store] Errors"),
        (r"\#1 in us\-east1 \[resolved\]", "1 in us-east1 [resolved]"),
        ("\n\n  \nLater", "Later"),
        ("", "Untitled incident"),
        ("**Title:**", "Untitled incident"),
    ],
)
def test_the_title_is_the_first_line_that_says_something(description: str, title: str) -> None:
    assert claim(external_desc=description).title == title


def test_an_empty_list_is_all_clear_only_at_googles_addresses_or_where_this_format_was_named() -> None:
    assert parse().indicator is Impact.NONE
    assert detect(b"[]", source("auto", "https://status.firebase.google.com/incidents.json"))[0] == "gcp"
    assert gcp.parse(b"[]", source("gcp")).complete_open_set
    with pytest.raises(ParseError, match="an empty list that is not at an address of Google's"):
        gcp.parse(b"[]", source("auto", "https://www.google.com/"))


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, r"an object instead of a list at \$"),
        ([{}], r"no incident of Google's .* at \$\[0\]"),
        ([item(), {"id": "two", "begin": "2026-03-01T10:00:00+00:00"}], r"no incident of Google's .* at \$\[1\]"),
        ([item(id=None)], r"no usable id at \$\[0\]"),
        ([item(updates={})], r"an object instead of a list at \$\[0\]\.updates"),
        ([item(affected_products=[{"title": "x"}])], r"no usable id at \$\[0\]\.affected_products\[0\]"),
        (
            [item(begin="x", created=None, updates=[{"text": "x"}])],
            r"no time that can be read at \$\[0\]\.updates\[0\]",
        ),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        gcp.parse(json.dumps(payload).encode(), SOURCE)


@pytest.mark.parametrize(
    ("page", "document", "name"),
    [
        ("https://status.cloud.google.com/", "https://status.cloud.google.com/incidents.json", "Google Cloud"),
        ("https://status.cloud.google.com/summary", "https://status.cloud.google.com/incidents.json", "Google Cloud"),
        ("https://status.firebase.google.com", "https://status.firebase.google.com/incidents.json", "Firebase"),
        ("https://status.play.google.com", "https://status.play.google.com/incidents.json", "Google Play"),
        (f"{WORKSPACE}/summary", f"{WORKSPACE}/incidents.json", "Google Workspace"),
        (
            "https://ads.google.com/status/publisher",
            "https://ads.google.com/status/publisher/incidents.json",
            "Google Ads",
        ),
    ],
)
def test_each_dashboard_has_one_document_and_its_incidents_are_below_it(page: str, document: str, name: str) -> None:
    at = replace(SOURCE, url=page)
    snapshot = gcp.parse(body("gcp", "outage"), at)

    assert gcp.endpoints(at) == gcp.linked("", at) == gcp.follow_up(at, "x") == (document,)
    assert gcp.endpoints(replace(SOURCE, url=document)) == (document,)
    assert gcp.parse(body("gcp", "outage"), replace(SOURCE, url=document)) == snapshot
    assert snapshot.page_name == name
    assert snapshot.incidents[0].url == document.replace("incidents.json", "incidents/AcmeOpenIncident0001")


@pytest.mark.parametrize("page", ["https://www.google.com/", "https://ads.google.com/home", "https://acme.example/"])
def test_no_other_page_leads_there(page: str) -> None:
    assert gcp.linked('<a href="https://status.cloud.google.com">', source("gcp", page)) == ()


def test_a_host_that_google_shares_with_much_else_is_not_named() -> None:
    assert "status.cloud.google.com" in gcp.HOSTS
    assert not {"www.google.com", "ads.google.com"} & set(gcp.HOSTS)


def of_old(**changes: Any) -> dict[str, Any]:
    """Return an incident as it was written until 2021."""
    said = {"created": "2020-09-25T01:05:00Z", "when": "2020-09-25T01:05:00Z", "text": "We look."}
    given = {"begin": "2020-09-24T17:58:00Z", "created": said["created"], "modified": said["created"], "end": None}
    about = {"number": 20010, "service_key": "store", "service_name": "Store", "external_desc": "Errors"}
    return {**given, **about, "severity": "high", "uri": "/incident/store/20010", "updates": [said], **changes}


def test_before_there_were_ids_a_number_was_one_of_its_service() -> None:
    other = of_old(service_key="queue", uri="/incident/queue/20010", end="2020-09-25T02:00:00Z")

    found = {one.external_id: one for one in parse(of_old(), other).incidents}

    assert {key: one.state for key, one in found.items()} == {
        "queue-20010": State.RESOLVED,
        "store-20010": State.INVESTIGATING,
    }
    store = found["store-20010"]
    assert (store.url, store.impact) == ("https://status.cloud.google.com/incident/store/20010", Impact.CRITICAL)
    assert [(part.id, part.name) for part in store.components] == [("store", "Store")]


@pytest.mark.parametrize("number", [None, -1, 1e308, 20010.5, "one"])
def test_what_is_no_number_is_none_of_an_incident(number: object) -> None:
    with pytest.raises(ParseError, match=r"no usable number at \$\[0\]"):
        parse(of_old(number=number))


@pytest.mark.parametrize("key", ["most_recent_update", "most-recent-update"])
def test_where_no_updates_are_listed_the_newest_is_read(key: str) -> None:
    found = claim(updates=None, **{key: update(11, "SERVICE_DISRUPTION", text="We look.")})

    assert [one.body for one in found.updates] == ["We look."]


def test_an_end_of_no_words_is_none_and_a_whole_address_stands_as_it_is() -> None:
    found = claim(end="", uri="https://www.google.com/appsstatus/dashboard/incidents/one")

    assert found.state is State.INVESTIGATING
    assert found.url == "https://www.google.com/appsstatus/dashboard/incidents/one"
