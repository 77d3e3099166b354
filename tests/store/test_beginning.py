"""How an instance begins beside others: whatever its own clock says, it goes by the database's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from sqlalchemy import select

from bot import beginning
from bot import clock as clocks
from bot.clock import AgreedClock
from bot.model import Source
from bot.store.database import Database
from bot.store.fleet import the_time
from bot.store.tables import POLL
from tests.databases import opened

PAGES = [
    Source(key=f"feed:{name}", vendor=name, name=name, format="statuspage", url=f"https://{name}.example")
    for name in ("one", "two", "three")
]


def set_by(monkeypatch: pytest.MonkeyPatch, off: timedelta) -> AgreedClock:
    """Return the clock of a program that begins on a machine whose clock is wrong."""

    class Off:
        @staticmethod
        def now(zone: tzinfo) -> datetime:
            return datetime.now(zone) + off  # noqa: TID251  (the machine's, but for that)

    monkeypatch.setattr(clocks, "datetime", Off)
    return AgreedClock()


async def due(database: Database) -> list[timedelta]:
    """Return in how much time each page is to be read, by the database's clock."""
    now = await the_time(database)
    rows = await database.read(lambda connection: connection.execute(select(POLL.c.due_at)).scalars().all())
    return [due_at - now for due_at in rows]


@pytest.mark.parametrize("off", [timedelta(hours=3), timedelta(hours=-3)])
async def test_whoever_begins_with_a_wrong_clock_takes_the_database_s(
    postgres_url: str, off: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(postgres_url) as database:
        wrong = set_by(monkeypatch, off)
        before = abs(wrong.now() - datetime.now(UTC))  # noqa: TID251  (what it is off by)
        await beginning.begin(database, PAGES, wrong)

        assert before > timedelta(hours=2)
        assert abs(wrong.now() - await the_time(database)) < timedelta(seconds=5)
        assert [abs(one) < timedelta(seconds=30) for one in await due(database)] == [True] * len(PAGES)
