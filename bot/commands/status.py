"""`status`: how everything watched stands, or what is meant by a few words that somebody typed."""

from __future__ import annotations

from bot.catalog import Catalog, folded
from bot.core.overview import Row
from bot.core.standing import Standing, in_order
from bot.store import standings
from bot.store.database import Database

# Words in a vendor's name.
_LONGEST_NAME = 4


async def status(database: Database, catalog: Catalog, query: str = "") -> tuple[Standing, ...]:
    """Return how the watched sources stand that `query` means, all if it is empty, the worst first."""
    if not folded(query):
        return in_order(await standings.every(database))
    return in_order(await standings.some(database, await meant(database, catalog, query)))


async def meant(database: Database, catalog: Catalog, query: str) -> tuple[str, ...]:
    """Return the keys of the sources that the words name; else those that they are a part of; else likely ones."""
    watched = await standings.rows(database)
    return (
        named(watched, catalog, query)
        or await _partly(database, watched, catalog, query)
        or led_by(watched, catalog, query)[0]
        or _likely(watched, catalog, query)
    )


def named(watched: tuple[Row, ...], catalog: Catalog, query: str) -> tuple[str, ...]:
    """Return the sources that are called exactly this, here or in the catalog."""
    wanted, vendor = folded(query), catalog.find(query)
    here = tuple(row.key for row in watched if wanted in {row.vendor, folded(row.name)})
    return here or tuple(row.key for row in watched if vendor and row.vendor == vendor.slug)


def led_by(watched: tuple[Row, ...], catalog: Catalog, query: str) -> tuple[tuple[str, ...], str]:
    """Return the sources that the first words name, as many words as do, and the words that are left.

    `github pages` is GitHub, and something of it.
    """
    parts = folded(query).split()
    for count in range(min(len(parts), _LONGEST_NAME), 0, -1):
        keys = named(watched, catalog, " ".join(parts[:count]))
        if keys:
            return keys, " ".join(parts[count:])
    return (), query


async def _partly(database: Database, watched: tuple[Row, ...], catalog: Catalog, query: str) -> tuple[str, ...]:
    """The words are a part of a name, or of a component's, or what people call a component."""
    wanted = folded(query)
    vendors = {vendor.slug for vendor in catalog.vendors if wanted in vendor.components}
    parts = set(await standings.with_part(database, wanted))
    return tuple(row.key for row in watched if wanted in folded(row.name) or row.key in parts or row.vendor in vendors)


def _likely(watched: tuple[Row, ...], catalog: Catalog, query: str) -> tuple[str, ...]:
    slugs = {vendor.slug for vendor in catalog.search(query)}
    return tuple(row.key for row in watched if row.vendor in slugs)
