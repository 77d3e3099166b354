"""One day: what there is, what happens, what goes wrong, and what has to be true in the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.proxy import Wire, wire
from tests.chaos.shown import complaints, discord_threads, of, slack_threads
from tests.databases import Postgres
from tests.e2e.program import Sitrep, patiently
from tests.e2e.test_killed import Vendors, vendors
from tests.e2e.weather import Wait
from tests.localdiscord import LocalDiscord, local_discord
from tests.localslack import LocalSlack, local_slack

INSTANCES, VENDORS = 3, 5
SETTLES_WITHIN = 90.0
# Longer than an instance may be silent before others take over from it.
LONG_PAUSE = 13.0


@dataclass(slots=True)
class Instance(Sitrep):
    """One of several programs, behind a wire of its own."""

    more: dict[str, str] = field(default_factory=dict[str, str])
    wire: Wire | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**Sitrep.environment.fget(self), **self.more}  # type: ignore[attr-defined]  # slots know no super()

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.returncode is None:
            os.kill(self.process.pid, number)


@dataclass(slots=True)
class Day:
    """Everything that there is on one day."""

    dice: Random
    postgres: Postgres
    database: str
    them: Vendors
    slack: LocalSlack
    discord: LocalDiscord
    crew: list[Instance]
    log: list[str] = field(default_factory=list[str])

    def note(self, what: str) -> None:
        self.log.append(what)

    def complaints(self) -> list[str]:
        found = []
        for name, page in self.them.pages.items():
            found += [f"Slack: {what}" for what in complaints(page, slack_threads(self.slack, name))]
            found += [f"Discord: {what}" for what in complaints(page, discord_threads(self.discord, name))]
        return found

    def has_shown(self, wait: Wait | None) -> bool:
        """Whether Slack shows what a story waits for."""
        if wait is None:
            return True
        threads = of(wait.incident, slack_threads(self.slack, wait.incident.page.slug))
        return any(wait.said.strip("“”") in reply for thread in threads for reply in thread.replies)

    def step(self) -> None:
        """Let something happen at some vendor, if anything can."""
        ready = [one for one in self.them.stories if self.has_shown(one.waiting)]
        if not ready:
            return
        one = self.dice.choice(ready)
        try:
            one.waiting = next(one.story)
        except StopIteration:
            self.them.stories.remove(one)
        self.them.publish(one.page)


Mishap = Callable[[Day], Awaitable[None]]


@asynccontextmanager
async def a_day(folder: Path, postgres: Postgres, dice: Random) -> AsyncIterator[Day]:
    """Set everything up; what still runs at the end is killed."""
    database = postgres.create("migrated")
    async with AsyncExitStack() as stack:
        them = await stack.enter_async_context(vendors(VENDORS, dice))
        slack = await stack.enter_async_context(local_slack(limits=False))
        discord = await stack.enter_async_context(local_discord(limits=False))
        for name in them.pages:
            slack.world.channel(name)
            discord.world.channel(name)
        tokens = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        }
        routes = "".join(
            f'[[route]]\nmatch = {{ vendor = ["{name}"] }}\n'
            f'to = ["slack:{slack.world.named(name).id}", "discord:{discord.world.named(name).id}"]\n'
            for name in them.pages
        )
        crew = []
        for number in range(INSTANCES):
            place = folder / f"i{number}"
            place.mkdir(parents=True)
            line = await stack.enter_async_context(wire(place, postgres.folder))
            one = Instance(place, f"postgresql+asyncpg://postgres@/{database}?host={place}", more=tokens, wire=line)
            one.watches(them.urls, "5s", f"{routes}[bursts]\nat_least = 0\n")
            crew.append(one)
        day = Day(dice, postgres, database, them, slack, discord, crew)
        try:
            yield day
        finally:
            for one in crew:
                if one.process is not None:
                    one.signal(signal.SIGCONT)
                    if one.process.returncode is None:
                        one.process.kill()
                    await one.process.wait()
    postgres.run(f"DROP DATABASE {database} WITH (FORCE)")


async def live_through(day: Day, mishaps: list[Mishap]) -> list[str]:
    """Let the day pass, with all that goes wrong; return what is not as it should be in the end."""
    await asyncio.gather(*(one.started() for one in day.crew))
    day.them.begin(VENDORS)

    async def blow() -> None:
        while True:
            await asyncio.sleep(day.dice.uniform(0.05, 0.4))
            day.step()

    weather = asyncio.create_task(blow())
    try:
        for mishap in mishaps:
            await asyncio.sleep(day.dice.uniform(0.3, 2.0))
            await mishap(day)
        day.slack.faults.clear()
        day.discord.faults.clear()
        await patiently(lambda: not day.them.stories, within=SETTLES_WITHIN, every=0.1)
    finally:
        weather.cancel()
        with suppress(asyncio.CancelledError):
            await weather
    await patiently(lambda: not day.complaints(), within=SETTLES_WITHIN, every=0.5)
    waiting = [(one.page, one.waiting.said) for one in day.them.stories if one.waiting]
    found = [f"waits in vain: {one}" for one in waiting] + day.complaints()
    return found + await _ended(day)


async def _ended(day: Day) -> list[str]:
    """Stop all, and return what was not given back, or not finished."""
    found = []
    (first, *_) = day.crew
    still = list[str]()
    for _ in range(200):
        still = await first.held()
        if not still:
            break
        await asyncio.sleep(0.1)
    found += [f"not at rest: {one}" for one in still]
    for one in day.crew:
        status = await one.stop()
        if status:
            found.append(f"{one.folder.name} ended with {status}")
    found += [f"held after the end: {one}" for one in await first.held()]
    left = await first.ask("SELECT id FROM instance")
    found += [f"still counted: {one}" for one in left]
    for one in day.crew:
        found += [f"{one.folder.name}: a traceback" for _ in range("step crashed" in one.err)]
    return found
