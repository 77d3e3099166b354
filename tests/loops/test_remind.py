"""Maintenances are told of when they draw near, and once more before they begin: once, whoever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.loops.remind import Reminding, remind_due
from bot.model import ChangeKind, Source, State
from bot.store.database import Database
from tests.loops.acme import Json, at, incident, summary
from tests.loops.world import World, acme, acme_at

HOURS = 60
OPENED, REMINDED = ChangeKind.OPENED, ChangeKind.REMINDED


def page(begins: float, state: str = "scheduled") -> Json:
    """Return a page that has planned a maintenance for so many minutes after noon."""
    planned: Mapping[str, object] = {
        **incident("m1", ("scheduled", "We will upgrade.", -60), title="Upgrade", impact="maintenance"),
        "status": state,
        "scheduled_for": at(begins),
        "scheduled_until": at(begins + 60),
    }
    return {**summary(), "scheduled_maintenances": [planned]}


def reminding(world: World) -> Reminding:
    watching = world.watching
    return Reminding(world.database, watching.fetcher, watching.rules, world.clock, asyncio.Event())


def a_day_and_an_hour(url: str) -> Source:
    return replace(acme_at(url), remind=(timedelta(days=1), timedelta(hours=1)))


async def pass_time(world: World, loop: Reminding, *, hours: int) -> list[tuple[float, ChangeKind]]:
    """Let the loop look every hour and ten minutes before, and return what was told, each with the hours it took."""
    found, began = [], world.clock.now()
    known = len(await world.timeline()) if await world.is_due() else 0
    for minutes in (50, 10) * hours:
        world.clock.move(minutes=minutes)
        if await remind_due(loop):
            entries = await world.timeline()
            found += [((world.clock.now() - began) / timedelta(hours=1), entry.kind) for entry in entries[known:]]
            known = len(entries)
    return found


async def test_it_is_told_once_more_at_each_of_the_times_that_were_asked_for(database: Database) -> None:
    async with acme(database, page(begins=30 * HOURS), watched=a_day_and_an_hour) as world:
        await world.look()

        told = await pass_time(world, reminding(world), hours=31)

        assert told == [(6, REMINDED), (29, REMINDED)]


async def test_one_that_was_far_off_at_the_first_look_is_told_two_days_before(database: Database) -> None:
    async with acme(database, page(begins=100 * HOURS)) as world:
        await world.look()
        assert not await world.is_due()

        told = await pass_time(world, reminding(world), hours=101)

        assert told == [(52, OPENED), (52, ChangeKind.UPDATED), (99, REMINDED)]
        assert (await world.incident()).state is State.SCHEDULED


async def test_after_it_has_drawn_near_the_page_brings_nothing_new(database: Database) -> None:
    async with acme(database, page(begins=100 * HOURS)) as world:
        await world.look()
        world.clock.move(hours=60)
        assert await remind_due(reminding(world)) == 1
        before = await world.told()

        world.shows({**page(begins=100 * HOURS), "note": "The same in other bytes."})
        await world.look()

        assert await world.told() == before


async def test_a_page_that_is_read_first_tells_it_and_the_loop_does_not(database: Database) -> None:
    async with acme(database, page(begins=100 * HOURS)) as world:
        await world.look()
        world.shows({**page(begins=100 * HOURS), "note": "The same in other bytes."})
        await world.look_in(hours=60)

        assert await world.told() == [OPENED, ChangeKind.UPDATED]
        assert await remind_due(reminding(world)) == 0


async def test_when_it_has_begun_nothing_is_said_of_its_beginning(database: Database) -> None:
    async with acme(database, page(begins=3 * HOURS)) as world:
        await world.look()
        world.shows(page(begins=3 * HOURS, state="in_progress"))
        await world.look_in(minutes=150)

        assert await remind_due(reminding(world)) == 0


async def test_who_wants_no_reminders_gets_none(database: Database) -> None:
    async with acme(database, page(begins=3 * HOURS), watched=lambda url: replace(acme_at(url), remind=())) as world:
        await world.look()

        assert await pass_time(world, reminding(world), hours=4) == []


@pytest.mark.parametrize("instances", [2])
async def test_of_several_instances_one_reminds(database: Database, instances: int) -> None:
    async with acme(database, page(begins=3 * HOURS)) as world:
        await world.look()
        world.clock.move(minutes=125)
        loops = [reminding(world) for _ in range(instances)]

        done = await asyncio.gather(*map(remind_due, loops))

        assert sum(done) == 1
        assert [kind for kind in await world.told() if kind is REMINDED] == [REMINDED]
        assert [loop.announced.is_set() for loop in loops] == [bool(count) for count in done]
