from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import instatus
from bot.model import Claim, ComponentStatus, Impact, Kind, State
from tests.feeds.samples import body, source

SOURCE = source("instatus")
PAGE = {"name": "Acme", "url": "https://status.acme.example", "status": "HASISSUES"}


def incident(**changes: Any) -> Claim:
    one = {"id": "a", "name": "Errors", "status": "INVESTIGATING", "impact": "MAJOROUTAGE"} | changes
    return instatus.parse(json.dumps({"page": PAGE, "activeIncidents": [one]}).encode(), SOURCE).incidents[0]


def maintenance(**changes: Any) -> Claim:
    one = {"id": "m", "start": "2026-03-01T12:00:00Z", "status": "INPROGRESS", "duration": "60"} | changes
    return instatus.parse(json.dumps({"page": PAGE, "activeMaintenances": [one]}).encode(), SOURCE).incidents[0]


@pytest.mark.parametrize(
    ("word", "impact"),
    [
        ("UP", Impact.NONE),
        ("HASISSUES", Impact.UNKNOWN),
        ("UNDERMAINTENANCE", Impact.MAINTENANCE),
        ("ODD", Impact.UNKNOWN),
    ],
)
def test_every_word_for_the_page_is_known(word: str, impact: Impact) -> None:
    snapshot = instatus.parse(json.dumps({"page": PAGE | {"status": word}}).encode(), SOURCE)

    assert snapshot.indicator is impact
    assert snapshot.unknown_words == (("ODD",) if word == "ODD" else ())


@pytest.mark.parametrize(
    ("word", "impact"),
    [
        ("OPERATIONAL", Impact.NONE),
        ("HAS_ISSUES", Impact.UNKNOWN),
        ("UNDER_MAINTENANCE", Impact.MAINTENANCE),
    ],
)
def test_a_page_in_checklys_words_is_one_that_has_both_lists_empty_or_not(word: str, impact: Impact) -> None:
    page = {"page": {"status": word}}
    lists: dict[str, object] = {"activeIncidents": [], "activeMaintenances": []}

    snapshot = instatus.parse(json.dumps(page | lists).encode(), SOURCE)

    assert (snapshot.indicator, snapshot.complete_open_set, snapshot.components) == (impact, True, ())
    for missing in lists:
        with pytest.raises(ParseError, match="in Checkly's words"):
            instatus.parse(json.dumps(page | lists | {missing: None}).encode(), SOURCE)


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("OPERATIONAL", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("UNDERMAINTENANCE", ComponentStatus.UNDER_MAINTENANCE, Impact.MAINTENANCE),
        ("DEGRADEDPERFORMANCE", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("MINOROUTAGE", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("PARTIALOUTAGE", ComponentStatus.PARTIAL_OUTAGE, Impact.MAJOR),
        ("MAJOROUTAGE", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
    ],
)
def test_components_and_impacts_share_their_words(word: str, status: ComponentStatus, impact: Impact) -> None:
    rows = json.dumps({"components": [{"id": "c", "name": "API", "status": word}]}).encode()

    assert instatus.parse(rows, SOURCE).components[0].status is status
    assert incident(impact=word).impact is impact


@pytest.mark.parametrize("word", ["INVESTIGATING", "IDENTIFIED", "MONITORING", "RESOLVED"])
def test_every_phase_of_an_incident_is_known(word: str) -> None:
    assert incident(status=word).state is State(word.lower())


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("NOTSTARTEDYET", State.SCHEDULED),
        ("INPROGRESS", State.IN_PROGRESS),
        ("VERIFYING", State.VERIFYING),
        ("COMPLETED", State.COMPLETED),
        (None, State.UNKNOWN),
    ],
)
def test_every_phase_of_a_maintenance_is_known(word: str | None, state: State) -> None:
    found = maintenance(status=word)

    assert (found.state, found.kind, found.impact) == (state, Kind.MAINTENANCE, Impact.MAINTENANCE)


