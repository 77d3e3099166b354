from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import rootly
from bot.model import Claim, Impact, Kind, Snapshot, State
from tests.feeds.samples import body, source

SOURCE = source("rootly")
STATUS = "https://status.acme.example/api/v1/status.json"
INCIDENTS = "https://status.acme.example/api/v1/incidents.json?per_page=100"


def parse(**changes: Any) -> Snapshot:
    empty: dict[str, Any] = {"page": {"name": "Acme", "time_zone": "Etc/UTC"}, "incidents": []}
    return rootly.parse(json.dumps(empty | changes).encode(), SOURCE)


def claim(**changes: Any) -> Claim:
    return parse(incidents=[{"url": "https://status.acme.example/incidents/k1"} | changes]).incidents[0]


def named(case: str) -> dict[str, Claim]:
    return {found.external_id: found for found in rootly.parse(body("rootly", case), SOURCE).incidents}


@pytest.mark.parametrize(
    ("word", "state", "kind"),
    [
        ("in_triage", State.INVESTIGATING, Kind.INCIDENT),
        ("started", State.INVESTIGATING, Kind.INCIDENT),
        ("detected", State.INVESTIGATING, Kind.INCIDENT),
        ("acknowledged", State.INVESTIGATING, Kind.INCIDENT),
        ("investigating", State.INVESTIGATING, Kind.INCIDENT),
        ("identified", State.IDENTIFIED, Kind.INCIDENT),
        ("monitoring", State.MONITORING, Kind.INCIDENT),
        ("mitigated", State.MONITORING, Kind.INCIDENT),
        ("resolved", State.RESOLVED, Kind.INCIDENT),
        ("closed", State.RESOLVED, Kind.INCIDENT),
        ("cancelled", State.RESOLVED, Kind.INCIDENT),
        ("scheduled", State.SCHEDULED, Kind.MAINTENANCE),
        ("in_progress", State.IN_PROGRESS, Kind.MAINTENANCE),
        ("completed", State.COMPLETED, Kind.MAINTENANCE),
        ("puzzled", State.UNKNOWN, Kind.INCIDENT),
        (None, State.UNKNOWN, Kind.INCIDENT),
    ],
)
def test_the_words_for_incidents_and_for_updates_are_known(word: str | None, state: State, kind: Kind) -> None:
    update = {"body": "So.", "status": word, "created_at": "2026-03-01T10:00:00Z"}
    of_update = claim(status="started", incident_updates=[update])

    assert (claim(status=word).state, claim(status=word).kind) == (state, kind)
    assert of_update.updates[0].state is state
    assert of_update.kind is kind


@pytest.mark.parametrize("word", ["critical", "major", "minor", "none"])
def test_every_impact_is_known(word: str) -> None:
    assert claim(impact=word).impact is Impact(word)


def test_a_strange_impact_is_unknown_and_remembered() -> None:
    snapshot = rootly.parse(body("rootly", "outage"), SOURCE)

    assert snapshot.incidents[0].impact is Impact.UNKNOWN
    assert snapshot.unknown_words == ("sideways",)


@pytest.mark.parametrize("word", ["none", "minor", "major", "maintenance"])
def test_the_status_tells_how_the_page_is(word: str) -> None:
    assert parse(status={"indicator": word}).indicator is Impact(word)


def test_the_list_of_incidents_tells_it_by_the_worst_that_goes_on() -> None:
    assert rootly.parse(body("rootly", "incidents"), SOURCE).indicator is Impact.MINOR
    assert parse().indicator is Impact.UNKNOWN


def test_what_readers_were_told_last_goes_before_the_inner_word() -> None:
    outage = named("outage")

    assert outage["k9"].state is State.MONITORING
    assert [update.body for update in outage["k9"].updates] == ["We see errors.", "A fix is **out**."]
    assert outage["k8"].state is State.MONITORING


def test_an_update_whose_word_is_strange_leaves_the_state_to_the_incident() -> None:
    strange = {"status": "puzzled", "created_at": "2026-03-01T10:00:00Z"}

    assert claim(status="mitigated", incident_updates=[strange]).state is State.MONITORING


