"""All that a report needs, read at one moment: the incident, and what stands around it in other tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, or_, select

from bot.core.courses import Record
from bot.core.health import Gap, absence
from bot.core.report.material import Material, Minute, Probed, Watched
from bot.model import Announcement, Incident, Source, SourceKind, TimelineEntry
from bot.store import additions, codec, samples
from bot.store.database import Database
from bot.store.errands import announcement_of
from bot.store.tables import ANNOUNCEMENT, ENTRY, GAP, INCIDENT, POLL, PROBE_MINUTE, REVISIT, SOURCE

# What stands before the beginning and after the end shows what is usual: a quarter of its length, within these.
_LEAST_AROUND, _MOST_AROUND = timedelta(minutes=30), timedelta(hours=6)
# So much is read at most; nobody looks at more, and a page that has more is not better for it.
_SOURCES, _GAPS, _MINUTES = 50, 500, 20_000

_IDS: BindParameter[Any] = bindparam("b_ids", expanding=True)
_VENDORS: BindParameter[Any] = bindparam("b_vendors", expanding=True)
_SINCE = bindparam("b_since", type_=GAP.c.began_at.type)
_UNTIL = bindparam("b_until", type_=GAP.c.began_at.type)
_BODIES = select(INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS))
_LINES = (
    select(ENTRY.c.incident, ENTRY.c.body).where(ENTRY.c.incident.in_(_IDS)).order_by(ENTRY.c.incident, ENTRY.c.seq)
)
_TOLD = select(ANNOUNCEMENT).where(ANNOUNCEMENT.c.incident.in_(_IDS), ANNOUNCEMENT.c.about == "incident")
_FOUND = (
    select(
        SOURCE.c.key,
        SOURCE.c.spec,
        POLL.c.active,
        POLL.c.first_look,
        POLL.c.last_look,
        POLL.c.failing_since,
        POLL.c.failure,
    )
    .outerjoin(POLL, POLL.c.source == SOURCE.c.key)
    .where(or_(SOURCE.c.key.in_(_IDS), SOURCE.c.vendor.in_(_VENDORS)))
    .order_by(SOURCE.c.key)
    .limit(_SOURCES)
)
_BLIND = (
    select(GAP.c.source, GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .where(GAP.c.source.in_(_IDS), GAP.c.ended_at >= _SINCE, GAP.c.began_at <= _UNTIL)
    .order_by(GAP.c.began_at)
    .limit(_GAPS)
)
_CHECKED = (
    select(PROBE_MINUTE)
    .where(PROBE_MINUTE.c.source.in_(_IDS), PROBE_MINUTE.c.minute >= _SINCE, PROBE_MINUTE.c.minute <= _UNTIL)
    .order_by(PROBE_MINUTE.c.source, PROBE_MINUTE.c.minute)
    .limit(_MINUTES)
)
_AGAIN = select(REVISIT.c.due_at).where(REVISIT.c.source.in_(_IDS), REVISIT.c.external_id.in_(_VENDORS))


async def material(database: Database, incident: str, now: datetime) -> Material | None:
    """Return everything that the report of an incident is made from; None if there is no such incident."""
    return await database.read(lambda connection: gathered(connection, incident, now))


def gathered(connection: Connection, incident: str, now: datetime) -> Material | None:
    """Do what `material` does, inside a transaction that is already open."""
    one = _incidents(connection, [incident]).get(incident)
    if one is None:
        return None
    since, until = _around(one, now)
    burst = _incidents(connection, [one.burst]).get(one.burst) if one.burst else None
    members = tuple(_records(connection, [member.id for member in one.members]))
    views = [view for record in ((one, *(member.incident for member in members))) for view in record.claims]
    keys = dict.fromkeys(view.key.partition("|")[0] for view in views)
    vendors = dict.fromkeys([one.vendor, *(member.incident.vendor for member in members)])
    sources = tuple(_sources(connection, [*keys], [*vendors], (since, until, now)))
    return Material(
        incident=one,
        entries=tuple(_lines(connection, [one.id]).get(one.id, ())),
        since=since,
        until=until,
        announcements=_announcements(connection, [one.id, *([burst.id] if burst else ())]),
        burst=burst,
        members=members,
        sources=sources,
        probes=tuple(_probes(connection, sources, since, until)),
        revisit_at=_revisit(connection, one),
        additions=additions.of_incident(connection, one.id),
        by_the_hour_until=samples.thinned_until(connection),
    )


def _around(incident: Incident, now: datetime) -> tuple[datetime, datetime]:
    """Return the time that is looked at: the whole incident, and some time before and after it."""
    begun = min(filter(None, (incident.started_at, incident.detected_at, incident.first_seen_at)))
    begun, over = min(begun, now), max(incident.resolved_at or now, begun)
    margin = min(max((over - begun) / 4, _LEAST_AROUND), _MOST_AROUND)
    return begun - margin, min(over + margin, max(now, over))


def _incidents(connection: Connection, ids: Collection[str]) -> Mapping[str, Incident]:
    found = map(codec.INCIDENT.load, connection.execute(_BODIES, {"b_ids": [*ids]}).scalars())
    return {one.id: one for one in found}


def _lines(connection: Connection, ids: Collection[str]) -> Mapping[str, Sequence[TimelineEntry]]:
    found: dict[str, list[TimelineEntry]] = {}
    for row in connection.execute(_LINES, {"b_ids": [*ids]}):
        found.setdefault(row.incident, []).append(codec.ENTRY.load(row.body))
    return found


def _records(connection: Connection, ids: Collection[str]) -> Iterator[Record]:
    """Give the members of a burst in their order, each with its own timeline."""
    if not ids:
        return
    known, lines = _incidents(connection, ids), _lines(connection, ids)
    yield from (Record(known[id_], tuple(lines.get(id_, ()))) for id_ in ids if id_ in known)


def _announcements(connection: Connection, ids: Collection[str]) -> tuple[Announcement, ...]:
    rows = connection.execute(_TOLD.order_by(ANNOUNCEMENT.c.id), {"b_ids": [*ids]}).mappings().all()
    return tuple(announcement_of(row) for row in rows)


def _sources(
    connection: Connection, keys: Collection[str], vendors: Collection[str], times: tuple[datetime, datetime, datetime]
) -> Iterator[Watched]:
    since, until, now = times
    rows = connection.execute(_FOUND, {"b_ids": [*keys], "b_vendors": [*vendors]}).all()
    asked = {"b_ids": [row.key for row in rows], "b_since": since, "b_until": until}
    blind: dict[str, list[Gap]] = {}
    for gap in connection.execute(_BLIND, asked) if rows else ():
        blind.setdefault(gap.source, []).append(Gap(gap.began_at, gap.ended_at, gap.reason))
    for row in rows:
        source = codec.SOURCE.load(row.spec)
        gaps = (*blind.get(row.key, ()), *_lasting(row, source, now))
        yield Watched(
            source=source,
            first_look=row.first_look,
            last_look=row.last_look,
            is_active=bool(row.active),
            gaps=tuple(gap for gap in gaps if gap.ended_at >= since and gap.began_at <= until),
        )


def _lasting(row: Row[*tuple[Any, ...]], source: Source, now: datetime) -> Iterator[Gap]:
    """Give the gap that has not ended: it can not be read, or nobody looks."""
    if not row.active or source.kind not in {SourceKind.FEED, SourceKind.PROBE}:
        return
    if row.failing_since:
        yield Gap(row.failing_since, now, row.failure)
    elif row.last_look and (gap := absence(row.last_look, now, source.interval)):
        yield gap


def _probes(connection: Connection, sources: Collection[Watched], since: datetime, until: datetime) -> Iterator[Probed]:
    probes = {one.source.key: one.source for one in sources if one.source.kind is SourceKind.PROBE}
    if not probes:
        return
    # What is long ago is kept by the hour, and an hour that has begun before may reach into it.
    asked = {"b_ids": [*probes], "b_since": since - timedelta(hours=1), "b_until": until}
    minutes: dict[str, list[Minute]] = {}
    for row in connection.execute(_CHECKED, asked):
        one = Minute(row.minute, row.checks, row.failures, row.slow, row.latency, row.slowest)
        minutes.setdefault(row.source, []).append(one)
    yield from (Probed(source, tuple(minutes.get(key, ()))) for key, source in probes.items())


def _revisit(connection: Connection, incident: Incident) -> datetime | None:
    told = [view.key.partition("|") for view in incident.claims if view.teller is SourceKind.FEED]
    if not told:
        return None
    asked = {"b_ids": [source for source, _, _ in told], "b_vendors": [id_ for _, _, id_ in told]}
    return min(connection.execute(_AGAIN, asked).scalars(), default=None)
