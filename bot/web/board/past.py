"""What pages show of 90 days, made once for as long as nothing is added to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

from bot.core import choosing
from bot.core.days import DAYS, Mark, days, told
from bot.core.scorecard import WINDOW, Scorecard, Watch, bound
from bot.store import spells, standings
from bot.store.chapters import Chapters, Remembered
from bot.store.database import Database
from bot.store.spells import Spells
from bot.web.board import bars
from bot.web.board.bars import Bar

T = TypeVar("T")

BACK = timedelta(days=DAYS)
# Today grows by a tenth of its column in that time.
_STEP = timedelta(minutes=10)
# What goes on is counted up to now: a record is made anew after that at the latest.
_KEPT = timedelta(seconds=60)
_MOST = 5_000
_MOST_RECORDS = 500
_AT_ONCE = 10
# In seconds: whoever comes meanwhile is answered between two of these.
_BREATH = 0.02
# Whoever looks first at one with more than that would wait for its record longer than for the rest of the page.
_BUSY = 15


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
class _Kept:
    """A record as of a stamp, and what its page draws of it, with what that was made of."""

    stamp: object
    record: Record
    page: tuple[object, object] | None = None


@dataclass(slots=True)
class Past:
    """Remembers drawings by vendor, and records, with the pages drawn of them, for as long as they may be shown."""

    database: Database
    chapters: Chapters = field(init=False)
    _bars: dict[str, tuple[object, tuple[Bar, str]]] = field(default_factory=dict)
    _records: dict[str, _Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know nothing yet."""
        self.chapters = Chapters(self.database)

    def bar(self, vendor: str, marks: Sequence[Mark], watch: Watch, now: datetime) -> tuple[Bar, str]:
        """Return the drawing of 90 days and what they came to, at most a minute ago where something goes on."""
        made_of = _made_of(marks, watch, now)
        kept = self._bars.get(vendor)
        if kept is None or kept[0] != made_of:
            if len(self._bars) >= _MOST:
                self._bars.clear()
            found = days(marks, watch, now)
            kept = self._bars[vendor] = (made_of, (bars.of_days(found), told(found)))
        return kept[1]

    def page(self, record: tuple[str, Record], marks: Sequence[Mark], watch: Watch, make: Callable[[], T]) -> T:
        """Return what `make` makes of a vendor's 90 days for its page, as of when its record was made."""
        vendor, known = record
        kept = self._records.get(vendor)
        if kept is None or kept.record is not known:
            return make()
        made_of = _made_of(marks, watch, known.at)
        if kept.page is None or kept.page[0] != made_of:
            kept.page = (made_of, make())
        return cast("T", kept.page[1])

    async def record(self, vendor: str, now: datetime) -> Record:
        """Return a vendor's record, at most a minute old, and never from before its last change."""
        stamp = await spells.stamp(self.database, vendor)
        kept = self._records.get(vendor)
        if kept is not None and kept.stamp == stamp and _is_fresh(kept, now):
            return kept.record
        found = await self.chapters.of(vendor, now - WINDOW, now)
        is_known = found.watch.since is not None or bool(found.incidents)
        chapters = [one.chapter for one in found.incidents]
        card = bound(vendor, found.name, chapters, found.watch, now, cut=found.is_cut) if is_known else None
        rows = {one.row.id: one.row for one in found.incidents}
        made = Record(found.name, card, rows, _named(found.incidents), now)
        # What nobody may be shown any more would only take memory.
        fresh = [(name, one) for name, one in self._records.items() if _is_fresh(one, now)]
        self._records = dict(fresh[1 - _MOST_RECORDS :])
        self._records[vendor] = _Kept(stamp, made)
        return made


def _is_fresh(kept: _Kept, now: datetime) -> bool:
    return timedelta() <= now - kept.record.at < _KEPT


def _named(found: Sequence[Remembered]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for one in found:
        for name in one.named:
            names.setdefault(name, set()).add(one.row.id)
    return {name: frozenset(ids) for name, ids in names.items()}


async def warm(past: Past, known: Spells, now: datetime) -> None:
    """Look at what went on in 90 days before anybody asks, a few vendors at a time: others want to work as well.

    The records of those with whom most went on are read as well: whoever asks for one would wait for that.
    """
    survey = await standings.surveyed(past.database)
    vendors = sorted({row.vendor for row in survey.troubled + survey.stale + survey.unread + survey.well})
    for start in range(0, len(vendors), _AT_ONCE):
        found = await known.of(vendors[start : start + _AT_ONCE], now - BACK, now)
        for vendor in (one for one, marks in found.items() if len(marks) >= _BUSY):
            await past.record(vendor, now)
        await asyncio.sleep(_BREATH)
