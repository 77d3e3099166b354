"""`status` with a name: what is watched and meant by it, or a page of the catalog that nobody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.catalog import Catalog, Vendor, folded
from bot.clock import Clock
from bot.commands.status import led_by, meant, named
from bot.core import answers, remarks
from bot.core.first import first_look
from bot.core.message import Reply
from bot.core.overview import Row
from bot.core.standing import in_order
from bot.errors import SitrepError
from bot.model import Component, Snapshot, Source
from bot.ports import Answer
from bot.store import standings
from bot.store.database import Database

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
        watched = await standings.rows(self.database)
        keys, remark = named(watched, self.catalog, query), ""
        vendor = self.catalog.find(query)
        if not keys and vendor is not None:
            return self._unwatched(vendor)
        if not keys:
            keys, remark = await self._nearest(query, watched)
        if keys:
            return Answer(await self._stand(keys, query, remark))
        close = self.catalog.search(query)[:_LIKELY]
        if len(close) == 1:
            return self._unwatched(close[0])
        likely = close or self.catalog.nearest(query, limit=_LIKELY, likeness=0.6)
        return Answer(remarks.unknown(query, [(one.name, one.slug) for one in likely]))

    async def knows(self, query: str) -> bool:
        """Whether somebody is called exactly this, here or in the catalog."""
        return self.catalog.find(query) is not None or bool(
            named(await standings.rows(self.database), self.catalog, query)
        )

    async def _nearest(self, query: str, watched: tuple[Row, ...]) -> tuple[tuple[str, ...], str]:
        """Return what the words are a part of, else what is spelt like them, with a remark that says so."""
        keys = await meant(self.database, self.catalog, query)
        if keys:
            names = [row.name for row in watched if row.key in set(keys)]
            slip = len(keys) == 1 and await self._is_slip(query, watched, names[0])
            return keys, f"“{answers.cut(query, 60)}” is taken for {names[0]}." if slip else ""
        wanted = folded(query)
        # A slip of the finger is seldom in the first letter; five thousand names would take too long.
        alike = {folded(row.name): row for row in watched if folded(row.name)[:1] == wanted[:1]}
        close = get_close_matches(wanted, alike, n=1, cutoff=0.75)
        if not close:
            return (), ""
        row = alike[close[0]]
        return (row.key,), f"“{answers.cut(query, 60)}” is taken for {row.name}."

    async def _is_slip(self, query: str, watched: tuple[Row, ...], name: str) -> bool:
        """Whether the words stand nowhere: neither in the name, nor in a component's, nor in the catalog's words."""
        wanted = folded(query)
        aliases = any(wanted in vendor.components for vendor in self.catalog.vendors)
        led = led_by(watched, self.catalog, query)[0]
        return not (aliases or led or wanted in folded(name) or await standings.with_part(self.database, wanted))

    async def _stand(self, keys: tuple[str, ...], query: str, remark: str) -> Reply:
        found, now = in_order(await standings.some(self.database, keys)), self.clock.now()
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
