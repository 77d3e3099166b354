from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import upptime
from bot.model import Component, ComponentStatus, Impact
from tests.feeds.samples import body, source

SOURCE = source("upptime", "https://raw.githubusercontent.com/acme/status/HEAD/history/summary.json")
SUMMARY = "https://raw.githubusercontent.com/acme/status/HEAD/history/summary.json"


def site(**changes: Any) -> dict[str, Any]:
    return {"name": "API", "slug": "api", "status": "up", "uptime": "100.00%"} | changes


@pytest.mark.parametrize(
    ("word", "status", "impact"),
    [
        ("up", ComponentStatus.OPERATIONAL, Impact.NONE),
        ("degraded", ComponentStatus.DEGRADED_PERFORMANCE, Impact.MINOR),
        ("down", ComponentStatus.MAJOR_OUTAGE, Impact.CRITICAL),
        ("asleep", ComponentStatus.UNKNOWN, Impact.UNKNOWN),
        (None, ComponentStatus.UNKNOWN, Impact.UNKNOWN),
    ],
)
def test_every_word_is_known(word: str | None, status: ComponentStatus, impact: Impact) -> None:
    snapshot = upptime.parse(json.dumps([site(status=word)]).encode(), SOURCE)

    assert (snapshot.components[0].status, snapshot.indicator) == (status, impact)
    assert snapshot.unknown_words == (("asleep",) if word == "asleep" else ())


def test_a_site_that_is_down_is_a_component_and_no_incident_because_nothing_tells_when_it_fell() -> None:
    snapshot = upptime.parse(body("upptime", "outage"), SOURCE)

    assert snapshot.components[0] == Component("api", "API", ComponentStatus.MAJOR_OUTAGE)
    assert (snapshot.incidents, snapshot.complete_open_set) == ((), False)


def test_the_file_of_one_site_is_named_by_its_address_else_by_the_site() -> None:
    own = replace(SOURCE, url="https://raw.githubusercontent.com/acme/status/HEAD/history/api.yml")

    assert upptime.parse(body("upptime", "one-site"), own).components[0].id == "api"
    assert upptime.parse(body("upptime", "one-site"), SOURCE).components[0].id == "https://api.acme.example"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"[]", "no sites"),
        (b"[7]", r"a number instead of an object at \$\[0\]"),
        (b'[{"slug": "a", "status": "up"}]', r"no site of Upptime, with slug and uptime, at \$\[0\]"),
        (b'[{"slug": null, "uptime": "1%"}]', r"no usable slug at \$\[0\]"),
        (b"status: down\ngenerator: Upptime", "no url of a site"),
        (b"url: https://api.acme.example\nstatus: down", "not JSON"),
    ],
)
def test_what_breaks_the_promise_is_refused(text: bytes, complaint: str) -> None:
    with pytest.raises(ParseError, match=complaint):
        upptime.parse(text, SOURCE)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (SUMMARY, SUMMARY),
        ("https://github.com/acme/status", SUMMARY),
        ("https://github.com/acme/status/issues", SUMMARY),
        ("https://acme.github.io/status/", SUMMARY),
        ("https://acme.github.io", SUMMARY.replace("/status/", "/acme.github.io/")),
        ("https://status.acme.example", "https://status.acme.example"),
    ],
)
def test_an_address_that_names_the_repository_leads_to_its_summary(url: str, endpoint: str) -> None:
    assert upptime.endpoints(replace(SOURCE, url=url)) == (endpoint,)
    assert upptime.follow_up(SOURCE, "api") == ()


def test_a_page_leads_to_the_repository_that_it_links_and_not_to_that_of_its_maker() -> None:
    maker = '<link rel="icon" href="https://raw.githubusercontent.com/upptime/upptime/master/assets/upptime-icon.svg">'

    assert upptime.linked(f'{maker}<a href="https://github.com/acme/status">GitHub</a>', SOURCE) == (SUMMARY,)
    assert upptime.linked(maker, SOURCE) == ()
    assert upptime.linked('<a href="https://github.com/acme/status">GitHub</a>', SOURCE) == ()


def test_uptimes_and_response_times_are_volatile_and_nothing_else_is() -> None:
    text = b'{"status": "up", "uptime": "99.9%", "timeDay": 120, "dailyMinutesDown": {"2026-02-28": 38}, "slug": "a"}'

    assert upptime.VOLATILE.sub(b"", text) == b'{"status": "up", , , , "slug": "a"}'
