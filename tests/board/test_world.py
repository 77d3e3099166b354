from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.core.keeping import RECORD as KEPT
from bot.model import Incident, State
from bot.store import incidents, records, standings
from bot.store.database import Database
from bot.store.tables import CLAIM, ENTRY, INCIDENT
from tests.board import showcase
from tests.board.world import Size, fill
from tests.databases import migrated_file, opened, sqlite_url
from tests.fakes import NOON

__all__ = ["migrated_file", "sqlite_url"]

SMALL = Size(vendors=40, incidents=300, present=20, probes=2, gaps=20, stale=2, parked=3)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with opened(sqlite_url) as one:
        yield one


async def test_a_world_is_as_large_as_it_was_asked_for_and_reads_like_what_was_played(database: Database) -> None:
    built = await fill(database, SMALL, NOON)
    found = [one for one in await incidents.recent_incidents(database, 400) if not one.cause]

    kept = [await incidents.timeline(database, one.id) for one in found]

    assert (len(built.vendors), len(built.incidents) >= 300, len(built.open) >= 20) == (40, True, True)
    assert [len(timeline) for timeline in kept] == [one.last_seq for one in found]
    assert all(timeline[-1].state is one.state for timeline, one in zip(kept, found, strict=True))
    assert all(one.resolved_at is None or one.started_at <= one.resolved_at <= NOON for one in found)
    assert {one.vendor for one in found} <= {vendor.slug for vendor in built.vendors} | {"ours"}
    assert len((await standings.overview(database)).survey.stale) >= 2
    assert len((await records.history(database, built.vendors[0].slug, NOON - KEPT, NOON)).records) > 5
    assert not [one.id for one in found if "zq" in one.id.partition("-")[0] or _names_the_template(one)]


def _names_the_template(incident: Incident) -> bool:
    return any("zq0" in claim.key or "zq1" in claim.key for claim in incident.claims)


async def test_the_showcase_has_one_of_everything(database: Database) -> None:
    await showcase.show(database, NOON)

    states = await database.read(lambda connection: connection.execute(select(INCIDENT.c.state)).scalars().all())
    lines = await database.read(lambda connection: connection.execute(select(func.count(ENTRY.c.seq))).scalar_one())
    claims = await database.read(lambda connection: connection.execute(select(func.count(CLAIM.c.source))).scalar_one())
    assert {State(state) for state in states} == {*State} - {State.UNKNOWN, State.VERIFYING, State.MONITORING}
    assert lines > 100
    assert claims > 20
