"""What stands still: announcements that were parked or given up, for people to see, and what is tried again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from bot.model import Announcement
from bot.store.database import Database
from bot.store.errands import announcement_of
from bot.store.tables import ANNOUNCEMENT, INCIDENT, STUCK


async def troubled(database: Database) -> tuple[Announcement, ...]:
    """Return the announcements that were parked or given up, for the operator to see."""
    rows = await database.read(lambda connection: connection.execute(_TROUBLED).mappings().all())
    return tuple(announcement_of(row) for row in rows)


_TROUBLED = select(*ANNOUNCEMENT.c).where(STUCK).order_by(ANNOUNCEMENT.c.id)


async def parked(database: Database, long_ago: datetime) -> tuple[tuple[Announcement, bool], ...]:
    """Return the announcements that were parked, each with whether what it tells of has been over since `long_ago`."""
    rows = await database.read(lambda connection: connection.execute(_PARKED, {"b_ago": long_ago}).mappings().all())
    return tuple((announcement_of(row), bool(row["is_past"])) for row in rows)


_PAST = INCIDENT.c.resolved_at <= bindparam("b_ago", type_=INCIDENT.c.resolved_at.type)
_PARKED = (
    select(*ANNOUNCEMENT.c, _PAST.label("is_past"))
    .outerjoin(INCIDENT, INCIDENT.c.id == ANNOUNCEMENT.c.incident)
    .where(STUCK, ANNOUNCEMENT.c.state == "parked")
    .order_by(ANNOUNCEMENT.c.id)
)


async def revive(database: Database, now: datetime, platform: str | None = None) -> None:
    """Try again what was parked, on one platform or on all: a person may have mended what was in the way.

    What is over by now, and had no channel to post its report in, is looked at for that once more.  For all platforms
    it is done when a program begins: then what is to be told at once is due, even if an earlier one was ahead of time.
    """
    waiting = (
        STUCK & (ANNOUNCEMENT.c.state == "parked") & (ANNOUNCEMENT.c.platform == (platform or ANNOUNCEMENT.c.platform))
    )
    which = select(ANNOUNCEMENT.c.incident).where(waiting)
    again = update(ANNOUNCEMENT).where(waiting).values(state="live", due_at=now, attempts=0)

    def work(connection: Connection) -> None:
        # Each by its id: asked for those that are over among them, SQLite goes through all that are over.
        those = sorted(set(connection.execute(which).scalars()))
        if those:
            connection.execute(_LOOK, [{"b_id": incident, "b_now": now} for incident in those])
        connection.execute(again)
        if platform is None:
            connection.execute(_HASTEN, {"b_now": now})

    await database.write(work)


_LOOK = (
    update(INCIDENT)
    .where(INCIDENT.c.id == bindparam("b_id"), INCIDENT.c.is_open.is_(False))
    .values(report_at=bindparam("b_now", type_=INCIDENT.c.report_at.type))
)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
# What waits for its time, for a platform, or after a failure, has another reason for that than a wrong clock.
_HASTEN = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.due_at > _NOW, ANNOUNCEMENT.c.about == "incident")
    .where(ANNOUNCEMENT.c.held == "", ANNOUNCEMENT.c.attempts == 0)
    .values(due_at=_NOW)
)
