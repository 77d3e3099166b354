"""What docs/hooks.md says can be done, is done here: every command, every key, and the example of a client."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.probes.heartbeat import Options
from bot.settings.mistakes import example, keys
from bot.store.database import Database
from tests.fakes import ManualClock
from tests.web.world import TOKEN, World, configured, listening

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/hooks.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
TABLES = re.findall(r"^```toml\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
CLIENT = ROOT / "docs/examples/report_rates.py"


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """Give a Sitrep with everything that the page configures, at the time that the commands read from the machine."""
    clock = ManualClock(SystemClock().now())
    text = "\n".join(TABLES).replace("SITREP_HOOK_TOKEN", "TOKEN")
    async with listening(World(database, configured(tmp_path, text), clock)) as world:
        yield world


async def ran(world: World, *command: str, said: bytes = b"") -> str:
    environ = {"PATH": os.defpath, "SITREP": world.address, "SITREP_HOOK_TOKEN": TOKEN, "NO_PROXY": "*"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=environ)
    out, err = await process.communicate(said)
    assert process.returncode == 0, err
    return out.decode()


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl")
async def test_every_command_does_what_the_page_says(here: World) -> None:
    answers = [await ran(here, "bash", "-c", command) for command in COMMANDS]
    await here.looks()

    assert [answer.partition(":")[0].strip() for answer in answers] == ["ok", "ok", "ok", "ok", "ok", "", ""]
    assert {(incident.name, incident.title) for incident in await here.incidents()} >= {
        ("OpenAI", "Chat Completions is failing"),
        ("Anthropic", "Anthropic is failing"),
    }
    assert not any(incident.vendor.startswith("probe-") for incident in await here.incidents())


async def test_the_example_counts_signs_and_reports(here: World) -> None:
    statuses = b"200\n" * 62 + b"503\n" * 38

    out = await ran(here, sys.executable, str(CLIENT), f"{here.address}/hooks/gateway", said=statuses)

    assert out == "ok: 1 heard, 2 new\n"
    assert "38 % of 100 calls to api.openai.com fail." in await here.shows()


def test_the_example_is_short_and_needs_nothing() -> None:
    code = CLIENT.read_text(encoding="utf-8").rpartition('"""\n')[2]

    assert len([line for line in code.splitlines() if line and not line.startswith("import")]) <= 22
    assert {line.split()[1].partition(".")[0] for line in code.splitlines() if line.startswith("import")} <= set(
        sys.stdlib_module_names
    )


def test_the_keys_of_a_heartbeat_are_those_that_are_read() -> None:
    rows = [f"| `{key}` | {field.description} | `{example(Options, key)}` |" for key, field in keys(Options).items()]

    assert "\n".join(rows) in TEXT
