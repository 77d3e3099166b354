"""Quiet hours, as a channel sees them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.holding import Ruling
from bot.core.message import Call, Reach
from bot.core.rules import Match
from bot.errors import TemporaryFailure
from bot.model import Impact
from bot.store.database import Database
from tests.databases import opened
from tests.fakes import ManualClock
from tests.loops.desk import Desk
from tests.loops.night import QUIET, Night
from tests.store.world import LEADS


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a database of one engine: what differs between them is tried out with both."""
    async with opened(sqlite_url) as one:
        yield one


@pytest.fixture
def night(small: Database) -> Night:
    return Night(small)


async def test_a_quiet_night_is_told_by_one_message_and_what_goes_on_after_it(database: Database) -> None:
    night = Night(database)
    await night.passes(hours=2)
    await night.opens("acme-1")
    await night.opens("acme-2", Impact.MINOR)
    await night.passes(hours=1)
    await night.ends("acme-1")
    await night.passes(hours=6, minutes=50)
    assert night.channel == []

    await night.passes(minutes=20)

    assert night.headlines() == ["While it was quiet (22:00–07:00): 2 incidents, 1 goes on", "Acme: Errors acme-2"]
    assert (
        "Acme: Errors acme-1 · was major · resolved · 2026-03-01 22:00 UTC to 2026-03-01 23:00 UTC · 1 h"
        in night.says()
    )
    assert "Acme: Errors acme-2 · minor · investigating since 2026-03-01 22:00 UTC" in night.says()
    assert "incident details acme-1" in night.says()
    assert night.desk.fake.sent() == ["post", "post"]


