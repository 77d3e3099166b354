"""A table of stories: each is told on a local Slack, a local Discord and a terminal, and names what people read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stories import configs
from tests.stories.test_seed import everywhere, read_on_discord, read_on_slack
from tests.stories.world import LEAD, ONCALL, SUPPORT, World

ROTA = """
[[oncall]]
name = "platform"
people = [{ name = "First engineer", slack = "U1", discord = "1" }]
[[escalation]]
steps = [{ after = "5m", notify = "oncall:platform" }]
"""
SERVICE = """
[[service]]
name = "Support bot"
depends_on = ["openai:Chat Completions"]
owner = "@support"
fallback = { vendor = "anthropic", steps = ["Set PROVIDER=anthropic"] }
"""
QUIET = 'quiet = "13:00-13:30 Europe/Berlin"'
PLAIN = 'detail = "stakeholder"'


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, beside which configuration, and what can be read of it on every platform, in this order."""

    name: str
    happens: Callable[[World], Awaitable[None]]
    reads: tuple[str, ...]
    tables: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


async def fails(world: World, impact: str = "major") -> None:
    await world.lives(minutes=2)
    world.page.posts("No logins", "We look into it.", component="Chat Completions", impact=impact)
    await world.lives(minutes=2)


async def from_hand_to_hand(world: World) -> None:
    await fails(world)
    await world.types("ack", ONCALL, thread=True)
    await world.types("take", LEAD, thread=True)
    await world.types("handover: the gateway is restarted, watch the queue", LEAD, thread=True)
    await world.types("unack", LEAD, thread=True)


async def for_a_while(world: World) -> None:
    await fails(world)
    await world.types("ack for 10m", ONCALL, thread=True)
    await world.types("note the queue is long", ONCALL, thread=True)
    await world.lives(minutes=12)


async def nobody_has_it(world: World) -> None:
    await fails(world)
    await world.lives(minutes=6)
    await world.types("escalate to oncall:platform", LEAD, thread=True)
    await world.types("assign to First engineer", LEAD, thread=True)


async def muted_until_it_is_critical(world: World) -> None:
    await fails(world, "minor")
    await world.types("mute 4h because we know it", ONCALL, thread=True)
    world.page.raises("critical")
    world.page.says("identified", "It is the database.")
    await world.lives(minutes=2)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=2)


async def a_vendor_is_muted(world: World) -> None:
    await world.types("mute vendor openai 10m because they move", ONCALL)
    await fails(world)
    await world.lives(minutes=10)


async def declared_by_ourselves(world: World) -> None:
    await world.types('declare Checkout is down: cards are refused impact=major service="Support bot"', ONCALL)
    await world.lives(minutes=1)
    await world.types("update it is the certificate state=identified", LEAD, thread=True)
    await world.types("resolve it is renewed", LEAD, thread=True)
    await world.types("reopen it is refused again", ONCALL, thread=True)


async def many_at_once(world: World) -> None:
    await world.lives(minutes=2)
    for name in ("EC2", "S3", "RDS", "SQS"):
        world.page.posts(f"{name} fails", f"We look into {name}.", impact="minor")
    await world.lives(minutes=2)
    await world.types("ungroup rds", LEAD)
    await world.lives(minutes=1)


async def we_switch_over(world: World) -> None:
    await fails(world)
    await world.lives(minutes=1)
    await world.types("fallback on", SUPPORT, thread=True)
    await world.types("fallback off", SUPPORT, thread=True)


async def it_was_quiet(world: World) -> None:
    await fails(world)
    await world.lives(minutes=30)


async def in_plain_words(world: World) -> None:
    await fails(world)
    await world.types("ack", ONCALL, thread=True)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=2)


STORIES = (
    Story(
        "from hand to hand",
        from_hand_to_hand,
        (
            "No logins",
            "Acknowledged by on-call",
            "Taken over by lead from on-call",
            "Handover note by lead",
            "the gateway is restarted, watch the queue",
            "lead took the acknowledgement back: nobody has it now",
        ),
    ),
    Story(
        "for a while",
        for_a_while,
        (
            "Acknowledged by on-call for 10 min",
            "after that nobody has it.",
            "Note by on-call",
            "the queue is long",
            "The acknowledgement by on-call has lapsed: nobody has it now",
        ),
    ),
    Story(
        "nobody has it",
        nobody_has_it,
        (
            "Escalated to on-call (platform), nobody has acknowledged for 5 min",
            "On call: First engineer",
            "Escalated to on-call (platform) by lead",
            "Assigned to First engineer by lead",
        ),
        (ROTA,),
    ),
    Story(
        "muted until it is critical",
        muted_until_it_is_critical,
        (
            "Muted by on-call",
            "The channel hears of it only if it becomes critical.",
            "we know it",
            "Impact raised: minor → critical",
            "Resolved after 4 min",
        ),
    ),
    Story(
        "a vendor is muted",
        a_vendor_is_muted,
        ("OpenAI: No logins", "Muted with OpenAI by on-call", "they move", "The mute of OpenAI is over"),
    ),
    Story(
        "declared by ourselves",
        declared_by_ourselves,
        (
            "Checkout is down",
            "Affects us: Support bot (owner @",
            "Declared by on-call",
            "cards are refused",
            "What to do instead",
            "Set PROVIDER=anthropic",
            "Identified, says lead",
            "it is the certificate",
            "Resolved by lead after 1 min",
            "Opened again by on-call",
        ),
        (SERVICE,),
    ),
    Story(
        "many at once",
        many_at_once,
        (
            "OpenAI: ",
            "incidents at once",
            "EC2 fails · Investigating",
            "We look into S3.",
            "lead took one out: it goes on by itself",
            "lead took it out of “OpenAI: 4 incidents at once”",
        ),
    ),
    Story(
        "we switch over",
        we_switch_over,
        (
            "OpenAI: No logins",
            "What to do instead",
            "Fallback: Anthropic · operational",
            "Fallback activated by support",
            "Support bot → Anthropic",
            "Back to normal, says support",
        ),
        (SERVICE, configs.ANTHROPIC),
    ),
    Story(
        "it was quiet",
        it_was_quiet,
        (
            "While it was quiet (13:00–13:30): 1 incident, 1 goes on",
            "OpenAI: No logins",
            "What goes on follows, with a thread of its own.",
        ),
        (),
        (QUIET,),
    ),
    Story(
        "in plain words",
        in_plain_words,
        (
            "OpenAI: No logins",
            "OpenAI is looking into it",
            "on-call is looking after it here",
            "It is over after 2 min",
            "For us: Support bot suffered from it",
        ),
        (SERVICE, configs.ANTHROPIC),
        (PLAIN,),
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_it_is_read_so_on_every_platform(story: Story, tmp_path: Path, sqlite_url: str) -> None:
    async with everywhere(tmp_path, sqlite_url, *story.tables, keys=story.keys) as (world, slack, discord):
        await story.happens(world)
        told = {
            "slack": "\n".join(read_on_slack(slack)),
            "discord": "\n".join(read_on_discord(discord)),
            "console": world.terminal.getvalue(),
        }

    for platform, text in told.items():
        at = 0
        for sentence in story.reads:
            assert sentence in text[at:], (platform, sentence, text)
            at = text.index(sentence, at)
