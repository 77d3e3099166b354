from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import adobe
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("adobe", "https://status.adobe.com")
EVENTS = "https://data.status.adobe.com/adobestatus/StatusEvents"
AT = 1772445600  # 2026-03-02, 10:00


def said(status: str | None, severity: str | None = "Minor", **more: Any) -> dict[str, Any]:
    return {"id": "h", "status": status, "severity": severity, "titleToken": "t", "messageToken": "m"} | more


def read(
    incidents: dict[str, Any] | None = None,
    maintenance: dict[str, Any] | None = None,
    texts: dict[str, Any] | None = None,
) -> Snapshot:
    payload = {
        "incidentEvent": {"incidents": incidents or {}, "messages": {"en": texts or {}}},
        "maintenanceEvent": {"maintenance": maintenance or {}, "messages": {"en": texts or {}}},
    }
    return adobe.parse(json.dumps(payload).encode(), SOURCE)


def claim(*history: dict[str, Any], texts: dict[str, Any] | None = None, **product: Any) -> Claim:
    entries = {str(AT + 600 * number): one for number, one in enumerate(history)}
    one = {"id": "501", "name": "Photos", "startedOn": AT, "endedOn": 0, "history": entries} | product
    return read({"7": {"id": "7", "products": {"501": one}}}, texts=texts).incidents[0]


def planned(*history: dict[str, Any], **event: Any) -> Claim:
    entries = {str(AT + 600 * number): one for number, one in enumerate(history)}
    product = {"id": "501", "name": "Photos", "endedOn": AT + 60, "history": entries}
    return read(None, {"8": {"id": "8", "products": {"501": product}} | event}).incidents[0]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Opened", State.INVESTIGATING),
        ("Started", State.INVESTIGATING),
        ("Discovery", State.INVESTIGATING),
        ("Reopened", State.INVESTIGATING),
        ("Updated", State.INVESTIGATING),
        ("Closed", State.RESOLVED),
        ("Dismissed", State.RESOLVED),
        ("Canceled", State.RESOLVED),
        ("Cancelled", State.RESOLVED),
        ("Bewildered", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_the_words_of_an_incident(word: str | None, state: State) -> None:
    assert claim(said(word)).state is state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Scheduled", State.SCHEDULED),
        ("Opened", State.SCHEDULED),
        ("Updated", State.SCHEDULED),
        ("Started", State.IN_PROGRESS),
        ("Completed", State.COMPLETED),
        ("Canceled", State.COMPLETED),
        ("Bewildered", State.UNKNOWN),
    ],
)
def test_the_words_of_a_maintenance_whose_planned_end_is_no_end(word: str, state: State) -> None:
    found = planned(said(word, "Maintenance"))

    assert (found.kind, found.impact, found.state) == (Kind.MAINTENANCE, Impact.MAINTENANCE, state)


def test_a_maintenance_without_a_history_is_as_the_event_says() -> None:
    assert planned(status="Started").state is State.IN_PROGRESS
    assert planned(said("Started"), status="Completed").state is State.COMPLETED
    assert planned(said("Started"), status="Completed").components[0].status is not ComponentStatus.UNKNOWN


def test_an_update_leaves_the_state_as_it_was() -> None:
    found = planned(said("Scheduled"), said("Started"), said("Updated"))

    assert [update.state for update in found.updates] == [State.SCHEDULED, State.IN_PROGRESS, State.IN_PROGRESS]


@pytest.mark.parametrize(
    ("word", "impact"),
    [
        ("Major", Impact.MAJOR),
        ("Minor", Impact.MINOR),
        ("Potential", Impact.MINOR),
        ("Trivial", Impact.MINOR),
        ("Enormous", Impact.UNKNOWN),
        (None, Impact.UNKNOWN),
    ],
)
def test_the_impact_is_the_severity_as_last_said(word: str | None, impact: Impact) -> None:
    assert claim(said("Opened", "Major"), said("Updated", word)).impact is impact


def test_when_it_is_over_the_impact_is_what_it_was_at_its_worst() -> None:
    assert claim(said("Opened", "Major"), said("Closed", "Trivial")).impact is Impact.MAJOR


