"""The program that is soaked: its configuration, and its process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from tests.localslack import LocalSlack
from tests.soak.vendors import Plan, Vendors

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = 24
# One channel sleeps at night, and one hears no more than so much in an hour.
_HUSHED = {0: ', quiet = "22:00-07:00 UTC"', 1: ", hourly = 5"}
_HEAD = """
route = [
{routes}
]
[egress]
allow = ["127.0.0.0/8"]
[network]
witnesses = []
[[oncall]]
name = "platform"
people = [{{ name = "First engineer", slack = "{person}" }}]
[[escalation]]
match = {{ min_impact = "critical" }}
steps = [{{ after = "5m", notify = "oncall:platform" }}, {{ after = "20m", notify = "slack:{leads}" }}]
[[service]]
name = "Support bot"
depends_on = ["lively-0", "lively-1:API"]
owner = "support"
[access]
admins = ["slack:{person}"]
[[hook]]
name = "alerts"
type = "alertmanager"
expires = "1h"
token = "${{SOAK_TOKEN}}"
[[probe]]
name = "nightly-backup"
type = "heartbeat"
every = "30m"
grace = "10m"
token = "${{SOAK_TOKEN}}"
{more}
"""


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def names_with_events(plan: Plan) -> list[str]:
    return [name for name, _ in plan.pages() if not name.startswith("calm-")]


def hushed(plan: Plan) -> set[str]:
    """Return whose words may come late, or in a digest that has only their titles."""
    names = names_with_events(plan)
    return {name for number in _HUSHED for name in names[number::CHANNELS]}


def configured(folder: Path, vendors: Vendors, slack: LocalSlack, interval: str, more: str) -> Path:
    """Write sitrep.toml for all that there is, and return where it is."""
    pages = list(vendors.plan.pages())
    ids = [slack.world.channel(f"c{number}").id for number in range(CHANNELS)]
    leads = slack.world.channel("leads").id
    eventful = names_with_events(vendors.plan)
    routes = []
    for number, channel in enumerate(ids):
        mine = str(eventful[number::CHANNELS]).replace("'", '"')
        limit = _HUSHED.get(number, "")
        routes.append(f'{{ match = {{ vendor = {mine} }}, to = ["slack:{channel}"]{limit} }},')
    routes.append(f'{{ to = ["slack:{leads}"] }},')
    person = next(user.id for user in slack.world.users.values() if not user.is_bot)
    text = _HEAD.format(routes="\n".join(routes), person=person, leads=leads, more=more)
    text += "".join(
        f'[[watch]]\nurl = "{vendors.url(name, number, form)}"\nname = "{name}"\nformat = "{form}"\n'
        f'interval = "{interval}"\n'
        for number, (name, form) in enumerate(pages)
    )
    text += "".join(
        f'[[probe]]\nname = "probe-{number}"\ntype = "http"\nvendor = "lively-{number % vendors.plan.lively}"\n'
        f'target = "{vendors.health(number)}"\ninterval = "60s"\n'
        for number in range(vendors.plan.probes)
    )
    path = folder / "sitrep.toml"
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Sitrep:
    """A running Sitrep, in the soak's time."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def log(self) -> str:
        return (self.folder / "stderr.txt").read_text(encoding="utf-8")

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def running(folder: Path, config: Path, database: str, slack: LocalSlack) -> Iterator[Sitrep]:
    """Run it until the block ends; then it is asked to end, if it has not."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "HOME", "TMPDIR"}}
    environment |= {
        "DATABASE_URL": database,
        "PORT": str(port),
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "SOAK_TOKEN": "a-token-of-the-soak",
        "SITREP_CONSOLE_LOG": str(folder / "console.jsonl"),
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
    }
    words = (sys.executable, "-m", "tests.soak.program", folder / "dial", folder / "samples.jsonl", "run")
    with (folder / "stderr.txt").open("wb") as log:
        process = subprocess.Popen(
            (*words, "--config", config), cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=log
        )
    try:
        yield Sitrep(process, folder, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
