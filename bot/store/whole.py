"""One incident with all that its page shows around it, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, func, or_, select

from bot.core.health import Gap, absence
from bot.model import Announcement, Incident, SourceKind, TimelineEntry
from bot.store import codec
from bot.store.database import Database
from bot.store.errands import INCIDENTS, announcement_of
from bot.store.tables import ANNOUNCEMENT, ENTRY, GAP, INCIDENT, LISTED, POLL, SOURCE

# So many lines are read of a history, so many earlier incidents, and so many gaps.
LINES = 1_000
_RELATED, _GAPS = 12, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An incident, and what is around it.

    `entries` are the last lines of its history, oldest first, of `count` in all.  `earlier` are incidents of the same
    vendor that began before it.  `unread` are the gaps of its vendor's pages, `unchecked` those of our probes.
    """

    incident: Incident
    entries: tuple[TimelineEntry, ...]
    count: int
    told: tuple[Announcement, ...]
    burst: Incident | None
    earlier: tuple[Incident, ...]
    unread: tuple[Gap, ...]
    unchecked: tuple[Gap, ...]


# Statements are made once: to make one costs more than to run it.
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_SINCE, _UNTIL = (bindparam(name, type_=GAP.c.began_at.type) for name in ("b_since", "b_until"))
_BODY = select(INCIDENT.c.body).where(INCIDENT.c.id == bindparam("b_id"))
_BODIES = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(_IDS))
_LAST = select(ENTRY.c.body).where(ENTRY.c.incident == bindparam("b_id")).order_by(ENTRY.c.seq.desc()).limit(LINES)
_COUNT = select(func.count()).select_from(ENTRY).where(ENTRY.c.incident == bindparam("b_id"))
_TOLD = (
    select(*ANNOUNCEMENT.c)
    .where(ANNOUNCEMENT.c.incident == bindparam("b_id"), ANNOUNCEMENT.c.about == INCIDENTS)
    .order_by(ANNOUNCEMENT.c.destination)
)
_EARLIER = (
    select(LISTED.c.incident)
    .where(LISTED.c.vendor == bindparam("b_vendor"), LISTED.c.started_at <= _SINCE, ~LISTED.c.is_burst)
    .where(LISTED.c.incident != bindparam("b_id"))
    .order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
    .limit(_RELATED)
)
_SOURCES = (
    select(SOURCE.c.key, SOURCE.c.kind, SOURCE.c.spec, POLL.c.last_look, POLL.c.failing_since, POLL.c.failure)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(or_(SOURCE.c.vendor == bindparam("b_vendor"), SOURCE.c.key.in_(_IDS)), POLL.c.active)
)
_BLIND = (
    select(GAP.c.source, GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .where(GAP.c.source.in_(_IDS), GAP.c.ended_at >= _SINCE, GAP.c.began_at <= _UNTIL)
    .order_by(GAP.c.id.desc())
    .limit(_GAPS)
)


async def whole(database: Database, name: str, now: datetime) -> Whole | None:
    """Return an incident with what is around it; None if there is none of exactly this id."""

    def work(connection: Connection) -> Whole | None:
        body = connection.execute(_BODY, {"b_id": name}).scalar()
        if body is None:
            return None
        incident = codec.INCIDENT.load(body)
        lines = connection.execute(_LAST, {"b_id": name}).scalars().all()
        unread, unchecked = _gaps(connection, incident, now)
        return Whole(
            incident=incident,
            entries=tuple(codec.ENTRY.load(line) for line in reversed(lines)),
            count=connection.execute(_COUNT, {"b_id": name}).scalar() or 0,
            told=tuple(announcement_of(row) for row in connection.execute(_TOLD, {"b_id": name}).mappings()),
            burst=next(iter(_some(connection, [incident.burst])), None) if incident.burst else None,
            earlier=_earlier(connection, incident),
            unread=unread,
            unchecked=unchecked,
        )

    return await database.read(work)


def _earlier(connection: Connection, incident: Incident) -> tuple[Incident, ...]:
    if incident.cause:
        return ()
    asked = {"b_vendor": incident.vendor, "b_since": incident.started_at, "b_id": incident.id}
    return _some(connection, connection.execute(_EARLIER, asked).scalars().all())


def _some(connection: Connection, names: Sequence[str]) -> tuple[Incident, ...]:
    if not names:
        return ()
    known = {row.id: row.body for row in connection.execute(_BODIES, {"b_ids": [*names]})}
    return tuple(codec.INCIDENT.load(known[name]) for name in names if name in known)


def _gaps(connection: Connection, incident: Incident, now: datetime) -> tuple[tuple[Gap, ...], tuple[Gap, ...]]:
    """Return when the vendor's pages were not read while it lasted, and when our probes did not check."""
    keys = list(dict.fromkeys(view.key.partition("|")[0] for view in incident.claims))
    rows = connection.execute(_SOURCES, {"b_vendor": incident.vendor, "b_ids": keys}).all()
    chosen = [row for row in rows if row.key in keys] or rows
    kinds: Mapping[str, str] = {row.key: row.kind for row in chosen}
    if not kinds:
        return (), ()
    asked = {"b_ids": [*kinds], "b_since": incident.started_at, "b_until": incident.resolved_at or now}
    found: dict[str, list[Gap]] = {kind.value: [] for kind in SourceKind}
    for gap in connection.execute(_BLIND, asked):
        found[kinds[gap.source]].append(Gap(gap.began_at, gap.ended_at, gap.reason))
    for row in chosen if incident.is_open else ():
        still = Gap(row.failing_since, now, row.failure) if row.failing_since else None
        interval = codec.SOURCE.load(row.spec).interval
        away = absence(row.last_look, now, interval) if row.last_look else None
        found[row.kind] += filter(None, (still, away))
    return tuple(found[SourceKind.FEED.value]), tuple(found[SourceKind.PROBE.value])
