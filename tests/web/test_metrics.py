"""What Prometheus reads: names by its conventions, numbers that are right, nothing without end, nothing secret."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import parser
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics
from sqlalchemy import bindparam, text

from bot.gauges import COUNTS, DELIVERY_DELAY, LIMIT_WAITS, MEASURES, POLLS
from bot.model import Impact
from bot.store.database import Database, open_database
from bot.store.tables import INCIDENT
from bot.web.metrics import KEEP_SECONDS
from tests.commands.office import Office
from tests.unit.build import fine
from tests.web.house import SECRET, TOKEN, House, configured, open_house

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
# All that may be told apart: the names of things of which the program, or the configuration, has only so many.
LABELS = {
    "action",
    "first",
    "format",
    "impact",
    "kind",
    "le",
    "loop",
    "method",
    "outcome",
    "platform",
    "route",
    "sent",
    "state",
    "status",
    "step",
    "type",
    "vendor",
    "version",
    "where",
    "generation",
}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    here = open_database(sqlite_url)
    yield here
    await here.close()


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(Office(database), configured(tmp_path)) as house:
        yield house


async def scraped(house: House) -> dict[str, Metric]:
    async with house.browser() as browser:
        answer = await browser.get("/metrics", headers={"accept": "text/plain"})
    assert answer.status_code == 200
    return {metric.name: metric for metric in parser.text_string_to_metric_families(answer.text)}


def value(metrics: dict[str, Metric], sample: str, **labels: str) -> float:
    found = [
        one.value
        for metric in metrics.values()
        for one in metric.samples
        if one.name == sample and one.labels == labels
    ]
    assert len(found) == 1, (sample, labels, found)
    return found[0]


def test_names_units_and_words_are_as_prometheus_wants_them() -> None:
    """https://prometheus.io/docs/practices/naming/."""
    names = [one.name for one in (*COUNTS, *MEASURES)]

    assert len(set(names)) == len(names)
    for one in (*COUNTS, *MEASURES):
        assert re.fullmatch(r"sitrep_[a-z]+(?:_[a-z]+)*", one.name)
        assert not one.name.endswith(("_total", "_count", "_sum", "_bucket", "_info"))
        assert not re.search(r"_(?:ms|milliseconds|minutes|percent|count)", one.name)
        assert one.about[0].isupper()
        assert one.about.endswith(".")
        assert set(one.labels) < LABELS
    for measure in MEASURES:
        assert measure.name.endswith("_seconds")
        assert list(measure.buckets) == sorted(set(measure.buckets))


async def test_what_is_scraped_can_be_read_in_both_forms_and_all_of_it_is_explained(house: House) -> None:
    house.gauges.count(POLLS, "changed")
    async with house.browser() as browser:
        plain = await browser.get("/metrics", headers={"accept": "text/plain"})
        other = await browser.get("/metrics", headers={"accept": OPENMETRICS})

    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert other.headers["content-type"].startswith("application/openmetrics-text")
    metrics = list(parser.text_string_to_metric_families(plain.text))
    assert list(openmetrics.text_string_to_metric_families(other.text))  # type: ignore[no-untyped-call]  # as it comes
    assert all(metric.documentation for metric in metrics if metric.name.startswith("sitrep"))
    mine = {label for one in metrics if one.name.startswith("sitrep") for s in one.samples for label in s.labels}
    assert mine <= LABELS


