"""How long a chat waits for the answer to a command, while the real program watches five thousand pages."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen

from bot.model import Source
from bot.store.database import migrate, open_database
from tests.bench.apart import apart
from tests.bench.asking import INCIDENTS, OPEN, SOURCES, filled
from tests.bench.figures import Figure, percentile, plain, under
from tests.bench.program import Program, database_in, running
from tests.bench.server import serving
from tests.bench.watches import settled, source_at

_INTERVAL = timedelta(seconds=30)
_STARTING = timedelta(seconds=6)
_TIMES = 300
_PAUSE = 0.02
_PATIENCE = 60
_ASKED = {"one": "page-{n}", "all": ""}


@dataclass(frozen=True, slots=True)
class Platform:
    """A local platform in a process of its own: its module, the program's settings for it, and how it is asked."""

    name: str
    module: str
    settings: Mapping[str, str]
    command: str
    by: str

    def asked(self, text: str) -> Mapping[str, object]:
        if self.name == "Slack":
            return {"command": self.command, "text": text}
        return {"command": self.command, "options": {"what": text} if text else {}}


_PLATFORMS = (
    Platform(
        "Slack",
        "tests.localslack",
        {"SLACK_BOT_TOKEN": "token", "SLACK_APP_TOKEN": "app_token", "SLACK_API_URL": "api_url"},
        "/status",
        "Slack's socket",
    ),
    Platform(
        "Discord",
        "tests.localdiscord",
        {"DISCORD_TOKEN": "token", "DISCORD_API_URL": "api_url", "DISCORD_GATEWAY_URL": "gateway_url"},
        "status",
        "Discord's gateway",
    ),
)


def measure() -> Iterator[Figure]:
    about = f"{SOURCES:,} pages watched, {INCIDENTS:,} incidents stored"
    for platform in _PLATFORMS:
        for what, waits in _waits(platform).items():
            name = f"`/status` of {what} over {platform.by}"
            yield plain(f"{name}, {about}: median", 1e3 * percentile(waits, 0.5), "ms")
            yield under(f"{name}: 99 %", 1e3 * percentile(waits, 0.99), 100, "ms")


def _waits(platform: Platform) -> dict[str, Sequence[float]]:
    """Return how long each first answer took, in seconds, from the question on; each told what was asked."""
    with serving() as server, local(platform) as there, tempfile.TemporaryDirectory() as folder:
        watched = [source_at(server.still(number), number, _INTERVAL) for number in range(SOURCES)]
        apart(ready, database_in(Path(folder)), watched)
        with running(Path(folder), watched, there.keys) as program:
            _connected(there, program)
            # Each page is read once, on a connection that it then keeps.
            time.sleep((_STARTING + _INTERVAL).total_seconds())
            return {what: [_took(there, text, n) for n in range(_TIMES)] for what, text in _ASKED.items()}


async def ready(url: str, watched: Sequence[Source]) -> None:
    """Have a database as it is after months: every page was read, and many incidents are over."""
    database = open_database(url)
    await migrate(database)
    await filled(database, watched)
    await settled(database, watched, _STARTING)
    await database.close()


@dataclass(frozen=True, slots=True)
class Local:
    """A local platform that runs."""

    platform: Platform
    about: Mapping[str, Any]

    @property
    def keys(self) -> dict[str, str]:
        """Return the program's settings for it."""
        return {ours: str(self.about[its]) for ours, its in self.platform.settings.items()}

    def does(self, verb: str, **asked: object) -> dict[str, Any]:
        url, head = f"{self.about['url']}/control/{verb}", {"Content-Type": "application/json"}
        with urlopen(Request(url, json.dumps(asked).encode(), head)) as answer:  # noqa: S310  (it is our own)
            return cast("dict[str, Any]", json.load(answer))


@contextmanager
def local(platform: Platform) -> Iterator[Local]:
    command = (sys.executable, "-m", platform.module, "--channel", "ops", "--no-limits", "--until-eof")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Local(platform, json.loads(process.stdout.readline()))
        finally:
            process.terminate()


def _connected(there: Local, program: Program) -> None:
    until = time.monotonic() + _PATIENCE
    while not _hears(there.does("state")):
        if program.process.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"the program opened no socket; its log: {program.log()}")
        time.sleep(0.1)


def _hears(state: Mapping[str, Any]) -> bool:
    """Whether commands reach the program; Discord has to be told first which there are."""
    return bool(state["connections"] and state.get("commands", True))


def _took(there: Local, text: str, number: int) -> float:
    time.sleep(_PAUSE)
    channel = there.about["channels"]["ops"]
    told = there.does("runs", **there.platform.asked(text.format(n=number % OPEN)), channel=channel)
    assert told["answer"], told
    return float(told["took"])
