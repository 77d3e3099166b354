"""Stories of a service of our own whose vendor breaks: whom it affects, what to do instead, who has switched over."""

from __future__ import annotations

from tests.stories import configs
from tests.stories.world import World


async def test_a_vendor_breaks_we_switch_over_and_back(world: World) -> None:
    world.has(configs.ANTHROPIC, configs.BOT)
    await world.lives(minutes=5)
    assert (await world.types("status support-bot")).startswith("Support bot: operational")
    world.page.posts("Elevated errors", "We look into it.")
    await world.lives(minutes=3)
    status = await world.types("status")
    await world.types("fallback on support-bot")
    await world.lives(minutes=10)
    await world.types("fallback off")
    await world.lives(minutes=2)

    assert "Affects us: Support bot (owner @support)" in world.root()
    assert "Support bot · major" in status
    assert "What to do instead" in world.thread()
    assert "Fallback: Anthropic · operational, as of" in world.words()
    assert "1. Set PROVIDER=anthropic" in world.words()
    assert "Fallback activated by" in world.root()
    assert "back to normal at" in world.root()


async def test_the_fallback_can_not_be_read_when_it_is_needed(world: World) -> None:
    world.has(configs.ANTHROPIC, configs.BOT)
    await world.lives(minutes=5)
    world.vendors["anthropic"].page.vanishes()
    await world.lives(minutes=20)
    world.page.posts("Elevated errors", "We look into it.")
    await world.lives(minutes=3)
    await world.restarts()
    await world.lives(minutes=3)

    assert "Fallback: Anthropic · its page can not be read, as of" in world.words()
    assert world.thread().count("What to do instead") == 1
