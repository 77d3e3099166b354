"""`watch add`, `watch remove`, `watch list`: what is watched besides what the file says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot import plugins
from bot.catalog import Catalog, Vendor
from bot.clock import Clock
from bot.commands.status import named, related
from bot.core import answers, watches
from bot.core.audit import without_secrets
from bot.core.first import first_look
from bot.core.message import Reply
from bot.errors import SitrepError
from bot.model import Component, Snapshot, Source
from bot.ports import Answer
from bot.settings.scalars import web_address
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
            close = self.catalog.meant(query) or self.catalog.nearest(query, limit=_CHOICES, likeness=0.6)
            return Answer(watches.whose(query, _choices("watch add", close), len(close)))
        if wrong := _wrong(watch):
            return Answer(watches.refused(without_secrets(query), wrong))
        found, mistakes = resolve([watch], self.catalog, plugins.discover("bot.feeds"))
        if mistakes:
            return Answer(watches.refused(query, mistakes[0].removeprefix(f"{watch.where}.")))
        (source,) = found
        there = await sources.entry(self.database, source.key)
        others = _choices("watch add", [one for one in self.catalog.family(query) if one.slug != source.vendor])
        if there is not None:
            reply = watches.there_already(there.source, in_file=there.origin == sources.FILE)
            return Answer(replace(reply, choices=others))
        await sources.add(self.database, source, self.clock.now(), sources.CHAT)
        return Answer(replace(watches.added(source), choices=others), lambda: self._first(source, others))

    async def remove(self, query: str) -> Reply:
        """Watch no more what somebody added in chat."""
        keys = await self._keys(query)
        if len(keys) > 1:
            return watches.which(query, keys)
        there = await sources.entry(self.database, *keys) if keys else None
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

    def key_of(self, query: str) -> str | None:
        """Return the key under which a vendor of the catalog, or the page at an address, is watched if it is."""
        watch = self._meant(query)
        found, _ = resolve([watch], self.catalog, plugins.discover("bot.feeds")) if watch else ((), [])
        return found[0].key if found else None

    def _meant(self, query: str) -> Watch | None:
        if "://" in query:
            return Watch(where="watch", url=query)
        vendor = self.catalog.find(query)
        return Watch(where="watch", vendor=vendor.slug) if vendor else None

    async def _keys(self, query: str) -> Mapping[str, str]:
        """Return the keys of what is watched and may be meant, each with a name that means nothing else."""
        watch = self._meant(query)
        found, _ = resolve([watch], self.catalog, plugins.discover("bot.feeds")) if watch else ((), [])
        if found:
            return {one.key: one.vendor for one in found}
        names = await named(self.database, self.catalog, query) or await related(self.database, self.catalog, query)
        return {one.key: one.vendor for one in names}

    async def _first(self, source: Source, others: tuple[tuple[str, str], ...]) -> Reply:
        seen, _ = await self.look(source)
        return replace(seen, choices=others)

    async def look(self, source: Source) -> tuple[Reply, Sequence[Component]]:
        """Return how a page stands at the first look, or why it can not be read, and what components it has."""
        try:
            async with asyncio.timeout(_PATIENCE):
                snapshot = await self.fetch(source)
        except TimeoutError:
            return watches.unread(source, f"no answer within {_PATIENCE:g} s"), ()
        except SitrepError as error:
            return watches.unread(source, str(error)), ()
        found = first_look(source, snapshot, self.clock.now())
        remark = f"{source.name} is watched from now on."
        return answers.one(found, self.clock.now(), remark=remark), snapshot.components


def _wrong(watch: Watch) -> str:
    """Return why an address can not be watched: what is watched is kept and shown, so it is no place for a password."""
    try:
        web_address(watch.url or "https://status.example.com")
    except ValueError as error:
        return str(error)
    return ""


def _choices(command: str, vendors: Sequence[Vendor]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, f"{command} {one.slug}") for one in vendors[:_CHOICES])
