"""The spare loop: memory that is free and that nobody has asked for since is given back, now and then."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot import arenas
from bot.clock import Clock

PAUSE = timedelta(minutes=10)


async def give_back(clock: Clock) -> None:
    """Give memory back that is free, every ten minutes, until cancelled.

    Among what is kept for long lies what was free for a moment, on a page of its own or not: some 4 MiB more an hour
    stayed with a program that watches 5,000 pages.
    """
    while True:
        await clock.sleep(PAUSE)
        await asyncio.to_thread(arenas.give_back)
