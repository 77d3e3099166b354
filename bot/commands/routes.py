"""`routes`, `routes test`: where incidents are told, and where one would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.catalog import Catalog
from bot.commands.status import named
from bot.core import imagining, route_views
from bot.core.holding import Ruling
from bot.core.message import Reply
from bot.core.slugs import slug
from bot.model import Action, Command
from bot.store.database import Database

ABOUT = frozenset({Action.ROUTES, Action.ROUTES_TEST})


@dataclass(frozen=True, slots=True)
class Routes:
    """What it takes to say where incidents go."""

    database: Database
    catalog: Catalog
    ruling: Ruling

    async def answer(self, command: Command, now: datetime) -> Reply:
        """Return the routes, or where an imagined incident would go by them."""
        if command.action is Action.ROUTES:
            return route_views.listed(self.ruling)
        imagined = imagining.read(command.query, command.text)
        if isinstance(imagined, str):
            return route_views.wrong(imagined)
        return route_views.tested(imagined, await self._vendor(command.query), self.ruling, now)

    async def _vendor(self, word: str) -> str:
        """Return whom a word means: who is watched comes before the catalog."""
        found, known = await named(self.database, self.catalog, word), self.catalog.find(word)
        return found[0].vendor if found else known.slug if known else slug(word)
