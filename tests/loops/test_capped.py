"""Hourly caps, as a channel sees them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.holding import Ruling
from bot.model import Impact
from bot.store.database import Database
from tests.databases import opened
from tests.loops.desk import Desk
from tests.loops.night import CAPPED, QUIET, Night


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a database of one engine: what differs between them is tried out with both."""
    async with opened(sqlite_url) as one:
        yield one


async def test_what_is_above_the_cap_is_told_by_one_note_that_is_kept_current(database: Database) -> None:
    night = Night(database, (CAPPED,))
    for n in range(1, 6):
        await night.opens(f"acme-{n}")
    assert night.headlines() == ["Acme: Errors acme-1", "Acme: Errors acme-2", "3 held back in this hour"]
    await night.ends("acme-5")
    assert "Acme: Errors acme-5 · was major · resolved" in night.says(2)

    await night.passes(minutes=61)

    assert night.headlines() == [
        "Acme: Errors acme-1",
        "Acme: Errors acme-2",
        "3 held back in this hour, 2 of them told since",
        "Acme: Errors acme-3",
        "Acme: Errors acme-4",
    ]
    await night.passes(hours=3)
    assert len(night.channel) == 5


async def test_what_is_critical_passes_the_cap(small: Database) -> None:
    night = Night(small, (CAPPED,))
    for n in range(1, 4):
        await night.opens(f"acme-{n}")

    await night.opens("acme-4", Impact.CRITICAL)
    await night.becomes(Impact.CRITICAL, "acme-3")

    assert night.headlines()[3:] == ["Acme: Errors acme-4", "Acme: Errors acme-3"]
    assert night.headlines()[2] == "1 held back in this hour, all of them told since"


async def test_a_restart_does_not_forget_what_was_posted_in_this_hour(small: Database) -> None:
    night = Night(small, (CAPPED,))
    await night.opens("acme-1")
    await night.opens("acme-2")

    await night.starts()
    await night.opens("acme-3")

    assert night.headlines()[2:] == ["1 held back in this hour"]


async def test_several_instances_share_one_cap(database: Database) -> None:
    night = Night(database, (CAPPED,))
    other = Desk(database, night.clock, owner="two", ruling=Ruling(night.routes))
    other.fake = night.desk.fake
    other.start()
    for n in range(8):
        await night.opens(f"acme-{n}", deliver=False)

    for _ in range(8):
        await asyncio.gather(night.desk.round(), other.round())

    assert len([one for one in night.headlines() if one.startswith("Acme")]) == 2
    assert [one for one in night.headlines() if not one.startswith("Acme")] == ["6 held back in this hour"]


async def test_a_quiet_night_ends_within_the_cap(small: Database) -> None:
    night = Night(small, (replace(QUIET, hourly=2),))
    await night.passes(hours=2)
    for n in range(1, 5):
        await night.opens(f"acme-{n}")

    await night.passes(hours=8)

    assert night.headlines()[0] == "While it was quiet (22:00–07:00): 4 incidents, 4 go on"
    assert [one for one in night.headlines() if "held back" in one] == ["2 held back in this hour"]
    await night.passes(hours=2)
    assert len([one for one in night.headlines() if one.startswith("Acme")]) == 4
