"""Incidents as programs ask for them: chosen by what they are, from new to old, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from bot.model import Impact, Incident, Kind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which incidents are meant: nothing said of something means all.

    `after` is where the page before ended: when that incident began, and its id.  Many that are told together are
    listed one by one; `bursts` asks for what they are told in instead.
    """

    vendor: str = ""
    kind: Kind | None = None
    is_open: bool | None = None
    impact: Impact | None = None
    since: datetime | None = None
    until: datetime | None = None
    bursts: bool = False
    after: tuple[datetime, str] | None = None
    limit: int = 50


async def incidents(database: Database, chosen: Chosen) -> tuple[tuple[Incident, ...], bool]:
    """Return a page, and whether there are more."""
    query = select(LISTED.c.incident).where(*_meant(chosen), *_beyond(chosen))
    # One more than is shown tells whether there are more.
    query = query.order_by(LISTED.c.started_at.desc(), LISTED.c.incident).limit(chosen.limit + 1)

    def work(connection: Connection) -> tuple[tuple[Incident, ...], bool]:
        names = connection.execute(query).scalars().all()
        bodies = select(INCIDENT.c.id, INCIDENT.c.body).where(INCIDENT.c.id.in_(names[: chosen.limit]))
        known = {row.id: row.body for row in connection.execute(bodies)} if names else {}
        found = tuple(codec.INCIDENT.load(known[name]) for name in names[: chosen.limit] if name in known)
        return found, len(names) > chosen.limit

    return await database.read(work)


def _meant(chosen: Chosen) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [LISTED.c.is_burst if chosen.bursts else ~LISTED.c.is_burst]
    if chosen.vendor:
        found.append(LISTED.c.vendor == chosen.vendor)
    if chosen.kind is not None:
        found.append(LISTED.c.kind == chosen.kind.value)
    if chosen.is_open is not None:
        found.append(LISTED.c.is_open if chosen.is_open else ~LISTED.c.is_open)
    if chosen.impact is not None:
        found.append(LISTED.c.peak >= chosen.impact.rank)
    if chosen.since is not None:
        found.append(LISTED.c.started_at >= chosen.since)
    if chosen.until is not None:
        found.append(LISTED.c.started_at < chosen.until)
    return found


def _beyond(chosen: Chosen) -> tuple[Any, ...]:
    if chosen.after is None:
        return ()
    (at, name), began = chosen.after, LISTED.c.started_at
    return (began <= at, or_(began < at, and_(began == at, LISTED.c.incident > name)))
