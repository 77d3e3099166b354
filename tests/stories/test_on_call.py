"""Stories of who is woken: by the first message, by what nobody takes on, and by nobody who should sleep."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.core.message import Call, Reach
from tests.stories import configs
from tests.stories.world import LEAD, ONCALL, OPS, World

# 1 March 2026 is a Sunday: it is the second one's turn until Monday, 8:00 UTC.
ROTA = """
[[oncall]]
name = "platform"
people = [{ name = "First engineer", slack = "U1" }, { name = "Second engineer", slack = "U2" }]
handover = "Mon 09:00"
timezone = "Europe/Berlin"
starts = 2026-02-16
"""
PLAN = """
[[escalation]]
match = { min_impact = "major" }
steps = [{ after = "5m", notify = "oncall:platform" }, { after = "15m", notify = "slack:CLEADS" }]
remind_after = "30m"
"""
TO = f'to = ["console", "slack:{OPS}"]'
MENTION = configs.BASE.replace(TO, f'{TO}\nmention = {{ critical = "@here", major = "oncall:platform" }}')
FIRST, SECOND, HERE = Call(Reach.PERSON, "U1"), Call(Reach.PERSON, "U2"), Call(Reach.HERE)
WORDS = "We are investigating elevated error rates."


def called(world: World) -> list[tuple[str, Sequence[Call]]]:
    """Return what called anybody in the channel, and whom: the root as it was posted, then its thread."""
    root = world.channel[-1]
    first = root.before[0] if root.before else root.message
    said = [("root", first.calls), *((one.headline, one.message.calls) for one in root.thread)]
    return [(headline, calls) for headline, calls in said if calls]


async def test_what_nobody_takes_on_reaches_those_on_call_and_then_the_leads(world: World) -> None:
    world.has(ROTA, PLAN)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=30)

    on_call = "Escalated to on-call (platform), nobody has acknowledged for 5 min"
    leads = "Escalated to slack:CLEADS, nobody has acknowledged for 15 min"
    assert called(world) == [(on_call, (SECOND,))]
    assert [said for said in world.aloud() if said.startswith("Escalated")] == [on_call, leads]
    assert "On call: Second engineer" in world.words()
    assert [root.headline for root in world.slack.channels["CLEADS"]] == [world.channel[-1].headline]
    assert f"» {on_call}" in world.terminal.getvalue()


async def test_who_takes_it_on_is_left_alone_until_nothing_was_noted_for_half_an_hour(world: World) -> None:
    world.has(ROTA, PLAN)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=3)
    assert "You have it" in await world.types("ack", ONCALL, thread=True)
    await world.lives(minutes=20)
    await world.types("note we switched over", LEAD, thread=True)
    await world.lives(minutes=25)
    assert called(world) == []

    await world.lives(minutes=8)

    assert called(world) == [("on-call, how does it stand? Nothing was noted for 30 min", (FIRST,))]
    assert "CLEADS" not in world.slack.channels


async def test_who_takes_it_on_for_a_while_is_asked_about_no_longer(world: World) -> None:
    world.has(ROTA, PLAN)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=3)
    await world.types("ack for 20m", ONCALL, thread=True)
    await world.restarts()
    await world.lives(minutes=30)

    lapsed = "The acknowledgement by on-call has lapsed: nobody has it now"
    assert world.aloud()[:2] == [lapsed, "Escalated to on-call (platform), nobody has acknowledged for 5 min"]


@pytest.mark.parametrize("said", ["resolves", "muted"])
async def test_what_is_over_or_muted_wakes_nobody(world: World, said: str) -> None:
    world.has(ROTA, PLAN)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=3)
    if said == "muted":
        await world.types("mute until resolved", LEAD, thread=True)
    else:
        world.page.resolves("All systems work again.")
    await world.lives(minutes=60)

    assert called(world) == []
    assert "CLEADS" not in world.slack.channels


async def test_who_stands_in_is_called_instead(world: World) -> None:
    world.has(ROTA, PLAN)
    answer = await world.types("oncall override First engineer until 18:00", LEAD)
    await world.restarts()
    shown = await world.types("oncall")
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=10)

    assert "First engineer is on call for platform" in answer
    assert "- platform · First engineer, until 2026-03-01 17:00 UTC" in shown
    assert [calls for _, calls in called(world)] == [(FIRST,)]


async def test_the_first_message_and_what_raises_it_call_once_each(world: World) -> None:
    world.has(ROTA, base=MENTION)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=5)
    world.page.raises("critical")
    await world.lives(minutes=5)
    world.page.says("identified", "We have found it.")
    await world.lives(minutes=5)

    assert [calls for _, calls in called(world)] == [(SECOND,), (HERE,)]
    assert called(world)[0][0] == "root"


async def test_a_probe_alone_wakes_nobody_and_the_vendors_word_does(world: World) -> None:
    world.has(ROTA, PLAN, configs.API, base=MENTION)
    await world.lives(minutes=6)
    world.api.breaks(503)
    await world.lives(minutes=40)
    assert called(world) == []

    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=7)

    assert [calls for _, calls in called(world)] == [(SECOND,), (SECOND,)]
    assert called(world)[1][0] == "Escalated to on-call (platform), nobody has acknowledged for 5 min"
