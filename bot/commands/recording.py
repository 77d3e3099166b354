"""`history`: a vendor's last 90 days in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog import Catalog, folded
from bot.clock import Clock
from bot.commands.status import meant
from bot.core import records
from bot.core.message import Reply
from bot.core.scorecard import WINDOW, Scorecard, scorecard
from bot.core.team import VENDOR
from bot.store import records as stored
from bot.store import standings
from bot.store.database import Database

_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Recording:
    """What it takes to look back."""

    database: Database
    catalog: Catalog
    clock: Clock

    async def answer(self, query: str) -> Reply:
        """Return the record of whoever is meant; ask back if several may be."""
        found = await self.meant(query)
        if len(found) != 1:
            return records.which(query, found)
        ((name, slug),) = found
        card = await self.card(slug, name)
        if card is not None:
            return records.record(card)
        is_watched = await standings.called(self.database, {slug})
        return records.unread(name) if is_watched else records.never(name, slug)

    async def meant(self, query: str) -> tuple[tuple[str, str], ...]:
        """Return who may be meant: names and slugs."""
        exactly = self.catalog.find(query)
        watched = {one.vendor: one.name for one in await meant(self.database, self.catalog, query)}
        if exactly is not None:
            return ((watched.get(exactly.slug, exactly.name), exactly.slug),)
        if watched:
            return tuple((name, vendor) for vendor, name in watched.items())
        # Whoever was watched once, or is something of our own that a probe watches.
        past = await stored.history(self.database, folded(query), self.clock.now() - WINDOW, self.clock.now())
        # What the team has declared is no vendor's record.
        if past.name and folded(query) != VENDOR:
            return ((past.name, folded(query)),)
        return tuple((one.name, one.slug) for one in self.catalog.search(query)[:_LIKELY])

    async def card(self, vendor: str, name: str) -> Scorecard | None:
        """Return a vendor's record; None if nothing is known of it."""
        now = self.clock.now()
        known = await stored.history(self.database, vendor, now - WINDOW, now)
        if known.watch.since is None and not known.records:
            return None
        return scorecard(vendor, known.name or name, known.records, known.watch, now, cut=known.is_cut)
