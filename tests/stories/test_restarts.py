"""Stories in which Sitrep itself ends and begins again, in the middle of anything, or runs twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from bot.store import polls, probes
from tests.stories import configs, seed
from tests.stories.program import Surroundings, running
from tests.stories.world import World, living

Phase = Callable[[World], None]
SHORT: dict[str, Phase] = {
    "it-fails": lambda world: world.api.breaks(503, "/v1/models"),
    "it-is-likely": lambda world: world.api.breaks(503),
    "the-vendor-posts-it": lambda world: world.page.posts("Errors", "We look.", component="Chat Completions"),
    "the-vendor-raises-it": lambda world: world.page.raises("critical"),
    "the-vendor-calls-it-over": lambda world: world.page.resolves("All is well."),
    "it-passes": lambda world: world.api.works(),
}


async def as_it_was_told(world: World) -> list[object]:
    """Everything that was said, and everything that is remembered of it, but for the moments."""
    told = [(world.root(number), world.thread(number), world.aloud(number)) for number in range(len(world.channel))]
    known = [
        (incident.id, incident.state, [(entry.seq, entry.kind, entry.author, entry.text) for entry in entries])
        for incident, entries in await world.timelines()
    ]
    return [told, known]


async def test_whoever_is_restarted_after_every_step_tells_the_same(tmp_path: Path, sqlite_url: str) -> None:
    told = []
    for restless in (False, True):
        folder = tmp_path / str(restless)
        folder.mkdir()
        url = sqlite_url if restless else f"sqlite+aiosqlite:///{copy_of(tmp_path / 'sitrep.db', folder)}"
        async with living(folder, url) as world:
            world.has(*seed.TABLES)
            for step in seed.STEPS[:-1]:
                await step(world)
                if restless:
                    await world.restarts()
            told.append(await as_it_was_told(world))

    assert told[0] == told[1]


def copy_of(file: Path, folder: Path) -> Path:
    there = folder / file.name
    there.write_bytes(file.read_bytes())
    return there


@pytest.mark.parametrize("killed", SHORT)
async def test_whoever_is_killed_in_the_middle_of_a_phase_loses_and_doubles_nothing(world: World, killed: str) -> None:
    world.has(configs.API, configs.SECOND)
    await world.lives(minutes=2)
    for name, begins in SHORT.items():
        until = world.clock.now() + timedelta(minutes=3)
        begins(world)
        if name == killed:
            await is_killed(world)
        await world.lives(seconds=(until - world.clock.now()).total_seconds())

    assert len(world.roots()) == 1
    assert world.thread() == [
        "openai-api fails",
        "We see now: 2 of 2 probes fail (HTTP 503)",
        "OpenAI acknowledged it 5 min after us",
        "Investigating",
        "Impact raised: major → critical",
        "OpenAI calls it resolved, but we still see it",
        "Resolved after 15 min: our own checks pass again",
    ]
    assert world.root().startswith("OpenAI: Errors\nResolved · was critical")


async def is_killed(world: World) -> None:
    """Be killed while everything is under way: a look, a check, and a message that is posted and not noted."""
    program, clock = world.program, world.clock
    program.delivering.due.clear()
    while not program.delivering.due.is_set():
        clock.move(seconds=5)
        await program.looks()
    world.slack.hangs_after_posting()
    telling = asyncio.create_task(program.tells())
    await world.slack.until_called(len(world.slack.calls) + 1)
    for task in (telling, *chain(*program.delivering.under_way.values())):
        task.cancel()
    now = clock.now()
    await polls.claim_due(program.database, "the dead", now, limit=9, lease=program.probing.lease)
    await probes.claim_due(program.database, "the dead", now, until=now, limit=9, lease=program.probing.lease)
    world.slack.behaves()
    world.slack.answers_again()
    await world.restarts()


async def test_two_instances_share_the_probes_and_tell_it_once(tmp_path: Path, postgres_url: str) -> None:
    async with living(tmp_path, postgres_url) as world:
        world.has(configs.API, configs.SECOND)
        await world.begins()
        around = Surroundings(world.clock, world.stopwatch, world.network, world.platforms)
        async with running(world.settings(), around, "two") as other:
            here = world.program
            for minute in range(12):
                if minute == 4:
                    world.api.breaks(503)
                if minute == 8:
                    world.page.posts("Errors", "We look.", component="Chat Completions")
                for turn in range(6):
                    world.clock.move(seconds=10)
                    first, second = (here, other) if turn % 2 else (other, here)
                    await asyncio.gather(first.round(), second.round())

        assert world.thread()[0] in {"openai-api fails", "openai-files fails"}
        assert world.thread()[1:] == [
            "We see now: 2 of 2 probes fail (HTTP 503)",
            "OpenAI acknowledged it 3 min after us",
            "Investigating",
        ]
        assert min(here.checks, other.checks) > 0
        # Each probe once a minute, and twice more until it is sure.
        assert here.checks + other.checks == world.api.asked == 2 * (12 + 2)
        keys = [call.key for call in world.slack.calls if call.verb in {"post", "reply"}]
        assert len(keys) == len(set(keys))


async def test_a_story_on_postgresql_is_told_as_on_sqlite(tmp_path: Path, postgres_url: str) -> None:
    async with living(tmp_path, postgres_url) as world:
        world.has(configs.API, configs.GATEWAY)
        await world.lives(minutes=3)
        world.api.breaks(503)
        await world.lives(minutes=3)
        await world.counts(456)
        world.page.posts("Errors", "We look.", component="Chat Completions")
        await world.lives(minutes=1)
        world.page.resolves("All is well.")
        world.api.works()
        await world.lives(minutes=3)
        await world.counts(0)
        await world.lives(minutes=1)

    assert world.thread()[:4] == [
        "openai-api fails",
        "gateway tells of it too: 38 % of 1,200 calls to api.openai.com fail",
        "We see now: our probe fails (HTTP 503), gateway: 38 % of 1,200 calls to api.openai.com fail",
        "OpenAI acknowledged it 2 min after us",
    ]
    assert world.root().startswith("OpenAI: Errors\nResolved · was major")
