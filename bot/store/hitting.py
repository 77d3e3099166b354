"""Incidents of some vendors in the last while, to tell what hit our services."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, or_, select

from bot.core.team import VENDOR
from bot.model import Incident, Kind
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import INCIDENT, LISTED

# A service that is hit more often is not made better by the rest.
MOST = 200

_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_SINCE = bindparam("b_since", type_=LISTED.c.started_at.type)
_CHOSEN = (
    select(LISTED.c.incident)
    .where(LISTED.c.vendor.in_(_VENDORS), ~LISTED.c.is_burst, LISTED.c.kind != Kind.MAINTENANCE.value)
    .where(or_(LISTED.c.is_open, LISTED.c.started_at >= _SINCE))
    .order_by(LISTED.c.started_at.desc(), LISTED.c.incident)
    .limit(MOST + 1)
)
_BODIES = select(INCIDENT.c.body).where(INCIDENT.c.id.in_(bindparam("b_ids", expanding=True)))


async def lately(database: Database, vendors: Collection[str], since: datetime) -> tuple[tuple[Incident, ...], bool]:
    """Return the newest incidents of some vendors, and of our own, from `since` on; and whether there are more."""
    asked = {"b_vendors": [*vendors, VENDOR], "b_since": since}

    def work(connection: Connection) -> tuple[tuple[Incident, ...], bool]:
        ids = connection.execute(_CHOSEN, asked).scalars().all()
        bodies = connection.execute(_BODIES, {"b_ids": ids[:MOST]}).scalars() if ids else ()
        return tuple(map(codec.INCIDENT.load, bodies)), len(ids) > MOST

    return await database.read(work)
