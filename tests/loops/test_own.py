"""Our own trouble is told on the other platforms, once, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import PermanentFailure, PlatformStopped
from bot.loops.own import Own, look, unrung
from bot.model import ChangeKind, Destination, State
from bot.store import parking
from bot.store.database import Database
from tests.fakes import FakePlatform, ManualClock
from tests.loops.desk import Desk, thread

OPS = Destination("fake", "ops")
BACKUP = Destination("other", "backup")


class Two:
    """Two platforms, one of which gets into trouble."""

    def __init__(self, database: Database) -> None:
        self.clock = ManualClock()
        self.other = FakePlatform(self.clock, name="other")
        self.desk = Desk(database, clock=self.clock, others=(self.other,))
        self.own = self.begins()

    def begins(self) -> Own:
        delivering = self.desk.delivering
        return Own(delivering.database, delivering, (OPS, BACKUP), self.clock, delivering.due)

    async def looks(self) -> None:
        await self.desk.settles()
        await look(self.own)
        await self.desk.settles()

    async def starts_again(self) -> None:
        self.desk.start()
        self.own = self.begins()
        await parking.revive(self.desk.database, self.clock.now())


@pytest.fixture
def two(database: Database) -> Two:
    return Two(database)


async def test_a_platform_that_will_not_have_us_is_told_on_the_other(two: Two) -> None:
    two.desk.fake.fails_with(PlatformStopped("the token was revoked"))
    await two.desk.opens()
    await two.looks()
    await two.looks()

    root = two.other.root("backup")
    assert root.headline == "Sitrep: Nothing can be posted to Fake"
    assert "The token was revoked. Everything for it waits" in str(root.message)
    assert len(two.other.channels) == 1


async def test_it_is_over_when_it_works_again(two: Two) -> None:
    two.desk.fake.fails_with(PlatformStopped("the token was revoked"))
    await two.desk.opens()
    await two.looks()
    two.clock.move(hours=1)
    await two.starts_again()
    await two.looks()

    assert two.desk.fake.root("ops").headline == "Acme: Errors"
    root = two.other.root("backup")
    assert "Resolved" in str(root.message)
    assert thread(root)[-1] == "It can be posted to again."


async def test_a_channel_that_can_not_be_posted_to_is_told_on_the_other(two: Two) -> None:
    two.desk.fake.fails_with(PermanentFailure("the bot is not in the channel: invite it"), times=2)
    await two.desk.opens("acme-1")
    await two.desk.opens("acme-2")
    await two.looks()
    await two.looks()

    root = two.other.root("backup")
    assert root.headline == "Sitrep: fake:ops can not be posted to"
    assert "The bot is not in the channel: invite it." in str(root.message)

    two.clock.move(minutes=10)
    await parking.revive(two.desk.database, two.clock.now(), "fake")
    await two.looks()

    assert len(two.desk.fake.channels["ops"]) == 2
    assert thread(root)[-1] == "It can be posted to again."


async def test_a_channel_that_no_route_names_any_more_is_no_trouble_once_what_waits_is_long_over(two: Two) -> None:
    async def a_try_later(**later: int) -> None:
        two.clock.move(**later)
        two.desk.fake.fails_with(PermanentFailure("the channel is archived"))
        await parking.revive(two.desk.database, two.clock.now())
        await two.looks()

    two.own.named = {OPS}
    two.desk.fake.fails_with(PermanentFailure("the channel is archived"))
    await two.desk.opens()
    known = two.desk.incidents["acme-1"]
    two.desk.incidents["acme-1"] = replace(known, state=State.RESOLVED, resolved_at=two.clock.now())
    await two.desk.says("It is over.", kind=ChangeKind.RESOLVED)
    await two.looks()

    await a_try_later(hours=25)
    assert "Resolved" not in str(two.other.root("backup").message)

    two.own.named = {BACKUP}
    await a_try_later(minutes=1)
    root = two.other.root("backup")
    assert "Resolved" in str(root.message)
    assert thread(root)[-1].startswith("What waits for it was over a day ago.")

    await a_try_later(hours=1)
    assert len(two.other.channels["backup"]) == 1


async def test_what_goes_on_is_waited_for_in_whatever_channel(two: Two) -> None:
    two.own.named = {BACKUP}
    two.desk.fake.fails_with(PermanentFailure("the channel is archived"))
    await two.desk.opens()
    await two.looks()
    two.clock.move(hours=25)
    await two.looks()

    assert "Resolved" not in str(two.other.root("backup").message)


async def test_the_same_trouble_again_is_told_again(two: Two) -> None:
    for hours in (0, 5):
        two.clock.move(hours=hours)
        two.desk.fake.fails_with(PermanentFailure("the channel is archived"))
        await two.desk.opens(f"acme-{hours}")
        await two.looks()
        two.clock.move(minutes=1)
        await parking.revive(two.desk.database, two.clock.now())
        await two.looks()

    assert [said for root in two.other.channels["backup"] for said in thread(root)].count(
        "It can be posted to again."
    ) == 2


async def test_without_another_platform_nothing_is_announced(two: Two) -> None:
    two.own.destinations = (OPS,)
    two.desk.fake.fails_with(PlatformStopped("the token was revoked"))
    await two.desk.opens()
    await two.looks()

    assert two.other.channels == {}
    assert two.desk.delivering.stopped == {"fake": "the token was revoked"}


async def test_a_restart_in_the_middle_tells_nothing_twice(two: Two) -> None:
    two.desk.fake.fails_with(PermanentFailure("the channel is archived"))
    await two.desk.opens()
    await two.looks()
    two.clock.move(seconds=timedelta(minutes=1).total_seconds())
    two.desk.start()
    two.own = two.begins()
    await two.looks()

    assert len(two.other.channels["backup"]) == 1
    assert len(two.other.root("backup").thread) <= 1


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (("slack:C1", "pagerduty", "opsgenie"), ("slack:C1",)),
        (("webhook", "pagerduty"), ("webhook",)),
        (("pagerduty", "opsgenie"), ("pagerduty", "opsgenie")),
    ],
)
def test_a_trouble_of_our_own_rings_a_pager_only_where_there_is_nothing_else(
    there: tuple[str, ...], told: tuple[str, ...]
) -> None:
    assert unrung(map(Destination.parse, there)) == tuple(map(Destination.parse, told))
