"""What runs by itself reads no more the more is remembered: SQLite is asked how it finds what it is asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.core.escalation import Plans
from bot.core.rules import Handover, Quiet, Route, Summary
from bot.loops import hold, own
from bot.loops.deliver import Delivering
from bot.loops.escalate import Escalating, escalate_due
from bot.loops.heed import Heeding, call_silent, hand_out, weigh_all
from bot.loops.hold import Holding
from bot.loops.own import Own
from bot.loops.take_in import Rules
from bot.model import Destination, SourceKind
from bot.store import announcements, gauging, polls, probes, pulse, reports, revisits
from bot.store.database import Database, create, open_database
from tests.fakes import NOON, FakePlatform, ManualClock

# What is never forgotten, or for months.
_GROWS = "incident|timeline_entry|announcement|claim|listed|digest|revisit|heard"
_WHOLE = re.compile(rf"SCAN ({_GROWS})\b(?P<how>.*)")
# Indexes that hold only what goes on, and never what is over.
_SMALL = (
    "incident_witnessed",
    "incident_silent",
    "incident_attend",
    "incident_report",
    "announcement_held",
    "announcement_stuck",
    "announcement_due",
)
_MINUTE = timedelta(minutes=1)
_OPS, _NIGHT, _DAILY = (Destination("slack", name) for name in ("ops", "night", "daily"))
_ROUTES = (
    Route(name="capped", to=(_OPS, Destination("console")), hourly=3),
    Route(name="night", to=(_NIGHT,), quiet=Quiet(time(22), time(7), "UTC")),
    Route(name="daily", to=(_DAILY,), digest=Summary(Handover(None, time(9)), "UTC")),
)


@pytest.fixture
async def empty() -> AsyncIterator[Database]:
    database = open_database("sqlite+aiosqlite:///:memory:")
    await create(database)
    yield database
    await database.close()


async def test_what_runs_by_itself_never_goes_through_a_table_that_only_grows(empty: Database) -> None:
    clock = ManualClock(NOON)

    with noted() as asked:
        await _idle(empty, clock)

    assert len(asked) > 30
    assert await empty.read(lambda connection: [*_whole(connection, asked)]) == []


async def test_a_question_that_goes_through_a_whole_table_is_found(empty: Database) -> None:
    with noted() as asked:
        await empty.read(lambda c: c.exec_driver_sql("SELECT id FROM incident WHERE title = ?", ("x",)).all())

    (found,) = await empty.read(lambda connection: [*_whole(connection, asked)])
    assert found.startswith("SCAN incident")


async def _idle(database: Database, clock: ManualClock) -> None:
    """Let every loop look once, with nothing to do."""
    now, due, rules = clock.now(), asyncio.Event(), Rules(_ROUTES)
    room, longest = {"slack": 64, "console": 64}, {"slack": 4000, "console": 4000}
    delivering = Delivering(database, {"slack": FakePlatform(clock, name="slack")}, clock, "x", lambda: 0.5, due)
    await polls.claim_due(database, "x", now, limit=100, lease=_MINUTE)
    await polls.next_due(database, now)
    await polls.release(database, "x", SourceKind.FEED)
    await probes.claim_due(database, "x", now, until=now, limit=100, lease=_MINUTE)
    await announcements.claim_due(
        database, "x", now, room=room, longest=longest, lease=_MINUTE, ruling=rules.ruling, shards=(1, 2)
    )
    await announcements.claim_due(database, "x", now, room=room, longest=longest, lease=_MINUTE, ruling=rules.ruling)
    await announcements.next_due(database, now, room)
    await hold.plan_due(Holding(database, rules.ruling, clock, due))
    # Now there is a digest to be told of, at nine tomorrow.
    clock.move(days=1)
    await announcements.claim_due(
        database, "x", clock.now(), room=room, longest=longest, lease=_MINUTE, ruling=rules.ruling
    )
    heeding = Heeding(database, rules, clock, due)
    await weigh_all(heeding)
    await call_silent(heeding)
    await hand_out(heeding)
    await escalate_due(Escalating(database, Plans(), clock, due))
    await own.look(Own(database, delivering, (_OPS, Destination("discord", "1")), clock, due))
    await reports.resting(database)
    await revisits.claim_due(database, now, limit=10, lease=_MINUTE)
    await pulse.version(database, now)
    await gauging.counted(database, now)


@contextmanager
def noted() -> Iterator[dict[str, Any]]:
    """Note what is asked of any database, and with what, until the block ends."""
    asked: dict[str, Any] = {}

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:  # noqa: FBT001  (SQLAlchemy's)
        if not statement.startswith(("INSERT", "PRAGMA")):
            asked.setdefault(statement, parameters[0] if many else parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _whole(connection: Connection, asked: dict[str, Any]) -> Iterator[str]:
    """Give what goes through all of a table that grows."""
    for statement, parameters in asked.items():
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters)).all()
        for row in rows:
            found = _WHOLE.match(row.detail)
            if found and not found["how"].endswith(_SMALL):
                yield f"{row.detail}: {' '.join(statement.split())}"
