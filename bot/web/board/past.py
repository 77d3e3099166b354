"""What pages show of 90 days, made once for as long as nothing is added to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import choosing
from bot.core.courses import Record as Story
from bot.core.days import DAYS, Mark, days, told
from bot.core.scorecard import WINDOW, Scorecard, Watch, scorecard
from bot.store import records, spells, standings
from bot.store.database import Database
from bot.store.spells import Spells
from bot.web.board import bars
from bot.web.board.bars import Bar

BACK = timedelta(days=DAYS)
# Today grows by a tenth of its column in that time.
_STEP = timedelta(minutes=10)
# What goes on is counted up to now: a record is made anew after that at the latest.
_KEPT = timedelta(seconds=60)
_MOST = 5_000
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Record:
    """A vendor's record, as of `at`; `card` is None as long as nothing is known.

    `named` are the components that its incidents named, by name, each with the ids of these.
    """

    name: str
    card: Scorecard | None
    rows: dict[str, choosing.Row]
    named: dict[str, frozenset[str]]
    at: datetime


def _made_of(marks: Sequence[Mark], watch: Watch, now: datetime) -> object:
    """Return what a drawing is made of; what goes on reaches up to this minute, and another drawing is made then."""
    minute = now.replace(second=0, microsecond=0)
    told = tuple((one.began_at, min(one.ended_at, minute), one.impact, one.is_ours, one.incident) for one in marks)
    gaps = tuple((gap.began_at, min(gap.ended_at, minute)) for gap in watch.gaps)
    return told, gaps, watch.since, watch.until, int(now.timestamp() // _STEP.total_seconds())


@dataclass(slots=True)
class Past:
    """Remembers drawings and records by vendor."""

    database: Database
    _bars: dict[str, tuple[object, Bar, str]] = field(default_factory=dict)
    _records: dict[str, tuple[object, Record]] = field(default_factory=dict)

    def bar(self, vendor: str, marks: Sequence[Mark], watch: Watch, now: datetime) -> tuple[Bar, str]:
        """Return the drawing of 90 days and what they came to, at most a minute ago where something goes on."""
        made_of = _made_of(marks, watch, now)
        kept = self._bars.get(vendor)
        if kept is not None and kept[0] == made_of:
            return kept[1:]
        found = days(marks, watch, now)
        if len(self._bars) >= _MOST:
            self._bars.clear()
        self._bars[vendor] = (made_of, bars.of_days(found), told(found))
        return self._bars[vendor][1:]

    async def record(self, vendor: str, now: datetime) -> Record:
        """Return a vendor's record, at most a minute old, and never from before its last change."""
        stamp = await spells.stamp(self.database, vendor)
        kept = self._records.get(vendor)
        if kept is not None and kept[0] == stamp and timedelta() <= now - kept[1].at < _KEPT:
            return kept[1]
        history = await records.history(self.database, vendor, now - WINDOW, now)
        is_known = history.watch.since is not None or bool(history.records)
        card = scorecard(vendor, history.name, history.records, history.watch, now, cut=history.is_cut)
        rows = {one.incident.id: choosing.row(one.incident) for one in history.records}
        if len(self._records) >= _MOST // 10:
            self._records.clear()
        found = Record(history.name, card if is_known else None, rows, _named(history.records), now)
        self._records[vendor] = (stamp, found)
        return found


def _named(found: Sequence[Story]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for one in found:
        for part in one.incident.components:
            names.setdefault(part.name, set()).add(one.incident.id)
    return {name: frozenset(ids) for name, ids in names.items()}


async def warm(database: Database, known: Spells, now: datetime) -> None:
    """Look at what went on in 90 days before anybody asks, a few vendors at a time: others want to work as well."""
    survey = await standings.surveyed(database)
    vendors = sorted({row.vendor for row in survey.troubled + survey.stale + survey.unread + survey.well})
    for start in range(0, len(vendors), _AT_ONCE):
        await known.of(vendors[start : start + _AT_ONCE], now - BACK, now)
        await asyncio.sleep(0)
