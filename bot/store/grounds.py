"""What is known of some vendors, to tell how our own services stand that depend on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import BindParameter, Connection, bindparam, select

from bot.core.impact import Ground, Page
from bot.model import Incident
from bot.store import codec, standings
from bot.store.database import Database
from bot.store.tables import INCIDENT, SOURCE

_VENDORS: BindParameter[str] = bindparam("b_vendors", expanding=True)
_PAGES = (
    select(SOURCE.c.key, SOURCE.c.vendor, SOURCE.c.page)
    .where(standings.SHOWN, SOURCE.c.vendor.in_(_VENDORS))
    .order_by(SOURCE.c.name, SOURCE.c.key)
)
_OPEN = (
    select(INCIDENT.c.body)
    .where(INCIDENT.c.is_open, INCIDENT.c.cause.is_(None), INCIDENT.c.vendor.in_(_VENDORS))
    .order_by(INCIDENT.c.started_at.desc(), INCIDENT.c.id)
)


async def grounds(database: Database, vendors: Collection[str]) -> Mapping[str, Ground]:
    """Return what is known of each of some vendors; of one that nobody watches, its open incidents."""
    if not vendors:
        return {}
    asked = {"b_vendors": [*vendors]}
    rows = await database.read(lambda connection: connection.execute(_PAGES, asked).all())
    stands = {one.key: one for one in await standings.some(database, [row.key for row in rows])}
    pages: dict[str, list[Page]] = {}
    for row in rows:
        if row.key in stands:
            parts = codec.PAGE.load(row.page).components if row.page else ()
            pages.setdefault(row.vendor, []).append(Page(stands[row.key], parts))
    found = await open_of(database, vendors)
    return {
        vendor: Ground(tuple(pages.get(vendor, ())), tuple(one for one in found if one.vendor == vendor))
        for vendor in vendors
    }


async def open_of(database: Database, vendors: Collection[str]) -> tuple[Incident, ...]:
    """Return all open incidents of some vendors, the newest first."""

    def work(connection: Connection) -> tuple[Incident, ...]:
        bodies = connection.execute(_OPEN, {"b_vendors": [*vendors]}).scalars().all()
        return tuple(map(codec.INCIDENT.load, bodies))

    return await database.read(work) if vendors else ()
