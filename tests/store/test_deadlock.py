"""Two transactions that wait for each other: PostgreSQL undoes one of them, and it is done anew."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.store import attending, engines
from bot.store.database import Database
from bot.store.tables import INCIDENT
from tests.databases import opened as another_instance
from tests.store.world import NOW, opened

NAMES = ("acme-1", "acme-2")
_A_MOMENT = text("SELECT pg_sleep(0.01)")


def attend(connection: Connection, name: str, at: datetime) -> None:
    connection.execute(update(INCIDENT).where(INCIDENT.c.id == name).values(attend_at=at))


async def attended(database: Database) -> set[datetime | None]:
    found = select(INCIDENT.c.attend_at)
    return set(await database.read(lambda connection: connection.execute(found).scalars().all()))


async def get_in_each_others_way(one: Database, two: Database) -> int:
    """Let both write the same incidents the other way round, each when the other has its first; returns the tries."""
    there, runs = set[int](), 0

    async def write(database: Database, number: int) -> None:
        def work(connection: Connection) -> None:
            nonlocal runs
            runs += 1
            first, second = NAMES if number else reversed(NAMES)
            attend(connection, first, NOW + timedelta(hours=number))
            there.add(number)
            while len(there) < 2:
                connection.execute(_A_MOMENT)
            attend(connection, second, NOW + timedelta(hours=number))

        await database.write(work)

    await asyncio.gather(write(one, 0), write(two, 1))
    return runs


async def test_who_was_undone_for_another_is_done_anew(postgres_url: str) -> None:
    async with another_instance(postgres_url) as one, another_instance(postgres_url) as two:
        for name in NAMES:
            await opened(one, name)

        assert await get_in_each_others_way(one, two) == 3
        assert len(await attended(one)) == 1


async def test_not_for_ever(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_DEADLOCKS", 1)
    async with another_instance(postgres_url) as one, another_instance(postgres_url) as two:
        for name in NAMES:
            await opened(one, name)

        with pytest.raises(DBAPIError, match="deadlock detected"):
            await get_in_each_others_way(one, two)


async def test_whoever_begins_to_escalate_wakes_incidents_in_the_order_in_which_others_write_them(
    postgres_url: str,
) -> None:
    """The last in the table is the first by name, which a statement for all of them would take last."""
    async with another_instance(postgres_url) as one, another_instance(postgres_url) as two:
        for name in reversed(NAMES):
            await opened(one, name)
        await one.write(lambda connection: connection.execute(update(INCIDENT).values(attend_at=None)))
        order = list[str]()

        def work(connection: Connection) -> None:
            for name in NAMES:
                attend(connection, name, NOW)
                order.append(name)
                for _ in range(10):
                    connection.execute(_A_MOMENT)

        await asyncio.gather(two.write(work), attending.everything(one, NOW))

        assert order == list(NAMES)
        assert await attended(one) == {NOW}
