"""`status`: how everything watched stands, or what is meant by a few words that somebody typed."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalog import Catalog, folded
from bot.core.routing import passes_watch
from bot.core.standing import Standing, in_order, standing
from bot.store import incidents, sources
from bot.store.database import Database
from bot.store.sources import Watched


async def status(database: Database, catalog: Catalog, query: str = "") -> tuple[Standing, ...]:
    """Return how the watched sources stand that `query` means, all if it is empty, the worst first."""
    watched = _meant(await sources.all_watched(database), catalog, query)
    open_ones = await incidents.open_incidents(database)
    return in_order(
        tuple(
            standing(
                one.source,
                one.health,
                one.page,
                tuple(i for i in open_ones if i.vendor == one.source.vendor and passes_watch(i, one.source)),
            )
            for one in watched
        )
    )


def _meant(watched: Iterable[Watched], catalog: Catalog, query: str) -> list[Watched]:
    """Return the sources that the words name exactly; else those that they are a part of; else likely ones."""
    every = list(watched)
    wanted = folded(query)
    if not wanted:
        return every
    named = catalog.find(query)
    slugs = {named.slug} if named else {vendor.slug for vendor in catalog.search(query)}
    exact = [one for one in every if wanted in {folded(one.source.vendor), folded(one.source.name)}]
    if exact or (named and any(one.source.vendor == named.slug for one in every)):
        return exact or [one for one in every if named and one.source.vendor == named.slug]
    part = [one for one in every if wanted in folded(one.source.name) or _has_component(one, wanted)]
    return part or [one for one in every if one.source.vendor in slugs]


def _has_component(one: Watched, wanted: str) -> bool:
    return any(wanted in folded(component.name) for component in (one.page.components if one.page else ()))
