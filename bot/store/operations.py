"""How Sitrep itself is, for whoever runs it: what is stuck, what waits, what could not be read, how much is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text

from bot.core.operating import Blind
from bot.model import Announcement
from bot.store.columns import inline
from bot.store.database import Database
from bot.store.errands import INCIDENTS, announcement_of
from bot.store.tables import ANNOUNCEMENT, CLAIM, ENTRY, GAP, INCIDENT, INSTANCE, LISTED, POLL, SOURCE, STUCK

MOST = 50
_GAPS = 600
GAPS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queue:
    """What is due in one place: how many, since when the first of them is, and what is in the way if something is."""

    where: str
    count: int
    since: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Instance:
    """One of several programs on this database: since when it is there, and its last sign of life."""

    id: str
    version: str
    joined_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """All of it at once.  `stuck` come with the titles of what they tell; `owners` are the instances at work.

    `instances` are all that share the database, where it is one that several can share.
    """

    stuck: tuple[tuple[Announcement, str], ...]
    stuck_total: int
    queues: tuple[Queue, ...]
    held: int
    stale: tuple[str, ...]
    stale_total: int
    unread: tuple[str, ...]
    unread_total: int
    gaps: tuple[Blind, ...]
    counts: tuple[tuple[str, int], ...]
    size: int
    owners: tuple[str, ...]
    instances: tuple[Instance, ...] = ()


_INSTANCES = (
    select(INSTANCE.c.id, INSTANCE.c.version, INSTANCE.c.joined_at, INSTANCE.c.seen_at)
    .order_by(INSTANCE.c.joined_at)
    .limit(MOST)
)
# Statements are made once: to make one costs more than to run it.
_NOW, _SINCE = (bindparam(name, type_=GAP.c.ended_at.type) for name in ("b_now", "b_since"))
_BROKEN = STUCK
_STUCK = (
    select(*ANNOUNCEMENT.c, INCIDENT.c.title.label("told"))
    .select_from(ANNOUNCEMENT.outerjoin(INCIDENT, INCIDENT.c.id == ANNOUNCEMENT.c.incident))
    .where(_BROKEN)
    .order_by(ANNOUNCEMENT.c.id.desc())
    .limit(MOST)
)
_WAITS = (ANNOUNCEMENT.c.state == "live") & (ANNOUNCEMENT.c.due_at <= _NOW)
_QUEUES = (
    select(
        ANNOUNCEMENT.c.destination,
        func.count().label("number"),
        func.min(ANNOUNCEMENT.c.due_at).label("since"),
        func.max(ANNOUNCEMENT.c.attempts).label("attempts"),
        func.max(ANNOUNCEMENT.c.error).label("error"),
    )
    .where(_WAITS)
    .group_by(ANNOUNCEMENT.c.destination)
    .order_by(func.min(ANNOUNCEMENT.c.due_at))
    .limit(MOST)
)
_FAILING = POLL.c.active & POLL.c.failing_since.is_not(None)
_STALE = select(POLL.c.source).where(_FAILING).order_by(POLL.c.failing_since, POLL.c.source).limit(MOST)
_LOOKED_AT = ("feed", "probe")
_NEW = SOURCE.c.active & SOURCE.c.severity.is_(None) & SOURCE.c.kind.in_(_LOOKED_AT)
_NEW &= SOURCE.c.key.not_in(select(POLL.c.source).where(_FAILING))
_UNREAD = select(SOURCE.c.name).where(_NEW).order_by(SOURCE.c.name).limit(MOST)
_BLIND = (
    select(SOURCE.c.name, GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
    .select_from(GAP.join(SOURCE, SOURCE.c.key == GAP.c.source))
    .where(GAP.c.ended_at >= _SINCE)
    .order_by(GAP.c.ended_at.desc())
    .limit(_GAPS)
)
_OWNERS = (
    select(POLL.c.owner).where(POLL.c.owner.is_not(None), POLL.c.lease_until > _NOW).distinct().order_by(POLL.c.owner)
)
# What somebody is about to send is due.
_SENT = ANNOUNCEMENT.c.due_at.is_not(None) & (ANNOUNCEMENT.c.lease_until > _NOW)
_SENDERS = select(ANNOUNCEMENT.c.owner).where(ANNOUNCEMENT.c.owner.is_not(None), _SENT)
_COUNTED = (("sources", SOURCE), ("incidents", LISTED), ("announcements", ANNOUNCEMENT))
# All in one question: nine small ones take longer to put than to answer.
_TOTALS = select(
    *(
        select(func.count()).select_from(of).where(*where).scalar_subquery().label(name)
        for name, of, *where in (
            ("stuck", ANNOUNCEMENT, _BROKEN),
            ("held", ANNOUNCEMENT, ANNOUNCEMENT.c.held != inline(""), ANNOUNCEMENT.c.about == INCIDENTS),
            ("stale", POLL, _FAILING),
            ("unread", SOURCE, _NEW),
            *_COUNTED,
        )
    )
)
# To count these is to read all of them.  PostgreSQL knows about how many there are, once it has swept a table; SQLite
# counts by an index.  https://www.postgresql.org/docs/current/catalog-pg-class.html
_MANY = (("claims", CLAIM), ("lines of timelines", ENTRY))
_MANY_COUNTED = [(name, select(func.count()).select_from(of)) for name, of in _MANY]
_ABOUT = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:b_table)")
_SIZES = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}


async def running(database: Database, now: datetime) -> Running:
    """Return how Sitrep is just now."""
    asked = {"b_now": now, "b_since": now - GAPS_FOR}

    def work(connection: Connection) -> Running:
        how_many = connection.execute(_TOTALS).one()
        return Running(
            stuck=tuple((announcement_of(row), row["told"] or "") for row in connection.execute(_STUCK).mappings()),
            stuck_total=how_many.stuck,
            queues=tuple(Queue(*row) for row in connection.execute(_QUEUES, asked)),
            held=how_many.held,
            stale=_names(connection, _STALE),
            stale_total=how_many.stale,
            unread=_names(connection, _UNREAD),
            unread_total=how_many.unread,
            gaps=tuple(Blind(*row) for row in connection.execute(_BLIND, asked)),
            counts=(*((name, getattr(how_many, name)) for name, _ in _COUNTED), *_many(connection)),
            size=connection.execute(_SIZES[connection.dialect.name]).scalar() or 0,
            owners=tuple(sorted({*connection.execute(_OWNERS, asked).scalars(), *_senders(connection, asked)})),
            instances=tuple(Instance(*row) for row in connection.execute(_INSTANCES)),
        )

    return await database.read(work)


def _many(connection: Connection) -> list[tuple[str, int]]:
    """Return about how many there are of what is not counted for a page; nothing of what is not known."""
    if connection.dialect.name == "sqlite":
        return [(name, connection.execute(query).scalar() or 0) for name, query in _MANY_COUNTED]
    found = [(name, connection.execute(_ABOUT, {"b_table": of.name}).scalar() or 0) for name, of in _MANY]
    return [(f"{name} (about)", int(number)) for name, number in found if number > 0]


def _names(connection: Connection, query: Any) -> tuple[str, ...]:
    return tuple(connection.execute(query).scalars())


def _senders(connection: Connection, asked: dict[str, datetime]) -> Sequence[str]:
    return connection.execute(_SENDERS, asked).scalars().all()
