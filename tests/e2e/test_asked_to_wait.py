"""Slack asks the program to wait: so does the one that begins after it, though nobody told that one."""

from __future__ import annotations

from pathlib import Path

from tests import localslack
from tests.e2e.program import until
from tests.e2e.test_killed import dice, vendors
from tests.e2e.test_slack import POST, OnSlack, on_slack
from tests.loops.world import until as so_it_is

_TAKEN = "SELECT fence FROM announcement WHERE owner IS NULL AND root IS NULL AND fence > {fence}"
_NOTED = "SELECT value FROM note WHERE name = 'wait:slack:chat.postMessage'"


async def found(sitrep: OnSlack, query: str) -> str:
    """Return what the database answers, as soon as that is anything."""
    rows: list[str] = []

    async def is_there() -> bool:
        rows[:] = await sitrep.ask(query)
        return bool(rows)

    await so_it_is(is_there)
    return rows[0]


async def test_who_begins_after_a_kill_waits_as_the_one_before_was_asked_to(tmp_path: Path) -> None:
    async with vendors(1, dice()) as them, on_slack(tmp_path, ["vendor-00"]) as sitrep:
        sitrep.slack.faults.add(POST, localslack.rate_limited(120))
        them.pages["vendor-00"].opens("API is slow", "major", "We look into it.", API="partial_outage")
        them.publish("vendor-00")
        sitrep.watches(them.urls)
        await sitrep.started()
        await until(lambda: sitrep.slack.journal.of(POST), "the incident is told")
        await found(sitrep, _NOTED)
        fence = await found(sitrep, _TAKEN.format(fence=0))
        await sitrep.kill()
        await sitrep.started()
        # It is due at once for whoever begins, for the clock before may have been wrong; and is put off without a call.
        await found(sitrep, _TAKEN.format(fence=fence))

        assert len(sitrep.slack.journal.of(POST)) == 1
        assert await sitrep.stop() == 0
