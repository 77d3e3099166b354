"""Claims, incidents and their timelines: gathered for a decision, and committed with all that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.correlate import Attachment, Surroundings
from bot.core.health import Health
from bot.core.memory import Known, Memory
from bot.core.timeline import Told
from bot.model import Destination, Incident, Source, TimelineEntry
from bot.store import codec, revisits, sources
from bot.store.database import Database, insert_into
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, INCIDENT


class Conflict(Exception):
    """Somebody else has changed the same incident since it was gathered."""


class LeaseLost(Exception):
    """The look that this was decided from came too late."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a decision about one snapshot needs."""

    known: Known
    around: Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that one snapshot changes, to be written in one transaction.

    `before` has the incidents as they were gathered; one that has moved on since makes the commit fail.
    """

    source: Source
    now: datetime
    claims: Mapping[str, Memory]
    attachments: Mapping[str, Attachment]
    told: Told
    before: Mapping[str, Incident]
    destinations: Mapping[str, Sequence[Destination]] = field(default_factory=dict[str, Sequence[Destination]])
    urgent: frozenset[str] = frozenset()
    look: sources.Look | None = None
    visits: Mapping[str, datetime | None] = field(default_factory=dict[str, datetime | None])


async def gather(database: Database, source: Source, health: Health, listed: Iterable[str]) -> Gathered:
    """Return what is known of the claims that `source` lists now or had open, and the incidents around them."""
    ids = list(listed)
    mine = and_(CLAIM.c.source == source.key, or_(CLAIM.c.is_open, CLAIM.c.external_id.in_(ids)))
    theirs = and_(CLAIM.c.vendor == source.vendor, CLAIM.c.source != source.key, CLAIM.c.external_id.in_(ids))
    columns = (CLAIM.c.source, CLAIM.c.external_id, CLAIM.c.incident, CLAIM.c.body, CLAIM.c.seen, CLAIM.c.missing_since)
    async with database.read() as connection:
        rows = (await connection.execute(select(*columns).where(or_(mine, theirs)))).all()
        own = [row for row in rows if row.source == source.key]
        attached = {row.external_id: row.incident for row in own if row.incident is not None}
        siblings = {
            row.external_id: row.incident for row in rows if row.source != source.key and row.incident is not None
        }
        wanted = {*attached.values(), *siblings.values()}
        around = or_(INCIDENT.c.id.in_(wanted), and_(INCIDENT.c.vendor == source.vendor, INCIDENT.c.is_open))
        found = (await connection.execute(select(INCIDENT.c.id, INCIDENT.c.body).where(around))).all()
    claims = {
        row.external_id: Memory(codec.CLAIM.load(row.body), codec.SEEN.load(row.seen), row.missing_since) for row in own
    }
    incidents = {row.id: codec.INCIDENT.load(row.body) for row in found}
    return Gathered(
        Known(health.first_look, health.last_look, claims),
        Surroundings(attached=attached, siblings=siblings, incidents=incidents),
    )


async def commit(database: Database, decision: Decision) -> None:
    """Write a decision: claims, incidents, timeline, what is to be announced, and how the look went.

    Raises Conflict, with nothing written, if an incident has moved on since it was gathered, and LeaseLost if
    somebody else has looked at the source since: what an older look saw is not news.
    """
    try:
        async with database.write() as connection:
            if decision.look is not None and not await sources.write(connection, decision.look):
                raise LeaseLost
            await _write_claims(connection, decision)
            await _write_incidents(connection, decision)
            await _write_entries(connection, decision.told.entries)
            await _make_due(connection, decision)
            await revisits.write(connection, decision.source.key, decision.visits)
    except IntegrityError as e:
        raise Conflict from e


async def _write_claims(connection: AsyncConnection, decision: Decision) -> None:
    rows = [
        {
            "source": decision.source.key,
            "external_id": external_id,
            "vendor": decision.source.vendor,
            "incident": attachment.incident if (attachment := decision.attachments.get(external_id)) else None,
            "is_open": memory.claim.is_open,
            "body": codec.CLAIM.dump(memory.claim),
            "seen": codec.SEEN.dump(memory.seen),
            "missing_since": memory.missing_since,
        }
        for external_id, memory in decision.claims.items()
    ]
    if not rows:
        return
    put = insert_into(connection, CLAIM)
    # A claim that has an incident keeps it when a later snapshot brings nothing that needs one.
    changed = {name: put.excluded[name] for name in ("is_open", "body", "seen", "missing_since")}
    kept = func.coalesce(put.excluded["incident"], CLAIM.c.incident)
    upsert = put.on_conflict_do_update(index_elements=["source", "external_id"], set_={**changed, "incident": kept})
    await connection.execute(upsert, rows)


async def _write_incidents(connection: AsyncConnection, decision: Decision) -> None:
    # Always in the same order: two that wait for each other's rows would wait for ever.
    for incident_id, incident in sorted(decision.told.incidents.items()):
        values = {
            "vendor": incident.vendor,
            "is_open": incident.is_open,
            "state": incident.state.value,
            "impact": incident.impact.value,
            "started_at": incident.started_at,
            "resolved_at": incident.resolved_at,
            "last_seq": incident.last_seq,
            "body": codec.INCIDENT.dump(incident),
        }
        before = decision.before.get(incident_id)
        if before is None:
            await connection.execute(insert(INCIDENT).values(id=incident_id, **values))
            continue
        unmoved = (INCIDENT.c.id == incident_id) & (INCIDENT.c.last_seq == before.last_seq)
        done = await connection.execute(update(INCIDENT).where(unmoved).values(**values))
        if done.rowcount != 1:
            raise Conflict


async def _write_entries(connection: AsyncConnection, entries: Sequence[TimelineEntry]) -> None:
    rows = [
        {
            "incident": entry.incident,
            "seq": entry.seq,
            "kind": entry.kind.value,
            "recorded_at": entry.recorded_at,
            "body": codec.ENTRY.dump(entry),
        }
        for entry in entries
    ]
    if rows:
        await connection.execute(insert(ENTRY), rows)


async def _make_due(connection: AsyncConnection, decision: Decision) -> None:
    """Every touched incident is due wherever it is announced, and begins where it was not."""
    touched = list(decision.told.incidents)
    if not touched:
        return
    mine = select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.incident.in_(touched), ANNOUNCEMENT.c.state == "live")
    locked = await connection.execute(mine.order_by(ANNOUNCEMENT.c.id).with_for_update())
    live = ANNOUNCEMENT.c.id.in_(locked.scalars().all())
    # News do not shorten the wait after a failure: it may be what the platform has asked for.
    waits = (ANNOUNCEMENT.c.attempts > 0) & (ANNOUNCEMENT.c.due_at > decision.now)
    due_at = case((waits, ANNOUNCEMENT.c.due_at), else_=decision.now)
    await connection.execute(
        update(ANNOUNCEMENT).where(live).values(due_at=due_at, revision=ANNOUNCEMENT.c.revision + 1)
    )
    urgent = ANNOUNCEMENT.c.incident.in_(decision.urgent)
    if decision.urgent:
        await connection.execute(update(ANNOUNCEMENT).where(live & urgent).values(urgency=1))
    begun = [
        _new_announcement(incident, destination, decision)
        for incident in touched
        for destination in decision.destinations.get(incident, ())
    ]
    if begun:
        put = insert_into(connection, ANNOUNCEMENT).on_conflict_do_nothing(index_elements=["incident", "destination"])
        await connection.execute(put, begun)


def _new_announcement(incident: str, destination: Destination, decision: Decision) -> dict[str, Any]:
    return {
        "incident": incident,
        "destination": str(destination),
        "platform": destination.platform,
        "state": "live",
        "generation": 0,
        "last_seq": 0,
        "root_hash": "",
        "due_at": decision.now,
        "revision": 0,
        "urgency": int(incident in decision.urgent),
        "attempts": 0,
        "error": "",
        "fence": 0,
    }


async def open_incidents(database: Database, vendor: str | None = None) -> tuple[Incident, ...]:
    """Return the open incidents, the newest first."""
    query = select(INCIDENT.c.body).where(INCIDENT.c.is_open).order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
    return await _incidents(database, query if vendor is None else query.where(INCIDENT.c.vendor == vendor))


async def recent_incidents(database: Database, limit: int) -> tuple[Incident, ...]:
    """Return the last `limit` incidents, open or over, the newest first."""
    query = select(INCIDENT.c.body).order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id).limit(limit)
    return await _incidents(database, query)


async def _incidents(database: Database, query: Any) -> tuple[Incident, ...]:
    async with database.read() as connection:
        return tuple(codec.INCIDENT.load(body) for body in (await connection.execute(query)).scalars())


async def timeline(database: Database, incident: str) -> tuple[TimelineEntry, ...]:
    """Return an incident's history, oldest first."""
    query = select(ENTRY.c.body).where(ENTRY.c.incident == incident).order_by(ENTRY.c.seq)
    async with database.read() as connection:
        return tuple(codec.ENTRY.load(body) for body in (await connection.execute(query)).scalars())
