from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.joining import joined
from bot.errors import ParseError
from bot.feeds import meta
from bot.model import Claim, ComponentStatus, Impact, State
from bot.plugins import detect
from tests.feeds.samples import body, source

HOST = "https://metastatus.com"
FRONT = source("meta", HOST)
WHATSAPP = source("meta", f"{HOST}/whatsapp-business-api")
ORGS = f"{HOST}/data/orgs.json"
OUTAGES = f"{HOST}/data/outages/whatsapp-business-api.json"
HISTORY = f"{HOST}/data/outages/whatsapp-business-api.history.json"


def outage(**changes: Any) -> Claim:
    item = {"id": 1, "service_id": 4, "status": "High disruptions", "time": "2026-03-02T10:00:00Z", "posts": []}
    return meta.parse(json.dumps([item | changes]).encode(), WHATSAPP).incidents[0]


def post(status: str | None, minute: int) -> dict[str, Any]:
    return {"status": status, "description": "Words.", "time": f"2026-03-02T10:{minute:02}:00Z"}


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("Low disruptions", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("Some disruption", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("Medium disruptions", ComponentStatus.PARTIAL_OUTAGE, Impact.MAJOR),
        ("High disruptions", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("Major outage", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
    ],
)
def test_the_words_tell_severity_and_no_phase(word: str, status: ComponentStatus, impact: Impact) -> None:
    found = outage(status=word)

    assert (found.state, found.impact, found.components[0].status) == (State.INVESTIGATING, impact, status)


def test_a_strange_word_is_unknown_and_remembered_and_never_green() -> None:
    snapshot = meta.parse(body("meta", "services-in-trouble"), FRONT)

    assert snapshot.unknown_words == ("Bewildered",)
    assert {one.id: one.status for one in snapshot.components}["graph-api.4"] is ComponentStatus.UNKNOWN
    assert outage(status="Bewildered").state is State.UNKNOWN
    assert outage(status=None).impact is Impact.UNKNOWN


def test_what_is_resolved_was_as_bad_as_its_posts_say_and_ended_with_the_last() -> None:
    found = outage(status="Resolved", posts=[post("Resolved", 40), post("Medium disruptions", 5)])

    assert (found.state, found.impact) == (State.RESOLVED, Impact.MAJOR)
    assert found.resolved_at == datetime(2026, 3, 2, 10, 40, tzinfo=UTC)
    assert [update.state for update in found.updates] == [State.INVESTIGATING, State.RESOLVED]


def test_a_post_has_no_id_so_its_time_and_status_stand_for_one_and_an_edit_keeps_it() -> None:
    first = outage(posts=[post("High disruptions", 5)])
    edited = outage(posts=[post("High disruptions", 5) | {"description": "Other words."}])

    assert first.updates[0].id == edited.updates[0].id
    assert first.updates[0].body != edited.updates[0].body


def test_times_may_be_seconds() -> None:
    assert outage(time=1772445600).started_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_services_of_different_products_may_have_one_number() -> None:
    snapshot = meta.parse(body("meta", "quiet"), FRONT)

    assert {"graph-api.4", "whatsapp-business-api.4"} <= {one.id for one in snapshot.components}


def test_a_page_of_one_product_knows_its_own_services_alone() -> None:
    snapshot = meta.parse(body("meta", "services-in-trouble"), WHATSAPP)

    assert {one.group for one in snapshot.components} == {"WhatsApp Business Platform"}
    assert (snapshot.page_name, snapshot.page_url) == ("WhatsApp Business Platform", WHATSAPP.url)


def test_read_together_the_outage_names_the_service_that_the_products_tell_of() -> None:
    snapshot = joined([meta.parse(body("meta", case), WHATSAPP) for case in ("outages", "services-in-trouble")])

    touched = next(one for one in snapshot.incidents if one.external_id == "9001").components[0]
    assert {one.id: one.name for one in snapshot.components}[touched.id] == "WhatsApp Business Platform: Cloud API"
    assert snapshot.complete_open_set
    assert snapshot.indicator is Impact.CRITICAL


def test_an_empty_list_is_all_clear_only_where_the_format_is_named() -> None:
    assert meta.parse(b"[]", WHATSAPP).complete_open_set
    with pytest.raises(ParseError, match="an empty list"):
        meta.parse(b"[]", source("auto"))


def test_a_history_is_a_window() -> None:
    assert not meta.parse(body("meta", "outages"), replace(WHATSAPP, url=HISTORY)).complete_open_set


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "an object instead of a list"),
        ([{"id": 1}], "neither products with `services` nor outages with `posts`"),
        ([{"id": "graph-api", "services": []}], "no services of whatsapp-business-api"),
        ([{"id": "whatsapp-business-api", "services": [{"name": "X"}]}], r"no usable id at \$\[0\]\.services\[0\]"),
        ([{"service_id": 4, "posts": []}], r"no usable id at \$\[0\]"),
        ([{"id": 1, "posts": []}], r"no usable service_id at \$\[0\]"),
        ([{"id": 1, "service_id": 4, "posts": [{"status": "Resolved"}]}], "no time that can be read"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        meta.parse(json.dumps(payload).encode(), WHATSAPP)


def test_the_front_page_has_the_services_and_a_products_page_its_outages_too() -> None:
    assert meta.endpoints(FRONT) == (ORGS,)
    assert meta.endpoints(WHATSAPP) == (OUTAGES, ORGS)
    assert meta.endpoints(replace(FRONT, url=OUTAGES)) == (OUTAGES,)
    assert meta.beside(OUTAGES) == (ORGS,)
    assert meta.beside(ORGS) == ()


def test_an_outage_that_vanished_is_looked_up_in_its_products_history() -> None:
    assert meta.follow_up(WHATSAPP, "9001") == (HISTORY,)
    assert meta.follow_up(replace(WHATSAPP, url=OUTAGES), "9001") == (HISTORY,)
    assert meta.follow_up(FRONT, "9001") == ()


def test_it_is_recognised_by_its_hosts_and_lists() -> None:
    assert meta.HOSTS == ("metastatus.com", "www.metastatus.com")
    assert meta.linked("<html>Meta</html>", FRONT) == ()
    assert detect(body("meta", "quiet"), source("auto"))[0] == "meta"
