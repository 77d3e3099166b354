"""What is in the database when the day begins: as much as after a hundred days, so that every hour something is old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, Table

from bot.core.keeping import DEEDS, MINUTES, RECORD
from bot.store import samples
from bot.store.database import Database, migrate
from bot.store.tables import AUDIT, GAP, NOTE, PROBE_MINUTE
from tests.soak.dial import BEGINS

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_AT_ONCE = 20_000
_GAPS, _DEEDS = 3_000, 4_000


async def lived(database: Database, probes: Sequence[str], pages: Sequence[str], dice: Random) -> None:
    """Write what checks came to, what could not be read, and who did what, until the beginning of the day."""
    await migrate(database)
    for table, rows in ((PROBE_MINUTE, [*_checks(probes)]), (GAP, [*_gaps(pages, dice)]), (AUDIT, [*_deeds(dice)])):
        for start in range(0, len(rows), _AT_ONCE):
            await _put(database, table, rows[start : start + _AT_ONCE])
    await _put(database, NOTE, [{"name": samples._THINNED, "value": (BEGINS - MINUTES).isoformat()}])


async def _put(database: Database, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    def work(connection: Connection) -> None:
        connection.execute(table.insert(), rows)

    await database.write(work)


def _checks(probes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """By the minute for two days, by the hour as long as it is kept, and a day more: all that is old goes at first."""
    minutes = [BEGINS - timedelta(minutes=n) for n in range(1, int(MINUTES / timedelta(minutes=1)) + 1)]
    hours = [BEGINS - MINUTES - _HOUR * n for n in range(1, int((RECORD + _DAY - MINUTES) / _HOUR))]
    for key in probes:
        for at, checks in (*((one, 1) for one in minutes), *((one, 60) for one in hours)):
            passed = {"failures": 0, "slow": 0, "latency": 0.05 * checks, "slowest": 0.08}
            yield {"source": key, "minute": at, "checks": checks, **passed}


def _gaps(pages: Sequence[str], dice: Random) -> Iterator[dict[str, Any]]:
    for _ in range(_GAPS):
        ended = _some_time(RECORD + _DAY, dice)
        began = ended - timedelta(minutes=dice.uniform(5, 60))
        yield {"source": dice.choice(pages), "began_at": began, "ended_at": ended, "reason": "HTTP 503"}


def _deeds(dice: Random) -> Iterator[dict[str, Any]]:
    for number in range(_DEEDS):
        yield {
            "request": f"before:{number}",
            "attempt": "before",
            "at": _some_time(DEEDS + _DAY, dice),
            "person": "slack:U0READER",
            "name": "reader",
            "platform": "slack",
            "channel": "",
            "thread": "",
            "incident": "",
            "action": "ack",
            "command": "ack openai",
            "came_of": "done",
            "answer": "Acknowledged",
        }


def _some_time(ago: timedelta, dice: Random) -> datetime:
    return BEGINS - ago * dice.random()
