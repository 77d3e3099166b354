"""How those who call in are shown when somebody asks for the status."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import catalog
from bot.commands import calling
from bot.core.calling import lines
from bot.core.message import plain_part
from bot.store.database import Database
from tests.web.world import HOOKS, JOBS, TOKEN, World, alert, configured, listening

CALL = f"/heartbeat/nightly-backup/{TOKEN}"


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    accuses = HOOKS + JOBS + 'vendor = "openai"\n'
    async with listening(World(database, configured(tmp_path, accuses))) as world:
        yield world


async def shown(world: World) -> list[str]:
    those = calling.expected(world.configured, world.watched, catalog.load())
    return [plain_part(line) for line in lines(await calling.views(world.database, those, world.clock.now()))]


async def test_who_never_called_is_said_to_be_waited_for(here: World) -> None:
    assert await shown(here) == [
        "Nightly backup: It is waiting for its first call.",
        "alerts: not heard of yet",
        "grafana: not heard of yet",
        "page: not heard of yet",
        "gateway: not heard of yet",
    ]


async def test_a_call_is_shown_with_when_it_came(here: World) -> None:
    await here.asks("GET", CALL)
    await here.tells("alerts", {"alerts": [alert()]})
    await here.tells("gateway", {}, token="wrong-secret-of-somebody")
    here.clock.move(minutes=62)

    assert await shown(here) == [
        "Nightly backup: It has not called in for 1 h 2 min; it is expected to every 1 h.",
        "alerts: last heard of 2026-03-01 12:00 UTC",
        "grafana: not heard of yet",
        "page: not heard of yet",
        "gateway: not heard of yet",
    ]


async def test_each_is_known_with_the_vendor_that_it_tells_of(here: World) -> None:
    those = calling.expected(here.configured, here.watched, catalog.load())
    found = await calling.views(here.database, those, here.clock.now())

    assert {view.name: view.vendor for view in found} == {
        "Nightly backup": "openai",
        "alerts": None,
        "grafana": "openai",
        "page": None,
        "gateway": None,
    }
