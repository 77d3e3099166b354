"""How much there is of everything at the moment: a few questions that an index answers, asked at every scrape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, case, false, func, select

from bot.store.database import Database
from bot.store.tables import ANNOUNCEMENT, ENTRY, INCIDENT, POLL, SOURCE, STUCK

Labelled = tuple[tuple[str, ...], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What there is.  Each part is labelled as its name says.

    `oldest_read` is when the source was last read that was read longest ago, in seconds since 1970; `stale` for how
    many seconds a vendor's source can not be read.
    """

    sources_by_kind_and_state: tuple[Labelled, ...]
    oldest_read_by_kind: tuple[Labelled, ...]
    stale_by_vendor_and_kind: tuple[Labelled, ...]
    incidents_by_state_impact_kind: tuple[Labelled, ...]
    due_by_platform: tuple[Labelled, ...]
    oldest_due_by_platform: tuple[Labelled, ...]
    stuck_by_platform_and_state: tuple[Labelled, ...]
    leases_by_kind: tuple[Labelled, ...]


async def counted(database: Database, now: datetime) -> Counted:
    """Return how much there is of everything."""
    return await database.read(lambda connection: _counted(connection, now))


def _counted(connection: Connection, now: datetime) -> Counted:
    due = connection.execute(_due(now)).all()
    return Counted(
        sources_by_kind_and_state=_rows(connection.execute(_SOURCES)),
        oldest_read_by_kind=tuple(((row.kind,), row.at.timestamp()) for row in connection.execute(_READ_AT)),
        stale_by_vendor_and_kind=tuple(
            ((row.vendor, row.kind), (now - row.since).total_seconds()) for row in connection.execute(_STALE)
        ),
        incidents_by_state_impact_kind=_rows(connection.execute(_INCIDENTS)),
        due_by_platform=tuple(((row.platform,), row.n) for row in due),
        oldest_due_by_platform=tuple(((row.platform,), _for_how_long(row.first, now)) for row in due),
        stuck_by_platform_and_state=_rows(connection.execute(_stuck(now))),
        leases_by_kind=_rows(connection.execute(_leases(now))),
    )


def _rows(rows: Iterable[Any]) -> tuple[Labelled, ...]:
    return tuple((tuple(row[:-1]), float(row[-1])) for row in rows)


def _leases(now: datetime) -> Select[Any]:
    return select(POLL.c.kind, func.count()).where(POLL.c.lease_until > now).group_by(POLL.c.kind)


_SOURCE_STATE = case((POLL.c.failing_since.is_not(None), "stale"), (POLL.c.last_look.is_(None), "unread"), else_="read")
_SOURCES = (
    select(POLL.c.kind, _SOURCE_STATE.label("state"), func.count())
    .where(POLL.c.active)
    .group_by(POLL.c.kind, _SOURCE_STATE)
)
_READ_AT = (
    select(POLL.c.kind, func.min(POLL.c.last_look).label("at"))
    .where(POLL.c.active, POLL.c.last_look.is_not(None), POLL.c.kind.in_(("feed", "probe")))
    .group_by(POLL.c.kind)
)
# Only of those in trouble, of which there are few: a series for each of a thousand vendors takes longer to write down
# than all the rest together.
_STALE = (
    select(SOURCE.c.vendor, SOURCE.c.kind, func.min(POLL.c.failing_since).label("since"))
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(POLL.c.active, POLL.c.failing_since.is_not(None))
    .group_by(SOURCE.c.vendor, SOURCE.c.kind)
)
# Those that many are told in are not counted besides them.
_INCIDENTS = (
    select(INCIDENT.c.state, INCIDENT.c.impact, INCIDENT.c.kind, func.count())
    .where(and_(INCIDENT.c.is_open, INCIDENT.c.cause.is_(None)))
    .group_by(INCIDENT.c.state, INCIDENT.c.impact, INCIDENT.c.kind)
)
# Who can not be told of what has been over for so long need not be told any more.
_OLD = timedelta(days=7)


def _stuck(now: datetime) -> Select[Any]:
    told_of = ANNOUNCEMENT.outerjoin(INCIDENT, INCIDENT.c.id == ANNOUNCEMENT.c.incident)
    is_old = func.coalesce(INCIDENT.c.is_open.is_(False) & (INCIDENT.c.resolved_at < now - _OLD), false())
    return (
        select(ANNOUNCEMENT.c.platform, ANNOUNCEMENT.c.state, func.count())
        .select_from(told_of)
        .where(STUCK, ~is_old)
        .group_by(ANNOUNCEMENT.c.platform, ANNOUNCEMENT.c.state)
    )


# A try that fails puts off the next one: what waits then is as old as the line that could not be told.
_UNTOLD = and_(ENTRY.c.incident == ANNOUNCEMENT.c.incident, ENTRY.c.seq == ANNOUNCEMENT.c.last_seq + 1)
_SINCE = case(
    (ANNOUNCEMENT.c.attempts > 0, func.coalesce(ENTRY.c.recorded_at, ANNOUNCEMENT.c.due_at)),
    else_=ANNOUNCEMENT.c.due_at,
)


def _due(now: datetime) -> Any:
    waits = ANNOUNCEMENT.c.due_at.is_not(None) & ((ANNOUNCEMENT.c.due_at <= now) | (ANNOUNCEMENT.c.attempts > 0))
    return (
        select(ANNOUNCEMENT.c.platform, func.count().label("n"), func.min(_SINCE).label("first"))
        .select_from(ANNOUNCEMENT.outerjoin(ENTRY, _UNTOLD))
        .where(ANNOUNCEMENT.c.state == "live", waits)
        .group_by(ANNOUNCEMENT.c.platform)
    )


def _for_how_long(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0)
