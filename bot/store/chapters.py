"""A vendor's record for those who ask for it again and again: what is over is read once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.core import choosing
from bot.core.all_clears import STILL_FAILING
from bot.core.courses import Record
from bot.core.scorecard import Chapter, Watch, chapter
from bot.store import codec
from bot.store.database import Database
from bot.store.records import BODIES, LINES, MOST, NEWEST, watch_of

_REMEMBERED = 5_000
# To read so many takes as long as a page may.
_MANY = 20


@dataclass(frozen=True, slots=True)
class Remembered:
    """One incident: what the record needs of it, how it is listed, and what its components are called."""

    chapter: Chapter
    row: choosing.Row
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a vendor; `name` is what it is called, nothing if it is not known at all."""

    name: str
    incidents: tuple[Remembered, ...]
    watch: Watch
    is_cut: bool = False


@dataclass(slots=True)
class Chapters:
    """Reads records, and remembers of what is over what it came to, for as long as nothing is added to it."""

    database: Database
    _over: dict[str, tuple[int, Remembered]] = field(default_factory=dict)

    async def of(self, vendor: str, since: datetime, now: datetime) -> Told:
        """Return what is known of a vendor from `since` on, the newest first."""
        asked = {"b_vendor": vendor, "b_since": since}
        if len(self._over) >= _REMEMBERED:
            # Whoever reads just now keeps what they know.
            self._over = {}
        over = self._over

        def work(connection: Connection) -> tuple[Sequence[Any], _Read, tuple[str, Watch]]:
            rows = connection.execute(NEWEST, asked).all()
            unknown = [row.id for row in rows[:MOST] if _known(over, row) is None]
            return rows, _read(connection, unknown), watch_of(connection, vendor, since, now)

        rows, read, (called, watch) = await self.database.read(work)
        # Whoever has many incidents would hold up everything else.
        made = await asyncio.to_thread(_made, read, now) if len(read.bodies) > _MANY else _made(read, now)
        found = [one for row in rows[:MOST] if (one := _known(over, row) or made.get(row.id)) is not None]
        for row in rows:
            if row.id in made and not row.is_open and row.resolved_at and now - row.resolved_at > STILL_FAILING:
                over[row.id] = (row.last_seq, made[row.id])
        return Told(called or (rows[0].name if rows else ""), tuple(found), watch, len(rows) > MOST)


def _known(over: Mapping[str, tuple[int, Remembered]], row: Any) -> Remembered | None:
    kept = over.get(row.id)
    return kept[1] if kept is not None and kept[0] == row.last_seq and not row.is_open else None


@dataclass(frozen=True, slots=True)
class _Read:
    bodies: Mapping[str, str]
    lines: Mapping[str, Sequence[str]]


def _read(connection: Connection, ids: Sequence[str]) -> _Read:
    lines: dict[str, list[str]] = defaultdict(list)
    for incident, body in connection.execute(LINES, {"b_ids": ids}) if ids else ():
        lines[incident].append(body)
    bodies = connection.execute(BODIES, {"b_ids": ids}).all() if ids else ()
    return _Read({row.id: row.body for row in bodies}, lines)


def _made(read: _Read, now: datetime) -> Mapping[str, Remembered]:
    found = {}
    for name, body in read.bodies.items():
        incident = codec.INCIDENT.load(body)
        record = Record(incident, tuple(map(codec.ENTRY.load, read.lines.get(name, ()))))
        parts = tuple(dict.fromkeys(part.name for part in incident.components))
        found[name] = Remembered(chapter(record, now), choosing.row(incident), parts)
    return found
