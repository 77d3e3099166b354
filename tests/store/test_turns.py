"""Routes and mutes that are made in chats while others decide where something is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from sqlalchemy import Connection

from bot.core.chat_routes import ChatRoute
from bot.core.muting import Muting
from bot.model import Destination
from bot.store import chat_routes, mutes
from bot.store.database import Database
from bot.store.turns import wait_for_others
from tests.databases import opened
from tests.unit.build import at

HERE = Destination("fake", "C5")
ROUTE = ChatRoute(vendor="acme", name="Acme", to=HERE, place="C5", key="fake:1", by="on-call", at=at(0))
MUTING = Muting(vendor="acme", name="Acme", key="fake:1", by="on-call", at=at(0), for_good=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda database: chat_routes.put(database, ROUTE),
        lambda database: mutes.mute(database, MUTING),
        lambda database: mutes.unmute(database, [MUTING], "fake:1", at(0)),
    ],
    ids=["a route", "a mute", "a mute that is taken back"],
)
async def test_it_waits_for_whoever_decides_without_it_so_that_nothing_begins_unseen(
    postgres_url: str, make: Callable[[Database], Coroutine[None, None, object]]
) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as another:

        def work(connection: Connection) -> asyncio.Task[object]:
            wait_for_others(connection, "acme")
            made = asyncio.create_task(make(another))
            while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                assert not made.done()
            return made

        made = await asyncio.wait_for(one.write(work), timeout=20)

        await asyncio.wait_for(made, timeout=20)
        assert made.exception() is None
