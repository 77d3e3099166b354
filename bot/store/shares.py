"""What one instance leaves to the others, though it is due in its share of the channels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, or_, select, update

from bot.store.announcements import ANYBODYS
from bot.store.database import Database
from bot.store.fleet import notify
from bot.store.tables import ANNOUNCEMENT


async def hand_over(database: Database, platforms: Sequence[str], shards: Collection[int], now: datetime) -> None:
    """Let what is due in these shares be anybody's, as if it had failed: their instance reaches none of these."""
    which = {"b_platforms": [*platforms], "b_shards": [*shards], "b_now": now}

    def work(connection: Connection) -> None:
        if connection.execute(_HAND_OVER, which).rowcount:
            notify(connection)

    await database.write(work)


_PLATFORMS: BindParameter[str] = bindparam("b_platforms", expanding=True)
_SHARDS: BindParameter[int] = bindparam("b_shards", expanding=True)
_NOW = bindparam("b_now", type_=ANNOUNCEMENT.c.due_at.type)
_DUE = (
    select(ANNOUNCEMENT.c.id)
    .where(
        ANNOUNCEMENT.c.state == "live",
        ANNOUNCEMENT.c.platform.in_(_PLATFORMS),
        ANNOUNCEMENT.c.urgency.in_((0, 1)),
        ANNOUNCEMENT.c.due_at <= _NOW,
        ANNOUNCEMENT.c.shard.in_(_SHARDS),
        ANNOUNCEMENT.c.attempts < ANYBODYS,
        or_(ANNOUNCEMENT.c.lease_until.is_(None), ANNOUNCEMENT.c.lease_until <= _NOW),
    )
    .with_for_update(skip_locked=True)
)
_HAND_OVER = (
    update(ANNOUNCEMENT)
    .where(ANNOUNCEMENT.c.id.in_(_DUE))
    .values(attempts=ANYBODYS, error="left to other instances: this one does not reach it")
)
