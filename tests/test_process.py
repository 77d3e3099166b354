"""How long a process may take to end."""

from __future__ import annotations

import asyncio

from bot.process import Stop


async def test_time_to_end_begins_when_that_is_first_said() -> None:
    stop = Stop()
    before = stop.left
    stop.set()
    at_first = stop.left
    await asyncio.sleep(0.01)
    stop.set()

    assert before == 9.5
    assert at_first <= before
    assert stop.left < at_first
