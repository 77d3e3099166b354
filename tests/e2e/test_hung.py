"""A database that hangs, and does not say so: whoever asks in a chat is told in time, and nothing is done twice."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from tests.chaos.proxy import Wire, wire
from tests.databases import Postgres
from tests.e2e.program import until
from tests.e2e.test_both import Team, begun, team
from tests.localdiscord import readable as on_discord
from tests.localslack import readable as on_slack

Hangs = Callable[[Wire, Postgres, str], AbstractContextManager[None]]
AWAY = "does not answer"


@contextmanager
def wire_is_silent(line: Wire, postgres: Postgres, name: str) -> Iterator[None]:
    """Nothing comes through any more, on old connections and on new ones."""
    del postgres, name
    line.silence()
    try:
        yield
    finally:
        line.mend()


@contextmanager
def sessions_are_stopped(line: Wire, postgres: Postgres, name: str) -> Iterator[None]:
    """Every process of the server that answers us is stopped; a new one would be well."""
    del line
    query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608  (the name is ours)
    pids = [int(pid) for pid in postgres.asked(query).split()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def team_on(postgres: Postgres, folder: Path, name: str) -> AsyncIterator[tuple[Team, Wire]]:
    async with wire(folder, postgres.folder) as line, team(folder) as at:
        at.sitrep.database_url = f"postgresql+asyncpg://postgres@/{name}?host={folder}"
        yield at, line


def asides(at: Team) -> list[str]:
    """Return what only whoever asked sees in Slack."""
    return [on_slack(one) for one in at.slack.world.named("ops").ephemeral]


@pytest.mark.parametrize("hangs", [wire_is_silent, sessions_are_stopped])
async def test_who_asks_while_the_database_hangs_is_told_so_in_time_and_nothing_is_done(
    postgres: Postgres, tmp_path: Path, hangs: Hangs
) -> None:
    name = postgres.create("migrated")
    async with team_on(postgres, tmp_path, name) as (at, line):
        await begun(at)
        ops, there = at.slack.world.named("ops").id, at.discord.world.named("ops")
        (root,) = at.slack.world.roots(ops)
        with hangs(line, postgres, name):
            asked = await at.slack.person().runs("/status", "", ops)
            pressed = await at.slack.person().presses(root, "sitrep:ack")
            said = await at.discord.person().runs("status", channel=there)
            taken = await at.discord.person().presses(at.discord.world.roots(there.id)[0], "Acknowledge")
            for one in (asked, pressed, said, taken):
                await one.done()
            await until(lambda: sum(AWAY in text for text in asides(at)) == 2, "both who asked in Slack are told")
            answers = [(await one.said()) for one in (said, taken)]
        in_time = [one.in_time for one in (asked, pressed, said, taken)]
        in_discord = [AWAY in on_discord(one) for one in answers]
        again = await at.slack.person().runs("/status", "", ops)
        await again.done()
        before = "".join((*at.slack_roots(), *at.slack_thread()))

        await (await at.slack.person().presses(root, "sitrep:ack")).acked()
        await until(lambda: "Acknowledged by reader" in at.slack_roots()[0], "it is done when it is asked for again")

        assert in_time == [True] * 4
        assert in_discord == [True] * 2
        assert "Acknowledged" not in before
        assert "".join(at.slack_thread()).casefold().count("acknowledged") == 1
        assert await at.sitrep.stop() == 0
        assert "Traceback" not in at.sitrep.err
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