async def test_what_is_critical_passes_and_is_in_no_digest(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens("acme-1", Impact.CRITICAL)
    await night.opens("acme-2")
    assert night.headlines() == ["Acme: Errors acme-1"]
    await night.passes(hours=1)
    await night.becomes(Impact.CRITICAL, "acme-2")
    assert night.headlines() == ["Acme: Errors acme-1", "Acme: Errors acme-2"]

    await night.passes(hours=9)

    assert len(night.channel) == 2


async def test_a_thread_that_is_there_goes_on_without_a_sound(night: Night) -> None:
    await night.opens()
    await night.passes(hours=2)

    await night.reopens()
    await night.ends()

    (root,) = night.channel
    assert [(one.headline, one.message.broadcast) for one in root.thread] == [
        ("Open again: investigating", False),
        ("Resolved after 2 h", False),
    ]


async def test_the_end_of_what_was_critical_is_said_aloud_at_night_too(night: Night) -> None:
    await night.opens(impact=Impact.CRITICAL)
    await night.passes(hours=2)

    await night.ends()

    assert [one.message.broadcast for one in night.channel[0].thread] == [True]


async def test_what_was_held_back_is_told_in_its_thread_without_a_sound(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens()
    await night.reopens()
    await night.passes(hours=9)

    root = night.channel[-1]
    assert [one.message.broadcast for one in root.thread] == [False]


async def test_nothing_is_sent_where_nothing_was_held(night: Night) -> None:
    await night.passes(hours=24)

    assert night.channel == []


async def test_two_nights_are_two_digests_and_what_reopens_is_told_again(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens()
    await night.ends()
    await night.passes(hours=24)
    await night.reopens()
    await night.ends()
    await night.passes(hours=24)

    title = "While it was quiet (22:00–07:00): 1 incident, over"
    assert night.headlines() == [title, title]


async def test_a_restart_in_the_morning_sends_the_digest_late_and_once(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens()
    night.clock.move(hours=12)

    await night.starts()
    await night.starts()

    assert night.headlines() == ["While it was quiet (22:00–07:00): 1 incident, 1 goes on", "Acme: Errors acme-1"]


async def test_who_was_away_all_day_is_told_of_both_nights_in_the_next_morning(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens()
    night.clock.move(hours=24)

    await night.starts()
    assert night.channel == []
    await night.passes(hours=9)

    assert night.headlines() == ["While it was quiet (22:00–07:00): 1 incident, 1 goes on", "Acme: Errors acme-1"]


@pytest.mark.parametrize(("vendor", "called"), [("acme", (Call(Reach.HERE),)), ("other", ())])
async def test_in_the_morning_only_those_are_called_whose_route_leads_it_there(
    night: Night, vendor: str, called: tuple[Call, ...]
) -> None:
    """The other one is told there because somebody asked for it in the chat, which calls nobody."""
    await night.starts(replace(QUIET, match=Match(vendors=("acme",)), mention=((Impact.MAJOR, "@here"),)))
    await night.passes(hours=2)
    await night.opens(vendor=vendor)

    await night.passes(hours=9)

    assert night.channel[-1].message.calls == called


@pytest.mark.parametrize("fault", ["loses_the_answer", "crashes_after_posting"])
async def test_a_digest_whose_answer_was_lost_is_not_sent_twice(night: Night, fault: str) -> None:
    await night.passes(hours=2)
    await night.opens()
    night.clock.move(hours=8, minutes=30)
    getattr(night.desk.fake, fault)()

    await night.passes(hours=3)

    assert night.headlines() == ["While it was quiet (22:00–07:00): 1 incident, 1 goes on", "Acme: Errors acme-1"]


async def test_what_goes_on_waits_for_a_digest_that_fails(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens()
    night.desk.fake.fails_with(TemporaryFailure("slow down"), times=3)

    await night.passes(hours=11)

    assert night.headlines() == ["While it was quiet (22:00–07:00): 1 incident, 1 goes on", "Acme: Errors acme-1"]


async def test_what_ends_between_the_digest_and_its_root_is_told_as_over(database: Database) -> None:
    night = Night(database)
    await night.passes(hours=2)
    await night.opens()
    night.clock.move(hours=8, minutes=30)
    await night.desk.round()
    await night.ends(deliver=False)

    await night.passes(hours=1)

    assert night.headlines()[0] == "While it was quiet (22:00–07:00): 1 incident, 1 goes on"
    assert "Resolved" in night.says(1)


async def test_two_instances_send_one_digest(database: Database) -> None:
    night = Night(database)
    other = Desk(database, night.clock, owner="two", ruling=Ruling(night.routes))
    other.fake = night.desk.fake
    other.start()
    await night.passes(hours=2)
    for n in range(6):
        await night.opens(f"acme-{n}")
    night.clock.move(hours=9)

    for _ in range(8):
        await asyncio.gather(night.desk.round(), other.round())

    assert night.headlines()[0] == "While it was quiet (22:00–07:00): 6 incidents, 6 go on"
    assert len(night.channel) == 7


async def test_quiet_hours_that_were_taken_out_end_at_the_next_start(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens("acme-1")
    await night.opens("acme-2")
    await night.ends("acme-2")

    await night.starts(replace(QUIET, quiet=None))

    assert night.headlines() == ["While it was quiet (22:00–07:00): 2 incidents, 1 goes on", "Acme: Errors acme-1"]


async def test_a_channel_that_no_route_names_any_more_gets_its_last_digest_and_nothing_else(night: Night) -> None:
    await night.passes(hours=2)
    await night.opens("acme-1")

    await night.starts(replace(QUIET, to=(LEADS,)))
    await night.passes(hours=12)

    assert night.headlines() == ["While it was quiet (22:00–07:00): 1 incident, 1 goes on"]


async def test_the_night_in_which_the_clocks_are_put_forward_is_an_hour_shorter(small: Database) -> None:
    night = Night(small, clock=ManualClock(datetime(2026, 3, 28, 21, 30, tzinfo=UTC)))
    await night.opens()

    night.clock.move(hours=7, minutes=20)
    await night.settles()
    assert night.channel == []
    night.clock.move(minutes=10)
    await night.settles()

    assert night.clock.now() == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert night.headlines()[0] == "While it was quiet (22:00–07:00): 1 incident, 1 goes on"
