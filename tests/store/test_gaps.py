"""How long it is remembered when a source could not be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.model import State
from bot.store import gaps, incidents, records, sources
from bot.store.database import Database
from bot.store.tables import GAP
from tests.store.world import NOW, decision, entry, incident, source

HOUR = timedelta(hours=1)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def missed(database: Database, *ends: datetime, key: str = "acme") -> None:
    """Let a source have been unreadable for an hour each, until these moments."""
    rows = [{"source": key, "began_at": end - HOUR, "ended_at": end, "reason": "HTTP 503"} for end in ends]
    await database.write(lambda connection: connection.execute(insert(GAP), rows))


async def remembered(database: Database) -> list[datetime]:
    query = select(GAP.c.ended_at).order_by(GAP.c.ended_at)
    return list(await database.read(lambda connection: connection.execute(query).scalars().all()))


async def watched(database: Database) -> None:
    await sources.register(database, [source()], ago(200))


async def test_what_the_records_look_back_to_is_kept_and_what_is_older_is_not(database: Database) -> None:
    await watched(database)
    await missed(database, ago(400), ago(92), ago(90), ago(1))

    is_more = await gaps.forget_old(database, NOW)

    assert not is_more
    assert await remembered(database) == [ago(90), ago(1)]


async def test_the_record_is_the_same_before_and_after(database: Database) -> None:
    await watched(database)
    await missed(database, ago(120), ago(89.99), ago(3))
    before = await records.history(database, "acme", ago(90), NOW)

    await gaps.forget_old(database, NOW)

    assert await records.history(database, "acme", ago(90), NOW) == before


@pytest.mark.parametrize(("state", "kept"), [(State.INVESTIGATING, 1), (State.RESOLVED, 0)])
async def test_what_an_open_incident_has_lived_through_is_kept(database: Database, state: State, kept: int) -> None:
    await watched(database)
    lasting = incident(state=state)
    begun = lasting.started_at
    await incidents.commit(database, decision(lasting, entries=(entry(1),), now=NOW))
    await missed(database, begun - HOUR, begun + HOUR)

    await gaps.forget_old(database, begun + timedelta(days=100))

    assert await remembered(database) == [begun + HOUR][:kept]


async def test_very_many_are_forgotten_in_parts(database: Database) -> None:
    await watched(database)
    await missed(database, *(ago(100 + number) for number in range(gaps.AT_ONCE + 1)))

    assert [await gaps.forget_old(database, NOW) for _ in range(2)] == [True, False]
    assert await remembered(database) == []
