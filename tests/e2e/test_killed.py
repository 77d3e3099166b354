"""The real program, killed again and again while vendors have a bad day: nothing is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.program import Sitrep, sitrep_in, until
from tests.e2e.statuspage import StatusPage
from tests.e2e.weather import Story, Wait, complaints, is_over, story
from tests.servers import Answer, Server, serve

KILLS = 9
# A watch that was changed is looked at at once, so every life begins with a round of all pages.
INTERVALS = cycle(("5s", "6s"))


@dataclass(slots=True)
class Vendors:
    """Pages, each on a server of its own, with the stories that are played on them."""

    dice: random.Random
    pages: dict[str, StatusPage] = field(default_factory=dict[str, StatusPage])
    servers: dict[str, Server] = field(default_factory=dict[str, Server])
    stories: dict[str, Story] = field(default_factory=dict[str, Story])
    waiting: dict[str, Wait | None] = field(default_factory=dict[str, "Wait | None"])

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"{server.url}/{name}" for name, server in self.servers.items()}

    def publish(self, name: str) -> None:
        """Let a page's server answer what the page says now; every other one knows ETags."""
        etag = bool(list(self.pages).index(name) % 2)
        documents = self.pages[name].documents()
        self.servers[name].answers = {path: Answer.json(document, etag=etag) for path, document in documents}

    def step(self, sitrep: Sitrep) -> bool:
        """Let something happen somewhere; returns whether anything could."""
        told = sitrep.told()
        ready = [name for name in self.stories if is_over(self.waiting[name], told)]
        if not ready:
            return False
        name = self.dice.choice(ready)
        try:
            self.waiting[name] = next(self.stories[name])
        except StopIteration:
            del self.stories[name]
        self.publish(name)
        return True


@asynccontextmanager
async def vendors(number: int, dice: random.Random) -> AsyncIterator[Vendors]:
    found = Vendors(dice)
    async with AsyncExitStack() as stack:
        for name in (f"vendor-{n:02}" for n in range(number)):
            page = found.pages[name] = StatusPage(name, lambda: datetime.now(UTC))
            found.servers[name] = await stack.enter_async_context(serve())
            found.stories[name], found.waiting[name] = story(page, dice), None
            found.publish(name)
        yield found


def dice() -> random.Random:
    seed = int(os.environ.get("SITREP_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SITREP_SEED={seed}")  # noqa: T201  # shown when the test fails
    return random.Random(seed)


async def weather(them: Vendors, sitrep: Sitrep, steps: int) -> None:
    """Let this many things happen, in random moments; fewer if stories wait for the program."""
    for _ in range(steps):
        await asyncio.sleep(them.dice.uniform(0, 0.06))
        them.step(sitrep)


async def life_and_death(them: Vendors, sitrep: Sitrep) -> None:
    """Start the program and kill it in the middle of something: of starting, or of telling."""
    sitrep.watches(them.urls, next(INTERVALS))
    lines = len(sitrep.told())
    happening = asyncio.create_task(weather(them, sitrep, 20))
    if them.dice.random() < 1 / 4:
        await sitrep.start()
        await asyncio.sleep(them.dice.uniform(0.1, 1.0))
    else:
        await sitrep.started()
        more, deadline = them.dice.randint(1, 25), asyncio.get_running_loop().time() + 2
        while len(sitrep.told()) < lines + more and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.001)
    await sitrep.kill()
    await happening


async def to_the_end(them: Vendors, sitrep: Sitrep) -> None:
    """Let everything that is still to happen happen, and the program tell all of it."""
    while them.stories:
        sitrep.watches(them.urls, next(INTERVALS))
        await sitrep.started()
        deadline = asyncio.get_running_loop().time() + 2
        while them.stories and asyncio.get_running_loop().time() < deadline:
            if not them.step(sitrep):
                await asyncio.sleep(0.01)
        assert await sitrep.stop() == 0
    sitrep.watches(them.urls, next(INTERVALS))
    await sitrep.started()
    pages = them.pages.values()
    try:
        await until(lambda: not list(complaints(pages, sitrep.told())), "all is told", within=30, every=0.1)
    except AssertionError:
        assert list(complaints(pages, sitrep.told())) == []
    assert await sitrep.stop() == 0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_a_program_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url: str | None = request.getfixturevalue("postgres_url") if engine == "postgresql" else None
    async with vendors(20, dice()) as them, sitrep_in(tmp_path, url) as sitrep:
        for _ in range(KILLS):
            await life_and_death(them, sitrep)
            if engine == "postgresql":
                await sitrep.let_leases_run_out()
        await to_the_end(them, sitrep)

        assert list(complaints(them.pages.values(), sitrep.told())) == []
        assert await sitrep.unsettled() == []
