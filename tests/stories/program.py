"""One process of Sitrep, put together as `bot.compose` does it, whose loops go their rounds when the clock is moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bot import callers, catalog, compose, plugins, reaching, settings
from bot.checks import probes_of
from bot.commands.desk import Desk
from bot.fetch import EgressPolicy, Fetcher, FetchLimits
from bot.loops import hearing, heartbeats, hold, own, people
from bot.loops.batch import Batch
from bot.loops.checking import Probing, bury, take
from bot.loops.deliver import Delivering, start_due
from bot.loops.escalate import Escalating, escalate_due
from bot.loops.heed import Heeding, call_silent, hand_out, weigh_all
from bot.loops.hold import Holding
from bot.loops.probing import checked
from bot.loops.remind import Reminding, remind_due
from bot.loops.report import Reporting, report_due
from bot.loops.revisit import Revisiting, visit_due
from bot.loops.sight import Eyes, judged, open_eyes, recall
from bot.loops.take_in import Rules
from bot.loops.telling import Told
from bot.loops.watch import LEASE, Watching, look_at
from bot.model import Source
from bot.ports import Platform
from bot.settings import Settings
from bot.store import announcements, attending, parking, polls, probes, sources
from bot.store.announcements import Outcome
from bot.store.database import Database
from bot.web.server import bound, serve
from tests.fakes import ManualClock
from tests.stories.database import opened
from tests.stories.vendor import Network, Stopwatch

T = TypeVar("T")
# The loops that only look at the time do so as often as this.
OFTEN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What outlives a process: the time, the network, and the places where people read."""

    clock: ManualClock
    stopwatch: Stopwatch
    network: Network
    platforms: Mapping[str, Platform]


