"""`health`: what Sitrep itself can not do just now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.catalog import Catalog
from bot.core import remarks, routing
from bot.core.message import Reply
from bot.store import filters, lookups, standings
from bot.store.database import Database


async def health(
    database: Database, catalog: Catalog, now: datetime, platforms: Sequence[str], jobs: Sequence[str], board: str = ""
) -> Reply:
    """Return what can not be read or told; `platforms` says what is wrong with them, `jobs` which are waited for.

    `board` is where people find it, nothing if nobody said.
    """
    found = await lookups.troubles(database, now)
    lost = {one.key: one for one in await standings.some(database, found.stale)}
    seen = remarks.Health(
        watched=found.watched,
        stale=tuple(lost[key] for key in found.stale if key in lost),
        stale_total=found.stale_total,
        unread=found.unread,
        stuck=found.stuck,
        stuck_total=found.stuck_total,
        waiting=found.waiting,
        open_incidents=found.open_incidents,
        platforms=tuple(platforms),
        misfits=await misfits(database, catalog),
        jobs=tuple(jobs),
        board=board,
    )
    return remarks.health(seen, now)


async def misfits(database: Database, catalog: Catalog) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the watches that name components which their pages do not have, and those names."""
    found = []
    for source, parts in await filters.filtered(database):
        meanings = catalog.meanings(source.vendor)
        if names := routing.misfits(source.components, meanings, parts):
            found.append((source.name, names))
    return tuple(found)
