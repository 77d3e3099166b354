"""When our own connection is gone: the witnesses are asked together, nobody is accused, and it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.loops.own import Own, look_at_sight
from bot.loops.sight import PAUSE, judged, open_eyes, reachable, recall
from bot.loops.telling import tell_if_blind
from bot.model import Destination, Fault, ProbeResult
from bot.store.database import Database
from tests.fakes import NOON, FakePlatform, ManualClock
from tests.loops.desk import Desk, thread
from tests.loops.lab import Lab, lab_of, probe_of
from tests.loops.world import World, acme
from tests.servers import serve

TIMED_OUT = ProbeResult(ok=False, at=NOON, reason="no answer within 10 s", fault=Fault.TIMEOUT)
PASSED = ProbeResult(ok=True, at=NOON)


async def verdict(lab: Lab, result: ProbeResult, name: str = "api", vendor: str = "acme") -> ProbeResult:
    return await judged(lab.probing.eyes, probe_of(name, vendor), result)


async def opened(database: Database, *names: str) -> Lab:
    lab = await lab_of(database, *(names or ("api",)))
    await open_eyes(lab.probing.eyes)
    return lab


async def test_in_quiet_times_nobody_is_asked(database: Database) -> None:
    lab = await opened(database)
    at_the_start = lab.asked
    for _ in range(20):
        await verdict(lab, PASSED)
        await verdict(lab, ProbeResult(ok=False, at=NOON, fault=Fault.SERVER))

    assert lab.asked == at_the_start == 2


async def test_while_a_witness_answers_a_failure_is_the_vendors(database: Database) -> None:
    lab = await opened(database)
    lab.answering = {"far"}

    assert await verdict(lab, TIMED_OUT) == TIMED_OUT


async def test_when_none_answers_a_failure_is_nobodys(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    lab = await opened(database)
    lab.clock.move(seconds=10)
    lab.answering.clear()
    found = await verdict(lab, TIMED_OUT)
    await verdict(lab, TIMED_OUT)
    lab.clock.move(minutes=12)
    lab.answering = {"near"}
    after = await verdict(lab, TIMED_OUT)

    assert (found.fault, after.fault) == (Fault.NETWORK, Fault.TIMEOUT)
    assert [r.message for r in caplog.records if r.name == "bot.loops.sight"] == [
        "we can not see: none of near, far answers; nobody is accused until it is back",
        "we see again, after 12 min",
    ]


async def test_who_fails_at_the_same_time_shares_one_question(database: Database) -> None:
    lab = await opened(database)
    before = lab.asked
    lab.clock.move(seconds=10)
    await asyncio.gather(*(verdict(lab, TIMED_OUT, f"p{number}") for number in range(50)))
    together = lab.asked
    lab.clock.move(seconds=1)
    late = asyncio.create_task(verdict(lab, TIMED_OUT))
    waits = await lab.clock.until_someone_sleeps()
    lab.clock.move(seconds=2)
    await late

    assert (together - before, lab.asked - together) == (2, 2)
    assert waits == PAUSE - timedelta(seconds=1)


async def test_what_was_known_of_the_witnesses_survives_a_restart(database: Database) -> None:
    lab = await opened(database)
    lab.answering.clear()
    await lab.start()
    await recall(lab.probing.eyes)
    await open_eyes(lab.probing.eyes)

    assert lab.probing.eyes.blind_since == lab.clock.now()
    lab.clock.move(minutes=3)
    await lab.start()
    assert lab.probing.eyes.blind_since == NOON


async def test_witnesses_that_do_not_answer_while_a_vendor_does_are_not_believed(database: Database) -> None:
    lab = await opened(database)
    lab.clock.move(seconds=10)
    lab.answering.clear()
    await verdict(lab, TIMED_OUT)
    lab.clock.move(seconds=10)
    await verdict(lab, PASSED, "web", "other")
    lab.clock.move(seconds=10)

    assert await verdict(lab, TIMED_OUT) == TIMED_OUT


async def test_without_witnesses_it_is_us_when_everything_fails(database: Database) -> None:
    lab = await lab_of(database, "api")
    await lab.start(witnesses=())
    for number in range(2):
        assert (await verdict(lab, TIMED_OUT, f"p{number}", f"v{number}")).fault is Fault.TIMEOUT
        lab.clock.move(seconds=5)

    assert (await verdict(lab, TIMED_OUT, "p2", "v2")).fault is Fault.NETWORK
    lab.clock.move(seconds=5)
    await verdict(lab, PASSED, "p0", "v0")
    assert lab.probing.eyes.blind_since is None


async def test_a_witness_is_a_host_that_takes_a_connection() -> None:
    async with serve({}) as server:
        address = server.url.removeprefix("http://")
        there = await reachable(address)

    assert there
    assert not await reachable(address)
    assert not await reachable(f"{'a' * 64}.example:443")


class Room:
    """Where it is told that we are blind."""

    def __init__(self, database: Database) -> None:
        self.clock = ManualClock()
        self.desk = Desk(database, clock=self.clock)
        self.blind = False
        self.begins()

    def begins(self) -> None:
        delivering = self.desk.delivering
        since = NOON if self.blind else None
        self.since = since
        self.own = Own(
            delivering.database,
            delivering,
            (Destination("fake", "ops"),),
            self.clock,
            delivering.due,
            lambda: self.since,
        )

    async def looks(self) -> None:
        await look_at_sight(self.own)
        await self.desk.settles()

    @property
    def fake(self) -> FakePlatform:
        return self.desk.fake


async def test_that_we_were_blind_is_told_with_for_how_long(database: Database) -> None:
    room = Room(database)
    await room.looks()
    room.since = NOON
    await room.looks()
    room.clock.move(minutes=12)
    room.since = None
    await room.looks()

    root = room.fake.root("ops")
    assert root.headline == "Sitrep: We can not see: our own connection is gone"
    assert thread(root)[-1] == "We see again, after 12 min. What happened meanwhile was not watched."


async def test_a_restart_while_we_are_blind_tells_nothing_twice(database: Database) -> None:
    room = Room(database)
    room.since = NOON
    await room.looks()
    room.clock.move(minutes=5)
    room.desk.start()
    room.blind = True
    room.begins()
    await room.looks()
    room.since = None
    await room.looks()

    root = room.fake.root("ops")
    assert thread(root)[-1] == "We see again, after 5 min. What happened meanwhile was not watched."
    assert len(room.fake.channels["ops"]) == 1


@pytest.fixture
async def acme_and(database: Database) -> AsyncIterator[tuple[World, Lab]]:
    """Give two pages whose losses the witnesses are asked about; none of them has been asked before."""
    lab = await lab_of(database, "api")
    async with acme(database) as world:
        world.watching.told.pages = 2
        world.watching.told.has_read = True
        world.watching.told.pages_lost = lab.probing.eyes.pages_lost
        yield world, lab


async def lose(world: World, lab: Lab, *pages: str) -> None:
    lab.clock.move(seconds=10)
    world.watching.told.lost = set(pages)
    tell_if_blind(world.watching.told)
    await asyncio.gather(*lab.probing.eyes.questions)


async def test_pages_of_which_none_can_be_read_are_our_blindness_if_no_witness_answers(
    acme_and: tuple[World, Lab],
) -> None:
    world, lab = acme_and
    lab.answering.clear()
    await lose(world, lab, "one", "two")
    lost = lab.probing.eyes.blind_since
    await lose(world, lab, "one")

    assert lost == NOON + timedelta(seconds=10)
    assert lab.probing.eyes.blind_since is None


async def test_pages_of_which_none_can_be_read_are_not_if_one_does(acme_and: tuple[World, Lab]) -> None:
    world, lab = acme_and
    await lose(world, lab, "one", "two")
    seeing = lab.probing.eyes.blind_since
    await lose(world, lab, "one")
    lab.answering.clear()
    await lose(world, lab, "one", "two")
    blind = lab.probing.eyes.blind_since
    lab.answering = {"near"}
    await lose(world, lab)

    assert seeing is None
    assert blind == NOON + timedelta(seconds=30)
    assert lab.probing.eyes.blind_since is None


async def test_pages_that_were_never_read_prove_nothing(acme_and: tuple[World, Lab]) -> None:
    world, lab = acme_and
    world.watching.told.has_read = False
    lab.answering.clear()
    await lose(world, lab, "one", "two")

    assert lab.probing.eyes.blind_since is None
    assert lab.asked == 0