@pytest.mark.parametrize(
    ("minutes", "end"),
    [
        ("60", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        (90, datetime(2026, 3, 1, 13, 30, tzinfo=UTC)),
        ("a while", None),
        ("9999999", None),
        (-5, None),
        (None, None),
    ],
)
def test_a_maintenance_ends_so_many_minutes_after_its_start(minutes: object, end: datetime | None) -> None:
    assert maintenance(duration=minutes).ends_at == end
    assert maintenance(start="soon", duration=minutes).ends_at is None


def test_the_page_may_be_up_while_an_incident_is_open() -> None:
    snapshot = instatus.parse(body("instatus", "outage"), SOURCE)

    assert (snapshot.indicator, snapshot.incidents[0].impact) == (Impact.NONE, Impact.CRITICAL)


def test_without_an_id_the_last_part_of_the_address_is_one_and_without_both_it_is_refused() -> None:
    assert incident(id=None, url="https://status.acme.example/incident/cm01/").external_id == "cm01"
    with pytest.raises(ParseError, match=r"no usable id at \$\.activeIncidents\[0\]"):
        incident(id=None)


def test_lists_that_are_left_out_are_empty_and_the_set_is_complete() -> None:
    snapshot = instatus.parse(body("instatus", "quiet"), SOURCE)

    assert (snapshot.incidents, snapshot.complete_open_set) == ((), True)
    assert not instatus.parse(body("instatus", "components"), SOURCE).complete_open_set


def test_a_group_lends_its_name_and_is_no_component() -> None:
    found = {c.name: c.group for c in instatus.parse(body("instatus", "components"), SOURCE).components}

    assert found == {"API": "Europe", "Web": "Europe", "Mail": None, "Fax": "Old things"}


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"page": {"name": "Acme"}}, r"no page of Instatus.*\$\.page"),
        ({"page": PAGE | {"id": "acme12345678"}}, "without id"),
        ({"page": PAGE, "status": {"indicator": "none"}}, "no page of Instatus"),
        ({"page": PAGE, "activeIncidents": {}}, r"an object instead of a list at \$\.activeIncidents"),
        ({"components": []}, "no components with a status in Instatus' words"),
        ({"components": [{"id": "a", "status": "fine"}]}, "no components with a status in Instatus' words"),
        ({"components": [{"status": "OPERATIONAL"}]}, r"no usable id at \$\.components\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(payload: object, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        instatus.parse(json.dumps(payload).encode(), SOURCE)


def test_a_page_is_polled_at_its_summary_with_the_components_beside_it() -> None:
    page = "https://status.acme.example"

    assert instatus.endpoints(SOURCE) == (f"{page}/v3/summary.json", f"{page}/summary.json")
    for address in (f"{page}/summary.json", f"{page}/v3/summary.json", f"{page}/api/v2/summary.json"):
        assert instatus.endpoints(replace(SOURCE, url=address)) == (address,)
        assert instatus.beside(address) == (f"{page}/v3/components.json",)
    assert instatus.beside(f"{page}/v3/components.json") == ()
    assert instatus.follow_up(SOURCE, "a") == ()


@pytest.mark.parametrize(
    "html",
    [
        '<div class="custom-html-above-header"></div><div class="custom-html-below-footer"></div>',
        '<footer><a href="https://instatus.com">Powered by Instatus</a></footer>',
    ],
)
def test_a_page_of_instatus_leads_to_its_summary(html: str) -> None:
    assert instatus.linked(html, SOURCE) == instatus.endpoints(SOURCE)


def test_one_slot_alone_or_a_mention_is_no_mark() -> None:
    assert instatus.linked('<div class="custom-html-below-footer"></div> We left Instatus.', SOURCE) == ()


def test_the_stamp_of_the_last_edit_is_volatile_and_nothing_else_is() -> None:
    text = b'{"started": "2026", "updatedAt": "2026-03-01T10:00:00Z", "name": "x"}'

    assert instatus.VOLATILE.sub(b"", text) == b'{"started": "2026", , "name": "x"}'


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sun Mar 01 2026 11:00:00 GMT+0100 (Central European Standard Time)", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("Sun Mar 01 2026 11:00:00 GMT-0330", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("Sun Xyz 01 2026 11:00:00 GMT+0000", None),
        ("Sun Feb 30 2026 11:00:00 GMT+0000", None),
        (None, None),
    ],
)
def test_a_time_may_be_written_as_javascript_prints_it(text: str | None, at: datetime | None) -> None:
    assert incident(started=text).started_at == at


@pytest.mark.parametrize(
    ("word", "impact"),
    [
        ("MINOR", Impact.MINOR),
        ("MEDIUM", Impact.MINOR),
        ("MAJOR", Impact.MAJOR),
        ("CRITICAL", Impact.CRITICAL),
        ("HAUNTED", Impact.UNKNOWN),
    ],
)
def test_checklys_pages_tell_a_severity_and_the_services_that_it_touches(word: str, impact: Impact) -> None:
    touched = [{"id": "aaaa1111", "name": "Store", "group": "API"}]

    found = incident(impact=None, severity=word, startedAt="2026-03-01T10:00:00.000Z", affectedServices=touched)

    assert (found.impact, found.started_at) == (impact, datetime(2026, 3, 1, 10, tzinfo=UTC))
    assert [(part.name, part.group) for part in found.components] == [("Store", "API")]
