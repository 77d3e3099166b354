"""Several instances hear the same at the same moment: it is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.databases import opened
from tests.web.world import HOOKS, JOBS, TOKEN, World, alert, configured, group, listening, rates


@pytest.fixture
async def both(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    """Give two that share a database and a clock."""
    settings = configured(tmp_path, HOOKS + JOBS)
    async with opened(database_url) as other:
        one = World(database, settings)
        another = World(other, settings, one.clock)
        async with listening(one), listening(another):
            yield one, another


async def test_an_alert_that_comes_to_both_is_opened_once_and_ended_once(both: tuple[World, World]) -> None:
    one, another = both
    for status in ("firing", "resolved", "firing"):
        tells = [world.tells("alerts", group(alert(status))) for world in (one, another) * 4]
        assert {answer.status_code for answer in await asyncio.gather(*tells)} == {200}

    assert await one.said() == [
        "opened",
        "updated: HighErrorRate: Too many answers are 5xx",
        "resolved: It no longer fires.",
    ]


async def test_both_ends_of_an_alert_at_once_come_to_one_that_is_over(both: tuple[World, World]) -> None:
    one, another = both

    await asyncio.gather(
        *(one.tells("alerts", group(alert())) for _ in range(5)),
        *(another.tells("alerts", group(alert("resolved"))) for _ in range(5)),
    )

    assert not any(incident.is_open for incident in await one.incidents())


async def test_many_alerts_at_once_are_all_heard(both: tuple[World, World]) -> None:
    some = [alert(fingerprint=f"{number:04}", labels={"alertname": f"A{number}"}) for number in range(10)]

    await asyncio.gather(*(both[number % 2].tells("alerts", group(one)) for number, one in enumerate(some)))

    assert len(await both[0].incidents()) == 10


async def test_one_report_that_comes_to_both_is_told_once(both: tuple[World, World]) -> None:
    await asyncio.gather(*(world.tells("gateway", rates()) for world in both * 4))

    assert await both[0].said() == ["opened", "updated: 38 % of 1,200 calls to api.openai.com fail."]


async def test_a_failed_job_that_both_look_at_is_told_once(both: tuple[World, World]) -> None:
    await both[0].asks("GET", f"/heartbeat/nightly-backup/{TOKEN}/fail")
    await asyncio.gather(*(world.looks() for world in both))
    await asyncio.gather(*(world.asks("GET", f"/heartbeat/nightly-backup/{TOKEN}") for world in both * 3))
    await asyncio.gather(*(world.looks() for world in both))

    assert await both[0].said() == ["opened", "updated: It reported a failure.", "resolved: It called in again."]
