"""Pages of every kind on local servers, and what is found there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest

from bot import plugins
from bot.cli.detecting import as_json
from bot.fetch import EgressPolicy, Fetcher, FetchLimits
from bot.loops.candidates import is_anywhere
from bot.loops.detection import Detection, detect
from tests.fakes import ManualClock
from tests.feeds.samples import body
from tests.loops.acme import NOON
from tests.servers import Answer, Server, serve

SUMMARY = "/api/v2/summary.json"
UPTIME_KUMA = "/api/status-page/default"
HTML = "<!doctype html><title>Acme</title>"


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(egress=EgressPolicy.allowing("127.0.0.1"), now=ManualClock(NOON).now) as one:
        yield one


def document(name: str, case: str) -> Answer:
    return Answer(body=body(name, case))


async def looked(fetcher: Fetcher, answers: Mapping[str, Answer], at: str = "") -> tuple[Detection, Server]:
    async with serve(dict(answers)) as server:
        return await detect(fetcher, f"{server.url}{at}"), server


@pytest.mark.parametrize(
    ("answers", "form", "endpoint"),
    [
        ({SUMMARY: document("statuspage", "summary-outage")}, "statuspage", SUMMARY),
        ({SUMMARY: document("incidentio", "imitated-summary-outage")}, "incidentio", SUMMARY),
        ({"/proxy/127.0.0.1": document("incidentio", "native-outage")}, "incidentio", "/proxy/127.0.0.1"),
        ({"/history.atom": Answer.feed(body("statuspage-atom", "atom"))}, "statuspage-atom", "/history.atom"),
        ({"/state_feed/feed.atom": Answer.feed(body("hund", "issues"))}, "hund", "/state_feed/feed.atom"),
        ({"/v3/summary.json": document("instatus", "outage")}, "instatus", "/v3/summary.json"),
        ({"/summary.json": document("instatus", "quiet")}, "instatus", "/summary.json"),
        ({"/index.json": document("betterstack", "outage")}, "betterstack", "/index.json"),
        ({UPTIME_KUMA: document("uptimekuma", "quiet")}, "uptimekuma", UPTIME_KUMA),
        ({"/api/v1/endpoints/statuses": document("gatus", "quiet")}, "gatus", "/api/v1/endpoints/statuses"),
        ({"/api/v1/status.json": document("rootly", "quiet")}, "rootly", "/api/v1/status.json"),
        ({"/feed/json": document("openstatus", "quiet")}, "openstatus", "/feed/json"),
        ({"/feed.rss": Answer.feed(body("feed", "incidentio-rss"))}, "feed", "/feed.rss"),
    ],
)
@pytest.mark.parametrize("page", [Answer.html(HTML), Answer(status=404), Answer(status=503)])
async def test_a_page_is_found_where_its_platform_keeps_what_can_be_read(
    fetcher: Fetcher, answers: Mapping[str, Answer], form: str, endpoint: str, page: Answer
) -> None:
    detection, server = await looked(fetcher, {"/": page, **answers})

    assert detection.found is not None
    assert (detection.found.format, detection.found.endpoint) == (form, f"{server.url}{endpoint}")


async def test_a_host_that_answers_everything_with_html_is_no_status_page(fetcher: Fetcher) -> None:
    every = {path: Answer.html(HTML) for path in (SUMMARY, "/", "/proxy/127.0.0.1", "/history.atom", "/feed")}
    detection, _ = await looked(fetcher, every)

    assert detection.found is None
    assert any("HTML" in one.reason for one in detection.tried)


@pytest.mark.parametrize(
    "nonsense", ["{}", "[]", "null", '{"status": "ok"}', '{"page": {}}', "All systems operational"]
)
async def test_a_200_that_says_nothing_is_no_status_page(fetcher: Fetcher, nonsense: str) -> None:
    detection, _ = await looked(fetcher, {"/": Answer.html(HTML), SUMMARY: Answer(body=nonsense)})

    assert detection.found is None


async def test_an_address_that_does_not_name_the_page_is_never_guessed(fetcher: Fetcher) -> None:
    detection, _ = await looked(fetcher, {"/": Answer.html(HTML)})

    assert [one.address for one in detection.tried if "127.0.0.1" not in one.address] == []


async def test_what_the_html_leads_to_may_be_elsewhere(fetcher: Fetcher) -> None:
    identity = "0123456789abcdef01234567"
    detection, _ = await looked(
        fetcher, {"/": Answer.html(f'{HTML}<script>var statuspage_id = "{identity}";</script>')}
    )

    assert any(f"api.status.io/1.0/status/{identity}" in one.address for one in detection.tried)


async def test_a_document_is_found_by_its_own_address(fetcher: Fetcher) -> None:
    at = "/somewhere/else.json"
    detection, server = await looked(fetcher, {at: document("statuspage", "summary-quiet")}, at)

    assert detection.found is not None
    assert (detection.found.format, detection.found.url) == ("statuspage", f"{server.url}{at}")
    assert server.paths == [at, SUMMARY]


async def test_what_the_page_itself_names_is_asked_before_anything_is_guessed(fetcher: Fetcher) -> None:
    page = f'{HTML}<link rel="alternate" type="application/rss+xml" href="/news/status.rss">'
    answers = {"/": Answer.html(page), "/news/status.rss": Answer.feed(body("feed", "incidentio-rss"))}
    detection, server = await looked(fetcher, answers)

    assert server.paths[:2] == ["/", "/news/status.rss"]
    assert detection.found is not None
    assert detection.found.url == f"{server.url}/news/status.rss"


async def test_what_lists_all_that_is_open_is_better_than_a_feed(fetcher: Fetcher) -> None:
    page = f'{HTML}<link rel="alternate" type="application/rss+xml" href="/feed.rss">'
    answers = {
        "/": Answer.html(page),
        "/feed.rss": Answer.feed(body("feed", "incidentio-rss")),
        SUMMARY: document("statuspage", "summary-outage"),
    }
    detection, _ = await looked(fetcher, answers)

    assert detection.found is not None
    assert detection.found.format == "statuspage"


async def test_of_a_document_that_nothing_reads_it_is_not_told_what_each_format_misses_in_it(fetcher: Fetcher) -> None:
    detection, _ = await looked(fetcher, {"/status.json": Answer.json({"well": True})}, "/status.json")

    assert detection.tried[0].reason == "no format reads this"


async def test_somebodys_news_are_not_taken_for_a_status(fetcher: Fetcher) -> None:
    blog = (
        "<rss version='2.0'><channel><title>Blog</title><item><title>We are hiring</title><guid>1</guid>"
        "<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    detection, _ = await looked(fetcher, {"/": Answer.html(HTML), "/feed": Answer.feed(blog)})

    assert detection.found is None
    assert "no entry says how anything stands" in " ".join(one.reason for one in detection.tried)


async def test_a_page_that_lives_elsewhere_is_looked_for_there(fetcher: Fetcher) -> None:
    async with serve({SUMMARY: document("statuspage", "summary-quiet"), "/": Answer.html(HTML)}) as new:
        there = new.url.replace("127.0.0.1", "localhost")
        async with (
            serve({"/": Answer.redirect(f"{there}/", 301)}) as old,
            Fetcher(egress=EgressPolicy.allowing("127.0.0.1", "localhost"), now=ManualClock(NOON).now) as one,
        ):
            detection = await detect(one, old.url)

        assert detection.found is not None
        assert detection.found.endpoint == f"{there}{SUMMARY}"


async def test_a_host_that_does_not_answer_is_soon_left_alone() -> None:
    async with serve({"/": Answer.never(), SUMMARY: Answer.never()}) as server:
        never = {path: Answer.never() for path in ("/", SUMMARY, "/proxy/127.0.0.1", "/api/v1/summary")}
        server.answers.update(never)
        limits = FetchLimits(total=timedelta(seconds=0.2))
        async with Fetcher(
            egress=EgressPolicy.allowing("127.0.0.1"), now=ManualClock(NOON).now, limits=limits
        ) as fetcher:
            detection = await detect(fetcher, server.url)

        assert detection.found is None
        assert len(server.hits) <= 3


async def test_no_address_is_asked_twice(fetcher: Fetcher) -> None:
    _, server = await looked(fetcher, {"/": Answer.html(f"{HTML} statuspage.io incident.io hund.io")})

    assert len(set(server.paths)) == len(server.paths) <= 40


async def test_an_address_without_a_scheme_is_of_the_web(fetcher: Fetcher) -> None:
    detection = await detect(fetcher, "status.acme.invalid")

    assert (detection.url, detection.found) == ("https://status.acme.invalid", None)


def test_only_platforms_whose_pages_live_anywhere_are_guessed() -> None:
    anywhere = {name for name, form in plugins.formats().items() if is_anywhere(form.HOSTS)}

    assert {"statuspage", "incidentio", "feed", "hund"} <= anywhere
    assert not {"azure-rss", "aws-rss", "aws-datajson"} & anywhere


def test_what_was_found_can_be_told_to_programs() -> None:
    assert json.loads(json.dumps(as_json(Detection("https://a.example"))))["format"] is None
