"""`make chaos`: bad days, one after the other, each with its seed; the first that ends badly ends it."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

from tests.chaos.day import Day, Mishap, a_day, live_through
from tests.chaos.mishaps import some
from tests.chaos.upgrade import upgrade
from tests.databases import Postgres, migrate_by_hand, start_by_hand

_MISHAPS = 3


async def one_day(postgres: Postgres, seed: int, *, upgrades: bool = False) -> bool:
    """Live through the day of a seed; returns whether it ended well."""
    dice = Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="sitrep-chaos-"))
    began = time.monotonic()
    async with a_day(folder, postgres, dice) as day:
        mishaps: list[Mishap] = [partial(upgrade, folder)] if upgrades else some(dice, _MISHAPS)
        found = await _lived_through(day, mishaps)
        took = time.monotonic() - began
        print(f"{'ok  ' if not found else 'FAIL'}  seed {seed}: {'; '.join(day.log)} ({took:.0f} s)", flush=True)
        for what in found:
            print(f"      {what}")
    if found:
        print(f"      what the programs said is in {folder}")
    else:
        shutil.rmtree(folder)
    return not found


async def _lived_through(day: Day, mishaps: list[Mishap]) -> list[str]:
    """Return what is wrong in the end; a program that does not start or end as it should is wrong too."""
    try:
        return await live_through(day, mishaps)
    except (AssertionError, TimeoutError) as error:
        return [f"{type(error).__name__}: {str(error)[-1000:]}"]


async def days(options: argparse.Namespace, postgres: Postgres) -> int:
    """Live through days, some at once, until there were enough, time is over, or one ended badly."""
    until = time.monotonic() + options.minutes * 60
    drawn = (SystemRandom().randrange(10**6) for _ in range(options.rounds))
    seeds = [options.seed] if options.seed is not None else list(drawn)
    ended: list[bool] = []

    async def one_after_the_other() -> None:
        while seeds and all(ended) and time.monotonic() < until:
            ended.append(await one_day(postgres, seeds.pop(), upgrades=options.upgrade))

    await asyncio.gather(*(one_after_the_other() for _ in range(options.at_once)))
    print(f"{sum(ended)} passed, {ended.count(False)} failed")
    return int(not all(ended) or not ended)


def main() -> int:
    """Read the command line, and begin."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="how many days (default: 10)")
    parser.add_argument("--at-once", type=int, default=1, help="how many days at the same time")
    parser.add_argument("--minutes", type=float, default=600, help="begin no further day after so long")
    parser.add_argument("--seed", type=int, help="the day of this seed, and no other")
    parser.add_argument("--upgrade", action="store_true", help="nothing goes wrong but a rolling upgrade")
    options = parser.parse_args()
    postgres = start_by_hand()
    try:
        migrate_by_hand(postgres)
        return asyncio.run(days(options, postgres))
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
