"""Announcements: claimed when due, their next step recorded before it is sent, its result after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.converge import begun, next_step
from bot.model import (
    Announcement,
    AnnouncementState,
    Destination,
    Incident,
    Intent,
    Ref,
    Step,
    StepKind,
    TimelineEntry,
)
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One step to do for one announcement.

    `unfinished` is a step that somebody began and nobody reported on: it is read back before anything else.
    Nothing may be sent any more after `until`: somebody else may hold the announcement then.
    """

    announcement: Announcement
    incident: Incident
    step: Step
    unfinished: Intent | None
    revision: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An announcement after an errand; `due_at` is when it wants to be looked at again, None if it is content."""

    announcement: Announcement
    revision: int
    due_at: datetime | None


async def claim_due(
    database: Database,
    owner: str,
    now: datetime,
    *,
    room: Mapping[str, int],
    longest: Mapping[str, int],
    lease: timedelta,
) -> tuple[Errand, ...]:
    """Take announcements that are due, the urgent first, and record the intent of each one's next step.

    `room` says how many of each platform may be taken, `longest` how long a reply may be there.  One that
    turns out to show the truth already is not due any more and is not returned.
    """
    taken: list[RowMapping] = []
    async with database.write() as connection:
        for platform, limit in room.items():
            if limit > 0:
                taken += await _take(connection, platform, owner, now, limit=limit, lease=lease)
        if not taken:
            return ()
        incidents, entries = await _contents(connection, taken)
        errands = [_errand(row, incidents, entries, longest) for row in taken]
        await _record_intents(connection, errands, now)
    return tuple(
        Errand(
            announcement=a,
            incident=incidents[a.incident],
            step=step,
            unfinished=_unfinished(a),
            revision=revision,
            until=now + lease,
        )
        for a, step, revision in errands
        if step is not None
    )


async def _take(
    connection: AsyncConnection, platform: str, owner: str, now: datetime, *, limit: int, lease: timedelta
) -> Sequence[RowMapping]:
    free = or_(ANNOUNCEMENT.c.lease_until.is_(None), ANNOUNCEMENT.c.lease_until <= now)
    due = (
        select(ANNOUNCEMENT.c.id)
        .where(ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.due_at <= now, free, ANNOUNCEMENT.c.platform == platform)
        .order_by(ANNOUNCEMENT.c.urgency.desc(), ANNOUNCEMENT.c.due_at, ANNOUNCEMENT.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(ANNOUNCEMENT)
        .where(ANNOUNCEMENT.c.id.in_(due))
        .values(owner=owner, lease_until=now + lease, fence=ANNOUNCEMENT.c.fence + 1)
        .returning(*ANNOUNCEMENT.c)
    )
    rows = (await connection.execute(claim)).mappings().all()
    return sorted(rows, key=lambda row: (-row["urgency"], row["due_at"], row["id"]))


async def _contents(
    connection: AsyncConnection, rows: Sequence[RowMapping]
) -> tuple[dict[str, Incident], dict[int, list[TimelineEntry]]]:
    """Return the incidents, and for each announcement the entries that its thread does not have."""
    ids = [row["id"] for row in rows]
    names = {row["incident"] for row in rows}
    found = await connection.execute(select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(names)))
    incidents = {row.id: codec.INCIDENT.load(row.body) for row in found}
    unsent = (
        select(ANNOUNCEMENT.c.id, ENTRY.c.body)
        .join(ENTRY, (ENTRY.c.incident == ANNOUNCEMENT.c.incident) & (ENTRY.c.seq > ANNOUNCEMENT.c.last_seq))
        .where(ANNOUNCEMENT.c.id.in_(ids))
        .order_by(ANNOUNCEMENT.c.id, ENTRY.c.seq)
    )
    entries: dict[int, list[TimelineEntry]] = {}
    for row in await connection.execute(unsent):
        entries.setdefault(row.id, []).append(codec.ENTRY.load(row.body))
    return incidents, entries


def _errand(
    row: RowMapping,
    incidents: Mapping[str, Incident],
    entries: Mapping[int, Sequence[TimelineEntry]],
    longest: Mapping[str, int],
) -> tuple[Announcement, Step | None, int]:
    announcement = announcement_of(row)
    limit = longest[announcement.destination.platform]
    step = next_step(announcement, incidents[announcement.incident], entries.get(announcement.id, ()), longest=limit)
    return announcement, step, row["revision"]


async def _record_intents(
    connection: AsyncConnection, errands: Sequence[tuple[Announcement, Step | None, int]], now: datetime
) -> None:
    content = [a.id for a, step, _ in errands if step is None]
    if content:
        done = update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.id.in_(content))
        await connection.execute(done.values(due_at=None, urgency=0, owner=None, lease_until=None, intent=None))
    fresh = [begun(a, step, now) for a, step, _ in errands if step is not None and _unfinished(a) is None]
    intents = [
        {"b_id": a.id, "b_intent": codec.INTENT.dump(a.intent), "b_root_hash": a.root_hash} for a in fresh if a.intent
    ]
    if intents:
        await connection.execute(_INTEND, intents)


def _unfinished(announcement: Announcement) -> Intent | None:
    """What must be read back first.  An edit need not be: doing it twice does no harm."""
    intent = announcement.intent
    return None if intent is None or intent.kind is StepKind.EDIT else intent


_INTEND = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id == bindparam("b_id"))
    .values(intent=bindparam("b_intent"), root_hash=bindparam("b_root_hash"))
)


def announcement_of(row: RowMapping) -> Announcement:
    """Return the announcement in a row."""
    return Announcement(
        id=row["id"],
        incident=row["incident"],
        destination=Destination.parse(row["destination"]),
        due_at=row["due_at"],
        state=AnnouncementState(row["state"]),
        root=Ref(row["root"]) if row["root"] is not None else None,
        generation=row["generation"],
        last_seq=row["last_seq"],
        root_hash=row["root_hash"],
        attempts=row["attempts"],
        error=row["error"],
        intent=codec.INTENT.load(row["intent"]) if row["intent"] else None,
        fence=row["fence"],
    )


async def record(database: Database, outcomes: Sequence[Outcome]) -> int:
    """Write the outcomes of errands in one transaction and give their announcements back.

    Returns how many were written: one whose lease was lost meanwhile is left to its new holder.
    """
    async with database.write() as connection:
        written = 0
        # Always in the same order: two that wait for each other's rows would wait for ever.
        for outcome in sorted(outcomes, key=lambda outcome: outcome.announcement.id):
            done = await connection.execute(_RECORD, _row(outcome))
            written += done.rowcount
    return written


def _row(outcome: Outcome) -> dict[str, Any]:
    a = outcome.announcement
    return {
        "b_id": a.id,
        "b_fence": a.fence,
        "b_revision": outcome.revision,
        "b_state": a.state.value,
        "b_root": a.root.value if a.root else None,
        "b_generation": a.generation,
        "b_last_seq": a.last_seq,
        "b_root_hash": a.root_hash,
        "b_attempts": a.attempts,
        "b_error": a.error,
        "b_intent": codec.INTENT.dump(a.intent) if a.intent else None,
        "b_due_at": outcome.due_at,
    }


_PLAIN = ("state", "root", "generation", "last_seq", "root_hash", "attempts", "error", "intent")
_DUE_AT = bindparam("b_due_at", type_=ANNOUNCEMENT.c.due_at.type)
_RECORD = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id == bindparam("b_id"), ANNOUNCEMENT.c.fence == bindparam("b_fence"))
    .values(
        **{name: bindparam(f"b_{name}", type_=ANNOUNCEMENT.c[name].type) for name in _PLAIN},
        # What came in while this errand was out keeps the announcement due, but not before a wait that it asks for.
        due_at=case(
            (ANNOUNCEMENT.c.revision == bindparam("b_revision"), _DUE_AT),
            else_=func.coalesce(_DUE_AT, ANNOUNCEMENT.c.due_at),
        ),
        owner=None,
        lease_until=None,
    )
)


async def next_due(database: Database, now: datetime, platforms: Iterable[str]) -> datetime | None:
    """Return when the next announcement for one of `platforms` is due that nobody holds; None if there is none."""
    free = or_(ANNOUNCEMENT.c.lease_until.is_(None), ANNOUNCEMENT.c.lease_until <= now)
    mine = ANNOUNCEMENT.c.platform.in_(list(platforms))
    query = select(func.min(ANNOUNCEMENT.c.due_at)).where(ANNOUNCEMENT.c.state == "live", free, mine)
    async with database.read() as connection:
        found: datetime | None = (await connection.execute(query)).scalar()
    return found


async def troubled(database: Database) -> tuple[Announcement, ...]:
    """Return the announcements that were parked or given up, for the operator to see."""
    query = select(*ANNOUNCEMENT.c).where(ANNOUNCEMENT.c.state != "live").order_by(ANNOUNCEMENT.c.id)
    async with database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(announcement_of(row) for row in rows)


async def of_incident(database: Database, incident: str) -> tuple[Announcement, ...]:
    """Return where an incident has been announced."""
    query = select(*ANNOUNCEMENT.c).where(ANNOUNCEMENT.c.incident == incident).order_by(ANNOUNCEMENT.c.id)
    async with database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return tuple(announcement_of(row) for row in rows)


async def release_all(database: Database) -> None:
    """Free every lease: for a database that only one process works on, at its start.

    Intents stay: they are read back.
    """
    async with database.write() as connection:
        held = ANNOUNCEMENT.c.owner.is_not(None)
        await connection.execute(update(ANNOUNCEMENT).where(held).values(owner=None, lease_until=None))
