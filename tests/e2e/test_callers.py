"""The real program hears who calls in, and what it has heard it tells, also after a power cut."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.databases import sqlite_in
from tests.e2e.program import Sitrep, until
from tests.web.world import alert, group

TOKEN = "a-secret-that-nobody-guesses"
CONFIG = """
watch = []
[[hook]]
name = "alerts"
type = "alertmanager"
token = "${SITREP_HOOK_TOKEN}"
[[probe]]
name = "Nightly backup"
type = "heartbeat"
every = "24h"
token = "${SITREP_HOOK_TOKEN}"
"""
BACKUP = f"/heartbeat/nightly-backup/{TOKEN}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class Listening(Sitrep):
    """A program that listens, and somebody who calls."""

    port: int

    async def calls(self, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
        # It says that it watches a moment before it listens.
        transport = httpx.AsyncHTTPTransport(retries=8, verify=False)
        base = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=base, timeout=20, transport=transport) as client:
            return await client.post(path, json=body, headers={"authorization": f"Bearer {token}"} if body else {})

    def says(self, words: str) -> bool:
        return any(words in told.text for told in self.told())


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Listening]:
    one = Listening(tmp_path, sqlite_in(tmp_path))
    one.port = free_port()
    one.config.write_text(CONFIG, encoding="utf-8")
    (tmp_path / ".env").write_text(f"SITREP_HOOK_TOKEN={TOKEN}\nPORT={one.port}\nLOG_LEVEL=DEBUG\n", encoding="utf-8")
    yield one
    if one.process is not None:
        await one.kill()


async def test_what_was_heard_is_told_also_after_a_power_cut(program: Listening) -> None:
    await program.started()
    assert (await program.calls("/hooks/alerts", group(alert()), token="wrong" * 4)).status_code == 401
    assert (await program.calls("/hooks/alerts", group(alert()))).status_code == 200
    await program.kill()

    await program.started()
    await until(lambda: program.says("OpenAI: Chat Completions is failing"), "the alert is told")
    assert (await program.calls("/hooks/alerts", group(alert()))).status_code == 200
    assert (await program.calls("/hooks/alerts", group(alert("resolved")))).status_code == 200
    await until(lambda: program.says("It no longer fires."), "its end is told")

    posts = [told for told in program.told() if told.step == "post"]
    assert len(posts) == 1
    assert await program.stop() == 0
    assert TOKEN not in program.err


async def test_a_job_that_failed_before_a_power_cut_is_well_after_it(program: Listening) -> None:
    await program.started()
    assert (await program.calls(f"{BACKUP}/3")).text == "OK\n"
    await until(lambda: program.says("It reported a failure (exit status 3)."), "the failure is told")
    await program.kill()

    await program.started()
    assert (await program.calls(BACKUP)).text == "OK\n"
    await until(lambda: program.says("It called in again."), "the end is told")

    assert len([told for told in program.told() if told.step == "post"]) == 1
    assert await program.stop() == 0
    assert TOKEN not in program.err


async def test_check_names_the_addresses_and_no_secret(program: Listening) -> None:
    checked = await program.run("check")

    assert checked.status == 0
    assert f"hook alerts: http://127.0.0.1:{program.port}/hooks/alerts" in checked.out
    job = f"heartbeat Nightly backup: http://127.0.0.1:{program.port}/heartbeat/nightly-backup/$SITREP_HOOK_TOKEN"
    assert job in checked.out
    assert TOKEN not in checked.out + checked.err


async def test_a_secret_that_is_missing_or_short_is_a_mistake_before_anything_runs(program: Listening) -> None:
    (program.folder / ".env").write_text("")
    missing = await program.run("check")
    short = await program.run("check", environment={"SITREP_HOOK_TOKEN": "hunter2"})

    assert (missing.status, short.status) == (2, 2)
    assert "hook[1].token: SITREP_HOOK_TOKEN is not set; set it to a secret of at least 16 characters" in missing.err
    assert "probe[1].token: SITREP_HOOK_TOKEN is not set" in missing.err
    assert "environment: SITREP_HOOK_TOKEN: is short enough to be guessed" in short.err
    assert "hunter2" not in short.err
