"""Every alarm rings when it should, and is quiet before and after: the real program, read by a real Prometheus.

    python -m tests.chaos.alarms --prometheus /usr/bin/prometheus

The rules are those of docs/examples/alerts.yml with their times made short.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.e2e.program import ROOT
from tests.e2e.statuspage import SUMMARY
from tests.e2e.test_both import OnBoth
from tests.e2e.test_callers import free_port
from tests.e2e.test_killed import Vendors, dice, vendors
from tests.localslack import LocalSlack, error, local_slack, status
from tests.servers import Answer, Server, serve

PAGES, RINGS_WITHIN, ENDS_WITHIN = 6, 150.0, 150.0
_SHORTER = (
    (r"\[\d+[mh]\]", "[20s]"),
    (r"^ +for: \d+m\n", ""),
    (r"oldest_due_seconds\) > 300", "oldest_due_seconds) > 5"),
    (r"> 3600", "> 5"),
    (r"parse_failures_total\[20s\]\)\) > 20", "parse_failures_total[20s])) > 0"),
    (r'outcome="failed"\}\[20s\]\) > 5', 'outcome="failed"}[90s]) > 0'),
)


@dataclass(slots=True)
class Scene:
    """The program, those around it, and who watches it."""

    sitrep: OnBoth
    them: Vendors
    slack: LocalSlack
    heart: Server
    api: str

    async def ringing(self) -> set[str]:
        """Return the alarms that ring now."""
        async with httpx.AsyncClient() as client:
            found = (await client.get(f"{self.api}/api/v1/alerts")).json()["data"]["alerts"]
        return {one["labels"]["alertname"] for one in found if one["state"] == "firing"}

    def publish(self) -> None:
        for name in self.them.pages:
            self.them.publish(name)

    def news(self, number: int = 0) -> None:
        """Let a vendor post something."""
        name = f"vendor-{number:02}"
        self.them.pages[name].opens(
            f"Outage at {datetime.now(UTC):%H:%M:%S}", "major", "We look.", API="partial_outage"
        )
        self.them.publish(name)

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.sitrep.folder / "sitrep.db", timeout=20)) as one, one:
            one.execute(statement)


def short_rules() -> str:
    """Return the rules as they are, but for their times."""
    text = (ROOT / "docs/examples/alerts.yml").read_text(encoding="utf-8")
    for pattern, shorter in _SHORTER:
        text, count = re.subn(pattern, shorter, text, flags=re.MULTILINE)
        assert count, pattern
    return text


@asynccontextmanager
async def prometheus(program: str, folder: Path, target: str) -> AsyncIterator[str]:
    port = free_port()
    (folder / "alerts.yml").write_text(short_rules(), encoding="utf-8")
    (folder / "prometheus.yml").write_text(
        "global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }\nrule_files: [alerts.yml]\n"
        f'scrape_configs: [{{ job_name: sitrep, static_configs: [{{ targets: ["{target}"] }}] }}]\n',
        encoding="utf-8",
    )
    with (folder / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def scene(program: str, folder: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        them = await stack.enter_async_context(vendors(PAGES, dice()))
        slack = await stack.enter_async_context(local_slack(limits=False))
        heart = await stack.enter_async_context(serve())
        heart.answers = {"/beat": Answer(body="OK")}
        port = free_port()
        more = {"SLACK_BOT_TOKEN": slack.token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
        more |= {"PORT": str(port), "SITREP_HEARTBEAT_URL": f"{heart.url}/beat"}
        sitrep = OnBoth(folder, f"sqlite+aiosqlite:///{folder / 'sitrep.db'}", more=more)
        ops = slack.world.channel("ops").id
        route = f'[[route]]\nto = ["slack:{ops}"]\n[bursts]\nat_least = 0\n[reports]\npost = false\n'
        sitrep.watches(them.urls, "5s", route)
        await sitrep.started_cold()
        stack.push_async_callback(_ended, sitrep)
        api = await stack.enter_async_context(prometheus(program, folder, f"127.0.0.1:{port}"))
        yield Scene(sitrep, them, slack, heart, api)


async def _ended(sitrep: OnBoth) -> None:
    if sitrep.process is not None and not sitrep.has_ended:
        await sitrep.kill()


Ill = Callable[[Scene], AsyncIterator[None]]


async def tells_nobody(at: Scene) -> AsyncIterator[None]:
    with at.slack.faults.during("chat.postMessage", status(503)):
        at.news()
        yield


async def is_forbidden(at: Scene) -> AsyncIterator[None]:
    with at.slack.faults.during("chat.postMessage", error("is_archived")):
        at.news(1)
        yield
    await at.sitrep.stop()
    await at.sitrep.started_cold()


async def is_revoked(at: Scene) -> AsyncIterator[None]:
    at.slack.world.installation.state = "token_revoked"
    at.news(2)
    yield
    at.slack.world.installation.state = ""
    await at.sitrep.stop()
    await at.sitrep.started_cold()


async def is_blind(at: Scene) -> AsyncIterator[None]:
    for name in list(at.them.servers)[1:]:
        at.them.servers[name].answers = {}
    yield
    at.publish()


async def is_answered_rubbish(at: Scene) -> AsyncIterator[None]:
    at.them.servers["vendor-03"].answers = {SUMMARY: Answer(body='{"page": 7}')}
    yield
    at.publish()


async def is_late(at: Scene) -> AsyncIterator[None]:
    page = at.them.pages["vendor-04"]
    page.now = lambda: datetime.now(UTC) - timedelta(minutes=20)
    at.news(4)
    yield


async def gasps(at: Scene) -> AsyncIterator[None]:
    async def gasp() -> None:
        while True:
            at.sitrep.process.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]  # it runs
            await asyncio.sleep(0.6)
            at.sitrep.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]  # likewise
            await asyncio.sleep(0.4)

    task = asyncio.create_task(gasp())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        at.sitrep.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]  # likewise


async def has_lost_a_table(at: Scene) -> AsyncIterator[None]:
    at.execute("ALTER TABLE revisit RENAME TO lost")
    yield
    at.execute("ALTER TABLE lost RENAME TO revisit")


async def can_not_take_in(at: Scene) -> AsyncIterator[None]:
    at.execute("ALTER TABLE claim RENAME TO lost")
    at.news(5)
    yield
    at.execute("ALTER TABLE lost RENAME TO claim")


async def is_not_heard(at: Scene) -> AsyncIterator[None]:
    at.heart.answers = {"/beat": Answer(body="no", status=500)}
    yield
    at.heart.answers = {"/beat": Answer(body="OK")}


async def is_dead(at: Scene) -> AsyncIterator[None]:
    await at.sitrep.kill()
    yield
    await at.sitrep.started_cold()


ILLS: dict[str, Ill] = {
    "SitrepTellsNobody": tells_nobody,
    "SitrepDeliveriesStuck": is_forbidden,
    "SitrepPlatformStopped": is_revoked,
    "SitrepBlind": is_blind,
    "SitrepSourceStale": is_blind,
    "SitrepFormatChanged": is_answered_rubbish,
    "SitrepSlowToNotice": is_late,
    "SitrepOverloaded": gasps,
    "SitrepLoopDown": has_lost_a_table,
    "SitrepCrashes": can_not_take_in,
    "SitrepHeartbeatNotHeard": is_not_heard,
    "SitrepDown": is_dead,
}


async def _eventually(holds: Callable[[], Awaitable[bool]], within: float) -> float | None:
    """Return after how many seconds it held; None if it never did."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        if await holds():
            return time.monotonic() - began
        await asyncio.sleep(0.5)
    return None


