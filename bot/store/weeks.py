"""What the summary of a week is made of: every watched vendor with its incidents of that time, read at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, or_, select

from bot.core.courses import Record
from bot.core.health import Gap
from bot.core.report.material import Minute
from bot.core.weeks import Gathered
from bot.model import Digest, SourceKind
from bot.store import additions, codec, records
from bot.store.database import Database
from bot.store.tables import ENTRY, GAP, INCIDENT, POLL, PROBE_MINUTE, REPORT_ADDITION, SOURCE

# So much is read at most: the newest incidents, and of each how it began.  Nobody reads a week of more.
_MOST, _ENTRIES, _GAPS, _AT_ONCE = 1_000, 200, 20_000, 500

_SINCE = bindparam("b_since", type_=INCIDENT.c.started_at.type)
_UNTIL = bindparam("b_until", type_=INCIDENT.c.started_at.type)
_IDS: BindParameter[Any] = bindparam("b_ids", expanding=True)
_INCIDENTS = (
    select(INCIDENT.c.id, INCIDENT.c.body)
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
_SOURCES = records.SOURCES.where(or_(POLL.c.active, POLL.c.last_look >= _SINCE)).order_by(SOURCE.c.vendor, SOURCE.c.key)
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


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a week, as it stands in the database: to make something of it takes its time."""

    until: datetime
    incidents: Sequence[Row[*tuple[Any, ...]]]
    lines: Sequence[Row[*tuple[Any, ...]]]
    added: Sequence[Row[*tuple[Any, ...]]]
    sources: Sequence[Row[*tuple[Any, ...]]]
    gaps: Sequence[Row[*tuple[Any, ...]]]


async def week(database: Database, digest: Digest) -> Read:
    """Read what is known of the week that a digest is about, of every vendor that is watched or had trouble."""
    asked = {"b_since": digest.starts_at, "b_until": digest.ends_at}

    def work(connection: Connection) -> Read:
        incidents = connection.execute(_INCIDENTS, asked).all()
        ids = [row.id for row in incidents[:_MOST]]
        return Read(
            digest.ends_at,
            incidents,
            [row for some in _some(ids) for row in connection.execute(_LINES, {"b_ids": some})],
            [row for some in _some(ids) for row in connection.execute(_ADDED, {"b_ids": some})],
            connection.execute(_SOURCES, asked).all(),
            connection.execute(_BLIND, asked).all(),
        )

    return await database.read(work)


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))


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


def gathered(read: Read) -> tuple[Gathered, ...]:
    """Return what was read, vendor by vendor."""
    lines, added = _grouped(read.lines, "incident"), _grouped(read.added, "incident")
    troubled: dict[str, list[Record]] = {}
    for row in read.incidents[:_MOST]:
        one = codec.INCIDENT.load(row.body)
        entries = tuple(codec.ENTRY.load(line.body) for line in lines.get(one.id, ()))
        troubled.setdefault(one.vendor, []).append(Record(one, entries))
    blind = {
        key: [Gap(row.began_at, row.ended_at, row.reason) for row in rows]
        for key, rows in _grouped(read.gaps, "source").items()
    }
    sources = _grouped(read.sources, "vendor")
    return tuple(
        replace(
            _watched(vendor, sources.get(vendor, ()), blind, read.until),
            records=tuple(troubled.get(vendor, ())),
            is_cut=len(read.incidents) > _MOST,
            additions=tuple(
                tuple(map(additions.addition_of, added[one.incident.id]))
                for one in troubled.get(vendor, ())
                if one.incident.id in added
            ),
        )
        for vendor in sorted({*troubled, *sources})
    )


def _grouped(rows: Sequence[Row[*tuple[Any, ...]]], by: str) -> Mapping[str, Sequence[Row[*tuple[Any, ...]]]]:
    found: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault(getattr(row, by), []).append(row)
    return found


def _watched(
    vendor: str, rows: Sequence[Row[*tuple[Any, ...]]], blind: Mapping[str, Sequence[Gap]], until: datetime
) -> Gathered:
    """Return what is known of a vendor beside its incidents: what it is called, when it was watched, its probes."""
    specs = {row.key: codec.SOURCE.load(row.spec) for row in rows}
    feeds = [row for row in rows if specs[row.key].kind is SourceKind.FEED]
    probes = [specs[row.key] for row in rows if specs[row.key].kind is SourceKind.PROBE and row.active]
    gaps = [gap for row in feeds for gap in blind.get(row.key, ())]
    name, watch = records.watched(feeds, specs, gaps, until)
    own = next((one.vendor_name or one.name for one in probes), "")
    return Gathered(vendor=vendor, name=name or own, watch=watch, probes=tuple(one.key for one in probes))
