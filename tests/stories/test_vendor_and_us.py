"""Stories of two clocks: who sees it first, the vendor or we, and what the team reads of it."""

from __future__ import annotations

from tests.stories import configs
from tests.stories.world import World


async def test_probes_see_it_seventeen_minutes_before_the_vendor_says_so(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=5)
    world.api.breaks(503)
    await world.lives(minutes=17)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=1)

    assert world.thread() == ["OpenAI acknowledged it 17 min after us"]
    assert "17 min after us" in world.root()
