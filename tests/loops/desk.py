"""What the tests of the delivery share: incidents that go on by hand, told on platforms that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from bot.clock import Clock
from bot.core.holding import Ruling
from bot.core.message import Quote
from bot.loops.batch import Batch
from bot.loops.deliver import Delivering, deliver, start_due
from bot.model import Announcement, ChangeKind, Destination, Incident
from bot.store import announcements
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.store.incidents import commit
from bot.store.tables import ANNOUNCEMENT
from tests.fakes import FakePlatform, ManualClock, Posted
from tests.store.world import OPS, decision, opened, updated


@dataclass(slots=True)
class Desk:
    """One instance at its desk: a platform called `fake`, incidents by name, and rounds of delivery."""

    database: Database
    clock: ManualClock = field(default_factory=ManualClock)
    owner: str = "one"
    others: tuple[FakePlatform, ...] = ()
    make: Callable[[Clock], FakePlatform] = FakePlatform
    ruling: Ruling = field(default_factory=Ruling)
    fake: FakePlatform = field(init=False)
    delivering: Delivering = field(init=False)
    results: Batch[Outcome] = field(init=False)
    incidents: dict[str, Incident] = field(default_factory=dict[str, Incident])

    def __post_init__(self) -> None:
        self.fake = self.make(self.clock)
        self.start()

    def start(self) -> None:
        """Begin as a new process does: with the platforms as they are, and nothing else."""
        platforms = {platform.name: platform for platform in (self.fake, *self.others)}
        self.delivering = Delivering(
            self.database, platforms, self.clock, self.owner, lambda: 1.0, asyncio.Event(), ruling=self.ruling
        )
        self.results = Batch(self._record, pause=0)

    async def restart(self) -> None:
        """Die in the middle of everything, and begin again."""
        tasks = self._under_way()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await announcements.release_all(self.database)
        self.start()

    async def opens(self, name: str = "acme-1", *, to: tuple[Destination, ...] = (OPS,)) -> None:
        self.incidents[name] = await opened(self.database, name, to=to, now=self.clock.now())

    async def says(self, *words: str, name: str = "acme-1", kind: ChangeKind | None = None) -> None:
        """Add what the vendor says next of an incident."""
        for text in words:
            before = self.incidents[name]
            self.incidents[name] = await updated(self.database, before, text=text, now=self.clock.now(), kind=kind)

    async def is_called(self, title: str, name: str = "acme-1") -> None:
        """Give an incident another title, without a word."""
        before = self.incidents[name]
        self.incidents[name] = replace(before, title=title)
        await commit(self.database, decision(self.incidents[name], before=(before,), to=(), now=self.clock.now()))

    async def begins(self) -> int:
        """Begin what is due; returns how many steps that are."""
        return await start_due(self.delivering, self.results)

    async def round(self) -> int:
        """Begin what is due, wait until it is done and write down how it went; returns how many steps that were."""
        begun = await self.begins()
        tasks = self._under_way()
        if tasks:
            await asyncio.wait(tasks)
        await self.results.flush()
        return begun

    def _under_way(self) -> list[asyncio.Task[None]]:
        return [task for tasks in self.delivering.under_way.values() for task in tasks]

    async def _record(self, outcomes: Sequence[Outcome]) -> None:
        await announcements.record(self.database, outcomes)

    async def settles(self) -> None:
        """Go on until nothing is due."""
        for _ in range(200):
            if not await self.round():
                return
        raise AssertionError("it does not settle")

    async def settles_in(self, **span: float) -> None:
        self.clock.move(**span)
        await self.settles()

    @asynccontextmanager
    async def delivers(self) -> AsyncIterator[asyncio.Task[None]]:
        """Run the deliver loop for the length of the block."""
        task = asyncio.create_task(deliver(self.delivering))
        try:
            async with asyncio.timeout(40):
                yield task
        finally:
            self.fake.answers_again()
            task.cancel()
            await asyncio.wait([task])

    async def announcement(self, name: str = "acme-1") -> Announcement:
        (one,) = await announcements.of_incident(self.database, name)
        return one

    async def is_content(self) -> bool:
        """Whether every channel shows the truth: nothing is due, now or later, and nobody is at it."""
        wants = select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.state == "live", ANNOUNCEMENT.c.due_at.is_not(None))
        return await self.database.read(lambda connection: connection.execute(wants).first()) is None


def thread(root: Posted) -> list[str]:
    """Return the vendor's words in a thread, in the order in which they stand there."""
    return [part.text for posted in root.thread for part in posted.message.parts if isinstance(part, Quote)]
