"""Times in which a source could not be read: kept for as long as somebody may ask for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select

from bot.store.database import Database
from bot.store.samples import KEPT
from bot.store.tables import GAP, INCIDENT, SOURCE

# One transaction forgets so many at most: others want to write as well.
AT_ONCE = 5_000

_OPEN_THEN = exists().where(
    SOURCE.c.key == GAP.c.source,
    INCIDENT.c.vendor == SOURCE.c.vendor,
    INCIDENT.c.is_open,
    INCIDENT.c.started_at <= GAP.c.ended_at,
)
_OLD = (
    select(GAP.c.id)
    .where(GAP.c.ended_at < bindparam("b_before", type_=GAP.c.ended_at.type), ~_OPEN_THEN)
    .order_by(GAP.c.id)
    .limit(AT_ONCE)
)
_FORGET = delete(GAP).where(GAP.c.id.in_(_OLD))


async def forget_old(database: Database, now: datetime) -> bool:
    """Forget what no record looks back to and no open incident has lived through; returns whether more is to be done.

    What still lasts is no gap yet: it is with the polls.
    """
    done = await database.write(lambda connection: connection.execute(_FORGET, {"b_before": now - KEPT}).rowcount)
    return done >= AT_ONCE
