from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ParseError
from bot.feeds import stripe
from bot.model import ComponentStatus, Impact, Snapshot, State
from bot.plugins import detect
from tests.feeds.samples import source

PAGE = "https://status.stripe.com"
SOURCE = source("stripe", PAGE)
FROZEN = {"largestatus": "up", "message": "All services are online.", "time": "February 09, 2024 @ 06:08PM +00:00"}
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:{host},2005:/history</id><title>Stripe Status - Incident History</title>
  <link rel="alternate" type="text/html" href="https://{host}"/><updated>2026-03-01T11:00:00Z</updated>
  <entry><id>tag:{host},2005:Incident/1</id><title>Payments are slow</title>
    <published>2026-03-01T11:00:00Z</published><updated>2026-03-01T11:00:00Z</updated>
    <link rel="alternate" type="text/html" href="https://{host}/incidents/abc123def456"/>
    <content type="html">&lt;p&gt;&lt;small&gt;Mar  1, 11:00 UTC&lt;/small&gt;&lt;br&gt;
     &lt;strong&gt;Identified&lt;/strong&gt; - Found.&lt;/p&gt;</content></entry>
</feed>"""


def parse(payload: object) -> Snapshot:
    return stripe.parse(json.dumps(payload).encode(), SOURCE)


def statuses(payload: object) -> dict[str, ComponentStatus]:
    return {component.id: component.status for component in parse(payload).components}


def current(**changes: Any) -> dict[str, Any]:
    return FROZEN | {"time": "July 21, 2021 @ 04:00AM +00:00"} | changes


@pytest.mark.parametrize("time", ["February 09, 2024 @ 06:08PM +00:00", "February 09, 2024 @ 10:08AM -08:00"])
def test_the_document_that_stands_still_is_never_health_and_leads_to_the_page_of_today(time: str) -> None:
    with pytest.raises(ParseError, match=r"stands still .*https://www\.stripestatus\.com, which is format statuspage"):
        parse(FROZEN | {"time": time})


def test_a_document_of_another_time_is_read() -> None:
    snapshot = parse(current())

    assert [(one.name, one.status) for one in snapshot.components] == [("Stripe", ComponentStatus.OPERATIONAL)]
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.NONE, True)


@pytest.mark.parametrize("whole", ["UptimeStatus", "overallStatus"])
def test_what_is_up_in_a_document_without_time_is_not_believed(whole: str) -> None:
    payload = {whole: "up", "message": "", "uptimeData": [{"key": "api", "title": "API", "warning": None}]}

    snapshot = parse(payload)

    assert {one.id: one.status for one in snapshot.components} == {
        "api": ComponentStatus.UNKNOWN,
        "stripe": ComponentStatus.UNKNOWN,
    }
    assert (snapshot.indicator, snapshot.complete_open_set) == (Impact.UNKNOWN, False)


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        ("down", {}, {"stripe": ComponentStatus.MAJOR_OUTAGE}),
        ("down", {"api": "down"}, {"api": ComponentStatus.MAJOR_OUTAGE, "stripe": ComponentStatus.OPERATIONAL}),
        (
            "degraded",
            {"api": "up"},
            {"api": ComponentStatus.OPERATIONAL, "stripe": ComponentStatus.DEGRADED_PERFORMANCE},
        ),
        ("paused", {"api": "up"}, {"api": ComponentStatus.OPERATIONAL, "stripe": ComponentStatus.UNKNOWN}),
        ("up", {"webhooks": "down"}, {"stripe": ComponentStatus.OPERATIONAL}),
    ],
)
def test_the_whole_is_in_trouble_where_no_part_explains_it(
    whole: str, parts: dict[str, str], expected: dict[str, ComponentStatus]
) -> None:
    assert statuses(current(largestatus=whole, statuses=parts)) == expected


def test_a_word_that_is_not_known_is_told_and_never_green() -> None:
    snapshot = parse(current(largestatus="haunted"))

    assert (snapshot.unknown_words, snapshot.complete_open_set) == (("haunted",), False)


def test_the_feed_that_the_old_address_leads_to_is_read_for_a_source_of_this_format_alone() -> None:
    feed = ATOM.format(host="www.stripestatus.com").encode()

    claim = stripe.parse(feed, SOURCE).incidents[0]

    assert (claim.external_id, claim.state) == ("abc123def456", State.IDENTIFIED)
    assert detect(feed, source("auto"))[0] == "statuspage-atom"
    with pytest.raises(ParseError, match="the feed is not Stripe's"):
        stripe.parse(ATOM.format(host="status.acme.example").encode(), SOURCE)


@pytest.mark.parametrize("year", ["2226", "22026"])
def test_a_year_that_is_none_does_not_make_its_statements_of_another(year: str) -> None:
    feed = ATOM.format(host="www.stripestatus.com").replace("<published>2026", f"<published>{year}")

    claim = stripe.parse(feed.encode(), SOURCE).incidents[0]

    assert claim.started_at == claim.updates[0].at == datetime(2026, 3, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize("payload", [{}, {"message": "up"}, {"status": "up"}, [], {"largestatus": "up"}])
def test_what_is_not_stripes_is_refused(payload: object) -> None:
    with pytest.raises(ParseError):
        parse(payload)


def test_the_page_leads_to_the_document_that_tells_its_time_and_to_the_page_of_today() -> None:
    assert stripe.endpoints(SOURCE) == (f"{PAGE}/current",)
    assert stripe.endpoints(source("stripe", f"{PAGE}/current/full")) == (f"{PAGE}/current/full",)
    assert stripe.linked("<html></html>", SOURCE) == (
        f"{PAGE}/current",
        "https://www.stripestatus.com/api/v2/summary.json",
    )
    assert stripe.linked("<a href='https://status.stripe.com'>Stripe</a>", source("auto")) == ()
    assert stripe.follow_up(SOURCE, "x") == ()
