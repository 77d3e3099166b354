"""One instance of two does not reach a chat: the other tells what is due in its share."""

from __future__ import annotations

import pytest

from bot.core.reach import Reach
from bot.core.sharing import shard_of
from bot.errors import NoAnswer
from bot.store.database import Database
from tests.fakes import ManualClock
from tests.loops.desk import Desk
from tests.store.world import LEADS, OPS


def pair(database: Database) -> tuple[Desk, Desk]:
    """Return two instances: one has the channel ops, the other one leads."""
    clock = ManualClock()
    one, two = Desk(database, clock, "one"), Desk(database, clock, "two")
    for desk, channel in ((one, OPS), (two, LEADS)):
        shards = [shard_of(str(channel))]
        desk.delivering.shards = lambda shards=shards: shards  # type: ignore[misc]  # bound at once
        desk.delivering.reaching.reach["fake"] = Reach()
    return one, two


def told(desk: Desk) -> list[str]:
    return [root.key.partition("/")[0] for root in desk.fake.channels.get("ops", [])]


async def test_the_other_tells_what_one_could_not_and_what_is_due_after_that(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = pair(database)
    await one.opens(to=(OPS,))
    one.fake.fails_with(NoAnswer("no answer: it took too long"))
    await one.round()
    await one.opens("acme-2", to=(OPS,))
    calls = len(one.fake.calls)
    begun = await one.round()
    await two.round()
    one.clock.move(seconds=3)
    await one.round()
    await two.settles()

    assert (begun, len(one.fake.calls)) == (0, calls)
    assert sorted(told(two)) == ["acme-1", "acme-2"]
    assert told(one) == []
    assert "fake is out of reach: what is due there is left to other instances" in caplog.text


async def test_now_and_then_it_tries_and_when_it_is_answered_goes_on_as_before(database: Database) -> None:
    one, two = pair(database)
    await one.opens(to=(OPS,))
    one.fake.fails_with(NoAnswer("no answer: it took too long"))
    await one.round()
    one.clock.move(seconds=3)
    await one.round()
    await two.settles()
    one.clock.move(seconds=10)
    for name in ("acme-2", "acme-3"):
        await one.opens(name, to=(OPS,))
    tried = await one.round()
    await one.opens("acme-4", to=(OPS,))
    after = await one.round()

    assert (tried, after) == (2, 1)
    assert told(one) == ["acme-2", "acme-3", "acme-4"]
    await two.settles()
    await one.settles()

    assert sorted(told(one) + told(two)) == ["acme-1", "acme-2", "acme-3", "acme-4"]


async def test_who_is_alone_goes_on_trying(database: Database) -> None:
    one, _ = pair(database)
    one.delivering.shards = lambda: None
    await one.opens(to=(OPS,))
    one.fake.fails_with(NoAnswer("no answer: it took too long"))
    await one.round()
    one.clock.move(seconds=2)
    await one.settles()

    assert told(one) == ["acme-1"]
