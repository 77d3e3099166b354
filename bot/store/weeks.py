"""What the summary of a week is made of: every watched vendor with its incidents of that time, read at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, or_, select

from bot.core.courses import Record
from bot.core.health import Gap
from bot.core.report.material import Addition, Minute
from bot.core.weeks import Gathered
from bot.model import Digest, Incident, SourceKind, TimelineEntry
from bot.store import additions, codec, records
from bot.store.database import Database
from bot.store.tables import ENTRY, GAP, INCIDENT, POLL, PROBE_MINUTE, REPORT_ADDITION, SOURCE

# So much is read at most: the newest incidents, and of each how it began.  Nobody reads a week of more.
_MOST, _ENTRIES, _GAPS, _AT_ONCE = 1_000, 200, 20_000, 500

_SINCE = bindparam("b_since", type_=INCIDENT.c.started_at.type)
_UNTIL = bindparam("b_until", type_=INCIDENT.c.started_at.type)
_IDS: BindParameter[Any] = bindparam("b_ids", expanding=True)
_INCIDENTS = (
    select(INCIDENT.c.body)
    .where(
        # What is told together is counted one by one.
        INCIDENT.c.cause.is_(None),
        INCIDENT.c.started_at < _UNTIL,
        or_(INCIDENT.c.is_open, INCIDENT.c.started_at >= _SINCE, INCIDENT.c.resolved_at >= _SINCE),
    )
    .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
    .limit(_MOST + 1)
)
_LINES = (
    select(ENTRY.c.incident, ENTRY.c.body)
    .where(ENTRY.c.incident.in_(_IDS), ENTRY.c.seq <= _ENTRIES)
    .order_by(ENTRY.c.incident, ENTRY.c.seq)
)
_ADDED = (
    select(REPORT_ADDITION)
    .where(REPORT_ADDITION.c.incident.in_(_IDS))
    .order_by(REPORT_ADDITION.c.incident, REPORT_ADDITION.c.number)
)
_SOURCES = (
    select(
        SOURCE.c.key,
        SOURCE.c.vendor,
        SOURCE.c.name,
        SOURCE.c.spec,
        POLL.c.active,
        POLL.c.first_look,
        POLL.c.last_look,
        POLL.c.failing_since,
        POLL.c.failure,
    )
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(or_(POLL.c.active, POLL.c.last_look >= _SINCE))
    .order_by(SOURCE.c.vendor, SOURCE.c.key)
)
_BLIND = (
    select(GAP.c.source, GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .where(GAP.c.ended_at >= _SINCE, GAP.c.began_at < _UNTIL)
    .order_by(GAP.c.id.desc())
    .limit(_GAPS)
)
_CHECKED = (
    select(PROBE_MINUTE)
    .where(PROBE_MINUTE.c.source.in_(_IDS), PROBE_MINUTE.c.minute >= _SINCE, PROBE_MINUTE.c.minute < _UNTIL)
    .order_by(PROBE_MINUTE.c.source, PROBE_MINUTE.c.minute)
)


async def week(database: Database, digest: Digest) -> tuple[Gathered, ...]:
    """Return what is known of the week that a digest is about, of every vendor that is watched or had trouble."""
    return await database.read(lambda connection: gathered(connection, digest.starts_at, digest.ends_at))


async def checks(database: Database, probes: Collection[str], digest: Digest) -> Mapping[str, tuple[Minute, ...]]:
    """Return what the checks of some probes came to in that week, oldest first."""
    asked = {"b_ids": [*probes], "b_since": digest.starts_at, "b_until": digest.ends_at}

    def work(connection: Connection) -> Mapping[str, tuple[Minute, ...]]:
        found: dict[str, list[Minute]] = {}
        for row in connection.execute(_CHECKED, asked) if probes else ():
            one = Minute(row.minute, row.checks, row.failures, row.slow, row.latency, row.slowest)
            found.setdefault(row.source, []).append(one)
        return {key: tuple(minutes) for key, minutes in found.items()}

    return await database.read(work)


def gathered(connection: Connection, since: datetime, until: datetime) -> tuple[Gathered, ...]:
    """Do what `week` does, inside a transaction that is already open."""
    asked = {"b_since": since, "b_until": until}
    bodies = connection.execute(_INCIDENTS, asked).scalars().all()
    incidents = [codec.INCIDENT.load(body) for body in bodies[:_MOST]]
    troubled: dict[str, list[Record]] = {}
    for one, lines in zip(incidents, _lines(connection, incidents), strict=True):
        troubled.setdefault(one.vendor, []).append(Record(one, lines))
    added = _added(connection, incidents)
    blind: dict[str, list[Gap]] = {}
    for gap in connection.execute(_BLIND, asked):
        blind.setdefault(gap.source, []).append(Gap(gap.began_at, gap.ended_at, gap.reason))
    sources: dict[str, list[_Row]] = {}
    for row in connection.execute(_SOURCES, asked):
        sources.setdefault(row.vendor, []).append(row)
    return tuple(
        replace(
            _watched(vendor, sources.get(vendor, ()), blind, until),
            records=tuple(troubled.get(vendor, ())),
            is_cut=len(bodies) > _MOST,
            additions=tuple(found for one in troubled.get(vendor, ()) if (found := added.get(one.incident.id))),
        )
        for vendor in sorted({*troubled, *sources})
    )


_Row = Row[*tuple[Any, ...]]


def _watched(vendor: str, rows: Sequence[_Row], blind: Mapping[str, Sequence[Gap]], until: datetime) -> Gathered:
    """Return what is known of a vendor beside its incidents: what it is called, when it was watched, its probes."""
    specs = {row.key: codec.SOURCE.load(row.spec) for row in rows}
    feeds = [row for row in rows if specs[row.key].kind is SourceKind.FEED]
    probes = [specs[row.key] for row in rows if specs[row.key].kind is SourceKind.PROBE and row.active]
    gaps = [gap for row in feeds for gap in blind.get(row.key, ())]
    name, watch = records.watched(feeds, specs, gaps, until)
    own = next((one.vendor_name or one.name for one in probes), "")
    return Gathered(vendor=vendor, name=name or own, watch=watch, probes=tuple(one.key for one in probes))


def _lines(connection: Connection, incidents: Sequence[Incident]) -> Iterator[tuple[TimelineEntry, ...]]:
    """Give the timeline of each, in their order."""
    found: dict[str, list[TimelineEntry]] = {}
    for ids in _some(incidents):
        for row in connection.execute(_LINES, {"b_ids": ids}):
            found.setdefault(row.incident, []).append(codec.ENTRY.load(row.body))
    return (tuple(found.get(one.id, ())) for one in incidents)


def _added(connection: Connection, incidents: Sequence[Incident]) -> Mapping[str, tuple[Addition, ...]]:
    found: dict[str, list[Addition]] = {}
    for ids in _some(incidents):
        for row in connection.execute(_ADDED, {"b_ids": ids}):
            found.setdefault(row.incident, []).append(additions.addition_of(row))
    return {id_: tuple(several) for id_, several in found.items()}


def _some(incidents: Sequence[Incident]) -> Iterator[Sequence[str]]:
    ids = [one.id for one in incidents]
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
