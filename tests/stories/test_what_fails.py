"""Stories of what a probe finds: which failures accuse a vendor, how each is said, and what comes and goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories import configs
from tests.stories.vendor import Model
from tests.stories.world import World


@pytest.mark.parametrize(
    ("fails", "reason"),
    [
        (lambda model: model.answers("bana", "na"), 'answered "banana", not "pong"'),
        (lambda model: model.answers(" "), "the answer is empty"),
        (lambda model: model.breaks_off(), "600 ms, in the middle"),
        (lambda model: model.breaks(503), "HTTP 503"),
    ],
    ids=["wrong", "empty", "broken-off", "an-error"],
)
async def test_a_model_that_answers_wrong_is_suspected_in_plain_words(
    world: World, fails: Callable[[Model], None], reason: str
) -> None:
    world.has(configs.LLM)
    await world.lives(minutes=3)
    fails(world.model)
    await world.lives(minutes=3)

    assert world.roots() == ["OpenAI: Chat Completions is failing"]
    assert reason in world.root()
    assert world.thread() == ["gpt fails"]


async def test_a_model_whose_tokens_only_come_late_is_slow_and_not_failing(world: World) -> None:
    world.has(configs.LLM)
    await world.lives(minutes=5)
    world.model.slows(6)
    await world.lives(minutes=5)

    assert world.roots() == ["OpenAI: Chat Completions is slow"]
    assert world.thread() == ["gpt is slow"]
    assert "We see: our probe fails (slow: first token in 6 s, slower than 3 s)" in world.root()


async def test_an_answer_that_takes_much_longer_than_it_usually_does_is_slow(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=45)
    world.api.slows(4)
    await world.lives(minutes=8)

    assert world.roots() == ["OpenAI: Chat Completions is slow"]
    assert "“Answers in 4.0 s, usually 0.3 s”" in world.words()


async def test_what_flaps_is_counted_as_one_trouble_and_told_once(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    for _ in range(5):
        world.api.breaks(503)
        await world.lives(minutes=3)
        world.api.works()
        await world.lives(minutes=3)
    await world.lives(minutes=12)

    assert len(world.roots()) == 1
    assert world.words().count("Flapping: failed 3 times within 12 min") == 1
    assert world.thread().count("Open again: openai-api fails") == 2
    assert world.thread()[-1] == "Over after 27 min, unconfirmed"
    assert "Well for 10 min. It failed 5 times within 27 min." in world.words()


async def test_one_failure_that_does_not_come_again_is_no_trouble(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(seconds=30)
    world.api.works()
    await world.lives(minutes=5)

    assert world.roots() == []
