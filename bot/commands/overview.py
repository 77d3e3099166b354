"""How everything stands at a glance: `status` without a name, `incidents`, and what the app's own page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands.serving import Serving
from bot.core import answers, histories, remarks, serving
from bot.core.calling import CallerView
from bot.core.message import Part, Reply, line
from bot.core.team import VENDOR
from bot.store import grounds, lookups, standings
from bot.store.database import Database

_AT_HOME, _CHOICES = 5, 5


@dataclass(frozen=True, slots=True)
class Overview:
    """What it takes to say how everything stands."""

    database: Database
    catalog: Catalog
    clock: Clock
    serving: Serving

    async def everything(self, callers: Sequence[CallerView]) -> Reply:
        """Return how all that is watched stands, beside those who call in."""
        overview = await standings.overview(self.database)
        ours = serving.section(await self.serving.views())
        declared = await grounds.open_of(self.database, {VENDOR})
        return histories.with_ours(answers.everything(overview, self.clock.now(), callers, ours), declared)

    async def incidents(self, whose: str) -> Reply:
        """Return the open incidents, a vendor's, or the last of all."""
        if whose.casefold() == "all":
            total, found = await lookups.some(self.database, histories.MOST_INCIDENTS, are_open=False)
            return histories.incidents(found, total, are_open=False)
        vendor = self.catalog.find(whose)
        slug = vendor.slug if vendor else whose.casefold() or None
        total, found = await lookups.some(self.database, histories.MOST_INCIDENTS, vendor=slug)
        meant = () if total or vendor else self.catalog.meant(whose)[:_CHOICES]
        if meant:
            return remarks.whose_incidents(whose, [(one.name, one.slug) for one in meant])
        return histories.incidents(found, total, of=vendor.name if vendor else whose)

    async def home(self) -> Reply:
        """Return our services, the open incidents, and everything watched, on one page."""
        total, found = await lookups.some(self.database, _AT_HOME)
        stands = answers.everything(await standings.overview(self.database), self.clock.now())
        parts: list[Part] = [histories.entry(incident) for incident in found]
        more = [line(f"and {total - len(found):,} more open incidents")] if total > len(found) else []
        lead: list[Part] = [line("Open incidents"), *parts, *more, line("Everything watched")] if found else []
        lead = [*serving.section(await self.serving.views()), *lead]
        message = replace(stands.message, parts=(*lead, *stands.message.parts))
        return Reply(message=message, choices=histories.incidents(found, total).choices)