@dataclass(slots=True)
class Program:
    """What runs.  `address` is where programs call in, if any are configured; `checks` counts those of its probes."""

    owner: str
    around: Surroundings
    database: Database
    desk: Desk
    heard: people.People
    watching: Watching
    probing: Probing
    delivering: Delivering
    heeding: Heeding
    holding: Holding
    escalating: Escalating
    reminding: Reminding
    revisiting: Revisiting
    reporting: Reporting
    mine: own.Own
    loops: callers.Loops
    address: str = ""
    minded_at: datetime | None = None
    checks: int = 0
    results: Batch[Outcome] = field(init=False)

    def __post_init__(self) -> None:
        self.results = Batch(partial(announcements.record, self.database), pause=0)

    async def lives(self, until: datetime, step: timedelta) -> None:
        """Let time pass, from one thing that is due to the next, at least a `step`."""
        clock = self.around.clock
        while clock.now() < until:
            now = clock.now()
            due = [await polls.next_due(self.database, now), await probes.next_due(self.database, now)]
            soonest = min((*filter(None, due), now + OFTEN))
            then = min(max(soonest, now + step), until)
            clock.move(seconds=(then - now).total_seconds())
            await self.round()

    async def round(self) -> None:
        """Let every loop do what is due."""
        await self.looks()
        now = self.around.clock.now()
        if self.minded_at is None or now - self.minded_at >= OFTEN:
            self.minded_at = now
            await self._mind()
        await self.tells()

    async def looks(self) -> None:
        """Read and check what is due, and tell nobody yet."""
        await self._watch()
        await self._probe()

    async def _watch(self) -> None:
        now = self.around.clock.now()
        for watched in await polls.claim_due(self.database, self.owner, now, limit=100, lease=LEASE):
            look = await look_at(self.watching, watched)
            if look is not None:
                await polls.record(self.database, [look])

    async def _probe(self) -> None:
        """One after the other, so that the same story is always told in the same order."""
        probing, now = self.probing, self.around.clock.now()
        if not probing.probes:
            return
        claimed = await probes.claim_due(
            self.database, self.owner, now, until=now, limit=100, lease=probing.lease, strangers=probing.strangers
        )
        for due in sorted(claimed, key=lambda due: (due.due_at, due.key)):
            one = probing.probes[due.key]
            self.checks += 1
            result = await checked(probing, due)
            assert result is not None, "a check of ours went astray"
            believed = await self._waiting(judged(probing.eyes, one.source, result))
            look = await take(probing, due, believed)
            if look is not None:
                await polls.record(self.database, [look])

    async def _waiting(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something that sleeps for a moment of the clock's time."""
        clock, task = self.around.clock, asyncio.create_task(doing)
        while not task.done():
            sleeper = asyncio.create_task(clock.until_someone_sleeps())
            await asyncio.wait([task, sleeper], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                clock.move(seconds=(await sleeper).total_seconds())
            sleeper.cancel()
        return await task

    async def _mind(self) -> None:
        loops = self.loops
        if isinstance(beating := loops.get("heartbeats"), partial):
            await heartbeats.look(beating.args[0])
        if isinstance(ear := loops.get("hearing"), partial):
            await hearing.expire_due(ear.args[0])
        await people.look(self.heard)
        await weigh_all(self.heeding)
        await call_silent(self.heeding)
        await hand_out(self.heeding)
        await hold.plan_due(self.holding)
        await escalate_due(self.escalating)
        await remind_due(self.reminding)
        await visit_due(self.revisiting)
        await report_due(self.reporting)
        await own.look(self.mine)
        await own.look_at_sight(self.mine)

    async def tells(self) -> None:
        """Deliver all that is due."""
        for _ in range(200):
            if not await start_due(self.delivering, self.results):
                return
            if tasks := [task for some in self.delivering.under_way.values() for task in some]:
                await asyncio.wait(tasks)
            await self.results.flush()
        raise AssertionError("it does not settle")


@asynccontextmanager
async def running(configured: Settings, around: Surroundings, owner: str = "one") -> AsyncIterator[Program]:
    """Begin as a new process does, on a database that is migrated, and end with the block."""
    clock = around.clock
    watched = settings.sources(configured, catalog.load(), plugins.discover("bot.feeds"))
    database = opened(configured.database.reveal())
    egress = EgressPolicy.allowing(*configured.egress_allow)
    try:
        if database.is_sqlite:
            await sources.release_all(database)
            await announcements.release_all(database)
        await parking.revive(database, clock.now())
        await attending.everything(database, clock.now())
        await sources.register(database, (*watched, *map(settings.source_of, configured.probes)), clock.now())
        limits = FetchLimits(dns_ttl=timedelta())
        async with Fetcher(
            egress=egress, now=clock.now, limits=limits, resolver=around.network, timer=around.stopwatch
        ) as fetcher:
            program = await _put_together(configured, around, database, fetcher, watched, owner)
            async with _listening(configured, program, watched):
                yield program
    finally:
        await database.close()


async def _put_together(
    configured: Settings,
    around: Surroundings,
    database: Database,
    fetcher: Fetcher,
    watched: Sequence[Source],
    owner: str,
) -> Program:
    clock, due = around.clock, asyncio.Event()
    rules = Rules(configured.routes, configured.services, configured.thresholds, configured.oncalls, configured.bursts)
    heard = people.People(database, rules, configured.people, clock, due)
    delivering = Delivering(database, around.platforms, clock, owner, lambda: 1.0, due, ruling=rules.ruling)
    delivering.report = compose.report_of(configured, database, around.platforms)
    holding = Holding(database, rules.ruling, clock, due)
    await hold.begin(holding)
    eyes = Eyes(database, clock, configured.witnesses, around.network.reaches)
    await recall(eyes)
    await open_eyes(eyes)
    told = Told(len(watched), pages_lost=eyes.pages_lost)
    watching = Watching(database, fetcher, rules, clock, owner, lambda: 0.5, due, told)
    found = probes_of(configured)
    probing = Probing(database, fetcher, rules, clock, owner, due, found, eyes, configured.windows)
    await bury(probing)
    where = own.places(configured.routes)
    return Program(
        owner=owner,
        around=around,
        database=database,
        desk=compose.desk_of(configured, heard, fetcher),
        heard=heard,
        watching=watching,
        probing=probing,
        delivering=delivering,
        heeding=Heeding(database, rules, clock, due),
        holding=holding,
        escalating=Escalating(database, reaching.plans_of(configured), clock, due),
        reminding=Reminding(database, fetcher, rules, clock, due),
        revisiting=Revisiting(database, fetcher, rules, clock, due),
        reporting=Reporting(database, configured.reports, clock, due),
        mine=own.Own(database, delivering, where, clock, due, lambda: eyes.blind_since),
        loops={},
    )


@asynccontextmanager
async def _listening(configured: Settings, program: Program, watched: Sequence[Source]) -> AsyncIterator[None]:
    """Serve hooks and heartbeats, where any are configured."""
    around = callers.Around(
        program.database, program.watching.rules, program.around.clock, program.watching.announced, watched
    )
    routes = callers.routes(configured, around, program.loops)
    if isinstance(beating := program.loops.get("heartbeats"), partial):
        await heartbeats.begin(beating.args[0])
    if not routes:
        yield
        return
    socket = bound("127.0.0.1", 0)
    program.address = f"http://127.0.0.1:{socket.getsockname()[1]}"
    serving = asyncio.create_task(serve(routes, socket))
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.wait([serving])
