"""Stories of what is not wanted: vendors and components that are muted, and channels that choose what they hear."""

from __future__ import annotations

import pytest

from bot.core.access import Access
from bot.core.message import plain
from bot.model import Person
from tests.stories import configs
from tests.stories.test_on_call import MENTION, PLAN, ROTA, SECOND, WORDS, called
from tests.stories.world import LEAD, World

SUPPORT = "C0SUPPORT"
DISCORD = Person("discord", "7", "on-call")
CHATGPT, SORA = "Chat Completions", "Login"


async def says(world: World, text: str, where: str, by: Person = LEAD) -> str:
    """Let somebody type in another channel."""
    await world.begins()
    answer = await world.program.desk.say(text, by, address=where)
    await world.program.tells()
    return plain(answer.reply.message)


def admin(world: World) -> None:
    world.has('[access]\nadmins = ["slack:U2", "discord:7"]')


async def test_what_begins_while_its_vendor_is_muted_is_told_when_that_ends_if_it_still_goes_on(world: World) -> None:
    world.has(ROTA, PLAN, base=MENTION)
    await world.lives(minutes=2)
    said = await world.types("mute vendor openai 30m because they move their data centre", LEAD)
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=10)
    world.page.says("identified", "We have found it.")
    await world.lives(minutes=10)
    await world.restarts()

    assert "Muted: OpenAI" in said
    assert (world.channel, world.terminal.getvalue()) == ([], "")
    standing = await world.types("status openai")
    assert "Muted with OpenAI until 2026-03-01 12:32 UTC by lead: they move their data centre" in standing
    assert "· identified since 2026-03-01 12:02 UTC · muted" in await world.types("incidents")

    await world.lives(minutes=12)

    assert world.roots() == ["OpenAI: Elevated error rates"]
    assert "Since 2026-03-01 12:02 UTC" in world.root()
    assert "Muted" not in world.root()
    assert called(world) == [("root", (SECOND,))]
    told = world.words()
    assert "Muted with OpenAI by lead" in told
    assert "We have found it." in told
    assert "The mute of OpenAI is over" in told
    assert "OpenAI: Elevated error rates" in world.terminal.getvalue()
    await world.lives(minutes=6)
    assert "Escalated to on-call (platform), nobody has acknowledged for 5 min" in world.thread()


@pytest.mark.parametrize("length", ["4h", "until resolved"])
async def test_what_is_over_before_the_mute_is_is_never_told(world: World, length: str) -> None:
    await world.lives(minutes=2)
    if length == "until resolved":
        world.page.posts("Slow logins", WORDS, component=SORA, impact="minor")
        await world.lives(minutes=2)
    before = len(world.channel)
    await world.types(f"mute vendor openai {length}")
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=10)
    world.page.resolves("All systems work again.")
    await world.rests(hours=5)

    assert len(world.channel) == before
    assert "Elevated error rates" in await world.types("incidents all")


@pytest.mark.parametrize(("length", "is_heard"), [("4h", True), ("for good", False)])
async def test_what_becomes_critical_says_so_unless_it_is_muted_for_good(
    world: World, *, length: str, is_heard: bool
) -> None:
    await world.lives(minutes=2)
    await world.types(f"mute vendor openai {length}")
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=5)
    assert world.channel == []

    world.page.raises("critical")
    await world.lives(minutes=5)

    assert (world.roots() == ["OpenAI: Elevated error rates"]) is is_heard
    assert bool(world.channel) is is_heard


async def test_what_is_open_goes_on_in_its_thread_and_who_takes_the_mute_back_is_named(world: World) -> None:
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=2)
    await world.types("mute vendor openai for good because not ours", DISCORD)
    world.page.says("identified", "We have found it.")
    await world.lives(minutes=2)
    assert "Muted with OpenAI for good by on-call: not ours" in world.root()
    await world.types("unmute vendor openai", LEAD)
    await world.lives(minutes=1)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=2)

    assert world.thread() == [
        "Investigating",
        "Muted with OpenAI by on-call",
        "Identified",
        "Unmuted with OpenAI by lead",
        "Resolved after 5 min",
    ]
    assert world.aloud() == ["Resolved after 5 min"]
    assert "For good: the channel hears nothing more of it, however bad it gets." in world.words()


async def test_a_component_that_is_muted_hushes_what_touches_nothing_else(world: World) -> None:
    await world.lives(minutes=2)
    await world.types("mute component openai: Login for good")
    world.page.posts("Slow logins", WORDS, component=SORA, impact="minor")
    await world.lives(minutes=3)
    assert world.channel == []

    world.page.resolves("All systems work again.")
    await world.lives(minutes=3)
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=3)

    assert world.roots() == ["OpenAI: Elevated error rates"]
    assert "- OpenAI (Login) · for good\n  By on-call since 2026-03-01 12:02 UTC" in await world.types("mutes")


async def test_a_channel_is_told_what_it_chose_at_once_and_after_a_restart(world: World) -> None:
    admin(world)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=5)

    said = await says(world, "watch openai min=major here", SUPPORT)

    assert said.startswith(
        "From now on this channel is told OpenAI's incidents\nWhich: major or worse.\n1 is open, and told there now."
    )
    (root,) = world.slack.channels[SUPPORT]
    assert (root.headline, root.thread) == ("OpenAI: Elevated error rates", [])
    await world.restarts()
    world.page.resolves("All systems work again.")
    await world.lives(minutes=2)
    assert [one.headline for one in root.thread] == ["Resolved after 5 min"]

    world.page.posts("Slow logins", WORDS, component=SORA, impact="minor")
    await world.lives(minutes=2)
    assert [one.headline for one in world.slack.channels[SUPPORT]] == ["OpenAI: Elevated error rates"]
    await says(world, "watch openai here", SUPPORT)
    assert "This channel no longer asks for OpenAI's incidents" in await says(
        world, "watch remove openai here", SUPPORT
    )
    world.page.resolves("Better.")
    await world.lives(minutes=2)
    world.page.posts("Slow again", WORDS, component=CHATGPT, impact="major")
    await world.lives(minutes=2)

    assert [one.headline for one in world.slack.channels[SUPPORT]] == [
        "OpenAI: Elevated error rates",
        "OpenAI: Slow logins",
    ]
    assert world.roots()[-1] == "OpenAI: Slow again"


async def test_the_console_may_choose_too(world: World) -> None:
    world.has(base=configs.BASE.replace('to = ["console", "slack:C0123456789"]', 'to = ["slack:C0123456789"]'))
    await world.lives(minutes=2)
    somebody = Person("console", "somebody", "somebody")
    world.program.desk.trail.access = Access(admins=(somebody.key,))
    assert "told OpenAI's incidents" in await says(world, "watch openai components=Login here", "", somebody)
    world.page.posts("Elevated error rates", WORDS, component=CHATGPT, impact="major")
    world.page.posts("Slow logins", WORDS, component=SORA, impact="minor")
    await world.lives(minutes=3)

    assert "Slow logins" in world.terminal.getvalue()
    assert "Elevated error rates" not in world.terminal.getvalue()
