"""What docs/operations.md tells people to type, typed: to two instances on PostgreSQL, back, and what was saved."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings.database import normalised
from tests.databases import Postgres, sqlite_in
from tests.e2e.program import PATIENCE, ROOT, until
from tests.e2e.statuspage import StatusPage
from tests.e2e.test_both import OnBoth
from tests.e2e.test_callers import free_port
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localslack import LocalSlack, local_slack, readable

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"<!-- tried: ([\w -]+) -->\s+```sh\n(.*?)```", PAGE, re.DOTALL))
SERVER, USER = "@db.example/sitrep", "sitrep:a-long-word-of-yours"
VENDOR = "vendor-00"
MUTED = "SELECT vendor FROM muting WHERE removed_at IS NULL"


@dataclass(slots=True)
class Place:
    """A folder where Sitrep runs, what is around it, and a shell in it."""

    folder: Path
    postgres: Postgres
    them: Vendors
    slack: LocalSlack
    running: list[OnBoth] = field(default_factory=list[OnBoth])

    @property
    def page(self) -> StatusPage:
        return self.them.pages[VENDOR]

    @property
    def server(self) -> str:
        return f"postgresql://sitrep@/sitrep?host={self.postgres.folder}"

    async def types(self, block: str) -> str:
        """Type a block of the page, line by line, as it stands there but for where the server is; it must go well."""
        return await self.does(BLOCKS[block].replace(f"postgresql://{USER}{SERVER}", self.server))

    async def does(self, commands: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *("sh", "-eu", "-c", commands),
            cwd=self.folder,
            env=self.environment,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, err.decode()
        return out.decode()

    @property
    def environment(self) -> dict[str, str]:
        """What a person's shell has there: the command `sitrep`, PostgreSQL's, and as whom to come to the server."""
        mine = {
            "PATH": f"{self.folder / 'bin'}:{self.postgres.programs}:{os.environ['PATH']}",
            "HOME": str(self.folder),
        }
        return {**mine, "PGHOST": str(self.postgres.folder), "PGUSER": "postgres"}

    async def starts(self, url: str, name: str = "one") -> OnBoth:
        """Start an instance on a database, in a folder of its own, with the same configuration as all others."""
        folder = self.folder if name == "one" else self.folder / name
        folder.mkdir(exist_ok=True)
        tokens = {"SLACK_BOT_TOKEN": self.slack.token, "SLACK_APP_TOKEN": self.slack.app_token}
        more = {**tokens, "SLACK_API_URL": self.slack.api_url, "PORT": str(free_port())}
        one = OnBoth(folder, normalised(url), more=more)
        ops = self.slack.world.named("ops").id
        one.watches(self.them.urls, "5s", f'[[route]]\nto = ["slack:{ops}"]\n[reports]\npost = false\n')
        self.running.append(one)
        await one.started()
        return one

    async def stop_all(self) -> None:
        while self.running:
            assert await self.running.pop().stop() == 0

    def thread(self) -> list[str]:
        """Return the root and its thread; there must be one root, whatever happens."""
        ops = self.slack.world.named("ops").id
        (root,) = self.slack.world.roots(ops)
        return [readable(root), *(readable(one) for one in self.slack.world.thread(ops, root.ts)[1:])]

    async def says(self, words: str) -> None:
        """Let the vendor say something, and wait until the thread has it."""
        self.page.incidents[0].says("identified", words)
        self.them.publish(VENDOR)
        await until(lambda: sum(words in one for one in self.thread()[1:]) == 1, f"the thread has: {words}")


@asynccontextmanager
async def place(folder: Path, postgres: Postgres) -> AsyncIterator[Place]:
    (folder / "bin").mkdir()
    command = folder / "bin" / "sitrep"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m bot "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    async with vendors(1, dice()) as them, local_slack(limits=False) as slack:
        slack.world.channel("ops")
        here = Place(folder, postgres, them, slack)
        try:
            yield here
        finally:
            for one in here.running:
                if one.process is not None and not one.has_ended:
                    one.process.kill()
                    await one.process.wait()
            for name in ("sitrep", "sitrep_before"):
                postgres.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            postgres.run("DROP ROLE IF EXISTS sitrep")


def test_every_block_is_tried_here() -> None:
    assert list(BLOCKS) == [
        *("role", "there", "back"),
        *("sqlite back-up", "sqlite restore", "postgresql back-up", "postgresql restore"),
    ]
    assert f"postgresql://{USER}{SERVER}" in BLOCKS["there"]


async def test_a_stranger_moves_to_two_instances_on_postgresql_and_back_and_restores_both(
    postgres: Postgres, tmp_path: Path
) -> None:
    async with place(tmp_path, postgres) as at:
        at.page.opens("API is slow", "major", "We look into it.", API="partial_outage")
        at.them.publish(VENDOR)
        await at.starts(sqlite_in(tmp_path))
        await at.slack.sockets.until_connected()
        await until(lambda: at.slack.world.roots(at.slack.world.named("ops").id), "it stands in Slack")
        (root,) = at.slack.world.roots(at.slack.world.named("ops").id)
        await (await at.slack.person().presses(root, "sitrep:ack")).acked()
        await until(lambda: "Acknowledged by" in at.thread()[0], "somebody has it")
        await at.does("sitrep ask mute vendor github 4h")
        await at.types("sqlite back-up")
        await at.stop_all()

        # There.
        await at.types("role")
        assert "1 incidents among them" in await at.types("there")
        for name in ("one", "two"):
            await at.starts(at.server, name)
        await at.says("On two instances.")
        assert "Acknowledged by" in at.thread()[0]
        assert await at.running[-1].ask(MUTED) == ["github"]
        await at.types("postgresql back-up")
        await at.stop_all()

        # What was there is there again.
        await at.types("postgresql restore")
        await at.starts(at.server)
        await at.says("After a restore.")
        await at.stop_all()

        # And back.
        await at.types("back")
        await at.starts(f"sqlite+aiosqlite:///{tmp_path / 'sitrep-back.db'}")
        await at.says("Back in a file.")
        assert "Acknowledged by" in at.thread()[0]
        assert await at.running[-1].ask(MUTED) == ["github"]
        await at.stop_all()

        # The first file, as it was when it was backed up.
        await at.types("sqlite restore")
        first = OnBoth(tmp_path, sqlite_in(tmp_path))
        assert await first.ask(MUTED) == ["github"]
        assert await first.ask("SELECT title FROM incident") == ["API is slow"]
