"""What nobody asks for any more: it goes a little at a time, so that others come to their turn.

Each function forgets some of its kind, in one transaction, and returns how many rows went; fewer than AT_ONCE, and
nothing more of it is old.  Of several instances each may do so: what one is about to forget, the others leave to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Table, bindparam, delete, or_, select, update

from bot.store import record
from bot.store.database import Database
from bot.store.tables import (
    ANNOUNCEMENT,
    CHAT_ROUTE,
    CLAIM,
    DIGEST,
    ENTRY,
    INCIDENT,
    LISTED,
    MUTING,
    OVERRIDE,
    REPORT_ADDITION,
    REVISIT,
)

# One transaction forgets no more than so many rows of what is short, and so many incidents with all that they have.
AT_ONCE, INCIDENTS_AT_ONCE = 1_000, 20

_BEFORE = bindparam("b_before", type_=INCIDENT.c.started_at.type)
_IDS: BindParameter[Any] = bindparam("b_ids", expanding=True)
_OPEN_OF_VENDOR = select(INCIDENT.c.id).where(INCIDENT.c.is_open, INCIDENT.c.vendor == MUTING.c.vendor).exists()


def _past(ended: ColumnElement[Any], removed: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(ended < _BEFORE, removed < _BEFORE)


_OLD: Sequence[tuple[Table, ColumnElement[bool]]] = (
    # An incident that is open may name the mute by which it is hushed.
    (MUTING, _past(MUTING.c.until, MUTING.c.removed_at) & ~_OPEN_OF_VENDOR),
    (OVERRIDE, _past(OVERRIDE.c.ends_at, OVERRIDE.c.removed_at)),
    (CHAT_ROUTE, CHAT_ROUTE.c.removed_at < _BEFORE),
)
_AGREED = [
    delete(table).where(
        table.c.id.in_(
            select(table.c.id).where(old).order_by(table.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
        )
    )
    for table, old in _OLD
]


async def agreements(database: Database, before: datetime) -> int:
    """Forget mutes, duties taken over and routes of chats that hold no more since `before`."""

    def work(connection: Connection) -> int:
        return max(connection.execute(one, {"b_before": before}).rowcount for one in _AGREED)

    return await database.write(work)


_ITS = (ANNOUNCEMENT.c.incident == DIGEST.c.name) & (ANNOUNCEMENT.c.destination == DIGEST.c.destination)
# It is in somebody's hands, or will be.
_UNDER_WAY = or_(
    (ANNOUNCEMENT.c.state == "live") & ANNOUNCEMENT.c.due_at.is_not(None),
    ANNOUNCEMENT.c.owner.is_not(None),
    ANNOUNCEMENT.c.intent.is_not(None),
)
_NEWER = DIGEST.alias("newer")
_LISTS_OPEN = (
    select(ANNOUNCEMENT.c.id)
    .join(INCIDENT, INCIDENT.c.id == ANNOUNCEMENT.c.incident)
    .where(
        ANNOUNCEMENT.c.digest == DIGEST.c.name, ANNOUNCEMENT.c.destination == DIGEST.c.destination, INCIDENT.c.is_open
    )
    .exists()
)
_OLD_DIGESTS = (
    select(DIGEST.c.name, DIGEST.c.destination)
    .where(
        DIGEST.c.ends_at < _BEFORE,
        DIGEST.c.told.is_not(None),
        # The next one of its sort is planned from where the last one ended.
        select(_NEWER.c.name)
        .where(
            _NEWER.c.destination == DIGEST.c.destination,
            _NEWER.c.why == DIGEST.c.why,
            _NEWER.c.ends_at > DIGEST.c.ends_at,
        )
        .exists(),
        ~select(ANNOUNCEMENT.c.id).where(_ITS, _UNDER_WAY).exists(),
        ~_LISTS_OPEN,
    )
    .order_by(DIGEST.c.ends_at, DIGEST.c.name, DIGEST.c.destination)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True, of=DIGEST)
)
_NAMED: Mapping[str, BindParameter[str]] = {"name": bindparam("b_name"), "destination": bindparam("b_to")}
_DROP_TOLD = delete(ANNOUNCEMENT).where(
    ANNOUNCEMENT.c.incident == _NAMED["name"], ANNOUNCEMENT.c.destination == _NAMED["destination"]
)
_DROP_DIGEST = delete(DIGEST).where(DIGEST.c.name == _NAMED["name"], DIGEST.c.destination == _NAMED["destination"])


async def summaries(database: Database, before: datetime) -> int:
    """Forget the digests and summaries that were sent and ended `before`, but for the last of each sort."""

    def work(connection: Connection) -> int:
        rows = connection.execute(_OLD_DIGESTS, {"b_before": before}).all()
        for row in rows:
            named = {"b_name": row.name, "b_to": row.destination}
            connection.execute(_DROP_TOLD, named)
            connection.execute(_DROP_DIGEST, named)
        return len(rows)

    return await database.write(work)


_OTHER = INCIDENT.alias("other")
_OVER_BEFORE = (~INCIDENT.c.is_open) & (INCIDENT.c.resolved_at < _BEFORE)
_OLD_INCIDENTS = (
    select(INCIDENT.c.id, INCIDENT.c.started_at, INCIDENT.c.resolved_at)
    .where(
        _OVER_BEFORE,
        # Nothing is owed of it any more.
        INCIDENT.c.report_at.is_(None),
        ~select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.incident == INCIDENT.c.id, _UNDER_WAY).exists(),
        ~select(REVISIT.c.source)
        .join(CLAIM, (CLAIM.c.source == REVISIT.c.source) & (CLAIM.c.external_id == REVISIT.c.external_id))
        .where(CLAIM.c.incident == INCIDENT.c.id)
        .exists(),
        # What is told together goes together, and the one that lists the others goes last.
        ~select(_OTHER.c.id)
        .where(_OTHER.c.id == INCIDENT.c.burst, or_(_OTHER.c.is_open, _OTHER.c.resolved_at >= _BEFORE))
        .exists(),
        ~select(_OTHER.c.id).where(_OTHER.c.burst == INCIDENT.c.id).exists(),
    )
    .order_by(INCIDENT.c.resolved_at, INCIDENT.c.id)
    .limit(INCIDENTS_AT_ONCE)
    .with_for_update(skip_locked=True, of=INCIDENT)
)
# A page may list it once more: what was told is remembered, though not what became of it here.
_UNTIE = update(CLAIM).where(CLAIM.c.incident.in_(_IDS)).values(incident=None)
_DROPS = [delete(table).where(table.c.incident.in_(_IDS)) for table in (ANNOUNCEMENT, ENTRY, LISTED, REPORT_ADDITION)]
_DROP = delete(INCIDENT).where(INCIDENT.c.id.in_(_IDS))


async def incidents(database: Database, before: datetime) -> int:
    """Forget incidents that were over `before`, with their timelines, reports, checks and where they were told.

    What their pages said of them stays, so that nothing is ever told twice.  Returns how many they were; fewer than
    INCIDENTS_AT_ONCE, and no more are old.
    """

    def work(connection: Connection) -> int:
        rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(_OLD_INCIDENTS, {"b_before": before}).all()
        ids = {"b_ids": [row.id for row in rows]}
        for statement in (_UNTIE, *_DROPS, _DROP) if rows else ():
            connection.execute(statement, ids)
        for row in rows:
            record.clear(connection, row.started_at, row.resolved_at)
        return len(rows)

    return await database.write(work)
