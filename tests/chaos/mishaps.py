"""What goes wrong on a bad day; each returns when it is over."""

from __future__ import annotations

import asyncio
import signal
from random import Random

from tests.chaos.day import LONG_PAUSE, Day, Instance, Mishap
from tests.localdiscord import faults as discords
from tests.localslack import faults as slacks


def some(dice: Random, number: int) -> list[Mishap]:
    """Return what goes wrong on one day; what takes long is not there twice."""
    long = dice.sample(_LONG, k=dice.choice((0, 1, 1)))
    short = [dice.choice(_SHORT) for _ in range(number - len(long))]
    chosen = [*long, *short]
    dice.shuffle(chosen)
    return chosen


def _one(day: Day) -> Instance:
    return day.dice.choice(day.crew)


async def is_killed(day: Day) -> None:
    """A program ends as in a power cut, and is started again."""
    one = _one(day)
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
        status = await one.stop()
        assert status == 0, one.err[-2000:]
        await one.started()


async def sleeps_long(day: Day) -> None:
    """A program is stopped for longer than others wait for it, and wakes in the middle of what it did."""
    one = _one(day)
    day.note(f"SIGSTOP {one.folder.name} for {LONG_PAUSE:g} s")
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(LONG_PAUSE)
    one.signal(signal.SIGCONT)


async def sleeps_shortly(day: Day) -> None:
    """A program is stopped for a moment."""
    one = _one(day)
    day.note(f"SIGSTOP {one.folder.name} for a moment")
    one.signal(signal.SIGSTOP)
    await asyncio.sleep(day.dice.uniform(0.5, 4))
    one.signal(signal.SIGCONT)


async def loses_its_database(day: Day) -> None:
    """The connections of one program are cut, and none comes about for a while."""
    one = _one(day)
    assert one.wire is not None
    day.note(f"wire of {one.folder.name} cut")
    one.wire.cut()
    await asyncio.sleep(day.dice.uniform(0.1, 4))
    one.wire.mend()


async def hears_nothing_of_its_database(day: Day) -> None:
    """Nothing comes through to the database of one program any more, and nobody is told."""
    one = _one(day)
    assert one.wire is not None
    day.note(f"wire of {one.folder.name} silent for {LONG_PAUSE:g} s")
    one.wire.silence()
    await asyncio.sleep(LONG_PAUSE)
    one.wire.mend()


async def the_database_ends_all_sessions(day: Day) -> None:
    """The database fails over: every session ends at once."""
    day.note("all sessions of the database end")
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
    await asyncio.to_thread(day.postgres.run, f"{query} '{day.database}'")


async def chats_drop_connections(day: Day) -> None:
    """Both chats take what they are told, and drop the connection before they say so."""
    day.note("both chats drop connections after they have taken a message")
    day.slack.faults.add("chat.postMessage", slacks.after(slacks.drops()), times=day.dice.randint(1, 3))
    day.discord.faults.add("create_message", discords.after(discords.drops()), times=day.dice.randint(1, 3))


async def chats_are_slow(day: Day) -> None:
    """Both chats answer late, and some calls not at all."""
    day.note("both chats are slow")
    late = day.dice.uniform(0.5, 3)
    day.slack.faults.add("chat.postMessage", slacks.after(slacks.slow(late)), times=4)
    day.discord.faults.add("create_message", discords.after(discords.slow(late)), times=4)
    day.slack.faults.add("chat.postMessage", slacks.after(slacks.hangs()))


async def chats_ask_to_wait(day: Day) -> None:
    """Both chats answer that there are too many calls."""
    day.note("both chats ask to wait")
    day.slack.faults.add("chat.postMessage", slacks.rate_limited(day.dice.randint(1, 3)), times=3)
    day.discord.faults.add("create_message", discords.rate_limited(day.dice.uniform(0.5, 3)), times=3)


async def chats_fail(day: Day) -> None:
    """Both chats answer with an error of their own, before or after they have taken the message."""
    day.note("both chats answer 503")
    day.slack.faults.add("chat.postMessage", slacks.status(503), times=2)
    day.slack.faults.add("chat.postMessage", slacks.after(slacks.status(503)))
    day.discord.faults.add("create_message", discords.status(503), times=2)
    day.discord.faults.add("create_message", discords.after(discords.status(502)))


_SHORT: tuple[Mishap, ...] = (
    is_killed,
    is_killed,
    all_are_killed,
    sleeps_shortly,
    loses_its_database,
    the_database_ends_all_sessions,
    chats_drop_connections,
    chats_are_slow,
    chats_ask_to_wait,
    chats_fail,
)
_LONG: tuple[Mishap, ...] = (sleeps_long, hears_nothing_of_its_database, is_stopped_cleanly)
