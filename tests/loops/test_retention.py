"""Months go by, and what is old is forgotten: what people read says afterwards what it said before, to the byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, func, select, update

from bot.core.days import DAYS, days
from bot.core.keeping import RECORD, Keep
from bot.core.picture.incident import of_incident
from bot.core.picture.svg import standalone
from bot.core.report.attached import written
from bot.core.report.facts import facts
from bot.loops.forget import Forgetting, forget_old
from bot.store import probe_board, record, records, report, spells
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, ENTRY, GAP, INCIDENT, PROBE_MINUTE, REVISIT
from tests.board.world import Built, Size, fill
from tests.databases import opened
from tests.fakes import NOON, ManualClock

BACK = timedelta(days=DAYS)
SMALL = Size(vendors=8, incidents=60, present=4, probes=4, gaps=200, stale=1, parked=3, days=95)
FOR_AGES = Keep(record=timedelta(days=3_650))


class Ready(ManualClock):
    """A clock on which nobody waits."""

    async def sleep(self, span: timedelta) -> None:
        del span


async def forgotten(database: Database, keep: Keep, now: datetime) -> dict[str, int]:
    return await forget_old(Forgetting(database, keep, Ready(now)))


async def reports(database: Database, built: Built, now: datetime) -> dict[tuple[str, str], str]:
    """Return the report of every incident, in every form, with its picture."""
    found = dict[tuple[str, str], str]()
    for name in built.incidents:
        material = await report.material(database, name, now)
        if material is not None:
            drawing = of_incident(material, now)
            picture = standalone(drawing) if drawing is not None else ""
            found |= {(name, how): written(facts(material, now), how, picture) for how in ("md", "html", "json")}
    return found


async def bars(database: Database, built: Built, now: datetime) -> list[object]:
    """Return the 90 days of every vendor and of every probe."""
    slugs = [vendor.slug for vendor in built.vendors]
    marks = await spells.Spells(database).of(slugs, now - BACK, now)
    watches = await spells.watches(database, slugs, now - BACK, now)
    histories = [await records.history(database, slug, now - BACK, now) for slug in slugs]
    keys = [f"probe:{slug}-api" for slug in slugs[: SMALL.probes]]
    probes = await probe_board.days(database, keys, now - BACK)
    return [[days(marks.get(slug, ()), watches[slug], now) for slug in slugs], histories, probes]


async def left(database: Database) -> tuple[int, int, int]:
    def work(connection: Connection) -> tuple[int, int, int]:
        checks, gaps, lines = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (PROBE_MINUTE, GAP, ENTRY)
        )
        return checks, gaps, lines

    return await database.read(work)


@pytest.fixture
async def small(sqlite_url: str) -> AsyncIterator[Database]:
    """Give a database of one engine: that either forgets the same is for the tests of the store."""
    async with opened(sqlite_url) as one:
        yield one


async def test_reports_and_bars_are_the_same_after_what_is_old_was_forgotten(small: Database) -> None:
    built = await fill(small, SMALL, NOON)
    await small.write(_nothing_is_owed)
    some = replace(built, incidents=built.incidents[:10] + built.incidents[-20:])
    now = NOON + timedelta(days=60)
    await forgotten(small, FOR_AGES, now)
    before, drawn, (checks, gaps, lines) = (
        await reports(small, some, now),
        await bars(small, built, now),
        await left(small),
    )
    gone = await forgotten(small, Keep(), now)
    after, (still, unread, kept) = await reports(small, some, now), await left(small)
    # Then the incidents go as well: those that nobody sees in 90 days.
    shorter = await forgotten(small, Keep(incidents=RECORD), now)
    rest = await reports(small, some, now)

    assert gone["records"] == checks - still + gaps - unread > 1_000
    assert still > 0
    assert (kept, after) == (lines, before)
    assert (await left(small))[0] < still
    assert await _is_near(small, now - RECORD)
    assert shorter["incidents"] > 10
    assert 0 < len(rest) < len(after)
    assert rest.items() <= after.items()
    assert {name for name, _ in rest} >= {name for name in built.open if name in some.incidents}
    assert await bars(small, built, now) == drawn


def _nothing_is_owed(connection: Connection) -> None:
    """Let everything be told and written that was to be."""
    connection.execute(update(ANNOUNCEMENT).values(due_at=None, owner=None, intent=None))
    connection.execute(update(INCIDENT).values(report_at=None))
    connection.execute(delete(REVISIT))


async def _is_near(database: Database, before: datetime) -> bool:
    """Whether all that is old and still there is near an incident."""
    incidents = select(INCIDENT.c.started_at, INCIDENT.c.resolved_at)
    old = select(PROBE_MINUTE.c.minute).where(PROBE_MINUTE.c.minute < before - timedelta(hours=1)).distinct()
    spans = await database.read(lambda connection: connection.execute(incidents).all())
    minutes = await database.read(lambda connection: connection.execute(old).scalars().all())
    return all(
        any(one.started_at - record.AROUND <= minute <= (one.resolved_at or before) + record.AROUND for one in spans)
        for minute in minutes
    )
