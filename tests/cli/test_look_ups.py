"""Names are looked up in threads; a few that hang must not hold up all others."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bot.cli import LOOK_UPS

TASKS = Path("/proc/self/task")
ASKED = f"""
import asyncio, pathlib
from bot.cli import new_loop

async def look_up():
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.getaddrinfo("localhost", 1) for _ in range({LOOK_UPS})))
    print(len(list(pathlib.Path("{TASKS}").iterdir())))

with asyncio.Runner(loop_factory=new_loop) as runner:
    runner.run(look_up())
"""


async def threads() -> int:
    """Return how many threads a program has that has looked up many names at once."""
    command = (sys.executable, "-c", ASKED)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return int(out)


@pytest.mark.skipif(not TASKS.exists(), reason="needs Linux' /proc")
async def test_many_names_can_be_looked_up_at_once() -> None:
    # libuv lets look-ups have half of its threads.
    assert await threads() > 2 * LOOK_UPS
