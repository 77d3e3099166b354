"""What a vendor's record is made of: its incidents of the last 90 days, their timelines, and when it was watched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, or_, select

from bot.core.courses import Record
from bot.core.health import Gap, absence
from bot.core.scorecard import Watch
from bot.model import Source, SourceKind, TimelineEntry
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import ENTRY, GAP, INCIDENT, POLL, SOURCE

# So many incidents are looked at, and so many entries of each: a vendor that has more is not made better by them.
MOST, _ENTRIES, _GAPS = 200, 200, 1_000


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a vendor; `name` is what it is called, nothing if it is not known at all."""

    name: str
    records: tuple[Record, ...]
    watch: Watch
    is_cut: bool = False


# Statements are made once: to make one costs more than to run it.
_VENDOR: BindParameter[str] = bindparam("b_vendor")
_SINCE = bindparam("b_since", type_=INCIDENT.c.started_at.type)
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_NEWEST = (
    select(INCIDENT.c.id, INCIDENT.c.name)
    .where(
        INCIDENT.c.vendor == _VENDOR,
        # What is told together is counted one by one.
        INCIDENT.c.cause.is_(None),
        or_(INCIDENT.c.is_open, INCIDENT.c.started_at >= _SINCE, INCIDENT.c.resolved_at >= _SINCE),
    )
    .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
    .limit(MOST + 1)
)
_INCIDENTS = _NEWEST.add_columns(INCIDENT.c.body)
NEWEST = _NEWEST.add_columns(INCIDENT.c.is_open, INCIDENT.c.resolved_at, INCIDENT.c.last_seq)
BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS))
LINES = (
    select(ENTRY.c.incident, ENTRY.c.body)
    .where(ENTRY.c.incident.in_(_IDS), ENTRY.c.seq <= _ENTRIES)
    .order_by(ENTRY.c.incident, ENTRY.c.seq)
)
# What is to be known of a source to say how well it was watched.
SOURCES = select(
    SOURCE.c.key,
    SOURCE.c.vendor,
    SOURCE.c.name,
    SOURCE.c.spec,
    POLL.c.active,
    POLL.c.first_look,
    POLL.c.last_look,
    POLL.c.failing_since,
    POLL.c.failure,
).join(POLL, POLL.c.source == SOURCE.c.key)
_OF_VENDOR = SOURCES.where(SOURCE.c.vendor == _VENDOR).order_by(SOURCE.c.key)
_BLIND = (
    select(GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .where(GAP.c.source.in_(_IDS), GAP.c.ended_at >= _SINCE)
    .order_by(GAP.c.id.desc())
    .limit(_GAPS)
)


async def history(database: Database, vendor: str, since: datetime, now: datetime) -> History:
    """Return what is known of a vendor from `since` on: the newest incidents, each as its history began."""

    def work(connection: Connection) -> History:
        asked = {"b_vendor": vendor, "b_since": since}
        rows = connection.execute(_INCIDENTS, asked).all()
        kept = rows[:MOST]
        lines = _lines(connection, [row.id for row in kept])
        records = tuple(Record(codec.INCIDENT.load(row.body), tuple(lines.get(row.id, ()))) for row in kept)
        called, watch = watch_of(connection, vendor, since, now)
        return History(called or (rows[0].name if rows else ""), records, watch, is_cut=len(rows) > MOST)

    return await database.read(work)


def _lines(connection: Connection, ids: Collection[str]) -> dict[str, list[TimelineEntry]]:
    found: dict[str, list[TimelineEntry]] = {}
    for row in connection.execute(LINES, {"b_ids": [*ids]}) if ids else ():
        found.setdefault(row.incident, []).append(codec.ENTRY.load(row.body))
    return found


def watch_of(connection: Connection, vendor: str, since: datetime, now: datetime) -> tuple[str, Watch]:
    """Return what the vendor's page is called, and when it was watched: as long as any of its sources was."""
    rows = connection.execute(_OF_VENDOR, {"b_vendor": vendor}).all()
    specs = {row.key: codec.SOURCE.load(row.spec) for row in rows}
    feeds = [row for row in rows if specs[row.key].kind is SourceKind.FEED]
    asked = {"b_ids": [row.key for row in feeds if row.first_look is not None], "b_since": since}
    blind = [Gap(row.began_at, row.ended_at, row.reason) for row in connection.execute(_BLIND, asked)]
    return watched(feeds, specs, blind, now)


def watched(
    feeds: Sequence[Row[*tuple[Any, ...]]], specs: Mapping[str, Source], blind: Iterable[Gap], now: datetime
) -> tuple[str, Watch]:
    """Return what a page is called, and when it was watched, from the rows of its sources and the gaps of these."""
    looked = [row for row in feeds if row.first_look is not None]
    if not looked:
        return (feeds[0].name if feeds else ""), Watch()
    gaps = [*blind]
    reading = [row for row in looked if row.active]
    gaps += [Gap(row.failing_since, now, row.failure) for row in reading if row.failing_since]
    gaps += [gap for row in reading if (gap := absence(row.last_look, now, specs[row.key].interval))]
    until = None if reading else max(row.last_look for row in looked)
    return looked[0].name, Watch(since=min(row.first_look for row in looked), until=until, gaps=tuple(gaps))
