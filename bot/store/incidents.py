"""Claims, incidents and their timelines: gathered for a decision, and committed with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.core.claims import is_trouble
from bot.core.correlate import Attachment, Surroundings
from bot.core.health import Health
from bot.core.memory import Known, Memory
from bot.core.timeline import Told
from bot.model import Destination, Incident, Source, TimelineEntry
from bot.store import codec, revisits, sources
from bot.store.database import Database, insert_into
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, INCIDENT

T = TypeVar("T")


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


async def settle(
    database: Database,
    source: Source,
    health: Health,
    listed: Collection[str],
    decide: Callable[[Gathered], tuple[Decision | None, T]],
) -> T:
    """Gather what `decide` needs, and commit its decision if it comes to one, all in one transaction.

    Gathered is what is known of the claims that `source` lists now or had open, and the incidents around them.
    Raises what `commit` raises, with nothing written.
    """

    def work(connection: Connection) -> T:
        decision, result = decide(_gathered(connection, source, health, listed))
        if decision is not None:
            _commit(connection, decision)
        return result

    return await _written(database, work)


async def gather(database: Database, source: Source, health: Health, listed: Collection[str]) -> Gathered:
    """Return what `settle` would decide from."""
    return await database.read(lambda connection: _gathered(connection, source, health, listed))


def _gathered(connection: Connection, source: Source, health: Health, listed: Collection[str]) -> Gathered:
    asked = {"b_source": source.key, "b_vendor": source.vendor, "b_ids": [*listed]}
    rows = connection.execute(_KNOWN, asked).all()
    own = [row for row in rows if row.source == source.key]
    attached = {row.external_id: row.incident for row in own if row.incident is not None}
    siblings = {row.external_id: row.incident for row in rows if row.source != source.key and row.incident is not None}
    wanted = {"b_vendor": source.vendor, "b_ids": [*{*attached.values(), *siblings.values()}]}
    found = connection.execute(_AROUND, wanted).all()
    claims = {
        row.external_id: Memory(codec.CLAIM.load(row.body), codec.SEEN.load(row.seen), row.missing_since) for row in own
    }
    incidents = {row.id: codec.INCIDENT.load(row.body) for row in found}
    return Gathered(
        Known(health.first_look, health.last_look, claims),
        Surroundings(attached=attached, siblings=siblings, incidents=incidents),
    )


# Statements are made once: to make one costs more than to run it.
_VENDOR: BindParameter[str] = bindparam("b_vendor")
_IDS: BindParameter[str] = bindparam("b_ids", expanding=True)
_MINE = and_(CLAIM.c.source == bindparam("b_source"), or_(CLAIM.c.is_open, CLAIM.c.external_id.in_(_IDS)))
_THEIRS = and_(CLAIM.c.vendor == _VENDOR, CLAIM.c.source != bindparam("b_source"), CLAIM.c.external_id.in_(_IDS))
_KNOWN = select(
    CLAIM.c.source, CLAIM.c.external_id, CLAIM.c.incident, CLAIM.c.body, CLAIM.c.seen, CLAIM.c.missing_since
).where(or_(_MINE, _THEIRS))
_AROUND = select(INCIDENT.c.id, INCIDENT.c.body).where(
    or_(INCIDENT.c.id.in_(_IDS), and_(INCIDENT.c.vendor == _VENDOR, INCIDENT.c.is_open))
)


async def commit(database: Database, decision: Decision) -> None:
    """Write a decision: claims, incidents, timeline, what is to be announced, and how the look went.

    Raises Conflict, with nothing written, if an incident has moved on since it was gathered, and LeaseLost if
    somebody else has looked at the source since: what an older look saw is not news.
    """
    await _written(database, lambda connection: _commit(connection, decision))


async def _written(database: Database, work: Callable[[Connection], T]) -> T:
    try:
        return await database.write(work)
    except IntegrityError as e:
        raise Conflict from e


def _commit(connection: Connection, decision: Decision) -> None:
    if decision.look is not None and not sources.write(connection, decision.look):
        raise LeaseLost
    _write_claims(connection, decision)
    _write_incidents(connection, decision)
    _write_entries(connection, decision.told.entries)
    _make_due(connection, decision)
    revisits.write(connection, decision.source.key, decision.visits)


def _write_claims(connection: Connection, decision: Decision) -> None:
    rows = [
        {
            "source": decision.source.key,
            "external_id": external_id,
            "vendor": decision.source.vendor,
            "incident": attachment.incident if (attachment := decision.attachments.get(external_id)) else None,
            "is_open": memory.claim.is_open,
            "is_trouble": is_trouble(memory.claim),
            "body": codec.CLAIM.dump(memory.claim),
            "seen": codec.SEEN.dump(memory.seen),
            "missing_since": memory.missing_since,
        }
        for external_id, memory in decision.claims.items()
    ]
    if rows:
        connection.execute(_put_claims(connection.dialect.name), rows)


@cache
def _put_claims(engine: str) -> Any:
    put = insert_into(engine, CLAIM)
    # A claim that has an incident keeps it when a later snapshot brings nothing that needs one.
    changed = {name: put.excluded[name] for name in ("is_open", "is_trouble", "body", "seen", "missing_since")}
    kept = func.coalesce(put.excluded["incident"], CLAIM.c.incident)
    return put.on_conflict_do_update(index_elements=["source", "external_id"], set_={**changed, "incident": kept})


def _write_incidents(connection: Connection, decision: Decision) -> None:
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
            connection.execute(_BEGIN, {"id": incident_id, **values})
            continue
        done = connection.execute(_MOVE_ON, {"b_id": incident_id, "b_before": before.last_seq, **values})
        if done.rowcount != 1:
            raise Conflict


_BEGIN = insert(INCIDENT)
_MOVE_ON = update(INCIDENT).where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.last_seq == bindparam("b_before"))


def _write_entries(connection: Connection, entries: Sequence[TimelineEntry]) -> None:
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
        connection.execute(_ADD, rows)


_ADD = insert(ENTRY)


def _make_due(connection: Connection, decision: Decision) -> None:
    """Every touched incident is due wherever it is announced, and begins where it was not."""
    touched = list(decision.told.incidents)
    if not touched:
        return
    rows = connection.execute(_LIVE, {"b_incidents": touched}).all()
    live, there = [row.id for row in rows], {(row.incident, row.destination) for row in rows}
    if live:
        connection.execute(_DUE_AGAIN, {"b_ids": live, "b_now": decision.now})
    if live and decision.urgent:
        connection.execute(_URGENT, {"b_ids": live, "b_incidents": list(decision.urgent)})
    begun = [
        _new_announcement(incident, destination, decision)
        for incident in touched
        for destination in decision.destinations.get(incident, ())
        if (incident, str(destination)) not in there
    ]
    if begun:
        connection.execute(_announce(connection.dialect.name), begun)


_INCIDENTS: BindParameter[str] = bindparam("b_incidents", expanding=True)
_LIVE = (
    select(ANNOUNCEMENT.c.id, ANNOUNCEMENT.c.incident, ANNOUNCEMENT.c.destination)
    .where(ANNOUNCEMENT.c.incident.in_(_INCIDENTS), ANNOUNCEMENT.c.state == "live")
    .order_by(ANNOUNCEMENT.c.id)
    .with_for_update()
)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
# News do not shorten the wait after a failure: it may be what the platform has asked for.
_WAITS = (ANNOUNCEMENT.c.attempts > 0) & (ANNOUNCEMENT.c.due_at > _NOW)
_DUE_AGAIN = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id.in_(_IDS))
    .values(due_at=case((_WAITS, ANNOUNCEMENT.c.due_at), else_=_NOW), revision=ANNOUNCEMENT.c.revision + 1)
)
_URGENT = (
    update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(_IDS), ANNOUNCEMENT.c.incident.in_(_INCIDENTS)).values(urgency=1)
)


@cache
def _announce(engine: str) -> Any:
    return insert_into(engine, ANNOUNCEMENT).on_conflict_do_nothing(index_elements=["incident", "destination"])


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
    bodies = await database.read(lambda connection: connection.execute(query).scalars().all())
    return tuple(codec.INCIDENT.load(body) for body in bodies)


async def timeline(database: Database, incident: str) -> tuple[TimelineEntry, ...]:
    """Return an incident's history, oldest first."""
    query = select(ENTRY.c.body).where(ENTRY.c.incident == incident).order_by(ENTRY.c.seq)
    bodies = await database.read(lambda connection: connection.execute(query).scalars().all())
    return tuple(codec.ENTRY.load(body) for body in bodies)
