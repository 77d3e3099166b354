"""The probing loop itself: who is checked, when, together with whom, and what happens at its end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.loops.checking import GRACE
from bot.loops.probing import AHEAD, checked
from bot.model import ChangeKind
from bot.store import incidents, polls, probes, sources
from bot.store.database import Database
from bot.store.sources import SPREAD
from bot.store.tables import POLL, PROBE
from tests.fakes import NOON
from tests.loops.lab import Lab, lab_of, probe_of
from tests.loops.world import acme_at, until


async def passes(lab: Lab, seconds: float, step: float = 0.25) -> None:
    """Let time pass in small steps, so that whoever sleeps wakes when his time has come."""
    for _ in range(round(seconds / step)):
        await lab.clock.until_someone_sleeps()
        lab.clock.move(seconds=step)
        await asyncio.sleep(0.002)


def instants(lab: Lab, name: str) -> list[float]:
    return [(at - NOON).total_seconds() for checked, at in lab.checked if checked == name]


async def has_begun(lab: Lab, name: str) -> bool:
    return bool(instants(lab, name))


async def recorded(lab: Lab, *names: str) -> bool:
    query = select(PROBE.c.source)
    found = await lab.database.read(lambda connection: connection.execute(query).scalars().all())
    return {f"probe:{name}" for name in names} <= set(found)


async def test_a_check_begins_at_its_instant_not_when_it_was_claimed(database: Database) -> None:
    lab = await lab_of(database, "api")
    await put_off(database, "api", 1.75)
    async with lab.running():
        await until(lambda: is_claimed(lab, "api"))
        early = instants(lab, "api")
        await passes(lab, 2)

    assert timedelta(seconds=1.75) < AHEAD
    assert early == []
    assert instants(lab, "api") == [1.75]
    assert lab.probing.lateness[-1] == 0


async def put_off(database: Database, name: str, seconds: float) -> None:
    later = update(POLL).where(POLL.c.source == f"probe:{name}").values(due_at=NOON + timedelta(seconds=seconds))
    await database.write(lambda connection: connection.execute(later))


async def is_claimed(lab: Lab, name: str) -> bool:
    query = select(POLL.c.owner).where(POLL.c.source == f"probe:{name}")
    return await lab.database.read(lambda connection: connection.execute(query).scalar()) is not None


async def test_it_is_checked_again_and_again_and_what_is_new_wakes_the_delivery(database: Database) -> None:
    lab = await lab_of(database, "api")
    lab.finds("api", ".xxx")
    async with lab.running():
        await until(lambda: recorded(lab, "api"))
        for _ in range(600):
            if lab.probing.announced.is_set():
                break
            await passes(lab, 0.25)

    assert await lab.told() == [ChangeKind.OPENED, ChangeKind.UPDATED]
    assert lab.probing.checks >= 4


async def test_a_probe_that_hangs_delays_no_other(database: Database) -> None:
    lab = await lab_of(database, "slow", "quick")
    lab.holds["slow"] = asyncio.Event()
    async with lab.running():
        await until(lambda: recorded(lab, "quick"))
        hanging = await recorded(lab, "slow")
        lab.holds["slow"].set()

    assert not hanging
    assert await recorded(lab, "slow")


async def test_who_is_told_to_stop_finishes_what_has_begun_and_gives_the_rest_back(database: Database) -> None:
    lab = await lab_of(database, "begun", "waiting")
    await put_off(database, "waiting", 1.5)
    lab.holds["begun"] = asyncio.Event()
    async with lab.running() as task:
        await until(lambda: is_claimed(lab, "waiting"))
        await until(lambda: has_begun(lab, "begun"))
        task.cancel()
        await asyncio.sleep(0)
        lab.holds["begun"].set()
        await asyncio.wait([task])

    assert await recorded(lab, "begun")
    assert instants(lab, "waiting") == []
    assert not await is_claimed(lab, "waiting")
    assert await probes.next_due(database, lab.clock.now()) == NOON + timedelta(seconds=1.5)


async def test_a_loop_that_is_stopped_and_started_at_any_moment_tells_everything_once(database: Database) -> None:
    lab = await lab_of(database, "api")
    lab.finds("api", "xxxxxx" + "." * 99)
    for turn in range(60):
        async with lab.running():
            await asyncio.sleep(turn % 5 * 0.002)
        await sources.release_all(database)
        await lab.start()
        lab.clock.move(seconds=4)
    await lab.checks(9)

    kinds = await lab.told()
    assert kinds == [ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.RESOLVED]


async def test_feeds_and_probes_are_claimed_apart(database: Database) -> None:
    lab = await lab_of(database, "api")
    await sources.add(database, acme_at("http://nowhere.example"), lab.clock.now())
    now = lab.clock.now()
    feeds = await polls.claim_due(database, "one", now, limit=9, lease=timedelta(minutes=1))
    checks = await lab.claim()

    assert [one.source.key for one in feeds] == ["acme"]
    assert [one.key for one in checks] == ["probe:api"]


async def test_probes_begin_spread_over_their_interval(database: Database) -> None:
    many = [probe_of(f"p{number}") for number in range(200)]
    await sources.register(database, many, NOON)
    rows = await database.read(lambda connection: connection.execute(select(POLL.c.due_at)).scalars().all())
    waits = sorted((due - NOON).total_seconds() for due in rows)

    assert min(SPREAD, many[0].interval).total_seconds() == 30
    assert 0 <= waits[0] < 3
    assert 27 < waits[-1] < 30
    assert max(later - earlier for earlier, later in pairwise(waits)) < 3


async def test_a_probe_that_only_another_instance_knows_is_left_to_it(database: Database) -> None:
    lab = await lab_of(database, "api")
    await sources.add(database, probe_of("theirs"), lab.clock.now())
    await put_off(database, "theirs", 0)
    async with lab.running():
        await until(lambda: recorded(lab, "api"))
        await passes(lab, 2)

    assert lab.probing.strangers == {"probe:theirs"}
    assert not await is_claimed(lab, "theirs")
    assert {name for name, _ in lab.checked} == {"api"}


async def test_a_crash_in_one_check_stops_no_other(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    lab = await lab_of(database, "odd", "api")
    lab.finds("odd", "!")
    async with lab.running() as task:
        await until(lambda: recorded(lab, "api"))
        assert not task.done()

    assert "check crashed source=probe:odd" in caplog.text
    assert await incidents.recent_incidents(database, 9) == ()


async def test_a_check_that_never_ends_is_an_error_of_our_own(database: Database) -> None:
    lab = await lab_of(database, "api")
    lab.holds["api"] = asyncio.Event()
    one = lab.probing.probes["probe:api"]
    hurried = replace(one, setup=replace(one.setup, timeout=timedelta(seconds=0.01) - GRACE))
    lab.probing.probes = {"probe:api": hurried}
    (due,) = await lab.claim()

    assert await checked(lab.probing, due) is None