async def tried(at: Scene, name: str, ill: Ill) -> bool:
    """Bring about what an alarm is for, and mend it; returns whether the alarm came, and went."""

    async def rings() -> bool:
        return name in await at.ringing()

    async def is_quiet() -> bool:
        return name not in await at.ringing()

    quiet = await _eventually(is_quiet, ENDS_WITHIN)
    if quiet is None:
        print(f"FAIL  {name}: never quiet before: {sorted(await at.ringing())}", flush=True)
        return False
    turns = ill(at)
    await anext(turns)
    rang = await _eventually(rings, RINGS_WITHIN)
    others = sorted(await at.ringing() - {name})
    with suppress(StopAsyncIteration):
        await anext(turns)
    over = await _eventually(is_quiet, ENDS_WITHIN)
    well = rang is not None and over is not None
    print(f"{'ok  ' if well else 'FAIL'}  {name}: rang {_s(rang)}, quiet {_s(over)}; beside it: {others}", flush=True)
    return well


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"after {seconds:.0f} s"


async def run(options: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="sitrep-alarms-"))
    chosen = {name: ill for name, ill in ILLS.items() if options.only in name}
    async with scene(options.prometheus, folder) as at:
        await asyncio.sleep(10)
        results = [await tried(at, name, ill) for name, ill in chosen.items()]
    print(f"{sum(results)} alarms rang and ended, {results.count(False)} did not; {folder}")
    return int(not all(results))


def main() -> int:
    """Read the command line, and begin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, help="the program")
    parser.add_argument("--only", default="", help="alarms whose names have this in them")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
