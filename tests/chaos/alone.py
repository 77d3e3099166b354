"""A day of one program with a SQLite file on a small disk, and what goes wrong with disk, file and clock."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from tests.chaos.clocks import a_right_one, far, put
from tests.chaos.day import VENDORS, Day, Instance, Mishap, over, routes, tokens
from tests.chaos.dice import dice_for
from tests.chaos.fleet import is_killed, is_stopped_cleanly, sleeps_shortly
from tests.disks import small_disk
from tests.e2e.program import patiently
from tests.e2e.test_killed import vendors
from tests.localdiscord import local_discord
from tests.localslack import local_slack

_REFUSED, _TAKEN_AGAIN = "nothing can be written, so nothing is sent", "the database takes what is written again"
_SAID_WITHIN = 60.0
# A clock that was set is believed when it has stayed so for a minute.
_BELIEVED_WITHIN = 240.0
_FOLLOWED = "what waits is moved with it"
# Who is called after so long is called too early, on any day.
_ESCALATION = '[[escalation]]\nmatch = {{}}\nsteps = [{{ after = "1h", notify = "slack:{leads}" }}]\n'


@asynccontextmanager
async def a_day(folder: Path, seed: int, *, limited: bool = False) -> AsyncIterator[Day]:
    """Set everything up."""
    async with AsyncExitStack() as stack:
        them = await stack.enter_async_context(vendors(VENDORS, dice_for(seed, "stories")))
        slack = await stack.enter_async_context(local_slack(limits=limited))
        discord = await stack.enter_async_context(local_discord(limits=limited))
        led, leads = routes(them, slack, discord), slack.world.channel("leads").id
        disk = stack.enter_context(small_disk(folder / "disk", "16m"))
        place = folder / "alone"
        place.mkdir()
        more = {**tokens(slack, discord), "PORT": str(_free_port()), **a_right_one(place)}
        one = Instance(place, f"sqlite+aiosqlite:///{disk.folder / 'sitrep.db'}", more=more)
        one.watches(them.urls, "5s", led + _ESCALATION.format(leads=leads))
        yield await stack.enter_async_context(over(Day(seed, them, slack, discord, [one], disk=disk, limited=limited)))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


async def the_disk_is_full(day: Day) -> None:
    """Not a byte more can be written for a while; then there is room again, and nobody does anything about it."""
    assert day.disk is not None
    (one,) = day.crew
    before = one.err.count(_REFUSED), one.err.count(_TAKEN_AGAIN)
    await asyncio.to_thread(day.disk.fill, one.pid)
    refused = await patiently(lambda: one.err.count(_REFUSED) > before[0] or one.has_ended, within=_SAID_WITHIN)
    day.note(f"the disk is full ({day.disk.kind}): {'said' if refused else 'what was written still fitted'}")
    if one.has_ended:
        day.found.append("the program has ended, for its disk is full")
    if refused:
        await asyncio.sleep(day.dice.uniform(0, 6))
        day.found += [f"while the disk is full {what}" for what in await _says(one)]
    day.disk.free(one.pid)
    if refused and not await patiently(lambda: one.err.count(_TAKEN_AGAIN) > before[1], within=_SAID_WITHIN):
        day.found.append("there is room again, and it has not noticed")


async def is_killed_on_a_full_disk(day: Day) -> None:
    """The power goes out while the disk is full, and there is room again only when the program has begun."""
    assert day.disk is not None
    (one,) = day.crew
    day.note(f"kill -9 while the disk is full ({day.disk.kind})")
    await asyncio.to_thread(day.disk.fill, one.pid)
    await asyncio.sleep(day.dice.uniform(0, 4))
    await one.kill()
    before = one.err.count("watching")
    await one.start()
    day.disk.fill(one.pid)
    await asyncio.sleep(day.dice.uniform(2, 5))
    day.disk.free(one.pid)
    await patiently(lambda: one.err.count("watching") > before or one.has_ended, within=_SAID_WITHIN)
    if one.has_ended:  # it could not begin, and whoever looks after it starts it again
        one.process = None
        await one.started()


async def _says(one: Instance) -> list[str]:
    """Return what a program that can write nothing does not say of itself."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.more['PORT']}", timeout=10) as client:
        ready, alive = await client.get("/readyz"), await client.get("/healthz")
    found = []
    if ready.status_code != httpx.codes.SERVICE_UNAVAILABLE or "nothing can be written" not in ready.text:
        found.append(f"/readyz says {ready.status_code} {ready.text!r}")
    if alive.status_code != httpx.codes.OK or "nothing can be written" not in alive.text:
        found.append(f"/healthz says {alive.status_code} {alive.text!r}")
    return found


async def the_clock_jumps_and_back(day: Day) -> None:
    """Somebody sets the clock, and sets it right before anybody believes it."""
    (one,) = day.crew
    by, lasts = far(day.dice), day.dice.uniform(1, 15)
    day.note(f"the clock is set by {by:+d} s for {lasts:.0f} s")
    put(one, by)
    await asyncio.sleep(lasts)
    put(one, 0)


async def the_clock_jumps_and_stays(day: Day) -> None:
    """Somebody sets the clock; it is believed, and then set right, which is believed too."""
    (one,) = day.crew
    by = far(day.dice)
    day.note(f"the clock is set by {by:+d} s until that is believed")
    for value in (by, 0):
        before = one.err.count(_FOLLOWED)
        put(one, value)
        if not await patiently(partial(_says_more, one, _FOLLOWED, before), within=_BELIEVED_WITHIN, every=0.2):
            day.found.append(f"a clock that is set to {value:+d} s is not followed")


async def is_killed_while_the_clock_is_wrong(day: Day) -> None:
    """A program begins while the clock is wrong and knows no better; it is right when the next one begins."""
    (one,) = day.crew
    by = far(day.dice)
    day.note(f"kill -9, and begun anew with a clock that is wrong by {by:+d} s, and once more with a right one")
    day.misled = True
    for value in (by, 0):
        await one.kill()
        put(one, value)
        await one.started()
        await asyncio.sleep(day.dice.uniform(0.5, 8))


def _says_more(one: Instance, what: str, before: int) -> bool:
    return one.err.count(what) > before


SHORT: tuple[Mishap, ...] = (
    is_killed,
    sleeps_shortly,
    the_disk_is_full,
    the_disk_is_full,
    is_killed_on_a_full_disk,
    the_clock_jumps_and_back,
    is_killed_while_the_clock_is_wrong,
)
LONG: tuple[Mishap, ...] = (is_stopped_cleanly, the_clock_jumps_and_stays)
RARE: tuple[Mishap, ...] = ()
