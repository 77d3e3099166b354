from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import aws_datajson
from bot.model import Claim, ComponentStatus, Impact, State
from tests.feeds.samples import body, source

SOURCE = source("aws-datajson", "https://status.aws.amazon.com/data.json")
# 2026-03-01, 8:05 in the morning in Seattle
DATE = "1772381100"


def claim(**changes: Any) -> Claim:
    item = {"service": "compute-us-east-1", "service_name": "Compute", "summary": "Errors", "date": DATE, "status": "1"}
    payload = {"current": [item | changes], "archive": []}
    return aws_datajson.parse(json.dumps(payload).encode(), SOURCE).incidents[0]


def times(*printed: str) -> list[datetime]:
    description = "".join(f'<div><span class="yellowfg"> {when}</span>&nbsp;Words.</div>' for when in printed)
    return [update.at for update in claim(description=description).updates]


@pytest.mark.parametrize("status", ["1", 1], ids=["string", "number"])
def test_a_status_may_be_a_string_or_a_number(status: object) -> None:
    assert claim(status=status).impact is Impact.MINOR


@pytest.mark.parametrize(("status", "impact"), [("1", Impact.MINOR), ("2", Impact.MAJOR), ("3", Impact.CRITICAL)])
def test_what_is_not_resolved_is_investigating(status: str, impact: Impact) -> None:
    found = claim(status=status)

    assert (found.state, found.impact) == (State.INVESTIGATING, impact)


@pytest.mark.parametrize(
    "over", [{"status": "0"}, {"summary": "[RESOLVED] Errors"}, {"summary": "[已解决] Errors"}, {"status": 0}]
)
def test_an_item_is_over_by_its_status_or_by_its_mark_which_leaves_the_title(over: dict[str, Any]) -> None:
    found = claim(**over)

    assert (found.state, found.title) == (State.RESOLVED, "Errors")
    assert found.components[0].status is ComponentStatus.OPERATIONAL


def test_the_first_statement_is_of_the_day_of_the_item_and_later_ones_follow_it() -> None:
    assert times("8:05 AM PST", "11:59 PM PST", "12:10 AM PST", "Mar 4,  1:30 AM PST", "3:00 AM PST") == [
        datetime(2026, 3, 1, 16, 5, tzinfo=UTC),
        datetime(2026, 3, 2, 7, 59, tzinfo=UTC),
        datetime(2026, 3, 2, 8, 10, tzinfo=UTC),
        datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 4, 11, 0, tzinfo=UTC),
    ]


def test_a_clock_a_little_before_the_items_own_date_is_not_the_next_day() -> None:
    assert times("7:58 AM PST") == [datetime(2026, 3, 1, 16, 5, tzinfo=UTC)]


def test_a_statement_without_a_time_stands_by_the_one_before() -> None:
    assert times("8:10 AM PST", "later") == [datetime(2026, 3, 1, 16, 10, tzinfo=UTC)] * 2


def test_only_the_last_weeks_of_the_archive_are_news_of_how_something_ended() -> None:
    snapshot = aws_datajson.parse(body("aws-datajson", "outage"), SOURCE)

    assert {c.external_id for c in snapshot.incidents if "storage" in c.external_id} == {"storage-us-east-2-1772000000"}


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"current": []}, "no lists"),
        ({"current": [], "archive": None}, "no lists"),
        ({"current": {}, "archive": []}, r"an object instead of a list at \$\.current"),
        ({"current": [{"date": DATE}], "archive": []}, r"no usable service at \$\.current\[0\]"),
        ({"current": [{"service": "s", "date": "now"}], "archive": []}, r"no usable date at \$\.current\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        aws_datajson.parse(json.dumps(payload).encode(), SOURCE)


def test_there_is_one_document_for_everything() -> None:
    assert aws_datajson.endpoints(SOURCE) == (SOURCE.url,)
    assert aws_datajson.endpoints(replace(SOURCE, url="https://status.aws.amazon.com/")) == (SOURCE.url,)
    assert aws_datajson.follow_up(SOURCE, "x") == (SOURCE.url,)
