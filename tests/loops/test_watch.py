"""The watch loop itself: who is looked at, when, together with whom, and what happens at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from bot.loops.watch import AT_ONCE, SHORTEST_NAP, SLICE, watch
from bot.store import incidents, polls, sources
from bot.store.database import Database
from bot.store.tables import POLL
from tests.loops.acme import SUMMARY, incident, summary
from tests.loops.world import World, acme, acme_at, until
from tests.servers import Answer

ELSEWHERE = "/elsewhere.json"
BEGUN = ("investigating", "Some requests fail.", 1.0)


@asynccontextmanager
async def watched(world: World) -> AsyncIterator[asyncio.Task[None]]:
    """Run the watch loop for the length of the block."""
    task = asyncio.create_task(watch(world.watching))
    try:
        async with asyncio.timeout(40):
            yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def also(world: World, key: str, **changes: Any) -> None:
    await sources.add(world.database, replace(acme_at(world.server.url, key), **changes), world.clock.now())


async def looked_at(world: World) -> set[str]:
    """Return which sources have been looked at since the last time they were due."""
    return {
        one.source.key for one in await sources.all_watched(world.database) if one.health.last_try == world.clock.now()
    }


async def wakes(world: World, **span: float) -> None:
    """Let time pass as soon as the loop sleeps."""
    await world.clock.until_someone_sleeps()
    world.clock.move(**span)


async def test_every_source_is_looked_at_when_it_is_due(database: Database) -> None:
    async with acme(database) as world, watched(world):
        await until(lambda: is_seen(world, "acme"))
        await wakes(world, seconds=30)
        await world.server.wait_for_hits(2)
        await until(lambda: is_seen(world, "acme"))

        assert world.server.paths == [SUMMARY, SUMMARY]
        assert world.watching.looks == 2


async def test_a_crowd_that_is_due_when_we_begin_is_not_due_together_again(database: Database) -> None:
    async with acme(database) as world:
        crowd = [f"one-{number}" for number in range(AT_ONCE + 20)]
        for key in crowd:
            await also(world, key)
        world.watching.chance = Random(7).random
        async with watched(world):
            await until(lambda: have_been_seen(world, *crowd))
        waits = await pauses(world.database, crowd)

        assert timedelta(seconds=5) <= min(waits)
        assert max(waits) <= timedelta(seconds=33)
        # A tenth either way would have all of them between 27 s and 33 s.
        assert sum(wait < timedelta(seconds=24) for wait in waits) > AT_ONCE / 2


async def have_been_seen(world: World, *keys: str) -> bool:
    """Let a little time pass; return whether these have been looked at by now."""
    world.clock.move(milliseconds=5)
    seen = {one.source.key for one in await sources.all_watched(world.database) if one.health.last_look}
    return seen >= set(keys)


async def pauses(database: Database, keys: Collection[str]) -> Sequence[timedelta]:
    """Return how long it is from the last look at each to the next."""
    query = select(POLL.c.due_at, POLL.c.last_try).where(POLL.c.source.in_(keys))
    rows = await database.read(lambda connection: connection.execute(query).all())
    return [row.due_at - row.last_try for row in rows]


async def is_seen(world: World, *keys: str) -> bool:
    return await looked_at(world) >= set(keys)


async def test_what_is_new_wakes_the_delivery(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world, watched(world):
        await asyncio.wait_for(world.watching.announced.wait(), timeout=20)

        assert (await world.incident()).title == "Errors"


async def test_sources_that_are_due_together_are_looked_at_together(database: Database) -> None:
    async with acme(database) as world:
        together = asyncio.Event()
        world.answers(SUMMARY, Answer(body="{}", until=together))
        await also(world, "second")
        await also(world, "third")
        async with watched(world):
            await world.server.wait_for_hits(3)
            busiest = world.server.busiest
            together.set()
            await until(lambda: is_seen(world, "acme", "second", "third"))

    assert busiest == 3


async def test_many_sources_that_are_due_together_are_looked_at_slice_by_slice(database: Database) -> None:
    async with acme(database) as world:
        for number in range(SLICE):
            await also(world, f"more-{number}")
        async with watched(world):
            await world.server.wait_for_hits(SLICE)
            await world.clock.until_someone_sleeps()
            at_first = len(world.server.hits)
            await wakes(world, seconds=SHORTEST_NAP.total_seconds() / 2)
            await world.server.wait_for_hits(SLICE + 1)

    assert at_first == SLICE


async def test_who_is_told_to_stop_between_two_slices_looks_at_all_that_were_claimed(database: Database) -> None:
    async with acme(database) as world:
        for number in range(SLICE):
            await also(world, f"more-{number}")
        async with watched(world):
            await world.server.wait_for_hits(SLICE)
            await world.clock.until_someone_sleeps()

        assert len(await looked_at(world)) == SLICE + 1


async def test_a_page_that_does_not_answer_delays_no_other(database: Database) -> None:
    async with acme(database) as world:
        answer = asyncio.Event()
        await also(world, "silent", url=world.server.url + ELSEWHERE)
        world.answers(ELSEWHERE, Answer(body="{}", until=answer))
        async with watched(world):
            await until(lambda: is_seen(world, "acme"))
            silent = "silent" in await looked_at(world)
            answer.set()

    assert not silent


async def test_a_source_that_is_being_looked_at_is_not_looked_at_twice(database: Database) -> None:
    async with acme(database) as world:
        answer = asyncio.Event()
        world.answers(SUMMARY, Answer(body="{}", until=answer))
        async with watched(world):
            await world.server.wait_for_hits(1)
            for _ in range(3):
                await wakes(world, seconds=1)
            await world.clock.until_someone_sleeps()
            hits = len(world.server.hits)
            answer.set()

    assert hits == 1


async def test_a_crash_in_one_look_stops_no_other(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with acme(database) as world:
        await also(world, "odd", url="http://[")
        async with watched(world) as task:
            await until(lambda: is_seen(world, "acme", "odd"))
            await wakes(world, seconds=30)
            await until(lambda: is_seen(world, "acme"))

            assert not task.done()
        assert "look crashed source=odd" in caplog.text
        assert "Invalid IPv6 URL" in caplog.text
        crashed = next(one for one in await sources.all_watched(database) if one.source.key == "odd")
        assert crashed.health.failure == "an error of our own; see the log"


async def test_who_is_told_to_stop_finishes_the_looks_under_way(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        answer = asyncio.Event()
        world.answers(SUMMARY, replace(Answer.json(summary(incident("i1", BEGUN))), until=answer))
        async with watched(world) as task:
            await world.server.wait_for_hits(1)
            task.cancel()
            await asyncio.sleep(0)
            answer.set()
            await asyncio.wait([task])

        assert await is_seen(world, "acme")
        assert len(await incidents.open_incidents(database)) == 1
        assert await polls.next_due(database, world.clock.now()) is not None


async def test_who_is_told_to_stop_writes_down_what_was_seen_already(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.clock.move(seconds=30)
        async with watched(world):
            # Unmodified: it is written with others, a moment later.
            await world.server.wait_for_hits(2)
            await until(lambda: nothing_under_way(world))

        assert await is_seen(world, "acme")


async def nothing_under_way(world: World) -> bool:
    return not world.watching.tasks


async def test_a_watch_can_be_stopped_and_started_at_any_moment(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        for turns in range(8):
            async with watched(world):
                await asyncio.sleep(turns * 0.004)
            await sources.release_all(database)
            world.clock.move(seconds=12)
        async with watched(world):
            await until(lambda: is_seen(world, "acme"))

        assert [entry.text for entry in await world.timeline()] == ["", "Some requests fail."]
