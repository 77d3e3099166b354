"""Routes that are made in chats while others decide where something is told."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from bot.core.chat_routes import ChatRoute
from bot.model import Destination
from bot.store import chat_routes
from bot.store.turns import wait_for_others
from tests.databases import opened
from tests.unit.build import at

HERE = Destination("fake", "C5")
ROUTE = ChatRoute(vendor="acme", name="Acme", to=HERE, place="C5", key="fake:1", by="on-call", at=at(0))


async def test_a_route_waits_for_whoever_decides_without_it_so_that_nothing_begins_unseen(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as another:

        def work(connection: Connection) -> asyncio.Task[ChatRoute | None]:
            wait_for_others(connection, "acme")
            made = asyncio.create_task(chat_routes.put(another, ROUTE))
            while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                assert not made.done()
            return made

        await (await asyncio.wait_for(one.write(work), timeout=20))

        assert [route.to for route in await chat_routes.made(one)] == [HERE]
