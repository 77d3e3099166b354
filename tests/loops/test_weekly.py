"""Channels that get a summary of the week beside all else: once, with a picture, whoever dies meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import time, timedelta

import pytest

from bot.core.rules import Handover, Match, Route, Summary
from bot.model import ClaimView, Impact, Kind, State
from bot.store.database import Database
from tests.databases import opened
from tests.fakes import FakePlatform
from tests.loops.desk import Desk
from tests.loops.night import QUIET, Night
from tests.store.watching import registered
from tests.store.world import OPS

WEEKLY = Route(name="route[1]", to=(OPS,), weekly=Summary(Handover(0, time(9)), "Europe/Berlin"))

POSTED = (ClaimView(key="feed|1", kind=Kind.INCIDENT, title="Errors", state=State.INVESTIGATING, impact=Impact.MAJOR),)


@dataclass(slots=True)
class CarryingPlatform(FakePlatform):
    """One on which files go with messages."""

    largest: int = 1_000_000


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a database of one engine: what differs between them is tried out with both."""
    async with opened(sqlite_url) as one:
        yield one


def carrying(night: Night) -> Night:
    night.desk = Desk(night.database, night.clock, ruling=night.desk.ruling, make=CarryingPlatform)
    return night


async def later(night: Night, **span: float) -> None:
    night.clock.move(**span)
    await night.settles()


async def test_a_week_is_summed_up_beside_what_is_told_as_usual(database: Database) -> None:
    night = carrying(Night(database, (WEEKLY,)))
    await registered(database, "acme", now=night.clock.now() - timedelta(days=30))
    await night.settles()
    await night.opens("acme-1", Impact.CRITICAL, claims=POSTED)
    await later(night, hours=13)

    assert night.headlines() == [
        "Acme: Errors acme-1",
        "The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00: 1 incident, 1 open now",
    ]
    (file,) = night.channel[1].message.files
    assert (file.name, file.media_type) == ("week-2026-03-02.png", "image/png")
    assert file.about.startswith("The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00, hour by hour. Acme: 1 incident, 12 h")
    assert file.content.startswith(b"\x89PNG")


async def test_it_comes_every_week_and_once_however_often_it_is_begun_anew(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.opens(claims=POSTED)
    await night.ends()
    night.clock.move(hours=13)
    await night.starts()
    await night.starts()
    await later(night, days=1)
    night.clock.move(days=6)
    await night.settles()

    assert [one for one in night.headlines() if one.startswith("The week")] == [
        "The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00: 1 incident",
        "The week Mon 2 Mar 09:00 to Mon 9 Mar 09:00: nothing was watched",
    ]
    assert night.channel[-1].message.files == ()


async def test_an_answer_that_was_lost_does_not_double_it(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    night.desk.fake.loses_the_answer()
    await later(night, hours=14)

    assert len(night.headlines()) == 1


async def test_a_week_that_was_missed_is_told_at_the_start(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.opens(claims=POSTED)
    night.clock.move(days=5)
    await night.starts()
    await later(night, minutes=5)

    assert night.headlines()[1:] == ["The week Mon 23 Feb 09:00 to Mon 2 Mar 09:00: 1 incident, 1 open now"]


async def test_weeks_that_were_missed_are_told_as_one_and_the_next_begins_where_they_end(database: Database) -> None:
    night = carrying(Night(database, (WEEKLY,)))
    await registered(database, "acme", now=night.clock.now() - timedelta(days=30))
    await night.settles()
    await night.opens(claims=POSTED)
    night.clock.move(days=20)
    night.desk.fake.loses_the_answer()
    await night.starts()
    await later(night, minutes=5)
    night.clock.move(days=3)
    await night.settles()

    assert night.headlines()[1:] == [
        "The 3 weeks Mon 23 Feb 09:00 to Mon 16 Mar 09:00: 1 incident, 1 open now",
        "The week Mon 16 Mar 09:00 to Mon 23 Mar 09:00: 1 incident, 1 open now",
    ]
    assert "They are told at once: the first of them could not be told when it was over." in night.says(1)
    assert night.channel[1].message.files[0].name == "week-2026-03-16.png"


async def test_nobody_gets_it_any_more_once_no_route_wants_it(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.starts(replace(WEEKLY, weekly=None))
    await later(night, days=2)

    assert night.headlines() == []


async def test_at_another_time_it_is_planned_anew(small: Database) -> None:
    night = Night(small, (WEEKLY,))
    await night.settles()
    await night.starts(replace(WEEKLY, weekly=Summary(Handover(1, time(8)), "UTC")))
    await later(night, days=3)

    assert night.headlines() == ["The week Tue 24 Feb 08:00 to Tue 3 Mar 08:00: nothing was watched"]


async def test_quiet_hours_do_not_hold_it_back_and_its_route_says_whose_week_it_is(small: Database) -> None:
    mine = replace(WEEKLY, match=Match(vendors=("bolt",)), quiet=QUIET.quiet)
    night = Night(small, (mine, Route(name="route[2]", to=(replace(OPS, address="rest"),))))
    await registered(small, "acme", now=night.clock.now())
    await night.settles()
    await night.opens("acme-1", Impact.CRITICAL, to=(replace(OPS, address="rest"),), claims=POSTED)
    await night.opens("bolt-1", Impact.MINOR, vendor="bolt", claims=POSTED)
    await night.ends("bolt-1")
    await later(night, hours=13)

    (week,) = [number for number, one in enumerate(night.headlines()) if one.startswith("The week")]
    assert night.headlines()[week].endswith(": 1 incident")
    assert "Acme" not in night.says(week)
