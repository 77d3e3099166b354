from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import aws
from bot.model import Claim, ComponentStatus, Impact, Snapshot, State
from bot.plugins import detect
from tests.feeds.samples import body, source

CURRENT = "https://health.aws.amazon.com/public/currentevents"
SOURCE = source("aws", CURRENT)
DATE = 1772359200
DAY = 24 * 3600


def event(number: int = 1, region: str = "us-east-1", **changes: Any) -> dict[str, Any]:
    given = {"arn": f"arn:aws:health:{region}::event/COMPUTE/ISSUE/ISSUE_{number}", "date": str(DATE), "status": "2"}
    return {**given, "service": "compute-us-east-1", "service_name": "Compute", "summary": "Errors", **changes}


def entry(minutes: int, status: Any = 2, **changes: Any) -> dict[str, Any]:
    return {"summary": "Errors", "message": "Words.", "status": status, "timestamp": DATE + 60 * minutes, **changes}


def service(current: Any, **changes: Any) -> dict[str, Any]:
    return {"service_name": "Compute", "current": current, "max": "2", **changes}


def parse(*events: dict[str, Any]) -> Snapshot:
    return aws.parse(json.dumps(events).encode(), SOURCE)


def claim(**changes: Any) -> Claim:
    return parse(event(**changes)).incidents[0]


