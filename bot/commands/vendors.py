"""`status` with a name: what is watched and meant by it, or a page of the catalog that nobody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.catalog import Catalog, Vendor, folded
from bot.clock import Clock
from bot.commands.status import likely, named, partly
from bot.core import answers, remarks
from bot.core.first import first_look
from bot.core.message import Reply
from bot.core.standing import in_order
from bot.errors import SitrepError
from bot.model import Component, Snapshot, Source
from bot.ports import Answer
from bot.store import standings
from bot.store.database import Database
from bot.store.standings import Name

log = logging.getLogger(__name__)

# Returns what a page says now; raises FetchError, ParseError or ConfigError if it can not be read.
Fetch = Callable[[Source], Awaitable[Snapshot]]

_PATIENCE = 20.0
_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Vendors:
    """What it takes to answer for a vendor."""

    database: Database
    catalog: Catalog
    clock: Clock
    fetch: Fetch

    async def answer(self, query: str) -> Answer:
        """Return how what is meant stands; for a page that is not watched, what to show until it has been read."""
        found = await named(self.database, self.catalog, query)
        vendor = self.catalog.find(query)
        if not found and vendor is not None:
            return self._unwatched(vendor)
        found = found or await partly(self.database, self.catalog, query)
        if found:
            return Answer(await self._stand(found, query))
        found = await likely(self.database, self.catalog, query)
        if found:
            taken = f"“{answers.cut(query, 60)}” is taken for {found[0].name}." if len(found) == 1 else ""
            return Answer(await self._stand(found, query, taken))
        return self._not_here(query)

    def _not_here(self, query: str) -> Answer:
        close = self.catalog.search(query)[:_LIKELY]
        if len(close) == 1:
            return self._unwatched(close[0])
        known = close or self.catalog.nearest(query, limit=_LIKELY, likeness=0.6)
        return Answer(remarks.unknown(query, [(one.name, one.slug) for one in known]))

    async def suggest(self, typed: str, most: int) -> tuple[tuple[str, str], ...]:
        """Return names, and what to ask for them, while somebody types: what is watched before what is not."""
        if not folded(typed):
            seen = await standings.overview(self.database)
            names = [row.name for rows in (seen.survey.troubled, seen.survey.stale, seen.survey.well) for row in rows]
            return tuple((name, name) for name in list(dict.fromkeys(names))[:most])
        meant = await named(self.database, self.catalog, typed)
        begun = await standings.beginning_with(self.database, folded(typed))
        within = await partly(self.database, self.catalog, typed)
        watched = (*meant, *begun, *within)
        watched = watched or await likely(self.database, self.catalog, typed)
        here = {one.vendor for one in watched}
        others = [vendor for vendor in self.catalog.search(typed) if vendor.slug not in here]
        known = [(one.name, one.name) for one in dict.fromkeys(watched)]
        return tuple(dict.fromkeys((*known, *((vendor.name, vendor.slug) for vendor in others))))[:most]

    async def knows(self, query: str) -> bool:
        """Whether somebody is called exactly this, here or in the catalog."""
        return self.catalog.find(query) is not None or bool(await named(self.database, self.catalog, query))

    async def _stand(self, meant: tuple[Name, ...], query: str, remark: str = "") -> Reply:
        found, now = in_order(await standings.some(self.database, [one.key for one in meant])), self.clock.now()
        if len(found) > 1:
            return answers.several(found, now, query)
        (one,) = found
        parts = await standings.components(self.database, one.key)
        return answers.one(one, now, _asked_for(query, one.vendor, parts, self.catalog), remark)

    def _unwatched(self, vendor: Vendor) -> Answer:
        return Answer(remarks.looking(vendor.name, vendor.page), lambda: self._read(vendor))

    async def _read(self, vendor: Vendor) -> Reply:
        """Return how a vendor stands that nobody watches; never raises."""
        source = Source(
            key=f"feed:{vendor.slug}", vendor=vendor.slug, name=vendor.name, format=vendor.format, url=vendor.address
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                snapshot = await self.fetch(source)
            found = first_look(source, snapshot, self.clock.now())
        except TimeoutError:
            return remarks.unreadable(vendor.name, vendor.page, f"no answer within {_PATIENCE:g} s")
        except SitrepError as e:
            return remarks.unreadable(vendor.name, vendor.page, str(e))
        except Exception:
            log.exception("look crashed vendor=%s", vendor.slug)
            return remarks.unreadable(vendor.name, vendor.page, "an error of our own; it is in Sitrep's log")
        return answers.one(found, self.clock.now(), remark=f"{vendor.name} is not watched: this is its page just now.")


def _asked_for(query: str, vendor: str, parts: tuple[Component, ...], catalog: Catalog) -> list[Component]:
    """Return the components that the words name, by the vendor's name for them or by ours."""
    row, wanted = catalog.find(vendor), folded(query)
    if row is not None:
        names = [word for word in row.words if wanted.startswith(f"{word} ")]
        wanted = wanted.removeprefix(max(names, key=len, default="")).strip()
        wanted = folded(row.components.get(wanted, wanted))
    exactly = [part for part in parts if folded(part.name) == wanted]
    if exactly or wanted == vendor or (row is not None and wanted in row.words):
        return exactly
    return [part for part in parts if wanted in folded(part.name)]
