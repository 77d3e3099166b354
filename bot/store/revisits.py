"""Incidents that are over and that are read of again for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from bot.store import codec
from bot.store.database import Database, insert_into
from bot.store.sources import Watched, watched_among
from bot.store.tables import CLAIM, REVISIT


@dataclass(frozen=True, slots=True)
class Revisit:
    """One incident to be read of again, and when it was over."""

    watched: Watched
    external_id: str
    resolved_at: datetime


async def claim_due(database: Database, now: datetime, *, limit: int, lease: timedelta) -> tuple[Revisit, ...]:
    """Take up to `limit` that are due; whoever takes one and dies leaves it to be taken again after `lease`."""
    asked = {"b_now": now, "b_most": limit, "b_later": now + lease}

    def work(connection: Connection) -> tuple[Revisit, ...]:
        rows = connection.execute(_TAKE, asked).all()
        if not rows:
            return ()
        watched = watched_among(connection, {row.source for row in rows})
        claims = connection.execute(_CLAIMS, {"b_keys": [(row.source, row.external_id) for row in rows]})
        return tuple(
            Revisit(watched[row.source], row.external_id, codec.CLAIM.load(row.body).resolved_at or now)
            for row in claims
            if row.source in watched
        )

    return await database.write(work)


_DUE = (
    select(REVISIT.c.source, REVISIT.c.external_id)
    .where(REVISIT.c.due_at <= bindparam("b_now"))
    .order_by(REVISIT.c.due_at)
    .limit(bindparam("b_most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(REVISIT)
    .where(tuple_(REVISIT.c.source, REVISIT.c.external_id).in_(_DUE))
    .values(due_at=bindparam("b_later"))
    .returning(*REVISIT.c)
)
_CLAIMS = select(CLAIM.c.source, CLAIM.c.external_id, CLAIM.c.body).where(
    tuple_(CLAIM.c.source, CLAIM.c.external_id).in_(bindparam("b_keys", expanding=True))
)


async def plan(database: Database, source: str, external_id: str, due_at: datetime | None) -> None:
    """Say when to read of it again, or that this is no longer needed."""
    await database.write(lambda connection: write(connection, source, {external_id: due_at}))


def write(connection: Connection, source: str, visits: Mapping[str, datetime | None]) -> None:
    """Do what `plan` does for several, inside a transaction that is already open."""
    done = [external_id for external_id, due_at in visits.items() if due_at is None]
    if done:
        connection.execute(_DROP, {"b_source": source, "b_ids": done})
    rows = [
        {"source": source, "external_id": external_id, "due_at": due_at}
        for external_id, due_at in visits.items()
        if due_at is not None
    ]
    if rows:
        connection.execute(_put(connection.dialect.name), rows)


_DROP = delete(REVISIT).where(
    REVISIT.c.source == bindparam("b_source"), REVISIT.c.external_id.in_(bindparam("b_ids", expanding=True))
)


@cache
def _put(engine: str) -> Any:
    put = insert_into(engine, REVISIT)
    return put.on_conflict_do_update(index_elements=["source", "external_id"], set_={"due_at": put.excluded["due_at"]})
