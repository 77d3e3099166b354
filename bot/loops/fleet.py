"""The fleet loop: several instances on one database know of each other, and take over from whoever is gone.

On SQLite there is one instance, which is always its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import SET, AgreedClock, steady
from bot.core.sharing import mine
from bot.errors import StoreSilent, StoreUnavailable
from bot.loops.supervise import Wait
from bot.store import announcements, sources, timers
from bot.store import fleet as living
from bot.store.database import Database
from bot.store.fleet import Guard, Lost
from bot.store.schema import Outgrown

log = logging.getLogger(__name__)

LOOK = 1.0
# Others count us among the hanging after ten seconds.  We stop sending well before, by a clock that no one can set.
SURE = 7.0
# A database that hangs does not keep anybody who wants to go, and one that is busy is not a database that hangs.
LEAVE = 3.0
_ASKS_AGAIN = 0.05
# As long as one call of a platform may take: what one that hangs had begun may arrive until then.
LAST_WORDS = timedelta(seconds=10)


def _nothing() -> None:
    """Do nothing."""


@dataclass(slots=True)
class Fleet:
    """This instance among the others.

    `term` grows whenever it joins anew: what was claimed in an earlier term is not to be sent any more.  Of the
    `wanted` roles it has those in `roles`, and no other instance has them; `changed` is set when that changes.  It
    `stands_by` for the others.  Those who are `lingering` are gone, and still in the middle of something.  If the
    database has `outgrown` it, it sets `stop`: it is to end.
    """

    database: Database
    clock: AgreedClock
    id: str
    version: str
    due: asyncio.Event
    term: int = 0
    roles: set[str] = field(default_factory=set[str])
    wanted: set[str] = field(default_factory=set[str])
    stands_by: set[str] = field(default_factory=set[str])
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    outgrown: Outgrown | None = None
    lingering: set[str] = field(default_factory=set[str])
    _sure_until: float = field(default=0.0, repr=False)
    _others: frozenset[str] = frozenset()
    _shards: tuple[int, ...] = ()

    def held(self) -> int | None:
        """Return the term in which this instance is sure to live in the eyes of all others; None if it is not sure."""
        if self.database.is_sqlite:
            return 0
        return self.term if steady() < self._sure_until else None

    @property
    def crew(self) -> int:
        """How many instances live, this one counted."""
        return len(self._others) + 1

    def shards(self) -> tuple[int, ...] | None:
        """Return the share of the channels that this instance tells; None if it tells all."""
        return self._shards if self._others else None

    def count(self, others: Collection[str]) -> None:
        """Note who else lives."""
        if self._others != frozenset(others):
            self._others, self._shards = frozenset(others), mine(self.id, others)

    def seen(self, asked_at: float) -> None:
        """Note that others saw a sign of life that was given at that moment, or later."""
        self._sure_until = asked_at + SURE

    def lost(self) -> None:
        """Be sure of nothing until it has joined anew."""
        self._sure_until = 0.0
        self.roles.clear()
        self.changed.set()

    async def alone(self, role: str, work: Callable[[], Awaitable[None]], rests: Callable[[], None] = _nothing) -> None:
        """Do `work` in one instance of all; the others stand by.  It is cancelled if the role is lost, and `rests`."""
        if self.database.is_sqlite:
            await work()
            return
        self.wanted.add(role)
        while True:
            await self._until(role, is_held=True)
            task = asyncio.ensure_future(work())
            lost = asyncio.ensure_future(self._until(role, is_held=False))
            try:
                await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    await task
                    return
            finally:
                for one in (task, lost):
                    one.cancel()
                await asyncio.wait({task, lost})
            log.warning("the role %s is given up", role)
            rests()

    async def _until(self, role: str, *, is_held: bool) -> None:
        while (role in self.roles) is not is_held:
            self.changed.clear()
            await self.changed.wait()


async def keep(fleet: Fleet) -> None:
    """Give signs of life and look after the others, until cancelled."""
    while fleet.database.is_sqlite:
        await follow(fleet)
        await asyncio.sleep(LOOK)
    wait = Wait("nothing is sent until the database is back")
    while True:
        try:
            async with living.guard(fleet.database, fleet.id, fleet.version, fleet.due.set) as guard:
                fleet.term += 1
                wait.said = ""
                log.info("joined instance=%s term=%d", fleet.id, fleet.term)
                await _live(fleet, guard)
        except Outgrown as error:
            fleet.outgrown = error
            fleet.stop.set()
            await asyncio.Event().wait()
        except StoreUnavailable as error:
            wait.tell(str(error))
            if isinstance(error, StoreSilent):
                # Whoever else waits would do so as long as the network keeps a dead connection: perhaps for ever.
                fleet.database.engine.drop()
        except Lost:
            log.warning("others took this instance for dead: joining anew instance=%s", fleet.id)
        finally:
            fleet.lost()
        await asyncio.sleep(LOOK)


async def follow(fleet: Fleet) -> None:
    """Look at the clock of the machine, where nothing else tells the time; if it was set, what waits is moved too."""
    knew, moved = fleet.clock.is_in_doubt, fleet.clock.doubt()
    if fleet.clock.is_in_doubt and not knew:
        log.warning("the clock of this machine was set: followed in a minute, if it stays so")
    if moved is None:
        return
    await timers.move(fleet.database, moved)
    fleet.clock.believe()
    log.warning("the clock of this machine was set by %+d s: what waits is moved with it", moved.total_seconds())
    fleet.due.set()


async def _live(fleet: Fleet, guard: Guard) -> None:
    while True:
        asked_at = steady()
        told = await guard.beat()
        moved = fleet.clock.agree(told, asked_at, steady())
        fleet.seen(asked_at)
        if moved < -SET:
            count = await timers.settle(fleet.database, told)
            log.warning("the clock of the database was set by %+d s: looked at anew=%d", moved.total_seconds(), count)
        await _look_after(fleet, guard)
        await _take_roles(fleet, guard)
        fleet.due.set()
        await asyncio.sleep(LOOK)


async def _look_after(fleet: Fleet, guard: Guard) -> None:
    others = await guard.others()
    living_ones, lingering = [], set[str]()
    for other in others:
        if await guard.is_gone(other.id):
            freed = await living.bury(fleet.database, other.id, wait=LAST_WORDS if other.hangs else timedelta())
            if freed is not None:
                log.warning("instance gone: taking over instance=%s leases=%d", other.id, freed)
            else:
                lingering.add(other.id)
                # At first it may be about to leave, or what it had begun comes to its end.
                if other.id in fleet.lingering:
                    await guard.end(other.id)
            await guard.forget(other.id)
        elif other.hangs:
            log.warning("instance hangs: ending its sessions instance=%s", other.id)
            await guard.end(other.id)
        else:
            living_ones.append(other.id)
    fleet.count(living_ones)
    fleet.lingering = lingering


async def _take_roles(fleet: Fleet, guard: Guard) -> None:
    for role in sorted(fleet.wanted - fleet.roles):
        if await guard.take(role):
            log.info("this instance has the role %s", role)
            fleet.roles.add(role)
            fleet.stands_by.discard(role)
            fleet.changed.set()
        elif role not in fleet.stands_by:
            log.info("another instance has the role %s: standing by", role)
            fleet.stands_by.add(role)


async def leave(fleet: Fleet, within: float = LEAVE) -> None:
    """Give back whatever is still held, `within` so many seconds; for the end, when nothing is sent any more."""
    try:
        async with asyncio.timeout(min(within, LEAVE)):
            await _give_back(fleet)
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("leases are left to run out: %s", str(error) or "the database does not answer in time")


async def _give_back(fleet: Fleet) -> None:
    if fleet.database.is_sqlite:
        await sources.release_all(fleet.database)
        await announcements.release_all(fleet.database)
        return
    while True:
        if await living.bury(fleet.database, fleet.id) is not None:
            return
        await asyncio.sleep(_ASKS_AGAIN)
