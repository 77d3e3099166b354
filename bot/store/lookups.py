"""Incidents, found by what somebody names them: an id, its beginning, the message on which they pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, case, func, or_, select

from bot.model import Announcement, Impact, Incident, Ref, SourceKind, State, TimelineEntry
from bot.store import codec
from bot.store.database import Database
from bot.store.errands import INCIDENTS, announcement_of
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT, POLL, SOURCE, STUCK


@dataclass(frozen=True, slots=True)
class Brief:
    """As much of an incident as it takes to choose it from a list; `burst` is the one that it is told in."""

    id: str
    vendor: str
    name: str
    title: str
    impact: Impact
    started_at: datetime
    is_open: bool = True
    is_planned: bool = False
    burst: str = ""
    is_burst: bool = False


_BRIEFS = select(
    INCIDENT.c.id,
    INCIDENT.c.vendor,
    INCIDENT.c.name,
    INCIDENT.c.title,
    INCIDENT.c.impact,
    INCIDENT.c.started_at,
    INCIDENT.c.state,
    INCIDENT.c.is_open,
    INCIDENT.c.burst,
    INCIDENT.c.cause,
)
_NEWEST = (INCIDENT.c.started_at.desc(), INCIDENT.c.id)
# What is only planned is seldom meant.
_PLANNED_LAST = case((INCIDENT.c.state == State.SCHEDULED.value, 1), else_=0)

_WORST = -case({impact.value: impact.rank for impact in Impact}, value=INCIDENT.c.impact, else_=0)


async def briefs(database: Database, limit: int = 500) -> tuple[Brief, ...]:
    """Return the open incidents, the newest first, those that are only planned last."""
    query = _BRIEFS.where(INCIDENT.c.is_open).order_by(_PLANNED_LAST, *_NEWEST).limit(limit)
    return await _briefs(database, query)


async def rooted(database: Database, limit: int) -> tuple[Brief, ...]:
    """Return the newest open incidents that have a thread of their own, as `briefs` does."""
    mine = _BRIEFS.where(INCIDENT.c.is_open, INCIDENT.c.burst.is_(None))
    return await _briefs(database, mine.order_by(_PLANNED_LAST, *_NEWEST).limit(limit))


async def last(database: Database) -> tuple[Brief, ...]:
    """Return the newest incident that has a thread of its own, open or over."""
    return await _briefs(database, _BRIEFS.where(INCIDENT.c.burst.is_(None)).order_by(*_NEWEST).limit(1))


async def named(database: Database, beginning: str, limit: int = 20) -> tuple[Brief, ...]:
    """Return the incident of exactly this id; else those whose ids begin so, the open and newest first."""
    exactly = await _briefs(database, _BRIEFS.where(INCIDENT.c.id == beginning))
    if exactly or not beginning:
        return exactly
    alike = _BRIEFS.where(INCIDENT.c.id.istartswith(beginning, autoescape=True))
    return await _briefs(database, alike.order_by(INCIDENT.c.is_open.desc(), *_NEWEST).limit(limit))


async def _briefs(database: Database, query: Select[Any]) -> tuple[Brief, ...]:
    rows = await database.read(lambda connection: connection.execute(query).all())
    return tuple(
        Brief(
            id=r.id,
            vendor=r.vendor,
            name=r.name,
            title=r.title,
            impact=Impact(r.impact),
            started_at=r.started_at,
            is_open=r.is_open,
            is_planned=r.state == State.SCHEDULED,
            burst=r.burst or "",
            is_burst=r.cause is not None,
        )
        for r in rows
    )


async def of_root(database: Database, platform: str, root: Ref) -> str | None:
    """Return the id of the incident that a root message shows, or showed until somebody deleted it."""
    query = (
        select(ANNOUNCEMENT.c.incident)
        .where(
            or_(ANNOUNCEMENT.c.root == root.value, ANNOUNCEMENT.c.earlier == root.value),
            ANNOUNCEMENT.c.platform == platform,
            ANNOUNCEMENT.c.about == INCIDENTS,
        )
        .order_by(ANNOUNCEMENT.c.id.desc())
        .limit(1)
    )
    found: str | None = await database.read(lambda connection: connection.execute(query).scalar())
    return found


async def one(database: Database, name: str, limit: int) -> tuple[Incident, tuple[TimelineEntry, ...]] | None:
    """Return an incident and the last `limit` lines of its history, oldest first."""

    def work(connection: Connection) -> tuple[Incident, tuple[TimelineEntry, ...]] | None:
        body = connection.execute(select(INCIDENT.c.body).where(INCIDENT.c.id == name)).scalar()
        if body is None:
            return None
        last = select(ENTRY.c.body).where(ENTRY.c.incident == name).order_by(ENTRY.c.seq.desc()).limit(limit)
        rows: Sequence[str] = connection.execute(last).scalars().all()
        return codec.INCIDENT.load(body), tuple(codec.ENTRY.load(row) for row in reversed(rows))

    return await database.read(work)


async def some(
    database: Database, limit: int, *, are_open: bool = True, vendor: str | None = None
) -> tuple[int, tuple[Incident, ...]]:
    """Return how many incidents there are, and some: of the open ones the worst, of all the newest.

    Many that are told together are one; one that is told together with those of other vendors is found by its own.
    """
    mine: list[ColumnElement[bool]] = [INCIDENT.c.is_open] if are_open else []
    alone = INCIDENT.c.burst.is_(None)
    if vendor is None:
        mine.append(alone)
    else:
        elsewhere = INCIDENT.c.burst.not_in(select(INCIDENT.c.id).where(INCIDENT.c.cause == vendor))
        mine += [INCIDENT.c.vendor == vendor, or_(alone, elsewhere)]
    count = select(func.count()).select_from(INCIDENT).where(*mine)
    order = (_PLANNED_LAST, _WORST, *_NEWEST) if are_open else _NEWEST
    chosen = select(INCIDENT.c.body).where(*mine).order_by(*order).limit(limit)

    def work(connection: Connection) -> tuple[int, tuple[Incident, ...]]:
        total = connection.execute(count).scalar() or 0
        return total, tuple(codec.INCIDENT.load(body) for body in connection.execute(chosen).scalars())

    return await database.read(work)


_LOOKED_AT = (SourceKind.FEED.value, SourceKind.PROBE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubles:
    """What Sitrep itself could not do: sources that it can not read, announcements that it could not make.

    `unread` are those that were not looked at yet: one that was, and could not be read, is stale.
    """

    watched: int
    unread: int
    stale: tuple[str, ...]
    stale_total: int
    stuck: tuple[Announcement, ...]
    stuck_total: int
    waiting: int
    open_incidents: int


# Statements are made once: to make one costs more than to run it.
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
_LIMIT = bindparam("b_limit", type_=Integer)
_FAILING = POLL.c.active & POLL.c.failing_since.is_not(None)
_STALE = select(POLL.c.source).where(_FAILING).order_by(POLL.c.failing_since).limit(_LIMIT)
_NEW = SOURCE.c.active & SOURCE.c.severity.is_(None) & SOURCE.c.key.not_in(select(POLL.c.source).where(_FAILING))
_BROKEN = STUCK
_STUCK = select(*ANNOUNCEMENT.c).where(_BROKEN).order_by(ANNOUNCEMENT.c.id.desc()).limit(_LIMIT)
_COUNTED: Mapping[str, ColumnElement[bool]] = {
    "watched": POLL.c.active & POLL.c.kind.in_(_LOOKED_AT),
    "unread": _NEW & SOURCE.c.kind.in_(_LOOKED_AT),
    "stale_total": _FAILING,
    "stuck_total": _BROKEN,
    "waiting": (ANNOUNCEMENT.c.state == "live") & (ANNOUNCEMENT.c.due_at <= _NOW),
    "open_incidents": INCIDENT.c.is_open & INCIDENT.c.cause.is_(None),
}
_COUNTS = select(*(select(func.count()).where(where).scalar_subquery().label(name) for name, where in _COUNTED.items()))


async def troubles(database: Database, now: datetime, limit: int = 10) -> Troubles:
    """Return the first `limit` of each, the longest in trouble first, and how many there are."""
    asked = {"b_now": now, "b_limit": limit}

    def work(connection: Connection) -> Troubles:
        return Troubles(
            stale=tuple(connection.execute(_STALE, asked).scalars()),
            stuck=tuple(announcement_of(row) for row in connection.execute(_STUCK, asked).mappings()),
            **connection.execute(_COUNTS, asked).mappings().one(),
        )

    return await database.read(work)
