"""Maintenances that have yet to begin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, func, select

from bot.model import Claim, Incident
from bot.store import codec
from bot.store.database import Database
from bot.store.sources import Watched, watched_among
from bot.store.tables import CLAIM, INCIDENT

_NEAR = select(CLAIM.c.source, CLAIM.c.incident, CLAIM.c.begins_at, CLAIM.c.body).where(
    CLAIM.c.is_open, CLAIM.c.begins_at > bindparam("b_now"), CLAIM.c.begins_at <= bindparam("b_until")
)
_NEAR_AND_TOLD = _NEAR.where(CLAIM.c.incident.is_not(None))
_NEAR_AND_UNTOLD = _NEAR.where(CLAIM.c.incident.is_(None)).order_by(CLAIM.c.source, CLAIM.c.external_id)
_EARLIEST = timedelta(days=30)


async def told(database: Database, now: datetime) -> Sequence[tuple[Incident, Collection[timedelta]]]:
    """Return the incidents that are maintenances which begin soon, and how long ahead that is to be said of each.

    Soon is when it is time for one of its sources to remind.
    """
    asked = {"b_now": now, "b_until": now + _EARLIEST}

    def work(connection: Connection) -> Sequence[tuple[Incident, Collection[timedelta]]]:
        rows = connection.execute(_NEAR_AND_TOLD, asked).all()
        watched = watched_among(connection, {row.source for row in rows}) if rows else {}
        spans: dict[str, set[timedelta]] = {}
        for row in rows:
            ahead = watched[row.source].source.remind if row.source in watched else ()
            if any(row.begins_at - span <= now for span in ahead):
                spans.setdefault(row.incident, set()).update(ahead)
        bodies = connection.execute(_BODIES, {"b_ids": sorted(spans)}).all() if spans else []
        return [(codec.INCIDENT.load(row.body), spans[row.id]) for row in bodies]

    return await database.read(work)


_BODIES = (
    select(INCIDENT.c.id, INCIDENT.c.body)
    .where(INCIDENT.c.id.in_(bindparam("b_ids", expanding=True)))
    .order_by(INCIDENT.c.id)
)


async def untold(database: Database, now: datetime, until: datetime) -> Sequence[tuple[Watched, Claim]]:
    """Return the maintenances of that time that have not become incidents, with the source that tells of each."""
    asked = {"b_now": now, "b_until": until}

    def work(connection: Connection) -> Sequence[tuple[Watched, Claim]]:
        rows = connection.execute(_NEAR_AND_UNTOLD, asked).all()
        watched = watched_among(connection, {row.source for row in rows}) if rows else {}
        return [(watched[row.source], codec.CLAIM.load(row.body)) for row in rows if row.source in watched]

    return await database.read(work)


async def soon(database: Database, now: datetime, until: datetime, most: int) -> Sequence[Incident]:
    """Return the maintenances that have become incidents and are to begin by then, the next first."""
    asked = {"b_now": now, "b_until": until, "b_most": most}

    def work(connection: Connection) -> Sequence[str]:
        return connection.execute(_SOON, asked).scalars().all()

    found = [codec.INCIDENT.load(body) for body in await database.read(work)]
    return sorted(found, key=lambda one: one.starts_at or one.started_at)


_NEXT = (
    select(CLAIM.c.incident, func.min(CLAIM.c.begins_at).label("begins_at"))
    .where(
        CLAIM.c.begins_at > bindparam("b_now", type_=CLAIM.c.begins_at.type),
        CLAIM.c.begins_at <= bindparam("b_until", type_=CLAIM.c.begins_at.type),
        CLAIM.c.is_open,
        CLAIM.c.incident.is_not(None),
    )
    .group_by(CLAIM.c.incident)
    .order_by("begins_at")
    .limit(bindparam("b_most", type_=Integer))
    .subquery()
)
_SOON = select(INCIDENT.c.body).join(_NEXT, _NEXT.c.incident == INCIDENT.c.id).where(INCIDENT.c.is_open)