def test_an_end_after_the_last_statement_is_the_end_and_one_before_a_reopening_is_not() -> None:
    assert claim(said("Opened"), endedOn=AT + 900).state is State.RESOLVED
    assert claim(said("Opened"), endedOn=AT + 900).resolved_at == datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert claim(said("Opened"), said("Closed"), said("Reopened"), endedOn=AT + 600).is_open


def test_an_event_of_several_products_is_open_until_it_is_over_for_all_of_them() -> None:
    found = next(one for one in adobe.parse(body("adobe", "outage"), SOURCE).incidents if one.external_id == "70001")

    assert found.state is State.INVESTIGATING
    assert {part.name: part.status for part in found.components} == {
        "Photos": ComponentStatus.DEGRADED_PERFORMANCE,
        "Papers": ComponentStatus.OPERATIONAL,
    }
    assert {part.name: part.group for part in found.components} == {
        "Photos": "Creative Cloud",
        "Papers": "Document Cloud",
    }
    assert not any(update.state.is_over for update in found.updates)


def test_one_statement_under_several_products_is_said_once() -> None:
    found = next(one for one in adobe.parse(body("adobe", "outage"), SOURCE).incidents if one.external_id == "70001")

    assert [update.id for update in found.updates] == ["1772445900 Opened", "1772447400 Closed", "1772448000 Updated"]


def test_texts_stand_apart_and_leave_the_times_open() -> None:
    texts = {"t": {"textMessage": "No sync"}, "m": {"htmlMessage": "<p>Since {startDateTime}, to {endDateTime}.</p>"}}

    found = claim(said("Opened"), texts=texts)

    assert found.title == "No sync"
    assert found.updates[0].body == "Since 2026-03-02 10:00 UTC, to …."


def test_without_its_texts_an_event_is_called_after_its_products() -> None:
    assert claim(said("Opened")).title == "Photos"
    assert claim(said("Opened")).updates[0].body == ""


def test_zeros_are_no_times_and_times_may_be_strings() -> None:
    assert claim(said("Opened"), startedOn="0").started_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert claim(said("Opened"), startedOn=str(AT - 60)).started_at == datetime(2026, 3, 2, 9, 59, tzinfo=UTC)


def test_nothing_at_all_is_all_clear_where_both_dictionaries_are_there() -> None:
    snapshot = adobe.parse(body("adobe", "quiet"), SOURCE)

    assert (snapshot.incidents, snapshot.indicator, snapshot.complete_open_set) == ((), Impact.NONE, True)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, r"no incidents at \$\.incidentEvent"),
        ({"incidentEvent": {"incidents": {}}}, r"no maintenance at \$\.maintenanceEvent"),
        ({"incidentEvent": {"incidents": []}}, "a list instead of an object"),
        ({"incidentEvent": {"incidents": {"7": None}}, "maintenanceEvent": None}, "no maintenance at"),
        ({"incidentEvent": {"incidents": {"7": "x"}}}, "a string instead of an object"),
    ],
)
def test_a_payload_that_is_not_adobes_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        adobe.parse(json.dumps(payload).encode(), SOURCE)


def test_a_statement_without_a_time_is_refused() -> None:
    with pytest.raises(ParseError, match="no time that can be read"):
        claim(history={"soon": said("Opened")})


def test_there_is_one_document_for_everything() -> None:
    assert adobe.endpoints(SOURCE) == (EVENTS,)
    assert adobe.endpoints(replace(SOURCE, url=EVENTS)) == (EVENTS,)
    assert adobe.follow_up(SOURCE, "7") == ()
    assert adobe.linked("<html>Adobe</html>", SOURCE) == ()
    assert adobe.HOSTS == ("status.adobe.com", "data.status.adobe.com")


def test_ten_thousand_products_are_read_in_no_time() -> None:
    products = {
        str(number): {"id": str(number), "name": "Photos", "history": {str(AT + number): said("Opened")}}
        for number in range(10_000)
    }

    found = read({"7": {"id": "7", "products": products}}).incidents[0]

    assert (len(found.components), len(found.updates)) == (10_000, 10_000)
