"""A day of several programs on one PostgreSQL, and what goes wrong with them and with their database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from tests.chaos import clocks, egress
from tests.chaos.clocks import a_right_one
from tests.chaos.day import LONG_PAUSE, LONGEST_PAUSE, VENDORS, Day, Instance, Mishap, over, routes
from tests.chaos.dice import dice_for
from tests.chaos.proxy import wire
from tests.chaos.server import FAST, IMMEDIATE, SMART, Server
from tests.e2e.program import until
from tests.e2e.test_killed import vendors
from tests.localdiscord import local_discord
from tests.localslack import local_slack

INSTANCES = 3
_BEGINS_WITHIN = 30.0
# By then others have waited for what it may have begun, have read back, and gone on.
_AFTER_LAST_WORDS = 28.0


@asynccontextmanager
async def a_day(folder: Path, server: Server, seed: int, *, limited: bool = False) -> AsyncIterator[Day]:
    """Set everything up."""
    database = server.postgres.create("migrated")
    # One that ends at once must not forget what it has promised, as it does where a test is to be quick.
    server.postgres.run(f"ALTER DATABASE {database} SET synchronous_commit = on")
    async with AsyncExitStack() as stack:
        them = await stack.enter_async_context(vendors(VENDORS, dice_for(seed, "stories")))
        slack = await stack.enter_async_context(local_slack(limits=limited))
        discord = await stack.enter_async_context(local_discord(limits=limited))
        led = routes(them, slack, discord)
        crew = []
        for number in range(INSTANCES):
            place = folder / f"i{number}"
            place.mkdir(parents=True)
            line = await stack.enter_async_context(wire(place, server.postgres.folder))
            ways, known = await stack.enter_async_context(egress.ways(slack, discord))
            url = f"postgresql+asyncpg://postgres@/{database}?host={place}"
            one = Instance(place, url, more={**known, **a_right_one(place)}, wire=line, ways=ways)
            one.watches(them.urls, "5s", led)
            crew.append(one)
        yield await stack.enter_async_context(
            over(Day(seed, them, slack, discord, crew, database, server, limited=limited))
        )
    server.postgres.run(f"DROP DATABASE {database} WITH (FORCE)")


async def is_killed(day: Day) -> None:
    """A program ends as in a power cut, and is started again."""
    one = day.one()
    day.note(f"kill -9 {one.folder.name}")
    await one.kill()
    await asyncio.sleep(day.dice.uniform(0, 2.5))
    await one.started()


async def all_are_killed(day: Day) -> None:
    """The power goes out for everybody."""
    day.note("kill -9 all")
    await asyncio.gather(*(one.kill() for one in day.crew))
    await asyncio.gather(*(one.started() for one in day.crew))


async def is_stopped_cleanly(day: Day) -> None:
    """An upgrade: one after the other ends and begins anew."""
    day.note("a rolling restart")
    for one in day.crew:
        status = await one.stop(within=60.0)
        assert status == 0, one.err[-2000:]
        await one.started()


async def sleeps_long(day: Day) -> None:
    """A program is stopped for longer than others wait for it, and wakes in the middle of what it did."""
    one = day.one()
    day.note(f"SIGSTOP {one.folder.name} for {LONG_PAUSE:g} s")
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(LONG_PAUSE)
    one.signal(signal.SIGCONT)


async def sleeps_in_the_middle(day: Day) -> None:
    """Whoever has just taken on to send something is stopped for longer than others wait, and wakes in the middle."""
    assert day.server is not None
    one = await _who_sends(day)
    pause = day.dice.choice((LONG_PAUSE, _AFTER_LAST_WORDS))
    day.note(f"SIGSTOP {one.folder.name} while it sends, for {pause:g} s" if one else "nobody sends anything")
    if one is not None:
        await asyncio.sleep(pause)
        one.signal(signal.SIGCONT)


async def sleeps_longer_than_a_lease(day: Day) -> None:
    """Whoever is about to send something sleeps until its lease is over; or all do, and nobody gives the lease back."""
    other, all_do = day.one(), day.dice.random() < 1 / 2
    sender = await _who_sends(day)
    one = sender or other
    sleepers = day.crew if all_do else [one]
    whom = "all" if all_do else one.folder.name
    day.note(f"SIGSTOP {whom} for {LONGEST_PAUSE:g} s{f', {one.folder.name} while it sends' if sender else ''}")
    for sleeper in sleepers:
        sleeper.signal(signal.SIGSTOP)
    await asyncio.sleep(LONGEST_PAUSE)
    for sleeper in sleepers:
        sleeper.signal(signal.SIGCONT)


async def _who_sends(day: Day) -> Instance | None:
    """Stop the first that is about to send a reply, and return it: what came before it makes it wait a moment."""
    assert day.server is not None
    begun = "SELECT owner FROM announcement WHERE owner IS NOT NULL AND intent LIKE '%reply%' ORDER BY id LIMIT 1"
    line = await asyncpg.connect(host=str(day.server.postgres.folder), user="postgres", database=day.database)
    try:
        async with asyncio.timeout(_BEGINS_WITHIN):
            while True:
                owner = await line.fetchval(begun)
                for one in day.crew:
                    # What an instance is called tells its process.
                    if owner is not None and f"-{one.pid}-" in owner:
                        one.signal(signal.SIGSTOP)
                        return one
                await asyncio.sleep(0.002)
    except TimeoutError:
        return None
    finally:
        await line.close()


async def sleeps_shortly(day: Day) -> None:
    """A program is stopped for a moment."""
    one = day.one()
    day.note(f"SIGSTOP {one.folder.name} for a moment")
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(day.dice.uniform(0.5, 4))
    one.signal(signal.SIGCONT)


async def loses_its_database(day: Day) -> None:
    """The connections of one program are cut, and none comes about for a while."""
    one = day.one()
    assert one.wire is not None
    day.note(f"wire of {one.folder.name} cut")
    one.wire.cut()
    await asyncio.sleep(day.dice.uniform(0.1, 4))
    one.wire.mend()


async def hears_nothing_of_its_database(day: Day) -> None:
    """Nothing comes through to the database of one program any more, and nobody is told."""
    one = day.one()
    assert one.wire is not None
    day.note(f"wire of {one.folder.name} silent for {LONG_PAUSE:g} s")
    one.wire.silence()
    await asyncio.sleep(LONG_PAUSE)
    one.wire.mend()


async def begins_without_its_database(day: Day) -> None:
    """A program is started while no connection to its database comes about."""
    one = day.one()
    assert one.wire is not None
    day.note(f"{one.folder.name} begins while its database is away")
    await one.kill()
    one.wire.cut()
    before = one.err.count("watching")
    await one.start()
    await asyncio.sleep(day.dice.uniform(3, 6))
    one.wire.mend()
    await until(lambda: one.err.count("watching") > before or one.has_ended, "the program watches")
    assert not one.has_ended, one.err[-1000:]


async def the_database_ends_all_sessions(day: Day) -> None:
    """Every session ends at once."""
    assert day.server is not None
    day.note("all sessions of the database end")
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
    await asyncio.to_thread(day.server.postgres.run, f"{query} '{day.database}'")


async def the_database_is_restarted(day: Day) -> None:
    """The database ends, in one of the three ways that it can, and begins anew after a while."""
    assert day.server is not None
    mode = day.dice.choice((SMART, FAST, IMMEDIATE))
    away = day.dice.uniform(0, 4)
    day.note(f"PostgreSQL restarted ({mode}), away for {away:.1f} s")
    if mode == SMART:
        # It waits until everybody has left of themselves, and lets nobody in: nobody does.
        await asyncio.to_thread(day.server.stop, SMART, waits=False)
        await asyncio.sleep(3)
    await asyncio.to_thread(day.server.stop, FAST if mode == SMART else mode)
    await asyncio.sleep(away)
    await asyncio.to_thread(day.server.start)


async def the_database_fails_over(day: Day) -> None:
    """The database goes on elsewhere; old connections end, or are never heard of again, as when a machine is lost."""
    assert day.server is not None
    silently = day.dice.random() < 1 / 2
    day.note(f"PostgreSQL fails over, old connections {'stay silent for ever' if silently else 'end'}")
    if silently:
        for one in day.crew:
            assert one.wire is not None
            one.wire.silence()
    await asyncio.to_thread(day.server.stop, IMMEDIATE)
    await asyncio.to_thread(day.server.start, elsewhere=True)
    for one in day.crew:
        assert one.wire is not None
        one.wire.lead_to(day.server.postgres.folder, silently=silently)


SHORT: tuple[Mishap, ...] = (
    is_killed,
    is_killed,
    all_are_killed,
    sleeps_shortly,
    loses_its_database,
    the_database_ends_all_sessions,
    the_database_is_restarted,
)
LONG: tuple[Mishap, ...] = (
    sleeps_long,
    sleeps_in_the_middle,
    sleeps_in_the_middle,
    hears_nothing_of_its_database,
    is_stopped_cleanly,
    begins_without_its_database,
    the_database_fails_over,
    *clocks.FLEET,
    *egress.FLEET,
)
# Takes longer than a day should: seldom.
RARE: tuple[Mishap, ...] = (sleeps_longer_than_a_lease,)
