"""Stories of channels that want quiet, not too much at once, a digest, or plain words."""

from __future__ import annotations

import pytest

from bot.core.message import Call, Reach
from tests.stories import configs
from tests.stories.world import OPS, World

ROTA = """
[[oncall]]
name = "platform"
people = [{ name = "First engineer", slack = "U1" }]
"""
TO = f'to = ["console", "slack:{OPS}"]'
WORDS = "We are investigating elevated error rates. The next update follows within 30 minutes."


def with_keys(*keys: str) -> str:
    return configs.BASE.replace(TO, "\n".join((TO, *keys)))


QUIET = with_keys('quiet = "13:00-13:40 Europe/Berlin"', 'mention = { major = "oncall:platform" }')


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_quiet_night_ends_with_one_digest_and_what_goes_on_calls_whom_it_would_have(
    world: World,
    restarts: bool,  # noqa: FBT001  (both ways)
) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=20)
    assert world.roots() == []
    assert world.terminal.getvalue() == ""
    if restarts:
        await world.restarts()
    await world.lives(minutes=25)
    if restarts:
        await world.restarts()

    assert world.roots() == ["While it was quiet (13:00–13:40): 1 incident, 1 goes on", "OpenAI: Elevated error rates"]
    assert "OpenAI: Elevated error rates · major · investigating since" in world.root(0)
    first = world.channel[1].before[0] if world.channel[1].before else world.channel[1].message
    assert first.calls == (Call(Reach.PERSON, "U1"),)
    assert world.terminal.getvalue().count("While it was quiet (13:00–13:40)") == 1
    assert world.aloud(1) == []


async def test_what_becomes_critical_at_night_is_told_at_once(world: World) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="critical")
    await world.lives(minutes=5)

    assert world.roots() == ["OpenAI: Elevated error rates"]
    assert world.channel[0].message.calls == (Call(Reach.PERSON, "U1"),)


async def test_what_is_over_in_the_morning_is_told_by_the_digest_alone(world: World) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=20)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=25)

    assert world.roots() == ["While it was quiet (13:00–13:40): 1 incident, over"]
    assert "OpenAI: Elevated error rates · was major · resolved · 2026-03-01 12:0" in world.root(0)


async def test_those_who_explain_it_read_plain_words(world: World) -> None:
    world.has(base=with_keys('detail = "stakeholder"'))
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=3)
    await world.types("ack", thread=True)
    await world.types("note the gateway logs show 502s", thread=True)

    root = world.root()
    assert "Large parts of it do not work. OpenAI is looking into it" in root
    assert "For us: nothing of ours is known to depend on it" in root
    assert "Next update, as OpenAI has promised: 2026-03-01 12:3" in root
    assert [one.label for one in world.channel[-1].message.controls] == ["Details"]
    assert world.thread() == ["OpenAI is looking into it", "on-call is looking after it here"]


async def test_whoever_asks_in_chat_learns_where_it_would_go_and_when(world: World) -> None:
    world.has(ROTA, base=QUIET)

    answer = await world.types("routes test openai impact=major")
    shown = await world.types("routes")

    assert "A major incident of openai" in answer
    assert f"slack:{OPS} · by route[1], held back by quiet hours until 2026-03-01 12:40 UTC" in answer
    assert f"goes to: console, slack:{OPS}" in answer
    assert "quiet 13:00-13:40 Europe/Berlin" in shown
