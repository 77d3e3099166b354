"""From when to when incidents went on and how bad each was, without opening more of them than that takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, or_, select

from bot.core.courses import is_told_by
from bot.core.days import Mark
from bot.core.health import Gap, absence
from bot.core.scorecard import Watch
from bot.core.stretches import stretches
from bot.model import ChangeKind, Impact, Kind, SourceKind, State
from bot.store import codec
from bot.store.database import Database
from bot.store.records import SOURCES
from bot.store.tables import ENTRY, GAP, INCIDENT, SOURCE

# So many incidents of some vendors are looked at together; who has more than that has a page full of trouble anyway.
MOST = 20_000
# Of one incident.
_ENTRIES = 500
_GAPS = 5_000
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    teller: SourceKind = SourceKind.FEED
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brief:
    """Of an incident's body only what no column has."""

    claims: tuple[_View, ...] = ()
    ending: ChangeKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """Of a timeline entry only how it stood from then on."""

    happened_at: datetime
    state: State
    impact: Impact


_BRIEF = codec.Codec(_Brief)
_LINE = codec.Codec(_Line)


@dataclass(frozen=True, slots=True)
class _Spell:
    """One incident as its row has it."""

    is_open: bool
    started_at: datetime
    resolved_at: datetime | None


# Statements are made once: to make one costs more than to run it.
_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_SINCE = bindparam("b_since", type_=INCIDENT.c.started_at.type)
_COLUMNS = (
    INCIDENT.c.id,
    INCIDENT.c.vendor,
    INCIDENT.c.kind,
    INCIDENT.c.is_open,
    INCIDENT.c.started_at,
    INCIDENT.c.resolved_at,
    INCIDENT.c.last_seq,
)
_LASTED = or_(INCIDENT.c.is_open, INCIDENT.c.started_at >= _SINCE, INCIDENT.c.resolved_at >= _SINCE)
_OF_VENDORS = (
    select(*_COLUMNS)
    # What is told together is counted one by one.
    .where(INCIDENT.c.vendor.in_(_VENDORS), INCIDENT.c.cause.is_(None), _LASTED)
    .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
    .limit(MOST)
)
_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS))
_LINES = (
    select(ENTRY.c.incident, ENTRY.c.body)
    .where(ENTRY.c.incident.in_(_IDS), ENTRY.c.seq <= _ENTRIES)
    .order_by(ENTRY.c.incident, ENTRY.c.seq)
)

_STAMP = select(func.count(), func.sum(INCIDENT.c.last_seq)).where(INCIDENT.c.vendor == bindparam("b_vendor"))


async def stamp(database: Database, vendor: str) -> tuple[int, int]:
    """Return two numbers that are others as soon as anything is added to what is known of a vendor."""
    count, lines = await database.read(lambda connection: connection.execute(_STAMP, {"b_vendor": vendor}).one())
    return count, lines or 0


@dataclass(slots=True)
class Spells:
    """Reads marks, and remembers those of what is over for as long as nothing is added to it."""

    database: Database
    _over: dict[str, tuple[int, tuple[Mark, ...]]] = field(default_factory=dict)

    async def of(self, vendors: Collection[str], since: datetime, now: datetime) -> Mapping[str, Sequence[Mark]]:
        """Return what went on at some vendors since then, the newest first."""
        if not vendors:
            return {}

        def work(connection: Connection) -> tuple[Sequence[Any], dict[str, str], dict[str, list[str]]]:
            rows = connection.execute(_OF_VENDORS, {"b_vendors": [*vendors], "b_since": since}).all()
            asked = {"b_ids": [row.id for row in rows if not self._knows(row)]}
            unknown = connection.execute(_BODIES, asked).all() if asked["b_ids"] else ()
            bodies = {row.id: row.body for row in unknown}
            lines: dict[str, list[str]] = defaultdict(list)
            for incident, body in connection.execute(_LINES, asked) if bodies else ():
                lines[incident].append(body)
            return rows, bodies, lines

        rows, bodies, lines = await self.database.read(work)
        found: dict[str, list[Mark]] = defaultdict(list)
        for row in rows:
            found[row.vendor] += self._marks(row, bodies, lines, now)
        return found

    def _knows(self, row: Any) -> bool:
        kept = self._over.get(row.id)
        return kept is not None and kept[0] == row.last_seq and not row.is_open

    def _marks(
        self, row: Any, bodies: Mapping[str, str], lines: Mapping[str, Iterable[str]], now: datetime
    ) -> tuple[Mark, ...]:
        if self._knows(row):
            return self._over[row.id][1]
        # Between two questions it may have opened again: the next look knows.
        if row.id not in bodies:
            return ()
        found = _marks(row, _BRIEF.load(bodies[row.id]), map(_LINE.load, lines.get(row.id, ())), now)
        if not row.is_open:
            if len(self._over) >= _REMEMBERED:
                self._over.clear()
            self._over[row.id] = (row.last_seq, found)
        return found


