"""What the tests of the loops share: Acme's status page on a real server, and one look after the other at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bot.core.rules import Route
from bot.fetch import EgressPolicy, Fetcher, FetchLimits
from bot.loops.take_in import Rules
from bot.loops.telling import Told
from bot.loops.watch import LEASE, Watching, look_at
from bot.model import ChangeKind, Destination, Incident, Source, TimelineEntry
from bot.store import announcements, incidents, polls, sources
from bot.store.database import Database
from bot.store.sources import Watched
from bot.store.tables import GAP
from tests.fakes import ManualClock
from tests.loops.acme import NOON, SUMMARY, Json, summary
from tests.servers import Answer, Server, serve

OPS = Destination("fake", "ops")
ALL_TO_OPS = Rules((Route(name="all", to=(OPS,)),))
IMPATIENT = FetchLimits(total=timedelta(seconds=0.2))


@dataclass(slots=True)
class World:
    """Acme's page, who watches it, and what has come of that."""

    database: Database
    clock: ManualClock
    server: Server
    watching: Watching
    source: Source
    impatient: Fetcher

    def shows(self, page: Json, *, etag: bool = True) -> None:
        self.server.answers[SUMMARY] = Answer.json(page, etag=etag)

    def answers(self, path: str, answer: Answer | Json) -> None:
        self.server.answers[path] = answer if isinstance(answer, Answer) else Answer.json(answer)

    def loses_patience(self) -> None:
        """Wait no longer than a moment for any answer from now on."""
        self.watching.fetcher = self.impatient

    async def look(self) -> None:
        """Look once at every source that is due, as the watch loop does."""
        now = self.clock.now()
        for watched in await polls.claim_due(self.database, "test", now, limit=100, lease=LEASE):
            look = await look_at(self.watching, watched)
            if look is not None:
                await polls.record(self.database, [look])

    async def look_in(self, **span: float) -> None:
        """Let time pass, then look at what is due."""
        self.clock.move(**span)
        await self.look()

    async def watched(self) -> Watched:
        (one,) = await sources.all_watched(self.database)
        return one

    async def pause(self) -> timedelta:
        """Return how long it is until the next look."""
        due = await polls.next_due(self.database, self.clock.now())
        assert due is not None
        return due - self.clock.now()

    async def incident(self) -> Incident:
        (one,) = await incidents.recent_incidents(self.database, 100)
        return one

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        return await incidents.timeline(self.database, (await self.incident()).id)

    async def told(self) -> list[ChangeKind]:
        return [entry.kind for entry in await self.timeline()]

    async def last_words(self) -> str:
        return (await self.timeline())[-1].text

    async def is_due(self) -> bool:
        return await announcements.next_due(self.database, self.clock.now(), [OPS.platform]) is not None

    async def gaps(self) -> list[tuple[timedelta, timedelta, str]]:
        """Return when gaps began and ended, counted from noon, and why."""
        query = select(GAP.c.began_at, GAP.c.ended_at, GAP.c.reason)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [(row.began_at - NOON, row.ended_at - NOON, row.reason) for row in rows]


@asynccontextmanager
async def acme(
    database: Database,
    page: Json | None = None,
    *,
    rules: Rules = ALL_TO_OPS,
    watched: Callable[[str], Source] | None = None,
) -> AsyncIterator[World]:
    """Serve Acme's page and watch it; nobody has looked yet."""
    clock = ManualClock(NOON)
    async with serve() as server, _fetcher(clock) as fetcher, _fetcher(clock, IMPATIENT) as impatient:
        watching = Watching(database, fetcher, rules, clock, "test", lambda: 0.5, asyncio.Event(), Told(1))
        source = (watched or acme_at)(server.url)
        world = World(database, clock, server, watching, source, impatient)
        world.shows(summary() if page is None else page)
        await sources.register(database, [source], clock.now())
        yield world


def acme_at(url: str, key: str = "acme") -> Source:
    return Source(key=key, vendor="acme", name="Acme", format="statuspage", url=url)


def _fetcher(clock: ManualClock, limits: FetchLimits = FetchLimits()) -> Fetcher:  # noqa: B008  (frozen)
    return Fetcher(now=clock.now, limits=limits, egress=EgressPolicy.allowing("127.0.0.1"))


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as something is so, or fail after a long time."""
    async with asyncio.timeout(20):
        while not await is_so():  # noqa: ASYNC110  (a database rings no bell)
            await asyncio.sleep(0.005)
