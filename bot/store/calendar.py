"""Maintenances of some time, as they were told, for a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, and_, bindparam, or_, select

from bot.model import Incident, Kind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import ENTRY, INCIDENT, LISTED

# Nobody reads more, and no calendar shows them.
MOST = 1_000

_SINCE, _UNTIL = (bindparam(name, type_=LISTED.c.started_at.type) for name in ("b_since", "b_until"))
_CHOSEN = (
    select(INCIDENT.c.body, ENTRY.c.recorded_at)
    .select_from(LISTED)
    .join(INCIDENT, INCIDENT.c.id == LISTED.c.incident)
    .join(ENTRY, and_(ENTRY.c.incident == INCIDENT.c.id, ENTRY.c.seq == INCIDENT.c.last_seq))
    .where(LISTED.c.kind == Kind.MAINTENANCE.value, ~LISTED.c.is_burst, LISTED.c.started_at < _UNTIL)
    .where(or_(LISTED.c.is_open, LISTED.c.started_at >= _SINCE))
    .order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
    .limit(MOST)
)


async def planned(database: Database, since: datetime, until: datetime) -> Sequence[tuple[Incident, datetime]]:
    """Return the maintenances that go on, or begin in that time, the latest first, and when each last changed."""

    def work(connection: Connection) -> Sequence[tuple[Incident, datetime]]:
        rows = connection.execute(_CHOSEN, {"b_since": since, "b_until": until}).all()
        return [(_read(row.body), row.recorded_at) for row in rows]

    return await database.read(work)


@lru_cache(maxsize=MOST)
def _read(body: str) -> Incident:
    """Return what a body says; calendars ask for the same ones again and again."""
    return codec.INCIDENT.load(body)
