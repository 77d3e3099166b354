"""Channels that hear nothing but a digest, and channels with words of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.rules import Detail
from bot.model import Impact
from bot.store.database import Database
from tests.databases import opened
from tests.loops.night import DAILY, QUIET, WEEKLY, Night
from tests.store.world import LEADS, OPS


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a database of one engine: what differs between them is tried out with both."""
    async with opened(sqlite_url) as one:
        yield one


async def test_a_channel_of_digests_gets_one_message_a_day(database: Database) -> None:
    night = Night(database, (DAILY,))
    await night.settles()
    await night.opens("acme-1", Impact.CRITICAL)
    await night.opens("acme-2", Impact.MINOR)
    await night.ends("acme-2")
    await night.passes(hours=13)
    await night.ends("acme-1")
    await night.passes(hours=24)

    assert night.headlines() == [
        "Since Sun 1 Mar 21:00: 2 incidents, 1 goes on",
        "Since Mon 2 Mar 09:00: 1 incident, over",
    ]
    assert "Began, and goes on: 1" in night.says(0)
    assert "Began and ended: 1" in night.says(0)
    assert "Ended: 1" in night.says(1)


async def test_that_nothing_happened_is_said_once(small: Database) -> None:
    night = Night(small, (DAILY,))
    await night.settles()
    await night.passes(hours=24 * 3)
    await night.opens()
    await night.passes(hours=24)

    assert night.headlines() == [
        "Nothing happened since Sun 1 Mar 21:00",
        "Since Wed 4 Mar 09:00: 1 incident, 1 goes on",
    ]


async def test_a_digest_that_was_missed_comes_at_the_start_and_once(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.opens()
    night.clock.move(days=20)

    await night.starts()
    await night.starts()

    assert night.headlines() == ["Since Sun 1 Mar 21:00: 1 incident, 1 goes on"]


async def test_a_digest_at_another_time_is_planned_anew(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.opens()

    await night.starts(DAILY)
    await night.passes(days=1)

    assert night.headlines() == ["Since Sun 1 Mar 21:00: 1 incident, 1 goes on"]


async def test_a_route_that_wants_no_digest_any_more_gets_the_last_one_and_then_its_roots(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.opens("acme-1")
    await night.opens("acme-2")
    await night.ends("acme-2")

    await night.starts(replace(WEEKLY, digest=None))
    await night.passes(minutes=10)

    assert night.headlines() == ["Since Sun 1 Mar 21:00: 2 incidents, 1 goes on", "Acme: Errors acme-1"]


async def test_each_destination_has_its_own_words(small: Database) -> None:
    plain = replace(QUIET, quiet=None, to=(LEADS,), detail=Detail.STAKEHOLDER)
    night = Night(small, (replace(QUIET, quiet=None, go_on=True), plain))
    await night.opens(to=(OPS, LEADS))

    assert night.desk.fake.root("leads").message != night.desk.fake.root("ops").message
