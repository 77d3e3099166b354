"""Our own services, for `status` and for whoever switches over: found by name, and judged by what they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands.finding import Found
from bot.core import impact, routing, serving
from bot.core.impact import Names, ServiceView
from bot.core.message import Line, Reply
from bot.core.rules import Service
from bot.core.slugs import slug
from bot.core.team import VENDOR
from bot.model import Action, Asked, Incident
from bot.store import grounds, incidents, lookups
from bot.store.database import Database

_SWITCHES = frozenset({Action.FALLBACK_ON, Action.FALLBACK_OFF})
# Who comes back to normal does so soon after the end, if not before it.
_LATELY = 50


@dataclass(frozen=True, slots=True)
class Serving:
    """What it takes to answer for our own services.

    `expected` says what the vendors are called that are configured to be watched: `sitrep run` may not have begun to.
    """

    database: Database
    catalog: Catalog
    clock: Clock
    services: tuple[Service, ...] = ()
    expected: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ours(self) -> tuple[Service, ...]:
        """Those that are something of our own."""
        return routing.ours(self.services)

    def named(self, query: str) -> tuple[Service, ...]:
        """Return the service that is called exactly this, in whatever case, with hyphens or without."""
        return tuple(one for one in self.ours if slug(one.name) == slug(query) and query.strip())

    def partly(self, query: str) -> tuple[Service, ...]:
        """Return the services that have the words in their name."""
        wanted = slug(query)
        return tuple(one for one in self.ours if query.strip() and wanted in slug(one.name))

    def suggest(self, typed: str) -> tuple[str, ...]:
        """Return the names of services that may be meant while somebody types."""
        found = self.partly(typed) if typed.strip() else self.ours
        return tuple(one.name for one in found)

    async def views(self, chosen: Iterable[Service] | None = None) -> tuple[ServiceView, ...]:
        """Return how services stand, the worst first: all, or some."""
        wanted = tuple(self.ours if chosen is None else chosen)
        found = await grounds.grounds(self.database, impact.vendors(wanted))
        return impact.in_order(impact.view(one, found, self._names) for one in wanted)

    async def answer(self, found: tuple[Service, ...], query: str) -> Reply:
        """Return how the service stands that is meant, or all that may be."""
        views = await self.views(found)
        return serving.one(views[0], self.clock.now()) if len(views) == 1 else serving.several(views, query)

    async def of_vendor(self, vendor: str) -> list[Line]:
        """Return what to do while a vendor is down, if that is said of the vendor itself."""
        said = tuple(one for one in self.services if one.of_vendor and (vendor, None) in one.depends_on)
        return [row for view in await self.views(said) for row in serving.plan(view, self.clock.now())]

    async def conditions(self, incident: Incident) -> Mapping[str, str]:
        """Return how all stand that can stand in for what an incident touches, by slug."""
        others = {one.stand_in for one in incident.cards if one.stand_in}
        found = await grounds.grounds(self.database, others)
        return {vendor: impact.condition(vendor, ground, self._names) for vendor, ground in found.items()}

    async def find(self, asked: Asked) -> tuple[Asked, Found] | None:
        """Return which incidents somebody means who switches a service over or back; None if that is not told here."""
        command = asked.command
        if command.action not in _SWITCHES or (asked.thread is not None and not command.incident):
            return None
        if not command.incident:
            return await self._unnamed(asked)
        meant = self.named(command.incident) or self.partly(command.incident)
        if len(meant) != 1:
            return None
        (service,) = meant
        near = await grounds.open_of(self.database, {VENDOR, *(vendor for vendor, _ in service.depends_on)})
        ids = [one.id for one in near if service.name in one.services]
        if not ids and command.action is Action.FALLBACK_OFF:
            ids = [one.id for one in await self._switched() if service.name in {f.card for f in one.fallbacks}]
        query = service.name if len(ids) == 1 else ""
        return replace(asked, command=replace(command, query=query)), await self._found(ids)

    async def _unnamed(self, asked: Asked) -> tuple[Asked, Found] | None:
        """Without a word, whoever is back means what is switched over, and who switches over what has a plan."""
        if asked.command.action is Action.FALLBACK_OFF:
            ids = [one.id for one in await self._switched()]
        else:
            concerned = {VENDOR, *(vendor for one in self.services for vendor, _ in one.depends_on)}
            near = await grounds.open_of(self.database, concerned)
            planned = (one for one in near if any(card.has_plan for card in one.cards))
            ids = [*dict.fromkeys(one.burst or one.id for one in planned)]
        return (asked, await self._found(ids)) if ids else None

    async def _switched(self) -> tuple[Incident, ...]:
        recent = await incidents.recent_incidents(self.database, _LATELY)
        return tuple(one for one in recent if any(f.back_at is None for f in one.fallbacks))

    async def _found(self, ids: Iterable[str]) -> Found:
        briefs = [brief for one in ids for brief in await lookups.named(self.database, one) if brief.id == one]
        return Found(tuple(briefs))

    @property
    def _names(self) -> Names:
        return Names(frozenset(self.expected), self._title, self.catalog.meanings)

    def _title(self, vendor: str) -> str:
        known = self.catalog.find(vendor)
        return self.expected.get(vendor) or (known.name if known else vendor)