def _marks(row: Any, brief: _Brief, lines: Iterable[_Line], now: datetime) -> tuple[Mark, ...]:
    kind = Kind(row.kind)
    if brief.ending is ChangeKind.MERGED:
        return ()
    spell = _Spell(row.is_open, row.started_at, row.resolved_at)
    is_ours = kind not in _SAID and not is_told_by((one.teller, one.kind) for one in brief.claims)
    # As in a vendor's record: what is planned is no trouble, whatever the page makes of it, and neither is a notice.
    flat = {Kind.MAINTENANCE: Impact.MAINTENANCE, Kind.NOTICE: Impact.NONE}.get(kind)
    return tuple(
        Mark(one.began_at, one.ended_at, flat or one.impact, row.id, is_ours)
        for one in stretches(spell, list(lines), now)
    )


_SAID = frozenset({Kind.MAINTENANCE, Kind.NOTICE})

_FEEDS = SOURCES.order_by(SOURCE.c.key)
_FEEDS_OF = _FEEDS.where(SOURCE.c.vendor.in_(_VENDORS), SOURCE.c.kind == SourceKind.FEED.value)
_KEYED = _FEEDS.where(SOURCE.c.key.in_(_IDS))
_BLIND = (
    select(GAP.c.source, GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .where(GAP.c.source.in_(_IDS), GAP.c.ended_at >= _SINCE)
    .order_by(GAP.c.id.desc())
    .limit(_GAPS)
)


async def watches(database: Database, vendors: Collection[str], since: datetime, now: datetime) -> Mapping[str, Watch]:
    """Return when the pages of some vendors were watched; none of a vendor whose page never was."""
    return await _watches(database, _FEEDS_OF, {"b_vendors": [*vendors]}, "vendor", since, now) if vendors else {}


async def watches_of(database: Database, keys: Collection[str], since: datetime, now: datetime) -> Mapping[str, Watch]:
    """Return when some sources, by key, were watched."""
    return await _watches(database, _KEYED, {"b_ids": [*keys]}, "key", since, now) if keys else {}


async def _watches(
    database: Database, query: Any, asked: Mapping[str, object], by: str, since: datetime, now: datetime
) -> Mapping[str, Watch]:
    def work(connection: Connection) -> tuple[Sequence[Any], Sequence[Any]]:
        rows = connection.execute(query, asked).all()
        keys = [row.key for row in rows if row.first_look is not None]
        gaps = connection.execute(_BLIND, {"b_ids": keys, "b_since": since}).all() if keys else []
        return rows, gaps

    rows, gaps = await database.read(work)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.first_look is not None:
            found[getattr(row, by)].append(row)
    blind: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        blind[gap.source].append(Gap(gap.began_at, gap.ended_at, gap.reason))
    return {whose: _watch(some, blind, now) for whose, some in found.items()}


def _watch(rows: Sequence[Any], blind: Mapping[str, Sequence[Gap]], now: datetime) -> Watch:
    gaps = [gap for row in rows for gap in blind.get(row.key, ())]
    reading = [row for row in rows if row.active]
    for row in reading:
        away = absence(row.last_look, now, codec.SOURCE.load(row.spec).interval)
        gaps += [away] if away else []
        gaps += [Gap(row.failing_since, now, row.failure)] if row.failing_since else []
    until = None if reading else max(row.last_look for row in rows)
    return Watch(since=min(row.first_look for row in rows), until=until, gaps=tuple(gaps))
