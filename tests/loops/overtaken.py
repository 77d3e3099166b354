"""An instance that others overtake: what it has sent arrives when they have sent it again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.loops.latecomers import Latecomers, look
from bot.store import announcements
from bot.store.database import Database
from bot.store.latecomers import LOOKS
from bot.store.tables import LATECOMER
from tests.fakes import FakePlatform, TwicePlatform
from tests.loops.desk import Desk

WORDS = "We found the cause."
FIRST, LAST = LOOKS


class Scene:
    """An instance that does things, another one that takes over from it, and one platform for both."""

    def __init__(self, database: Database, fake: FakePlatform | None = None) -> None:
        self.desk = Desk(database)
        self.fake = fake or TwicePlatform(self.desk.clock)
        self.desk.fake = self.fake
        self.desk.start()
        self.other = Desk(database, clock=self.desk.clock, owner="two", make=lambda _: self.fake)

    @property
    def late(self) -> TwicePlatform:
        assert isinstance(self.fake, TwicePlatform)
        return self.fake

    async def opens(self) -> None:
        await self.desk.opens()
        await self.desk.settles()

    async def is_sent_again_before_it_arrives(self) -> None:
        """What is due gets no answer, is looked for in vain, and done anew; then the first arrives."""
        self.late.is_long_under_way()
        await self.desk.round()
        await self.desk.settles_in(minutes=1)
        await self.late.arrives()

    async def wakes_after_others_took_over(self, hours: float = 0) -> None:
        """Whoever does what is due is stopped right before it; others do it; he wakes, so many hours later."""
        self.fake.hangs()
        before = len(self.fake.calls)
        await self.desk.begins()
        await self.fake.until_called(before + 1)
        self.desk.delivering.term = lambda: 1
        await announcements.release(self.desk.database, self.desk.owner)
        await self.other.settles()
        self.desk.clock.move(hours=hours)
        self.fake.answers_again()
        await self.desk.settles()

    async def looks_in(self, span: timedelta) -> int:
        """Let another instance look: whoever has done something again may be gone by then."""
        self.desk.clock.move(seconds=span.total_seconds())
        return await look(Latecomers(self.other.delivering, self.desk.clock))

    async def waits(self) -> int:
        """How many are still to be looked for."""
        count = select(func.count()).select_from(LATECOMER)
        return await self.desk.database.read(lambda connection: connection.execute(count).scalar() or 0)
