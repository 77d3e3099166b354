"""Watches that want some components only, beside the components that their pages have."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, select

from bot.core.routing import as_far_as_it_fits
from bot.model import Component, Source
from bot.store import codec
from bot.store.database import Database
from bot.store.tables import SOURCE

# A source is written without what is empty, and a quotation mark in a name is written as \".
_FILTERED = (
    select(SOURCE.c.spec, SOURCE.c.page)
    .where(SOURCE.c.active, SOURCE.c.page.is_not(None), SOURCE.c.spec.contains('"components":[', autoescape=True))
    .order_by(SOURCE.c.name, SOURCE.c.key)
)
_KEYS: BindParameter[str] = bindparam("b_keys", expanding=True)
_PAGES = select(SOURCE.c.key, SOURCE.c.page).where(SOURCE.c.page.is_not(None), SOURCE.c.key.in_(_KEYS))


async def filtered(database: Database) -> tuple[tuple[Source, tuple[Component, ...]], ...]:
    """Return every watch with a filter whose page was read, and the page's components."""
    rows = await database.read(lambda connection: connection.execute(_FILTERED).all())
    return tuple((codec.SOURCE.load(spec), codec.PAGE.load(page).components) for spec, page in rows)


def in_force(connection: Connection, sources: Sequence[Source]) -> list[Source]:
    """Return the watches with their filters as far as these fit what their pages have."""
    keys = [source.key for source in sources if source.components]
    rows = connection.execute(_PAGES, {"b_keys": keys}).all() if keys else ()
    parts = {key: codec.PAGE.load(page).components for key, page in rows}
    return [as_far_as_it_fits(source, parts.get(source.key, ())) for source in sources]
