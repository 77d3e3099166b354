"""`status` with a name: what is watched and meant by it, or a page of the catalog that nobody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace

from bot.catalog import Catalog, Vendor, folded
from bot.clock import Clock
from bot.commands.calling import Callers, nobody
from bot.commands.serving import Serving
from bot.commands.status import asked_for, likely, named, partly, related
from bot.core import answers, remarks
from bot.core.calling import CallerView, concerning
from bot.core.first import first_look
from bot.core.health import Health, missed
from bot.core.message import Reply
from bot.core.standing import in_order, standing
from bot.errors import SitrepError
from bot.model import Incident, Snapshot, Source
from bot.ports import Answer
from bot.store import incidents, standings
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
    serving: Serving
    callers: Callers = nobody

    async def answer(self, query: str) -> Answer:
        """Return how what is meant stands; for a page that is not watched, what to show until it has been read."""
        found = await named(self.database, self.catalog, query)
        ours = () if found else self.serving.named(query)
        if ours:
            return Answer(await self.serving.answer(ours, query))
        vendor = self.catalog.find(query)
        if not found and vendor is not None:
            return self._unwatched(vendor, query)
        # After the catalog: a hook may well be called after a vendor's product, which is then meant.
        calls = None if found else await self._caller(query)
        if calls is not None:
            return Answer(answers.caller(calls))
        found = found or await related(self.database, self.catalog, query)
        ours = () if found else self.serving.partly(query)
        if ours:
            return Answer(await self.serving.answer(ours, query))
        found = found or await partly(self.database, self.catalog, query)
        if found:
            return Answer(await self._stand(found, query))
        found = await likely(self.database, self.catalog, query)
        if found:
            taken = f"“{answers.cut(query, 60)}” is taken for {found[0].name}." if len(found) == 1 else ""
            return Answer(await self._stand(found, query, taken))
        return self._not_here(query)

    async def _caller(self, query: str) -> CallerView | None:
        """Return who calls in and is called exactly this."""
        return next((view for view in await self.callers() if folded(view.name) == folded(query)), None)

    def _not_here(self, query: str) -> Answer:
        meant = self.catalog.meant(query)
        if len(meant) == 1:
            return self._unwatched(meant[0], query)
        known = meant or self.catalog.nearest(query, limit=_LIKELY, likeness=0.6)
        choices = [(one.name, one.slug) for one in known[:_LIKELY]]
        if meant:
            return Answer(remarks.ambiguous(query, choices, len(meant) - len(choices)))
        return Answer(remarks.unknown(query, choices))

    async def suggest(self, typed: str, most: int) -> tuple[tuple[str, str], ...]:
        """Return names, and what to ask for them, while somebody types: what is watched before what is not."""
        ours = [(name, name) for name in self.serving.suggest(typed)]
        if not folded(typed):
            seen = await standings.overview(self.database)
            names = [row.name for rows in (seen.survey.troubled, seen.survey.stale, seen.survey.well) for row in rows]
            return tuple(dict.fromkeys((*ours, *((name, name) for name in names))))[:most]
        meant = await named(self.database, self.catalog, typed)
        begun = await standings.beginning_with(self.database, folded(typed))
        within = await partly(self.database, self.catalog, typed)
        watched = (*meant, *begun, *within)
        watched = watched or await likely(self.database, self.catalog, typed)
        here = {one.vendor for one in watched}
        others = [vendor for vendor in self.catalog.search(typed) if vendor.slug not in here]
        known = [(one.name, one.name) for one in dict.fromkeys(watched)]
        return tuple(dict.fromkeys((*ours, *known, *((vendor.name, vendor.slug) for vendor in others))))[:most]

    async def knows(self, query: str) -> bool:
        """Whether somebody is called exactly this, here or in the catalog."""
        if (
            self.serving.named(query)
            or self.catalog.find(query) is not None
            or await named(self.database, self.catalog, query)
        ):
            return True
        return await self._caller(query) is not None

    async def _stand(self, meant: tuple[Name, ...], query: str, remark: str = "") -> Reply:
        found, now = in_order(await standings.some(self.database, [one.key for one in meant])), self.clock.now()
        others = self._others(query, {one.vendor for one in found})
        if len(found) > 1:
            return remarks.or_one_of(answers.several(found, now, query), query, others)
        (one,) = found
        if folded(query) in {one.vendor, folded(one.name)}:
            others = []
        parts = await standings.components(self.database, one.key)
        callers = concerning(await self.callers(), {one.vendor})
        reply = answers.one(one, now, asked_for(query, one.vendor, parts, self.catalog), remark, callers)
        parts_and_plan = (*reply.message.parts, *await self.serving.of_vendor(one.vendor))
        reply = replace(reply, message=replace(reply.message, parts=parts_and_plan))
        return remarks.or_one_of(reply, query, others)

    def _others(self, query: str, shown: Collection[str]) -> list[tuple[str, str]]:
        """Return those that share the very word, and that the answer is not about."""
        return [(one.name, one.slug) for one in self.catalog.family(query) if one.slug not in shown][:_LIKELY]

    def _unwatched(self, vendor: Vendor, query: str) -> Answer:
        return Answer(remarks.looking(vendor.name, vendor.page), lambda: self._read(vendor, query))

    async def _read(self, vendor: Vendor, query: str) -> Reply:
        return remarks.or_one_of(await self._look(vendor, query), query, self._others(query, {vendor.slug}))

    async def _look(self, vendor: Vendor, query: str) -> Reply:
        """Return how a vendor stands that nobody watches; never raises."""
        source = Source(
            key=f"feed:{vendor.slug}", vendor=vendor.slug, name=vendor.name, format=vendor.format, url=vendor.address
        )
        # Nobody watches the page, but our own witnesses may tell of the vendor.
        open_ones = await incidents.open_incidents(self.database, vendor.slug)
        own = tuple(one for one in open_ones if one.evidence is not None)
        try:
            async with asyncio.timeout(_PATIENCE):
                snapshot = await self.fetch(source)
            found = first_look(source, snapshot, self.clock.now(), own)
        except TimeoutError:
            return self._unreadable(vendor, source, own, f"no answer within {_PATIENCE:g} s")
        except SitrepError as e:
            return self._unreadable(vendor, source, own, str(e))
        except Exception:
            log.exception("look crashed vendor=%s", vendor.slug)
            return self._unreadable(vendor, source, own, "an error of our own; it is in Sitrep's log")
        asked = asked_for(query, vendor.slug, snapshot.components, self.catalog)
        remark = f"{vendor.name} is not watched: this is its page just now."
        return answers.one(found, self.clock.now(), asked, remark)

    def _unreadable(self, vendor: Vendor, source: Source, own: tuple[Incident, ...], reason: str) -> Reply:
        if not own:
            return remarks.unreadable(vendor.name, vendor.page, reason)
        now = self.clock.now()
        found = standing(source, missed(Health(), reason, now), None, own)
        return answers.one(found, now, remark=f"{vendor.name}'s page is not watched.")
