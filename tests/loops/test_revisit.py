"""Root causes come after the end: incidents that are over are read of again for two weeks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core.revisit import VISITS, next_visit
from bot.loops.revisit import Revisiting, visit_due
from bot.model import ChangeKind, State
from bot.store.database import Database
from tests.loops.acme import NOON, Json, alone, incident, summary
from tests.loops.world import World, acme
from tests.servers import Answer

OWN_PAGE = "/api/v2/incidents/i1.json"
BEGUN = ("investigating", "Some requests fail.", 1.0)
OVER = ("resolved", "All is well again.", 9.0)
CAUSE = ("postmortem", "A cache was cleared by mistake.", 300.0)


def ended(*later: tuple[str, str, float]) -> Json:
    return alone(incident("i1", BEGUN, OVER, *later))


async def with_an_incident_that_is_over(world: World) -> None:
    await world.look()
    world.shows(summary(incident("i1", BEGUN)))
    await world.look_in(minutes=1)
    world.answers(OWN_PAGE, ended())
    world.shows(summary())
    await world.look_in(minutes=9)


def revisiting(world: World) -> Revisiting:
    watching = world.watching
    return Revisiting(world.database, watching.fetcher, watching.rules, world.clock, asyncio.Event())


async def test_a_root_cause_is_told_in_the_old_thread_and_reopens_nothing(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        world.answers(OWN_PAGE, ended(CAUSE))
        visitor = revisiting(world)

        world.clock.move(hours=2)
        await visit_due(visitor)

        assert (await world.told())[-1] is ChangeKind.POSTMORTEM
        assert await world.last_words() == "A cache was cleared by mistake."
        assert (await world.incident()).state in {State.RESOLVED, State.POSTMORTEM}
        assert visitor.announced.is_set()


async def test_a_visit_that_finds_nothing_new_says_nothing(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        before = await world.told()

        world.clock.move(hours=2)
        visits = await visit_due(revisiting(world))

        assert visits == 1
        assert await world.told() == before


async def test_nothing_is_visited_before_it_is_due_and_each_visit_waits_for_the_next(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        visitor = revisiting(world)

        world.clock.move(minutes=30)
        too_soon = await visit_due(visitor)
        world.clock.move(hours=1)
        visits = [await visit_due(visitor) for _ in range(2)]

        assert too_soon == 0
        assert visits == [1, 0]


async def test_a_server_that_does_not_answer_is_asked_again(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        visitor = revisiting(world)
        world.answers(OWN_PAGE, Answer(status=500))
        world.answers("/api/v2/incidents.json", Answer(status=500))

        world.clock.move(hours=2)
        await visit_due(visitor)
        world.answers(OWN_PAGE, ended(CAUSE))
        world.clock.move(hours=2)
        await visit_due(visitor)

        assert (await world.told())[-1] is ChangeKind.POSTMORTEM


async def test_an_incident_that_the_vendor_deleted_is_left_in_peace(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        visitor = revisiting(world)
        del world.server.answers[OWN_PAGE]

        world.clock.move(hours=2)
        await visit_due(visitor)
        world.clock.move(days=1)

        assert await visit_due(visitor) == 0


async def test_an_incident_that_is_open_again_is_no_longer_visited(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_is_over(world)
        world.shows(summary(incident("i1", BEGUN, OVER, ("investigating", "It is back.", 30.0))))
        await world.look_in(minutes=30)

        world.clock.move(hours=2)

        assert (await world.incident()).is_open
        assert await visit_due(revisiting(world)) == 0


def test_visits_grow_rarer_and_end_after_two_weeks() -> None:
    last = NOON + VISITS[-1]

    assert next_visit(NOON, NOON) == NOON + timedelta(hours=1)
    assert next_visit(NOON, NOON + timedelta(hours=1)) == NOON + timedelta(hours=3)
    assert next_visit(NOON, last) is None
    assert last == NOON + timedelta(days=14)
