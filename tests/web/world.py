"""A Sitrep that listens on a real socket: a configuration, a database, a console, and whoever calls in."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from adapters.console import Console
from bot import callers, settings
from bot.core.rules import Route
from bot.loops import hearing, heartbeats
from bot.loops.batch import Batch
from bot.loops.deliver import Delivering, start_due
from bot.loops.take_in import Rules
from bot.model import Destination, Incident, Source
from bot.settings import Settings
from bot.store import announcements, incidents
from bot.store.database import Database
from bot.web.server import bound, serve
from tests.fakes import ManualClock

TOKEN = "a-secret-that-nobody-guesses"
CONSOLE = Rules((Route(name="all", to=(Destination("console"),)),))
OPENAI = Source(key="feed:openai", vendor="openai", name="OpenAI", format="statuspage", url="https://status.openai.com")
HOOKS = """
[[hook]]
name = "alerts"
type = "alertmanager"
token = "${TOKEN}"
expires = "30m"
[[hook]]
name = "grafana"
type = "grafana"
token = "${TOKEN}"
vendor = "openai"
component = "Chat Completions"
[[hook]]
name = "page"
type = "statuspage"
token = "${TOKEN}"
[[hook]]
name = "gateway"
type = "rates"
token = "${TOKEN}"
"""
JOBS = """
[[probe]]
name = "Nightly backup"
type = "heartbeat"
every = "1h"
grace = "5m"
at_most = "30m"
token = "${TOKEN}"
"""


@dataclass(slots=True)
class World:
    """What listens, and what has come of it."""

    database: Database
    configured: Settings
    clock: ManualClock = field(default_factory=ManualClock)
    due: asyncio.Event = field(default_factory=asyncio.Event)
    watched: tuple[Source, ...] = (OPENAI,)
    out: io.StringIO = field(default_factory=io.StringIO)
    port: int = 0
    loops: callers.Loops = field(default_factory=dict)
    shown: callers.Shown = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def asks(self, method: str, path: str, **given: object) -> httpx.Response:
        # Certificates that nobody asks for take longer to read than all the rest.
        async with httpx.AsyncClient(base_url=self.address, timeout=20, verify=False) as client:  # noqa: S501  (likewise)
            return await client.request(method, path, **given)  # type: ignore[arg-type]  # whatever httpx takes

    async def tells(
        self, hook: str, body: object, *, token: str | None = TOKEN, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Tell a hook something, as JSON if it is not bytes."""
        known = {"authorization": f"Bearer {token}"} if token is not None else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.asks("POST", f"/hooks/{hook}", content=content, headers={**known, **(headers or {})})

    async def expires(self) -> int:
        """See to what has expired, as the loop does; returns how much that was."""
        (loop,) = [loop for name, loop in self.loops.items() if name == "hearing"]
        assert isinstance(loop, partial)
        return await hearing.expire_due(loop.args[0])

    async def passes(self, minutes: int) -> int:
        """Let time pass, and see to what expires meanwhile; returns how much that was."""
        count = 0
        for _ in range(minutes):
            self.clock.move(minutes=1)
            count += await self.expires()
        return count

    @property
    def beating(self) -> heartbeats.Beating:
        loop = self.loops["heartbeats"]
        assert isinstance(loop, partial)
        found: heartbeats.Beating = loop.args[0]
        return found

    async def looks(self) -> None:
        """Look at the jobs, as the loop does."""
        await heartbeats.look(self.beating)

    async def incidents(self) -> tuple[Incident, ...]:
        return await incidents.recent_incidents(self.database, 100)

    async def one(self) -> Incident:
        (found,) = await self.incidents()
        return found

    async def said(self) -> list[str]:
        """Return the words in the timelines of all incidents, those of the oldest first."""
        found = []
        for incident in reversed(await self.incidents()):
            entries = [one for one in await incidents.timeline(self.database, incident.id) if not one.quiet]
            found += [f"{entry.kind}: {entry.text}" if entry.text else str(entry.kind) for entry in entries]
        return found

    async def shows(self) -> str:
        """Announce what is due, and return all that the console has shown."""
        console = Console(self.out, zone=ZoneInfo("UTC"))
        delivering = Delivering(self.database, {"console": console}, self.clock, "one", lambda: 1.0, asyncio.Event())
        results: Batch[announcements.Outcome] = Batch(partial(announcements.record, self.database), pause=0)
        for _ in range(50):
            begun = await start_due(delivering, results)
            tasks = [task for some in delivering.under_way.values() for task in some]
            if tasks:
                await asyncio.wait(tasks)
            await results.flush()
            if not begun:
                break
        return self.out.getvalue()


def configured(folder: Path, text: str, **environ: str) -> Settings:
    (folder / "sitrep.toml").write_text(text)
    return settings.load(None, {"TOKEN": TOKEN, **environ}, folder)


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[World]:
    """Serve what is configured for the length of the block."""
    around = callers.Around(world.database, CONSOLE, world.clock, world.due, world.watched, world.shown)
    routes = callers.routes(world.configured, around, world.loops)
    socket = bound("127.0.0.1", 0)
    world.port = socket.getsockname()[1]
    serving = asyncio.create_task(serve(routes, socket))
    try:
        yield world
    finally:
        serving.cancel()
        await asyncio.wait([serving])


def alert(status: str = "firing", **more: object) -> dict[str, object]:
    """Return an alert as Alertmanager writes it: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config."""
    over = {"endsAt": "2026-03-01T11:58:00Z"} if status == "resolved" else {"endsAt": "0001-01-01T00:00:00Z"}
    return {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "vendor": "openai", "component": "Chat Completions"},
        "annotations": {"summary": "Too many answers are 5xx"},
        "startsAt": "2026-03-01T11:50:00.123456789Z",
        "generatorURL": "http://prometheus.example/graph?g0.expr=up",
        "fingerprint": "a1b2c3d4e5f60718",
        **over,
        **more,
    }


def group(*alerts: dict[str, object], truncated: int = 0) -> dict[str, object]:
    return {
        "version": "4",
        "groupKey": '{}:{alertname="HighErrorRate"}',
        "truncatedAlerts": truncated,
        "status": "firing",
        "receiver": "sitrep",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "alerts": list(alerts),
    }


def rates(
    failures: int = 456, calls: int = 1200, *, at: str = "2026-03-01T12:00:00Z", **more: object
) -> dict[str, object]:
    return {
        "vendor": "openai",
        "component": "Chat Completions",
        "window": "60s",
        "calls": calls,
        "failures": failures,
        "at": at,
        "host": "api.openai.com",
        **more,
    }


MINUTE = timedelta(minutes=1)