def of_history(**changes: Any) -> Claim:
    return aws.parse(json.dumps({"compute": [event(**changes)]}).encode(), SOURCE).incidents[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_the_body_is_utf_16_and_may_be_anything_else(encoding: str) -> None:
    text = body("aws", "outage").decode()

    encoded = ("\ufeff" + text if encoding == "utf-16-be" else text).encode(encoding)

    assert aws.parse(encoded, SOURCE) == aws.parse(text.encode(), SOURCE)
    assert detect(encoded, source("auto"))[0] == "aws"


@pytest.mark.parametrize(
    ("code", "impact", "status"),
    [
        ("1", Impact.MINOR, ComponentStatus.DEGRADED_PERFORMANCE),
        ("2", Impact.MAJOR, ComponentStatus.PARTIAL_OUTAGE),
        ("3", Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
        (3, Impact.CRITICAL, ComponentStatus.MAJOR_OUTAGE),
        ("7", Impact.UNKNOWN, ComponentStatus.UNKNOWN),
        (None, Impact.UNKNOWN, ComponentStatus.UNKNOWN),
    ],
    ids=["1", "2", "3", "number", "strange", "absent"],
)
def test_a_code_may_be_a_string_or_a_number(code: object, impact: Impact, status: ComponentStatus) -> None:
    found = claim(status=code)

    assert (found.impact, found.components[0].status) == (impact, status)


def test_strange_codes_are_remembered() -> None:
    found = parse(event(status="7", event_log=[entry(1, 8)], impacted_services={"a": service("9")}))

    assert found.unknown_words == ("7", "8", "9")


@pytest.mark.parametrize(
    "over",
    [
        {"status": "0"},
        {"status": 0},
        {"end_time": DATE + 600},
        {"event_log": [entry(10, 0), entry(5, 3)]},
        {"summary": "[RESOLVED] Errors"},
    ],
)
def test_an_event_is_over_by_its_status_its_end_its_last_entry_or_its_mark(over: dict[str, Any]) -> None:
    found = claim(**over)

    assert (found.state, found.title) == (State.RESOLVED, "Compute (us-east-1): Errors")
    assert found.components[0].status is ComponentStatus.OPERATIONAL


def test_an_event_that_was_well_for_a_while_is_open() -> None:
    assert claim(event_log=[entry(5, 0), entry(10, 3)]).state is State.INVESTIGATING


def test_an_event_ended_when_it_says_so_or_with_its_last_words() -> None:
    log = [entry(5, 3), entry(10, 0), entry(20, 0)]

    assert claim(event_log=log, end_time=str(DATE + 60)).resolved_at == datetime(2026, 3, 1, 10, 1, tzinfo=UTC)
    assert claim(event_log=log).resolved_at == datetime(2026, 3, 1, 10, 10, tzinfo=UTC)
    assert claim(event_log=[entry(5, 3)], status="0").resolved_at == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
    assert claim(event_log=[entry(5, 3)]).resolved_at is None


def test_an_event_whose_services_are_all_well_again_is_watched_and_in_the_history_it_is_over() -> None:
    well = {"a-us-east-1": service("0"), "b-us-east-1": service(0)}

    assert claim(impacted_services=well).state is State.MONITORING
    assert of_history(impacted_services=well).state is State.RESOLVED
    assert claim(impacted_services=well | {"c": service("odd")}).state is State.INVESTIGATING
    assert claim(service=None).state is State.INVESTIGATING


def test_the_impact_is_the_worst_that_was_ever_said_of_it() -> None:
    assert claim(status="1", event_log=[entry(1, 3), entry(2, 1)]).impact is Impact.CRITICAL
    assert claim(status="0", impacted_services={"a": service("0", max="2")}).impact is Impact.MAJOR


def test_services_are_components_each_in_its_region() -> None:
    services = {
        "compute-us-east-1": service("3"),
        "names": service("0", service_name="Names"),
        "store-us-gov-west-1": service("1", service_name=None),
    }

    assert [(c.id, c.name, c.group) for c in claim(impacted_services=services).components] == [
        ("compute-us-east-1", "Compute", "us-east-1"),
        ("names", "Names", "us-east-1"),
        ("store-us-gov-west-1", "store-us-gov-west-1", "us-gov-west-1"),
    ]


def test_an_event_of_no_region_is_global() -> None:
    found = claim(region="global", service="names", region_name=None)

    assert found.components[0].group == "global"
    assert found.title == "Compute (global): Errors"


def test_a_title_names_the_service_and_the_place_where_they_are_told() -> None:
    assert claim(region_name="N. Acmeland").title == "Compute (N. Acmeland): Errors"
    assert claim(service_name=None).title == "us-east-1: Errors"
    assert claim(summary=None).title == "Compute (us-east-1)"


def test_entries_are_told_oldest_first_and_known_by_their_times() -> None:
    found = claim(event_log=[entry(9, message="Late."), entry(1, message="Early."), entry(9, message="Also late.")])

    assert [(u.id, u.body) for u in found.updates] == [
        ("2026-03-01T10:01:00+00:00", "Early."),
        ("2026-03-01T10:09:00+00:00", "Also late."),
        ("2026-03-01T10:09:00+00:00 1", "Late."),
    ]


def test_an_edited_entry_keeps_its_id() -> None:
    before, after = claim(event_log=[entry(1, message="One.")]), claim(event_log=[entry(1, message="Two.")])

    assert [u.id for u in before.updates] == [u.id for u in after.updates]


def test_of_what_is_over_only_the_last_weeks_are_news_and_what_is_open_stays_for_months() -> None:
    old = {"date": str(DATE - 200 * DAY)}
    snapshot = parse(
        event(1, status="0"),
        event(2, status="0", **old),
        event(3, **old),
        event(4, event_log=[entry(0, 3), entry(-60, 0)], **old),
        event(5, status="0", event_log=[entry(-20 * DAY // 60, 0)]),
    )

    assert [c.external_id[-1] for c in snapshot.incidents] == ["1", "3", "4"]


def test_the_same_event_under_two_services_of_the_history_is_one() -> None:
    snapshot = aws.parse(json.dumps({"a": [event()], "b": [event()], "c": []}).encode(), SOURCE)

    assert len(snapshot.incidents) == 1
    assert not snapshot.complete_open_set


def test_an_empty_list_is_all_clear_only_at_awss_addresses_or_where_this_format_was_named() -> None:
    quiet = "[]".encode("utf-16")

    assert detect(quiet, source("auto", CURRENT))[0] == "aws"
    assert aws.parse(quiet, source("aws")).complete_open_set
    assert parse().indicator is Impact.NONE
    with pytest.raises(ParseError, match="no events, and not a list at an address of AWS's"):
        aws.parse(quiet, source("auto"))


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({}, "no events"),
        ({"compute": []}, "no events"),
        ({"current": [], "archive": []}, "no events"),
        ({"compute": "well"}, r"a string instead of a list at \$\.compute"),
        ({"compute": [{"service": "x", "date": "1"}]}, r"no event of AWS's .* at \$\.compute\[0\]"),
        ([{}], r"no event of AWS's .* at \$\[0\]"),
        ([event(), {"arn": "urn:x", "date": "1"}], r"no event of AWS's .* at \$\[1\]"),
        ([event(date=None)], r"no event of AWS's .* at \$\[0\]"),
        ([event(event_log={})], r"an object instead of a list at \$\[0\]\.event_log"),
        ([event(impacted_services=[])], r"a list instead of an object at \$\[0\]\.impacted_services"),
        ([event(date="now", event_log=[{}])], r"no time that can be read at \$\[0\]\.event_log\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        aws.parse(json.dumps(payload).encode(), SOURCE)


def test_where_it_is_read_and_followed_up() -> None:
    history = "https://history-events-us-west-2-prod.s3.amazonaws.com/historyevents.json"

    assert aws.endpoints(SOURCE) == (CURRENT,)
    assert aws.endpoints(replace(SOURCE, url="https://health.aws.amazon.com/health/status")) == (CURRENT,)
    assert aws.endpoints(replace(SOURCE, url=history)) == (history,)
    assert aws.follow_up(SOURCE, "arn:aws:health:us-east-1::event/x") == (history,)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("https://health.aws.amazon.com/health/status", (CURRENT,)),
        ("https://status.aws.amazon.com/", (CURRENT,)),
        ("https://status.aws.amazon.com/rss/all.rss", ()),
        ("https://acme.example/", ()),
    ],
)
def test_only_awss_own_pages_lead_to_it(page: str, found: tuple[str, ...]) -> None:
    assert aws.HOSTS == ("health.aws.amazon.com",)
    assert aws.linked('<a href="https://health.aws.amazon.com">', source("aws", page)) == found


def test_an_event_of_2023_has_no_arn_and_its_service_and_date_stand_for_it() -> None:
    old = event(arn=None, event_log=[entry(5)], impacted_services={"compute-us-east-1": service("2")})

    found = parse(old).incidents[0]

    assert (found.external_id, found.state) == (f"compute-us-east-1-{DATE}", State.INVESTIGATING)
    assert found.url == "https://health.aws.amazon.com/health/status"
    assert [part.group for part in found.components] == ["us-east-1"]
    assert detect(json.dumps([old]).encode(), source("auto"))[0] == "aws"


def test_what_has_neither_an_arn_nor_a_log_is_no_event() -> None:
    with pytest.raises(ParseError, match="no event of AWS's"):
        parse(event(arn=None))
