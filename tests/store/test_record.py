"""How long it is kept what checks came to, and when a source could not be read: as long as pages and reports ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.core.keeping import RECORD
from bot.model import State
from bot.store import incidents, record, records, sources
from bot.store.database import Database
from bot.store.tables import GAP, PROBE_MINUTE
from tests.loops.lab import probe_of
from tests.store.world import NOW, decision, entry, incident, source

HOUR = timedelta(hours=1)
CHECKED = {"checks": 60, "failures": 1, "slow": 0, "latency": 6.0, "slowest": 0.2}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def missed(database: Database, *ends: datetime, key: str = "acme") -> None:
    """Let a source have been unreadable for an hour each, until these moments."""
    rows = [{"source": key, "began_at": end - HOUR, "ended_at": end, "reason": "HTTP 503"} for end in ends]
    await database.write(lambda connection: connection.execute(insert(GAP), rows))


async def checked(database: Database, *hours: datetime, key: str = "probe:api") -> None:
    rows = [{"source": key, "minute": hour, **CHECKED} for hour in hours]
    await database.write(lambda connection: connection.execute(insert(PROBE_MINUTE), rows))


async def remembered(database: Database) -> list[datetime]:
    query = select(GAP.c.ended_at).order_by(GAP.c.ended_at)
    return list(await database.read(lambda connection: connection.execute(query).scalars().all()))


async def known(database: Database, key: str = "probe:api") -> list[datetime]:
    query = select(PROBE_MINUTE.c.minute).where(PROBE_MINUTE.c.source == key).order_by(PROBE_MINUTE.c.minute)
    return list(await database.read(lambda connection: connection.execute(query).scalars().all()))


async def forgotten(database: Database, before: datetime) -> int:
    """Forget all that is old, a little at a time; returns how many rows went."""
    total, is_more = 0, True
    while is_more:
        count, is_more = await record.forget(database, before)
        total += count
    return total


async def watched(database: Database) -> None:
    await sources.register(database, [source(), probe_of("api")], ago(900))


async def test_what_pages_look_back_to_is_kept_and_what_is_older_is_not(database: Database) -> None:
    await watched(database)
    await missed(database, ago(400), ago(92), ago(90), ago(1))
    await checked(database, ago(400), ago(92), ago(90), ago(1))

    gone = await forgotten(database, NOW - RECORD)

    assert gone == 4
    assert await remembered(database) == await known(database) == [ago(90), ago(1)]


async def test_the_record_of_ninety_days_is_the_same_before_and_after(database: Database) -> None:
    await watched(database)
    await missed(database, ago(120), ago(89.99), ago(3))
    before = await records.history(database, "acme", ago(90), NOW)

    await forgotten(database, NOW - RECORD)

    assert await records.history(database, "acme", ago(90), NOW) == before


@pytest.mark.parametrize("state", [State.INVESTIGATING, State.RESOLVED])
async def test_what_is_around_an_incident_is_kept_as_long_as_it_is(database: Database, state: State) -> None:
    await watched(database)
    one = incident(state=state)
    begun = one.started_at
    await incidents.commit(database, decision(one, entries=(entry(1),), now=NOW))
    near = [begun - HOUR, begun, begun + HOUR]
    await missed(database, *near, begun - timedelta(days=2))
    await checked(database, *near, begun - timedelta(days=2))
    others = [replace(one, vendor="other") for one in (source("other"), probe_of("other"))]
    await sources.register(database, others, ago(900))
    await missed(database, *near, key="other")
    await checked(database, *near, key="probe:other")

    await forgotten(database, begun + timedelta(days=1 if state is State.RESOLVED else 700))

    assert await remembered(database) == near
    assert set(near) <= set(await known(database))
    assert begun - timedelta(days=2) not in await known(database)
    assert await known(database, "probe:other") == []


async def test_a_gap_that_an_incident_fell_into_is_kept_however_long_it_was(database: Database) -> None:
    await watched(database)
    one = incident(state=State.RESOLVED)
    await incidents.commit(database, decision(one, entries=(entry(1),), now=NOW))
    week = timedelta(days=7)
    row = {"source": "acme", "began_at": NOW - week, "ended_at": NOW + week, "reason": "HTTP 503"}
    await database.write(lambda connection: connection.execute(insert(GAP), [row]))
    await checked(database, NOW - week, NOW, NOW + week)

    await forgotten(database, NOW + timedelta(days=100))

    assert await remembered(database) == [NOW + week]
    assert await known(database) == [NOW]


async def test_what_stays_is_not_looked_through_again(database: Database) -> None:
    await watched(database)
    await incidents.commit(database, decision(incident(state=State.RESOLVED), entries=(entry(1),), now=NOW))
    await checked(database, *(NOW + HOUR * number for number in range(-6, 6)))
    before = NOW + timedelta(days=100)
    turns = [await record.forget(database, before) for _ in range(3)]

    assert turns == [(0, True), (0, True), (0, False)]
    assert [await record.forget(database, before) for _ in range(2)] == [(0, False)] * 2


async def test_a_long_time_is_gone_through_in_parts_and_its_empty_stretches_are_not(database: Database) -> None:
    await watched(database)
    await checked(database, *(ago(800 - number / 4) for number in range(8)), ago(100))
    turns = list[tuple[int, bool]]()
    while not turns or turns[-1][1]:
        turns.append(await record.forget(database, ago(91)))

    assert sum(count for count, _ in turns) == 9
    assert 8 <= len(turns) <= 12
