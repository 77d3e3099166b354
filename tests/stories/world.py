"""A world in which stories happen: vendors on real sockets, a team's channel, and a Sitrep between them.

    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=17)

    assert world.thread() == ["openai-api fails"]

Everything is real but the time: the configuration is a `sitrep.toml`, the vendors answer over HTTP, the loops are those
of the program, and what people see comes from the delivery.  `world.restarts()` ends the process and begins a new one.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from adapters.console import Console
from bot import plugins, settings
from bot.core.message import plain
from bot.model import Incident, Person, Ref, TimelineEntry
from bot.ports import Platform
from bot.store import announcements, incidents
from tests.fakes import ApartPlatform, FakePlatform, ManualClock, Posted
from tests.probes.localllm import KEY
from tests.stories import configs
from tests.stories.program import Program, Surroundings, running
from tests.stories.vendor import Api, Model, Network, Page, Stopwatch, Vendor, vendor

TOKEN = "a-secret-that-nobody-guesses"
ENVIRON = {"API_KEY": KEY, "TOKEN": TOKEN}
TOKENS = {"slack": {"SLACK_BOT_TOKEN": "xoxb-a-token"}, "discord": {"DISCORD_TOKEN": "a-token"}}
OPS = "C0123456789"
ONCALL = Person("slack", "U1", "on-call")
LEAD = Person("slack", "U2", "lead")
SUPPORT = Person("slack", "U3", "support")
STEPS = 240
SHORTEST_STEP = timedelta(seconds=5)
LONGEST_STEP = timedelta(minutes=12)


@dataclass(slots=True)
class World:
    """What there is.  `slack` and `discord` are in memory; `terminal` is what the console has shown."""

    folder: Path
    database_url: str
    clock: ManualClock
    vendors: Mapping[str, Vendor]
    network: Network
    stopwatch: Stopwatch
    slack: FakePlatform
    discord: ApartPlatform
    platforms: dict[str, Platform]
    terminal: io.StringIO = field(default_factory=io.StringIO)
    config: str = configs.BASE
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    running: Program | None = None
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def page(self) -> Page:
        return self.vendors["openai"].page

    @property
    def api(self) -> Api:
        return self.vendors["openai"].api

    @property
    def model(self) -> Model:
        return self.vendors["openai"].model

    @property
    def program(self) -> Program:
        assert self.running is not None, "nothing runs yet"
        return self.running

    def has(self, *tables: str, base: str | None = None) -> None:
        """Be configured with more tables, beside the page and the route; before it begins to live."""
        self.config = "\n".join((base or self.config, *tables))

    def connects(self, platform: str) -> FakePlatform:
        """Be connected to a platform on which people can be written to; before it begins to live."""
        self.tokens |= TOKENS[platform]
        return self.slack if platform == "slack" else self.discord

    async def lives(self, **span: float) -> None:
        """Let time pass, in steps that are the smaller the shorter it is."""
        await self.begins()
        whole = timedelta(**span)
        await self.program.lives(self.clock.now() + whole, max(whole / STEPS, SHORTEST_STEP))

    async def rests(self, **span: float) -> None:
        """Let a long time pass in which little happens, in the longest steps that still count as watching."""
        await self.begins()
        await self.program.lives(self.clock.now() + timedelta(**span), LONGEST_STEP)

    async def begins(self) -> None:
        """Start the process, if none is running."""
        if self.running is None:
            around = Surroundings(self.clock, self.stopwatch, self.network, self.platforms)
            self.running = await self.stack.enter_async_context(running(self.settings(), around))
            await self.running.round()

    async def restarts(self) -> None:
        """End the process and begin a new one; all that it knows is in the database."""
        await self.ends()
        self.platforms["console"] = _console(self.terminal, self.folder)
        await self.begins()

    async def ends(self) -> None:
        self.running = None
        await self.stack.aclose()

    def settings(self) -> settings.Settings:
        """Return what the file amounts to, with the places at which the vendors are."""
        text = self.config
        for one in self.vendors.values():
            for name, place in one.places.items():
                text = text.replace(name, place)
        (self.folder / "sitrep.toml").write_text(text, encoding="utf-8")
        environ = {**ENVIRON, **self.tokens, "DATABASE_URL": self.database_url}
        return settings.load(None, environ, self.folder, plugins.discover("bot.feeds"), plugins.probe_named)

    # Those who speak to it.

    async def types(self, text: str, by: Person = ONCALL, *, thread: bool = False, of: Ref | None = None) -> str:
        """Let somebody type a command, in the thread of the last incident if that is said, or `of` another root."""
        await self.begins()
        where = of or (await self._last_thread() if thread else None)
        answer = await self.program.desk.say(text, by, address=OPS, thread=where)
        reply = await answer.later() if answer.later else answer.reply
        await self.program.tells()
        return plain(reply.message)

    async def _last_thread(self) -> Ref | None:
        """What a message on Slack answers to that is written in the thread of the last incident."""
        (incident, *_) = await incidents.recent_incidents(self.program.database, 1)
        told = await announcements.of_incident(self.program.database, incident.burst or incident.id)
        return next(one.root for one in told if one.destination.platform == "slack")

    async def tells(self, hook: str, body: object) -> httpx.Response:
        """Let a program call a hook."""
        await self.begins()
        head = {"authorization": f"Bearer {TOKEN}"}
        return await self._calls("POST", f"/hooks/{hook}", headers=head, content=json.dumps(body).encode())

    async def beats(self, job: str, end: str = "") -> httpx.Response:
        """Let a job call in."""
        await self.begins()
        return await self._calls("GET", f"/heartbeat/{job}/{TOKEN}{end}")

    async def _calls(self, method: str, path: str, **given: object) -> httpx.Response:
        # Certificates that nobody asks for take longer to read than all the rest.
        insecure = httpx.AsyncClient(base_url=self.program.address, timeout=20, verify=False)  # noqa: S501  (its certificate is made by ourselves)
        async with insecure as client:
            answer = await client.request(method, path, **given)  # type: ignore[arg-type]  # whatever httpx takes
        assert answer.is_success, answer.text
        await self.program.tells()
        return answer

    async def counts(self, failures: int, calls: int = 1200) -> None:
        """Let the gateway report the last minute's calls to OpenAI."""
        counted = {
            "calls": calls,
            "failures": failures,
            "window": "60s",
            "at": f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        }
        about = {"vendor": "openai", "component": "Chat Completions", "host": "api.openai.com"}
        await self.tells("gateway", counted | about)

    # What people see.

    @property
    def channel(self) -> list[Posted]:
        """The roots, oldest first."""
        return self.slack.channels.get(OPS, [])

    def roots(self) -> list[str]:
        return [root.headline for root in self.channel]

    def root(self, number: int = -1) -> str:
        return plain(self.channel[number].message)

    def thread(self, number: int = -1) -> list[str]:
        """The headlines of a thread."""
        return [one.headline for one in self.channel[number].thread]

    def words(self, number: int = -1) -> str:
        """All that is said in a thread."""
        return "\n".join(plain(one.message) for one in self.channel[number].thread)

    def aloud(self, number: int = -1) -> list[str]:
        """The headlines of a thread that the whole channel heard."""
        return [one.headline for one in self.channel[number].thread if one.message.broadcast]

    async def timelines(self) -> list[tuple[Incident, tuple[TimelineEntry, ...]]]:
        """Every incident with its entries, the oldest first."""
        found = reversed(await incidents.recent_incidents(self.program.database, 100))
        return [(one, await incidents.timeline(self.program.database, one.id)) for one in found]


@asynccontextmanager
async def living(folder: Path, database_url: str, clock: ManualClock | None = None) -> AsyncIterator[World]:
    """Make a world with OpenAI and Anthropic in it; nothing is watched yet.  Two may have one `clock`."""
    clock, stopwatch, network = clock or ManualClock(), Stopwatch(), Network()
    async with AsyncExitStack() as stack:
        known = {
            name: await stack.enter_async_context(vendor(name, clock.now, stopwatch))
            for name in ("openai", "anthropic")
        }
        slack, discord = FakePlatform(clock, name="slack"), ApartPlatform(clock, name="discord")
        terminal = io.StringIO()
        platforms: dict[str, Platform] = {"slack": slack, "discord": discord, "console": _console(terminal, folder)}
        world = World(folder, database_url, clock, known, network, stopwatch, slack, discord, platforms, terminal)
        try:
            yield world
        finally:
            await world.ends()


def _console(terminal: io.StringIO, folder: Path) -> Console:
    return Console(terminal, folder / "console.jsonl", zone=ZoneInfo("UTC"))
