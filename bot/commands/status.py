"""`status`: how everything watched stands, or what is meant by a few words that somebody typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from bot.catalog import CLOSE, Catalog, folded
from bot.core.routing import fits
from bot.core.standing import Standing, in_order
from bot.model import Component
from bot.store import standings
from bot.store.database import Database
from bot.store.standings import Name

# Words in a vendor's name.
_LONGEST_NAME = 4


async def status(database: Database, catalog: Catalog, query: str = "") -> tuple[Standing, ...]:
    """Return how the watched sources stand that `query` means, all if it is empty, the worst first."""
    if not folded(query):
        return in_order(await standings.every(database))
    found = await meant(database, catalog, query)
    return in_order(await standings.some(database, [one.key for one in found]))


async def meant(database: Database, catalog: Catalog, query: str) -> tuple[Name, ...]:
    """Return the sources that the words name; else those that they are a part of; else likely ones."""
    return (
        await named(database, catalog, query)
        or await related(database, catalog, query)
        or await partly(database, catalog, query)
        or await likely(database, catalog, query)
    )


async def named(database: Database, catalog: Catalog, query: str) -> tuple[Name, ...]:
    """Return the sources that are called exactly this, here or in the catalog."""
    wanted, vendor = folded(query), catalog.find(query)
    found = await standings.called(database, {wanted, vendor.slug} if vendor else {wanted})
    return tuple(one for one in found if wanted in {one.vendor, one.called}) or found


async def related(database: Database, catalog: Catalog, query: str) -> tuple[Name, ...]:
    """Return the sources of the vendors that share exactly this word: `google` is Google Cloud, Firebase and more."""
    return await standings.called(database, {vendor.slug for vendor in catalog.family(query)})


async def partly(database: Database, catalog: Catalog, query: str) -> tuple[Name, ...]:
    """Return the sources that have the words in their name or a component's, or that begin the words.

    `github pages` is GitHub, and something of it; so is `gh-pages`, which is what people say.
    """
    wanted = folded(query)
    vendors = {vendor.slug for vendor in catalog.vendors if wanted in vendor.components}
    return await standings.partly_called(database, wanted, vendors) or await _led(database, catalog, wanted)


async def _led(database: Database, catalog: Catalog, wanted: str) -> tuple[Name, ...]:
    parts = wanted.split()
    for count in range(min(len(parts) - 1, _LONGEST_NAME), 0, -1):
        found = await named(database, catalog, " ".join(parts[:count]))
        if found:
            return found
    return ()


async def likely(database: Database, catalog: Catalog, query: str) -> tuple[Name, ...]:
    """Return the sources that are spelt like it, in the catalog or here."""
    found = await standings.called(database, {vendor.slug for vendor in catalog.meant(query)})
    if found:
        return found
    wanted = folded(query)
    # A slip of the finger is seldom in the first letter; to compare five thousand names would take too long.
    alike = {one.called: one for one in await standings.beginning_with(database, wanted[:1])}
    return tuple(alike[word] for word in get_close_matches(wanted, alike, n=1, cutoff=CLOSE))


def asked_for(query: str, vendor: str, parts: Sequence[Component], catalog: Catalog) -> list[Component]:
    """Return the components that the words name: a group by its name, or by the page's names or ours for them."""
    row, wanted, meanings = catalog.find(vendor), folded(query), catalog.meanings(vendor)
    words = row.words if row else (vendor,)
    if wanted not in meanings:
        names = [word for word in words if wanted.startswith(f"{word} ")]
        wanted = wanted.removeprefix(max(names, key=len, default="")).strip()
    grouped = [part for part in parts if part.group and folded(part.group) == wanted]
    exactly = grouped or _called(parts, (wanted, *meanings.get(wanted, ())))
    if exactly or wanted in words:
        return exactly
    return [part for part in parts if wanted in folded(part.name)]


def _called(parts: Iterable[Component], names: Iterable[str]) -> list[Component]:
    wanted = tuple(names)
    return [part for part in parts if any(fits(name, part) for name in wanted)]