async def test_who_accepts_nonsense_gets_what_everybody_reads(house: House) -> None:
    async with house.browser() as browser:
        answer = await browser.get("/metrics", headers={"accept": "application/openmetrics-text; version=x"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")


async def test_what_was_counted_is_shown_and_what_may_happen_is_there_before_it_does(house: House) -> None:
    house.gauges.count(POLLS, "failed")
    house.gauges.count(POLLS, "failed")
    house.gauges.count(LIMIT_WAITS, "slack", by=2.5)
    house.gauges.measure(DELIVERY_DELAY, 0.3, "slack")

    found = await scraped(house)

    assert value(found, "sitrep_polls_total", outcome="failed") == 2
    assert value(found, "sitrep_polls_total", outcome="unreadable") == 0
    assert value(found, "sitrep_rate_limit_wait_seconds_total", platform="slack") == 2.5
    assert value(found, "sitrep_delivery_delay_seconds_sum", platform="slack") == 0.3


async def test_the_database_shows_what_is_watched_what_is_open_and_what_waits(house: House) -> None:
    office = house.office
    await office.watches("Acme", fine("API"))
    await office.watches("Lost", fine("API"), stale="HTTP 503")
    await office.opens(impact=Impact.MAJOR)
    office.clock.move(seconds=90)

    found = await scraped(house)

    assert value(found, "sitrep_sources", kind="feed", state="read") == 1
    assert value(found, "sitrep_sources", kind="feed", state="stale") == 1
    lost = office.clock.now() - timedelta(hours=1, seconds=90)
    assert value(found, "sitrep_sources_oldest_read_timestamp_seconds", kind="feed") == lost.timestamp()
    assert value(found, "sitrep_source_stale_seconds", vendor="lost", kind="feed") == 3690
    assert len(found["sitrep_source_stale_seconds"].samples) == 1
    (open_ones,) = found["sitrep_incidents_open"].samples
    assert (open_ones.labels["impact"], open_ones.value) == ("major", 1)
    assert value(found, "sitrep_deliveries_due", platform="fake") == 1
    assert value(found, "sitrep_deliveries_oldest_due_seconds", platform="fake") == 90


async def test_what_is_tried_in_vain_waits_since_it_was_noted_though_the_next_try_is_put_off(house: House) -> None:
    office = house.office
    await office.opens()
    failed = "UPDATE announcement SET attempts = 9, due_at = '2099-01-01 00:00:00.000000'"
    await office.database.write(lambda connection: connection.execute(text(failed)))
    office.clock.move(seconds=900)

    found = await scraped(house)

    assert value(found, "sitrep_deliveries_due", platform="fake") == 1
    assert value(found, "sitrep_deliveries_oldest_due_seconds", platform="fake") == 900


async def test_what_can_not_be_told_is_counted_as_stuck(house: House) -> None:
    await house.office.opens()
    await house.office.tells(forbidden="ops")

    found = await scraped(house)

    assert value(found, "sitrep_deliveries_stuck", platform="fake", state="parked") == 1
    assert found["sitrep_deliveries_due"].samples == []


async def test_a_platform_that_will_not_have_us_is_known_from_the_first_moment_and_until_it_will(house: House) -> None:
    house.vitals.takes = lambda: {"slack": False, "discord": True}

    found = await scraped(house)

    assert value(found, "sitrep_platform_up", platform="slack") == 0
    assert value(found, "sitrep_platform_up", platform="discord") == 1


async def test_what_could_not_be_told_and_is_long_over_is_nobodys_concern_any_more(house: House) -> None:
    office = house.office
    await office.opens()
    await office.tells(forbidden="ops")
    over = text("UPDATE incident SET is_open = :no, resolved_at = :at").bindparams(
        bindparam("at", office.clock.now(), type_=INCIDENT.c.resolved_at.type), no=False
    )
    await office.database.write(lambda connection: connection.execute(over))

    office.clock.move(seconds=6 * 86400)
    assert (await scraped(house))["sitrep_deliveries_stuck"].samples
    office.clock.move(seconds=2 * 86400)
    await asyncio.sleep(KEEP_SECONDS)
    assert (await scraped(house))["sitrep_deliveries_stuck"].samples == []


async def test_two_that_scrape_at_once_ask_the_database_once(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/metrics")
        before = await browser.get("/metrics")
        after = await browser.get("/metrics")

    name = 'sitrep_database_transaction_duration_seconds_count{kind="read"}'
    assert [line for line in before.text.splitlines() if name in line] == [
        line for line in after.text.splitlines() if name in line
    ]


async def test_commands_and_requests_are_counted_by_what_came_of_them(house: House) -> None:
    await house.office.opens()
    await house.office.says("status")
    await house.office.says("ack")
    await house.office.says("ack")
    async with house.browser() as browser:
        for path in ("/", "/", "/no-such-page", "/no-such-either"):
            await browser.get(path)

    found = await scraped(house)

    assert value(found, "sitrep_commands_total", action="status", outcome="answered") == 1
    assert value(found, "sitrep_commands_total", action="ack", outcome="done") == 1
    assert value(found, "sitrep_commands_total", action="ack", outcome="already") == 1
    assert value(found, "sitrep_http_requests_total", route="/", method="GET", status="200") == 2
    routes = {one.labels["route"] for one in found["sitrep_http_requests"].samples}
    assert routes <= {"/", "none", "/metrics", "/healthz"}


async def test_a_token_keeps_the_metrics_to_those_who_have_it(database: Database, tmp_path: Path) -> None:
    chosen = configured(tmp_path, SITREP_BOARD_TOKEN=TOKEN)
    async with open_house(Office(database), chosen) as house, house.browser() as browser:
        answers: list[httpx.Response] = [
            await browser.get("/metrics", headers=headers)
            for headers in (
                {"authorization": f"Bearer {TOKEN}"},
                {},
                {"authorization": f"Bearer {TOKEN}x"},
                {"authorization": "Basic eDp5"},
            )
        ]

    assert [one.status_code for one in answers] == [200, 401, 401, 401]
    assert answers[1].headers["www-authenticate"] == "Bearer"
    assert "sitrep_" not in answers[1].text


async def test_nothing_secret_is_in_what_is_scraped(database: Database, tmp_path: Path) -> None:
    secrets = {
        "SITREP_BOARD_SECRET": SECRET,
        "SITREP_HEARTBEAT_URL": "https://hc.example/ping/canary-1",
        "SLACK_BOT_TOKEN": "xoxb-canary-2",
        "DISCORD_TOKEN": "canary-3",
    }
    async with open_house(Office(database), configured(tmp_path, **secrets)) as house, house.entered() as browser:
        await browser.get("/no-such/canary-4?token=canary-5")
        await browser.request("CANARY", "/")
        metrics = await browser.get("/metrics")

    assert metrics.status_code == 200
    assert not any(one in metrics.text for one in (SECRET, "canary", "CANARY", browser.cookies["sitrep"]))
