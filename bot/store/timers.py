"""What waits for a time, when the clock itself was set: it goes on waiting for as long as it would have.

Kept are instants, and waited is for spans: after a clock was set forward everything would be due at once, and after
it was set back nothing would, for as long as it was wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, bindparam, or_, select, update

from bot.core.backoff import DELIVERY, jittered
from bot.core.revisit import VISITS
from bot.store import codec
from bot.store.commits import AT_ONCE
from bot.store.database import Database
from bot.store.fleet import notify
from bot.store.tables import ANNOUNCEMENT, HEARD, INCIDENT, LATECOMER, POLL, REVISIT, SOURCE

# What waits longer than the longest of our own waits is looked at to be sure: that does no harm.
LONGEST = DELIVERY.longest
# What was looked at last is moved too: else it would seem that nobody looked since the time that was wrong.
_MOVED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (POLL, ("due_at", "lease_until", "last_look", "last_try", "failing_since")),
    (ANNOUNCEMENT, ("due_at", "lease_until")),
    (INCIDENT, ("attend_at", "report_at")),
    (REVISIT, ("due_at",)),
    (LATECOMER, ("look_at",)),
    (HEARD, ("expires_at",)),
)
_WAITING = (
    (ANNOUNCEMENT.c.due_at, LONGEST),
    (INCIDENT.c.attend_at, LONGEST),
    (INCIDENT.c.report_at, LONGEST),
    # A page is asked for each of these: not at every start.
    (REVISIT.c.due_at, VISITS[-1]),
    (LATECOMER.c.look_at, LONGEST),
)
_LEASED = (POLL, ANNOUNCEMENT)
_BEGUN = update(POLL).where(POLL.c.owner.is_not(None)).values(owner=None, lease_until=None, fence=POLL.c.fence + 1)


async def move(database: Database, by: timedelta) -> None:
    """Move all that is waited for with the clock, which was set forward or back: for a database that one works on."""

    def work(connection: Connection) -> None:
        for table, names in _MOVED:
            _moved(connection, table, [table.c[name] for name in names], by)
        # A look that is under way compares times of before with those of after: it is done again.
        connection.execute(_BEGUN)
        _courses(connection, by)

    await database.write(work)


def _moved(connection: Connection, table: Table, columns: Sequence[Column[datetime]], by: timedelta) -> None:
    keys = [*table.primary_key.columns]
    rows = connection.execute(select(*keys, *columns).where(or_(*(one.is_not(None) for one in columns)))).all()
    found = [dict(row._mapping) for row in rows]  # noqa: SLF001  (SQLAlchemy's own word for it)
    moved = [
        {
            f"b_{name}": value + by if isinstance(value, datetime) and value != AT_ONCE else value
            for name, value in row.items()
        }
        for row in found
    ]
    if moved:
        which = [one == bindparam(f"b_{one.name}") for one in keys]
        values = {one.name: bindparam(f"b_{one.name}", type_=one.type) for one in columns}
        connection.execute(update(table).where(*which).values(values), moved)


def _courses(connection: Connection, by: timedelta) -> None:
    """Time that a clock jumped over was given to nobody to acknowledge anything in."""
    running = select(INCIDENT.c.id, INCIDENT.c.courses).where(INCIDENT.c.is_open, INCIDENT.c.courses != "")
    for row in connection.execute(running).all():
        courses = codec.COURSES.load(row.courses)
        after = tuple(replace(one, running=one.running + by) if one.running else one for one in courses)
        if after != courses:
            connection.execute(
                update(INCIDENT).where(INCIDENT.c.id == row.id).values(courses=codec.COURSES.dump(after))
            )


async def settle(database: Database, now: datetime) -> int:
    """Have all looked at that waits longer than anything of ours does; returns how much that was.

    For after a clock was set back: what was written before waits for a time that was wrong.  Nothing is done twice for
    it: whoever looks finds that it is not due, and says when it is.
    """

    def work(connection: Connection) -> int:
        count = _settle_polls(connection, now)
        for column, longest in _WAITING:
            late = update(column.table).where(column > now + longest).values({column.name: now})
            count += connection.execute(late).rowcount
        for table in _LEASED:
            held = update(table).where(table.c.lease_until > now + LONGEST).values(owner=None, lease_until=None)
            count += connection.execute(held).rowcount
        if count:
            notify(connection)
        return count

    return await database.write(work)


def _settle_polls(connection: Connection, now: datetime) -> int:
    """A source may be looked at once a day, and is not looked at whenever a program begins."""
    rows = connection.execute(_DISTANT, {"b_longest": now + LONGEST}).all()
    far = [row.key for row in rows if row.due_at > now + jittered(codec.SOURCE.load(row.spec).interval, chance=1.0)]
    if far:
        connection.execute(_LOOK_NOW, [{"b_key": key, "b_now": now} for key in far])
    return len(far)


_DISTANT = (
    select(SOURCE.c.key, SOURCE.c.spec, POLL.c.due_at)
    .join(POLL, POLL.c.source == SOURCE.c.key)
    .where(POLL.c.due_at > bindparam("b_longest", type_=POLL.c.due_at.type))
)
_LOOK_NOW = (
    update(POLL).where(POLL.c.source == bindparam("b_key")).values(due_at=bindparam("b_now", type_=POLL.c.due_at.type))
)
