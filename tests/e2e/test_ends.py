"""Told to stop while everything that it waits for hangs: it ends within ten seconds, and gives back what it holds."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.proxy import wire
from tests.databases import Postgres
from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.statuspage import SUMMARY
from tests.e2e.test_both import OnBoth
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localslack import LocalSlack, hangs, local_slack
from tests.servers import Answer, Server, serve

# Told to a chat that does not answer, to a program that does not either, and asked of a target that is as silent.
TABLES = """
[[route]]
to = ["slack:{channel}", "webhook"]
[[escalation]]
steps = [{{ after = "1s", notify = "slack:{channel}" }}]
[[probe]]
name = "ours"
type = "http"
target = "{target}/health"
interval = "15s"
timeout = "15s"
"""
LEASES = "SELECT 'poll of ' || source FROM poll WHERE owner IS NOT NULL OR lease_until IS NOT NULL UNION ALL SELECT"
HELD = f"{LEASES} 'announcement of ' || incident FROM announcement WHERE owner IS NOT NULL OR lease_until IS NOT NULL"


@dataclass(slots=True)
class Silence:
    """A program among those who do not answer."""

    sitrep: Sitrep
    them: Vendors
    slack: LocalSlack
    silent: Server


@asynccontextmanager
async def silence(folder: Path, url: str) -> AsyncIterator[Silence]:
    async with (
        vendors(2, dice()) as them,
        local_slack(limits=False) as slack,
        serve() as silent,
        sitrep_in(folder, url) as plain,
    ):
        silent.answers = {"/health": Answer.never(), "/hook": Answer.never()}
        tokens = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
        more = tokens | {"WEBHOOK_URL": f"{silent.url}/hook", "WEBHOOK_SECRET": "not-a-secret-of-anybody"}
        sitrep = OnBoth(folder, url, more=more)
        there = slack.world.channel("ops").id
        sitrep.watches(them.urls, "5s", TABLES.format(channel=there, target=silent.url))
        try:
            yield Silence(sitrep, them, slack, silent)
        finally:
            plain.process = sitrep.process


async def test_in_the_middle_of_everything_it_gives_back_what_it_holds(bare_url: str, tmp_path: Path) -> None:
    async with silence(tmp_path, bare_url) as at:
        at.slack.faults.add("chat.postMessage", hangs())
        at.them.pages["vendor-00"].opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish("vendor-00")
        at.them.servers["vendor-01"].answers = {SUMMARY: Answer.never()}
        await at.sitrep.started()
        await until(lambda: at.slack.journal.of("chat.postMessage"), "it is in the middle of posting")
        await until(lambda: {hit.path for hit in at.silent.hits} == {"/health", "/hook"}, "and of the rest")

        assert await at.sitrep.stop() == 0

        assert await at.sitrep.ask(HELD) == []
        assert "Traceback" not in at.sitrep.err
        await at.sitrep.started()
        await until(lambda: len(at.slack.world.roots(at.slack.world.named("ops").id)) == 1, "the next one posts it")
        assert await at.sitrep.stop() == 0


@pytest.mark.parametrize("ill", ["silent", "cut"])
async def test_a_database_that_hangs_or_is_gone_does_not_keep_it(
    ill: str, postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    name = postgres_url.partition("@/")[2].partition("?")[0]
    behind = f"postgresql+asyncpg://postgres@/{name}?host={tmp_path}"
    async with (
        vendors(1, dice()) as them,
        wire(tmp_path, postgres.folder) as line,
        sitrep_in(tmp_path, behind) as sitrep,
    ):
        sitrep.watches(them.urls, "5s")
        them.pages["vendor-00"].opens("API is slow", "major", "We look into it.", API="partial_outage")
        them.publish("vendor-00")
        await sitrep.started()
        await until(sitrep.told, "it works")
        breaks = {"silent": line.silence, "cut": line.cut}[ill]
        breaks()

        assert await sitrep.stop() == 0

        # The next one has not come further than to its database.
        wanted = line.wanted
        await sitrep.start()
        await until(lambda: line.wanted > wanted, "it wants its database")
        assert await sitrep.stop() == 0
        assert "Traceback" not in sitrep.err


async def test_a_file_that_another_program_holds_does_not_keep_it(tmp_path: Path) -> None:
    async with vendors(1, dice()) as them, sitrep_in(tmp_path) as sitrep:
        sitrep.watches(them.urls, "5s")
        await sitrep.started()
        await until(lambda: them.servers["vendor-00"].hits, "it works")
        with closing(sqlite3.connect(tmp_path / "sitrep.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            them.pages["vendor-00"].opens("API is slow", "major", "We look into it.", API="partial_outage")
            them.publish("vendor-00")
            # Each second it wants to write who looks at what.
            await asyncio.sleep(3)

            assert await sitrep.stop() == 0
