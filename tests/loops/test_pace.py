"""How often a page is looked at."""

from __future__ import annotations

from datetime import timedelta

from bot.store.database import Database
from tests.loops.acme import Json, at, component, incident, summary
from tests.loops.world import acme

CALM = timedelta(seconds=30)
ALERT = timedelta(seconds=15)


def with_a_plan(state: str) -> Json:
    planned = {
        **incident("m1", (state, "We will upgrade the database.", 1.0), impact="maintenance"),
        "scheduled_for": at(600),
        "scheduled_until": at(660),
    }
    return {**summary(), "scheduled_maintenances": [planned]}


async def test_a_maintenance_to_come_is_no_reason_to_look_more_often(database: Database) -> None:
    async with acme(database, with_a_plan("scheduled")) as world:
        await world.look()
        first = await world.pause()
        await world.look_in(seconds=40)

        assert first >= CALM
        assert await world.pause() >= CALM


async def test_a_maintenance_that_goes_on_is(database: Database) -> None:
    async with acme(database, with_a_plan("in_progress")) as world:
        await world.look()
        first = await world.pause()
        await world.look_in(seconds=40)

        assert first <= ALERT
        assert await world.pause() <= ALERT


async def test_a_component_in_trouble_is(database: Database) -> None:
    async with acme(database, summary(components=[component("API", "major_outage")])) as world:
        await world.look()

        assert await world.pause() <= ALERT
