from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import apple
from bot.model import Claim, ComponentStatus, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("apple", "https://www.apple.com/support/systemstatus/")
DATA = "https://www.apple.com/support/systemstatus/data"
START, END = 1772359200000, 1772362800000


def event(**changes: Any) -> dict[str, Any]:
    given = {"messageId": "7", "statusType": "Outage", "eventStatus": "ongoing", "message": "Trouble."}
    return {**given, "epochStartDate": START, "epochEndDate": None, **changes}


def parse(**services: list[dict[str, Any]]) -> Snapshot:
    listed = [{"serviceName": name, "events": events} for name, events in services.items()]
    return apple.parse(json.dumps({"services": listed}).encode(), SOURCE)


def claim(**changes: Any) -> Claim:
    return parse(Mail=[event(**changes)]).incidents[0]


@pytest.mark.parametrize(
    ("word", "kind", "impact", "status"),
    [
        ("Outage", Kind.INCIDENT, Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
        ("Issue", Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("Performance", Kind.INCIDENT, Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("Maintenance", Kind.MAINTENANCE, Impact.MAINTENANCE, ComponentStatus.UNDER_MAINTENANCE),
        ("Hiccup", Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
        (None, Kind.INCIDENT, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
    ],
)
def test_the_type_is_the_severity(word: str | None, kind: Kind, impact: Impact, status: ComponentStatus) -> None:
    found = claim(statusType=word)

    assert (found.kind, found.impact, found.components[0].status) == (kind, impact, status)


@pytest.mark.parametrize(
    ("word", "state", "of_a_maintenance"),
    [
        ("ongoing", State.INVESTIGATING, State.IN_PROGRESS),
        ("resolved", State.RESOLVED, State.COMPLETED),
        ("completed", State.COMPLETED, State.COMPLETED),
        ("upcoming", State.SCHEDULED, State.SCHEDULED),
        ("pondered", State.UNKNOWN, State.UNKNOWN),
        (None, State.UNKNOWN, State.UNKNOWN),
    ],
)
def test_an_event_stands_where_its_status_says(word: str | None, state: State, of_a_maintenance: State) -> None:
    assert claim(eventStatus=word).state is state
    assert claim(eventStatus=word, statusType="Maintenance").state is of_a_maintenance


@pytest.mark.parametrize("word", ["completed", "upcoming"])
def test_an_event_without_a_type_that_is_completed_or_to_come_is_a_maintenance(word: str) -> None:
    assert claim(statusType=None, eventStatus=word).kind is Kind.MAINTENANCE


def test_strange_words_are_remembered_and_never_green() -> None:
    snapshot = parse(Mail=[event(statusType="Hiccup", eventStatus="pondered")])

    assert snapshot.unknown_words == ("Hiccup", "pondered")
    assert snapshot.components[0].status is ComponentStatus.UNKNOWN
    assert snapshot.indicator is Impact.UNKNOWN


def test_one_message_under_several_services_is_one_event() -> None:
    (found,) = parse(Mail=[event()], Notes=[event()]).incidents

    assert (found.external_id, found.title) == ("7", "Outage of several services")
    assert [component.name for component in found.components] == ["Mail", "Notes"]
    assert [update.body for update in found.updates] == ["Trouble."]


def test_an_event_that_goes_on_for_one_service_is_open_though_it_is_over_for_another() -> None:
    over = event(eventStatus="resolved", epochEndDate=END, message="There was trouble.")

    (found,) = parse(Mail=[over], Notes=[event()]).incidents

    assert (found.state, found.resolved_at) == (State.INVESTIGATING, None)
    assert [c.status for c in found.components] == [ComponentStatus.OPERATIONAL, ComponentStatus.PARTIAL_OUTAGE]
    assert [update.body for update in found.updates] == ["Trouble."]


def test_a_service_that_is_listed_twice_has_the_events_of_both() -> None:
    listed = [{"serviceName": "Mail", "events": [event()]}, {"serviceName": "Mail", "events": []}]

    for services in (listed, listed[::-1]):
        snapshot = apple.parse(json.dumps({"services": services}).encode(), SOURCE)

        assert [c.status for c in snapshot.components] == [ComponentStatus.PARTIAL_OUTAGE]


def test_the_id_is_the_same_whether_it_comes_as_a_number_or_as_a_string() -> None:
    assert claim(messageId=7).external_id == claim(messageId="7").external_id


def test_an_event_without_an_id_is_known_by_its_service_and_its_start() -> None:
    assert claim(messageId=None).external_id == f"Mail {START}"
    with pytest.raises(ParseError, match="no usable epochStartDate"):
        claim(messageId=None, epochStartDate=None)


def test_times_are_milliseconds_or_seconds_since_2001_and_what_is_none_is_no_time() -> None:
    found = claim(eventStatus="resolved", epochEndDate=END)

    assert found.started_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert found.resolved_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert claim(epochStartDate=646419600).started_at == datetime(2021, 6, 26, 17, tzinfo=UTC)
    assert claim(epochStartDate=1619435580).started_at is None
    assert claim(epochStartDate="soon").started_at is None


def test_an_event_of_which_little_is_told_keeps_its_words() -> None:
    reduced = {"message": "It was slow.", "eventStatus": "ongoing", "epochStartDate": 646419600, "epochEndDate": None}

    found = parse(Books=[reduced]).incidents[0]

    assert (found.state, found.impact, found.title) == (State.INVESTIGATING, Impact.UNKNOWN, "Books: Incident")
    assert [update.body for update in found.updates] == ["It was slow."]


def test_the_statement_of_a_stage_keeps_its_id_when_it_is_edited_and_a_new_stage_is_a_new_statement() -> None:
    first, edited = claim(message="One."), claim(message="Two.")
    over = claim(eventStatus="resolved", epochEndDate=END)

    assert [u.id for u in first.updates] == [u.id for u in edited.updates] == ["investigating"]
    assert [(u.id, u.at) for u in over.updates] == [("resolved", over.resolved_at)]


def test_a_maintenance_to_come_has_a_window_and_no_statement_from_the_future() -> None:
    found = claim(statusType="Maintenance", eventStatus="upcoming", epochEndDate=END)

    assert (found.starts_at, found.ends_at) == (
        datetime(2026, 3, 1, 10, tzinfo=UTC),
        datetime(2026, 3, 1, 11, tzinfo=UTC),
    )
    assert found.updates == ()
    assert found.components[0].status is ComponentStatus.OPERATIONAL


@pytest.mark.parametrize(
    "wrapped",
    [
        b"jsonCallback(%s)",
        b"jsonCallback(%s);",
        b"\xef\xbb\xbf jsonCallback ( %s ) ;\r\n",
        b"a.b$c(%s)",
        b"\xef\xbb\xbf%s",
    ],
)
def test_a_call_around_the_json_is_taken_off(wrapped: bytes) -> None:
    plain = body("apple", "outage")

    assert apple.parse(wrapped % plain, SOURCE) == apple.parse(plain, SOURCE)


@pytest.mark.parametrize(
    "half", [b"jsonCallback({", b"jsonCallback(", b"jsonCallback()", b"({})", b"a" * 100_000 + b"("]
)
def test_half_a_call_is_refused(half: bytes) -> None:
    with pytest.raises(ParseError):
        apple.parse(half, SOURCE)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no list `services`"),
        ({"services": []}, "no list `services`"),
        ({"services": [{"serviceName": "Mail"}]}, "no list `services`"),
        (
            {"services": [{"serviceName": "Mail", "events": {}}]},
            r"an object instead of a list at \$\.services\[0\]\.events",
        ),
        ({"services": [{"events": []}]}, r"no usable serviceName at \$\.services\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        apple.parse(json.dumps(payload).encode(), SOURCE)


def test_a_page_with_a_message_to_all_is_not_called_well() -> None:
    quiet = json.loads(body("apple", "quiet"))

    snapshot = apple.parse(json.dumps(quiet | {"drpost": True, "drMessage": "Words."}).encode(), SOURCE)

    assert snapshot.indicator is Impact.UNKNOWN


def test_when_it_was_posted_is_volatile_and_nothing_else() -> None:
    before = body("apple", "outage")

    after = before.replace(b"03/01/2026 04:30 PST", b"03/02/2026 04:30 PST")

    assert before != after
    assert apple.VOLATILE.sub(b"", before) == apple.VOLATILE.sub(b"", after)
    assert apple.parse(before, SOURCE) == apple.parse(after, SOURCE)


@pytest.mark.parametrize(
    ("page", "document"),
    [
        ("https://www.apple.com/support/systemstatus/", f"{DATA}/system_status_en_US.js"),
        ("https://www.apple.com/de/support/systemstatus/", f"{DATA}/system_status_en_US.js"),
        ("https://developer.apple.com/system-status/", f"{DATA}/developer/system_status_en_US.js"),
    ],
)
def test_each_of_apples_two_pages_leads_to_its_document(page: str, document: str) -> None:
    at = replace(SOURCE, url=page)

    assert apple.endpoints(at) == apple.linked("", at) == apple.follow_up(at, "7") == (document,)


def test_a_document_is_read_where_it_is_and_names_the_page_that_it_belongs_to() -> None:
    at = replace(SOURCE, url=f"{DATA}/developer/system_status_de_DE.js")

    assert apple.endpoints(at) == (at.url,)
    assert apple.parse(body("apple", "quiet"), at).page_url == "https://developer.apple.com/system-status/"


@pytest.mark.parametrize(
    "page",
    ["https://www.apple.com/", "https://developer.apple.com/news/", "https://acme.example/support/systemstatus/"],
)
def test_no_other_page_leads_there(page: str) -> None:
    assert apple.HOSTS == ()
    assert apple.linked("https://www.apple.com/support/systemstatus/", source("apple", page)) == ()
