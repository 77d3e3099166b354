"""`make chaos`: bad days, one after the other, each with its seed; the first that ends badly ends it.

It ends with 0 when all that were asked for went well, with 1 when one ended badly, and with 3 when time was over before
there were as many as asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from random import SystemRandom

from tests.chaos import alone, fleet, limits
from tests.chaos.day import Day, Mishap, live_through
from tests.chaos.mishaps import BY_NAME, place, some
from tests.chaos.server import Server, a_server
from tests.chaos.upgrade import upgrade
from tests.disks import may_mount

_MISHAPS = 3
_ROUNDS = 10
_LONGEST_MINUTES = 600.0
_ALL_WELL, _BADLY, _TOO_FEW = 0, 1, 3


async def one_day(server: Server, seed: int, options: argparse.Namespace) -> bool:
    """Live through the day of a seed; returns whether it ended well."""
    folder = Path(tempfile.mkdtemp(prefix="sitrep-chaos-"))
    began, limited = time.monotonic(), options.limits or limits.are_kept(seed)
    where = "fleet" if options.upgrade else place(seed, options.place)
    mishaps = [BY_NAME[name] for name in options.mishap] or some(seed, where, _MISHAPS)
    if options.upgrade:
        mishaps = [partial(upgrade, folder)]
    setting: AbstractAsyncContextManager[Day] = (
        alone.a_day(folder, seed, limited=limited)
        if where == "alone"
        else fleet.a_day(folder, server, seed, limited=limited)
    )
    async with setting as day:
        found = await _lived_through(day, mishaps)
        took = time.monotonic() - began
        said = f"{'ok  ' if not found else 'FAIL'}  seed {seed} ({where}): {'; '.join(day.log)} ({took:.0f} s)"
        print(said, flush=True)
        for what in found:
            print(f"      {what}")
    if found:
        print(f"      what the programs said is in {folder}", flush=True)
    else:
        shutil.rmtree(folder)
    return not found


async def _lived_through(day: Day, mishaps: Sequence[Mishap]) -> list[str]:
    """Return what is wrong in the end; a program that does not start or end as it should is wrong too."""
    try:
        return await live_through(day, mishaps)
    except (AssertionError, TimeoutError) as error:
        return [f"{type(error).__name__}: {str(error)[-1000:]}"]


async def days(options: argparse.Namespace, servers: Sequence[Server]) -> int:
    """Live through days, some at once, until there were enough, time is over, or one ended badly."""
    until = time.monotonic() + (_LONGEST_MINUTES if options.minutes is None else options.minutes) * 60
    wanted = wanted_of(options)
    seeds = iter([options.seed]) if options.seed is not None else _drawn(wanted)
    ended: list[bool] = []

    async def one_after_the_other(server: Server) -> None:
        while (all(ended) or options.go_on) and time.monotonic() < until:
            seed = next(seeds, None)
            if seed is None:
                return
            ended.append(await one_day(server, seed, options))

    await asyncio.gather(*map(one_after_the_other, servers))
    status, said = verdict(ended, wanted)
    print(said)
    return status


def wanted_of(options: argparse.Namespace) -> int | None:
    """Return how many days are asked for; None if as many as there is time for."""
    if options.seed is not None:
        return 1
    if options.rounds is not None:
        return int(options.rounds)
    return _ROUNDS if options.minutes is None else None


def _drawn(number: int | None) -> Iterator[int]:
    """Draw so many seeds, or, for None, as many as somebody takes."""
    for _ in count() if number is None else range(number):
        yield SystemRandom().randrange(10**6)


def verdict(ended: Sequence[bool], wanted: int | None) -> tuple[int, str]:
    """Return the exit status, and what is said in the end."""
    lived = f"{len(ended)} days" if wanted is None else f"{len(ended)} of {wanted} days"
    said = f"{lived}: {sum(ended)} passed, {ended.count(False)} failed"
    if not all(ended):
        return _BADLY, said
    if not ended or (wanted is not None and len(ended) < wanted):
        return _TOO_FEW, f"{said}; time was over before there were as many as asked for"
    return _ALL_WELL, said


def main() -> int:
    """Read the command line, and begin."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, help=f"how many days (default: {_ROUNDS}, or all there is time for)")
    parser.add_argument("--at-once", type=int, default=1, help="how many days at the same time")
    parser.add_argument("--minutes", type=float, help="begin no further day after so long; ends with 3 if too few were")
    parser.add_argument("--seed", type=int, help="the day of this seed, and no other")
    parser.add_argument("--place", choices=("fleet", "alone"), default="", help="where every day is lived")
    parser.add_argument("--mishap", action="append", default=[], choices=sorted(BY_NAME), help="what goes wrong")
    parser.add_argument("--limits", action="store_true", help="both chats keep their limits on every day, not on some")
    parser.add_argument("--go-on", action="store_true", help="go on after a day that ended badly")
    parser.add_argument("--upgrade", action="store_true", help="nothing goes wrong but a rolling upgrade")
    options = parser.parse_args()
    if not may_mount():
        print("no file system may be mounted here: full disks are files that may not grow (RLIMIT_FSIZE)", flush=True)
    # Who is told to end ends what it has begun.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        # Each at the same time has one of its own: it is restarted on some days.
        servers = [stack.enter_context(a_server()) for _ in range(options.at_once)]
        return asyncio.run(days(options, servers))


if __name__ == "__main__":
    sys.exit(main())
