"""Stories of whose an incident is: taken over, given, handed over, called for by hand, and told where nobody looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.core.message import Call, Reach
from bot.model import Person
from tests.fakes import Posted
from tests.stories import configs
from tests.stories.test_on_call import PLAN, ROTA
from tests.stories.world import LEAD, ONCALL, OPS, World

WORDS = "We are investigating elevated error rates."
ON_DISCORD = Person("discord", "5", "second")
# Only the terminal and a channel of Discord's tell it.
ELSEWHERE = configs.BASE.replace(f'"slack:{OPS}"', '"discord:77"')
DIRECT = PLAN.replace('notify = "oncall:platform"', 'notify = "oncall:platform", direct = true')


async def breaks(world: World) -> None:
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=1)


async def test_it_goes_from_one_to_the_other_and_everybody_sees_whose_it_is(world: World) -> None:
    world.has(ROTA, PLAN)
    await breaks(world)
    await world.types("ack", ONCALL, thread=True)

    held = await world.types("ack", LEAD, thread=True)
    await world.types("take over", LEAD, thread=True)
    await world.types("assign to First engineer", LEAD, thread=True)
    await world.types("handover to <@U3|support>: It is quiet now, tell users at noon.", thread=True)
    await world.lives(minutes=1)

    assert held.startswith("on-call has it already\n")
    assert world.thread()[1:] == [
        "Acknowledged by on-call",
        "Taken over by lead from on-call",
        "Assigned to First engineer by lead",
        "Handover from First engineer to support",
    ]
    assert "“It is quiet now, tell users at noon.”\n— on-call" in world.words()
    assert "Handed over to support by on-call at 2026-03-01 12:03 UTC" in world.root()
    assert "Handover from" in world.terminal.getvalue()
    assert "It is quiet now" in await world.types("details", thread=True)


async def test_who_is_given_it_is_called_once_and_nobody_is_woken_any_more(world: World) -> None:
    world.has(ROTA, PLAN)
    await breaks(world)

    answer = await world.types("assign to First engineer", LEAD, thread=True)
    await world.lives(minutes=25)

    assert answer.startswith("Assigned to First engineer\n")
    calls = [(one.headline, one.message.calls) for one in world.channel[-1].thread if one.message.calls]
    assert calls == [("Assigned to First engineer by lead", (Call(Reach.PERSON, "U1"),))]
    assert "CLEADS" not in world.slack.channels


async def test_by_hand_the_next_of_the_plan_is_done_now_and_not_again(world: World) -> None:
    world.has(ROTA, PLAN)
    await breaks(world)

    said = await world.types("escalate", ONCALL, thread=True)
    await world.restarts()
    await world.lives(minutes=40)

    assert said.startswith("Escalated to on-call (platform)\n")
    assert [one for one in world.aloud() if one.startswith("Escalated")] == [
        "Escalated to on-call (platform) by on-call",
        "Escalated to slack:CLEADS, nobody has acknowledged for 15 min",
    ]
    assert "» Escalated to on-call (platform) by on-call" in world.terminal.getvalue()


async def test_without_a_plan_it_says_so_and_whoever_is_named_is_called(world: World) -> None:
    world.has(ROTA)
    await breaks(world)

    none = await world.types("escalate", LEAD, thread=True)
    named = await world.types("escalate to on-call", LEAD, thread=True)

    assert none.startswith("There is no plan for it\n")
    assert "Escalated to on-call (platform)" in named
    await world.lives(minutes=1)
    assert world.aloud() == ["Escalated to on-call (platform) by lead"]


def direct(world: World, who: str) -> Posted:
    (root,) = world.slack.channels[who] if who in world.slack.channels else world.discord.channels[who]
    return root


async def test_where_no_channel_can_call_them_they_are_written_to_and_acknowledge_there(world: World) -> None:
    world.connects("slack")
    world.has(ROTA, PLAN, base=ELSEWHERE)
    await breaks(world)
    world.page.says("identified", "We have found it.")
    await world.lives(minutes=6)
    mine = direct(world, "U2")

    said = await world.types("ack", Person("slack", "U2", "second"), of=mine.ref)
    world.page.says("monitoring", "We are watching it.")
    await world.lives(minutes=20)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=2)

    assert said.startswith("You have it\n")
    assert [one.headline for one in mine.thread] == [
        "Escalated to on-call (platform), nobody has acknowledged for 5 min",
        "Resolved after 27 min",
    ]
    assert "Second engineer gets a direct message on Slack." in str(world.discord.root("77").thread)
    assert "Acknowledged by second" in str(world.discord.root("77").message)
    assert "Acknowledged by second" in str(mine.message)
    assert "CLEADS" not in world.slack.channels


async def test_it_may_be_asked_for_on_every_platform_and_comes_once_over_restarts(world: World) -> None:
    world.connects("slack")
    world.connects("discord")
    both = ROTA.replace('slack = "U2"', 'slack = "U2", discord = "5"')
    world.has(both, DIRECT)
    await breaks(world)
    for _ in range(8):
        await world.lives(minutes=1)
        await world.restarts()

    for who in ("U2", "user:5"):
        assert [one.headline for one in direct(world, who).thread] == [
            "Escalated to on-call (platform), nobody has acknowledged for 5 min"
        ]
    assert "user:5" not in world.discord.aloud
    assert "Second engineer gets a direct message on Slack and Discord." in world.words()
    await world.types("take", ON_DISCORD, of=direct(world, "user:5").ref)
    await world.lives(minutes=1)
    assert "Acknowledged by second" in world.root()


async def test_who_takes_none_is_shown_in_health_and_the_channel_is_told_all_the_same(world: World) -> None:
    world.connects("slack")
    world.slack.forbids("U2")
    world.has(ROTA, DIRECT)
    await breaks(world)
    await world.lives(minutes=20)

    assert "slack:U2 · parked: no access to U2" in await world.types("health")
    assert len([one for one in world.aloud() if one.startswith("Escalated")]) == 2


STEPS: tuple[Callable[[World], Awaitable[object]], ...] = (
    lambda world: world.types("ack", ONCALL, thread=True),
    lambda world: world.types("take", LEAD, thread=True),
    lambda world: world.types("unack", LEAD, thread=True),
    lambda world: world.types("escalate", LEAD, thread=True),
    lambda world: world.types("assign to Second engineer", LEAD, thread=True),
    lambda world: world.types("handover to me: I go on.", ONCALL, thread=True),
)


@pytest.mark.parametrize("restless", [False, True])
async def test_whoever_restarts_between_any_two_steps_tells_the_same(world: World, *, restless: bool) -> None:
    world.connects("slack")
    world.has(ROTA, PLAN)
    await breaks(world)
    for step in STEPS:
        await step(world)
        if restless:
            await world.restarts()
        await world.lives(minutes=2)
        if restless:
            await world.restarts()

    assert world.thread()[1:] == [
        "Acknowledged by on-call",
        "Taken over by lead from on-call",
        "lead took the acknowledgement back: nobody has it now",
        "Escalated to on-call (platform) by lead",
        "Assigned to Second engineer by lead",
        "Handover from Second engineer to First engineer",
    ]
    assert "Handed over to First engineer by on-call" in world.root()