def test_what_is_over_is_over_whatever_was_said_last() -> None:
    ended = claim(
        status="resolved",
        resolved_at="2026-03-01T12:00:00Z",
        incident_updates=[{"status": "monitoring", "created_at": "2026-03-01T11:00:00Z"}],
    )

    assert (ended.state, ended.resolved_at is not None) == (State.RESOLVED, True)
    assert claim(status="started", resolved_at="2026-03-01T12:00:00Z").resolved_at is None


def test_maintenances_are_told_by_their_words() -> None:
    claims = named("maintenance")

    assert {key: (found.kind, found.state, found.impact) for key, found in claims.items()} == {
        "k5": (Kind.MAINTENANCE, State.IN_PROGRESS, Impact.MAINTENANCE),
        "k4": (Kind.MAINTENANCE, State.SCHEDULED, Impact.MAINTENANCE),
        "k3": (Kind.MAINTENANCE, State.COMPLETED, Impact.MAINTENANCE),
    }
    assert claims["k4"].starts_at is not None
    assert claims["k4"].ends_at is not None


def test_an_incident_is_known_by_its_address_and_else_by_its_id() -> None:
    assert claim(id=7).external_id == "k1"
    assert claim(id=7, url="https://status.acme.example/incidents/k1/?x#y").external_id == "k1"
    assert claim(id=7, url=None).external_id == "7"
    assert claim(id=7, url="https://[").external_id == "7"


def test_the_id_of_an_update_stays_when_its_text_or_its_shown_time_is_edited() -> None:
    first = {"body": "We look.", "status": "investigating", "created_at": "2026-03-01T10:00:00Z"}
    edited = first | {"body": "We looked.", "display_at": "2026-03-01T09:58:00Z"}

    (before,) = claim(incident_updates=[first]).updates
    (after,) = claim(incident_updates=[edited]).updates

    assert before.id == after.id
    assert before.at > after.at


def test_a_page_of_a_hundred_may_be_a_part_of_more() -> None:
    many = [{"url": f"https://status.acme.example/incidents/k{n}"} for n in range(100)]

    assert parse(incidents=many[1:]).complete_open_set
    assert not parse(incidents=many).complete_open_set
    assert parse(incidents=many, status={"indicator": "major"}).complete_open_set


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"page": {"name": "Acme"}}, "no page with a time_zone, or no incidents"),
        ({"incidents": None}, "no page with a time_zone, or no incidents"),
        ({"incidents": {}}, r"an object instead of a list at \$\.incidents"),
        ({"page": {"time_zone": "Etc/UTC", "id": "acme12345678"}}, "a page with an id"),
        ({"incidents": [{"id": "a", "page_id": "acme12345678"}]}, "a page with an id"),
        ({"incidents": [{}]}, r"no usable id at \$\.incidents\[0\]"),
        ({"incidents": [{"id": 1, "incident_updates": [{}]}]}, r"no time that can be read at \$\.incidents\[0\]"),
    ],
)
def test_a_payload_that_breaks_the_promise_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        parse(**changes)


def test_a_page_is_polled_at_its_status_with_its_incidents_beside() -> None:
    assert rootly.endpoints(SOURCE) == (STATUS, INCIDENTS)
    assert rootly.beside(STATUS) == (INCIDENTS,)
    assert rootly.beside(INCIDENTS) == ()
    assert rootly.endpoints(replace(SOURCE, url=STATUS)) == (STATUS,)


def test_what_has_ended_is_not_followed_up() -> None:
    assert rootly.follow_up(SOURCE, "k1") == ()


@pytest.mark.parametrize(
    "html", ["<p>Powered by Rootly</p>", 'Powered by <a href="https://rootly.com?ref=x">Rootly</a>']
)
def test_a_page_that_names_its_maker_leads_to_its_documents(html: str) -> None:
    assert rootly.linked(html, SOURCE) == (STATUS, INCIDENTS)


def test_the_page_is_where_it_says_and_else_where_it_was_asked_for() -> None:
    page = {"time_zone": "Etc/UTC", "url": "https://acme-status.example/"}

    assert parse(page=page).page_url == "https://acme-status.example"
    assert parse().page_url == "https://status.acme.example"


def test_when_the_page_was_touched_is_volatile_and_nothing_else_is() -> None:
    text = b'{"updated_at": "2026-03-01T10:00:00Z", "body": "\\"updated_at\\": \\"now\\""}'

    assert rootly.VOLATILE.sub(b"", text) == b'{, "body": "\\"updated_at\\": \\"now\\""}'
