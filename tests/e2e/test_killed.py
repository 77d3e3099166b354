"""The real program, killed again and again while vendors have a bad day: nothing is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.program import PATIENCE, Sitrep, patiently, sitrep_in, until
from tests.e2e.statuspage import SUMMARY, StatusPage
from tests.e2e.weather import Story, Wait, complaints, is_over, stories
from tests.servers import Answer, Server, serve

BEGIN_AT_ONCE = 4
# A watch that was changed is looked at at once, so every life begins with a round of all pages.
INTERVALS = cycle(("5s", "6s"))


@dataclass(slots=True, eq=False)
class Telling:
    """A story that is being told, and what it waits for."""

    page: str
    story: Story
    waiting: Wait | None = None


@dataclass(slots=True)
class Vendors:
    """Pages, each on a server of its own, with the stories that are played on them."""

    dice: random.Random
    pages: dict[str, StatusPage] = field(default_factory=dict[str, StatusPage])
    servers: dict[str, Server] = field(default_factory=dict[str, Server])
    stories: list[Telling] = field(default_factory=list["Telling"])
    begun: int = 0

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"{server.url}/{name}" for name, server in self.servers.items()}

    def publish(self, name: str) -> None:
        """Let a page's server answer what the page says now; every other one knows ETags."""
        etag = bool(list(self.pages).index(name) % 2)
        documents = self.pages[name].documents()
        self.servers[name].answers = {path: Answer.json(document, etag=etag) for path, document in documents}

    def begin(self, number: int) -> None:
        """Begin the stories of some more pages."""
        for name in list(self.pages)[self.begun : self.begun + number]:
            self.stories += [Telling(name, one) for one in stories(self.pages[name], self.dice)]
        self.begun += number

    def step(self, sitrep: Sitrep) -> None:
        """Let something happen somewhere, if anything can."""
        told = sitrep.told()
        ready = [one for one in self.stories if is_over(one.waiting, told)]
        if not ready:
            return
        one = self.dice.choice(ready)
        try:
            one.waiting = next(one.story)
        except StopIteration:
            self.stories.remove(one)
        self.publish(one.page)

    def complaints(self, sitrep: Sitrep) -> list[str]:
        return list(complaints(self.pages.values(), sitrep.told()))


@asynccontextmanager
async def vendors(number: int, dice: random.Random) -> AsyncIterator[Vendors]:
    found = Vendors(dice)
    async with AsyncExitStack() as stack:
        for name in (f"vendor-{n:02}" for n in range(number)):
            found.pages[name] = StatusPage(name, lambda: datetime.now(UTC))
            found.servers[name] = await stack.enter_async_context(serve())
            found.publish(name)
        yield found


def dice() -> random.Random:
    seed = int(os.environ.get("SITREP_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SITREP_SEED={seed}")  # noqa: T201  # shown when the test fails
    return random.Random(seed)


def kills_of(default: int) -> int:
    """Return how often a program is killed in a test; SITREP_KILLS asks for more."""
    return int(os.environ.get("SITREP_KILLS", default))


@asynccontextmanager
async def weather(them: Vendors, sitrep: Sitrep) -> AsyncIterator[None]:
    """Let things happen in random moments, as long as the block lasts."""

    async def blow() -> None:
        while True:
            await asyncio.sleep(them.dice.uniform(0, 0.06))
            them.step(sitrep)

    blowing = asyncio.create_task(blow())
    try:
        yield
    finally:
        blowing.cancel()
        with suppress(asyncio.CancelledError):
            await blowing


async def life_and_death(them: Vendors, sitrep: Sitrep) -> None:
    """Start the program and kill it in the middle of something: of starting, or of telling."""
    sitrep.watches(them.urls, next(INTERVALS))
    lines = len(sitrep.told())
    if them.dice.random() < 1 / 5:
        await sitrep.start_cold()
        await asyncio.sleep(them.dice.uniform(0.1, 1.0))
    else:
        await sitrep.started()
        lines += them.dice.randint(1, 25)
        await patiently(lambda: len(sitrep.told()) >= lines, within=1.5, every=0.001)
    await sitrep.kill()


async def last_life(them: Vendors, sitrep: Sitrep) -> None:
    """Start the program and stop it when everything has happened and everything is told."""
    sitrep.watches(them.urls, next(INTERVALS))
    await sitrep.started()
    await patiently(lambda: not them.stories)
    await patiently(lambda: not them.complaints(sitrep), within=PATIENCE / 2, every=0.1)

    assert [one.waiting for one in them.stories] == []
    assert them.complaints(sitrep) == []
    await sitrep.until_content()
    assert await sitrep.stop() == 0
    assert await sitrep.held() == []


async def test_a_program_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    bare_url: str, tmp_path: Path
) -> None:
    is_sqlite = bare_url.startswith("sqlite")
    kills = kills_of(3 if is_sqlite else 2)
    async with vendors(2 * kills, dice()) as them, sitrep_in(tmp_path, bare_url) as sitrep, weather(them, sitrep):
        for _ in range(kills):
            them.begin(BEGIN_AT_ONCE)
            await life_and_death(them, sitrep)
            if not is_sqlite:
                await sitrep.let_leases_run_out()
        await last_life(them, sitrep)


async def test_told_to_stop_in_the_middle_of_it_all_it_ends_in_time_and_loses_nothing(
    bare_url: str, tmp_path: Path
) -> None:
    async with vendors(9, dice()) as them, sitrep_in(tmp_path, bare_url) as sitrep:
        for name, page in them.pages.items():
            incident = page.opens("API is slow", "minor", "We look into it.", API="degraded_performance")
            for number in range(4):
                incident.says("identified", f"Word {number}.")
            them.publish(name)
        them.servers["vendor-08"].answers = {SUMMARY: Answer.never()}
        sitrep.watches(them.urls, next(INTERVALS))
        await sitrep.start()
        await until(lambda: len(sitrep.told()) > 3, "it is in the middle of telling", every=0.001)

        assert await sitrep.stop() == 0

        if not bare_url.startswith("sqlite"):
            await sitrep.let_leases_run_out()
        them.publish("vendor-08")
        await last_life(them, sitrep)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_while_nothing_happens_it_ends_at_once(number: int, tmp_path: Path) -> None:
    async with vendors(3, dice()) as them, sitrep_in(tmp_path) as sitrep:
        sitrep.watches(them.urls, "1h")
        await sitrep.started_cold()
        await until(lambda: all(server.hits for server in them.servers.values()), "all pages are read")

        assert await sitrep.stop(number) == 0
        assert sitrep.told() == []
        assert "Traceback" not in sitrep.err
