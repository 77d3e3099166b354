"""`watch add`, `watch remove`, `watch list`: what is watched besides what the file says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import plugins
from bot.catalog import Catalog
from bot.clock import Clock
from bot.commands.status import named
from bot.core import answers, remarks, watches
from bot.core.first import first_look
from bot.core.message import Reply
from bot.errors import SitrepError
from bot.model import Snapshot, Source
from bot.ports import Answer
from bot.settings.sources import resolve
from bot.settings.values import Watch
from bot.store import sources
from bot.store.database import Database

_MOST = 40
_CHOICES = 5
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Watches:
    """What it takes to change what is watched; `fetch` reads a page once."""

    database: Database
    catalog: Catalog
    clock: Clock
    fetch: Callable[[Source], Awaitable[Snapshot]]

    async def add(self, query: str) -> Answer:
        """Watch a vendor or a page as well, from now on and after a restart."""
        watch = self._meant(query)
        if watch is None:
            close = self.catalog.search(query)[:_CHOICES]
            close = close or self.catalog.nearest(query, limit=_CHOICES, likeness=0.6)
            choices = tuple((one.name, f"watch add {one.slug}") for one in close)
            return Answer(remarks.say(f"Whose page is “{answers.cut(query, 60)}”?", choices=choices))
        found, mistakes = resolve([watch], self.catalog, plugins.discover("bot.feeds"))
        if mistakes:
            return Answer(watches.refused(query, mistakes[0].removeprefix(f"{watch.where}.")))
        (source,) = found
        there = await sources.entry(self.database, source.key)
        if there is not None:
            return Answer(watches.there_already(there.source, in_file=there.origin == sources.FILE))
        await sources.add(self.database, source, self.clock.now(), sources.CHAT)
        return Answer(watches.added(source), lambda: self._first(source))

    async def remove(self, query: str) -> Reply:
        """Watch no more what somebody added in chat."""
        there = await self._there(query)
        if there is None:
            return watches.not_there(query)
        if there.origin == sources.FILE:
            return watches.in_file(there.source)
        await sources.drop(self.database, there.source.key)
        return watches.removed(there.source)

    async def listed(self) -> Reply:
        """Return what is watched, what was added in chat first."""
        total, some = await sources.entries(self.database, _MOST)
        return watches.listed(total, [(one.source, one.origin == sources.FILE, one.health.is_stale) for one in some])

    def _meant(self, query: str) -> Watch | None:
        if "://" in query:
            return Watch(where="watch", url=query)
        vendor = self.catalog.find(query)
        return Watch(where="watch", vendor=vendor.slug) if vendor else None

    async def _there(self, query: str) -> sources.Entry | None:
        watch = self._meant(query)
        found, _ = resolve([watch], self.catalog, plugins.discover("bot.feeds")) if watch else ((), [])
        keys = [one.key for one in found] or [one.key for one in await named(self.database, self.catalog, query)]
        return await sources.entry(self.database, keys[0]) if keys else None

    async def _first(self, source: Source) -> Reply:
        """Return how a page stands at the first look, or why it can not be read."""
        try:
            async with asyncio.timeout(_PATIENCE):
                snapshot = await self.fetch(source)
        except TimeoutError:
            return watches.unread(source, f"no answer within {_PATIENCE:g} s")
        except SitrepError as error:
            return watches.unread(source, str(error))
        found = first_look(source, snapshot, self.clock.now())
        return answers.one(found, self.clock.now(), remark=f"{source.name} is watched from now on.")
