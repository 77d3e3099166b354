"""The seed story: an outage of OpenAI's, from the first late token to the root cause half a day later, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.stories import configs
from tests.stories.world import ONCALL, SUPPORT, World

Step = Callable[[World], Awaitable[None]]

TABLES = (
    configs.LLM,
    configs.API,
    configs.GATEWAY,
    """
[[service]]
name = "Support bot"
depends_on = ["openai:Chat Completions"]
""",
)
PROMISE = "We have found a fault in our gateways. The next update follows within 30 minutes."
CAUSE = "A change of the routing in our gateways sent all requests to a cluster that was being emptied."


async def all_is_well(world: World) -> None:
    await world.lives(minutes=6)
    await world.counts(3)


async def the_first_token_comes_late(world: World) -> None:
    world.model.slows(9)
    await world.lives(minutes=4)
    await world.counts(11)


async def it_fails(world: World) -> None:
    world.model.breaks(503)
    world.api.breaks(503)
    await world.lives(minutes=4)


async def the_gateway_counts(world: World) -> None:
    await world.counts(456)
    await world.lives(minutes=2)


async def a_colleague_reports_it(world: World) -> None:
    await world.types("report openai: the support bot answers nothing", SUPPORT)
    await world.lives(minutes=2)


async def the_on_call_engineer_takes_it(world: World) -> None:
    await world.types("ack", ONCALL, thread=True)
    await world.lives(minutes=1)
    await world.types("note the support bot answers by Claude until this is over", ONCALL, thread=True)
    await world.lives(minutes=5)
    await world.counts(470)


async def the_vendor_says_so(world: World) -> None:
    """Seventeen minutes after we saw it, and it dates it back."""
    began = world.clock.now() - timedelta(minutes=22)
    words = "We are investigating elevated error rates."
    world.page.posts("Elevated error rates", words, component="Chat Completions", impact="minor", began=began)
    await world.lives(minutes=10)
    await world.counts(440)


async def it_is_worse_than_that(world: World) -> None:
    world.page.raises("critical")
    world.page.says("identified", PROMISE)
    await world.lives(minutes=8)
    await world.counts(480)


async def the_vendor_breaks_its_promise(world: World) -> None:
    for _ in range(3):
        await world.lives(minutes=10)
        await world.counts(480)


async def the_vendor_rewrites_what_it_said(world: World) -> None:
    world.page.edits(PROMISE.replace("The next update follows within 30 minutes.", "We are working on it."))
    await world.lives(minutes=4)


async def the_vendor_calls_it_over(world: World) -> None:
    world.page.says("monitoring", "A fix is in place.")
    await world.lives(minutes=4)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=6)
    await world.counts(300)


async def it_is_over(world: World) -> None:
    world.model.works()
    world.api.works()
    await world.lives(minutes=2)
    await world.counts(2)
    await world.lives(minutes=6)


async def the_root_cause_is_written(world: World) -> None:
    """Half a day later."""
    await world.rests(hours=11)
    world.page.says("postmortem", CAUSE)
    await world.rests(hours=1.5)


STEPS: tuple[Step, ...] = (
    all_is_well,
    the_first_token_comes_late,
    it_fails,
    the_gateway_counts,
    a_colleague_reports_it,
    the_on_call_engineer_takes_it,
    the_vendor_says_so,
    it_is_worse_than_that,
    the_vendor_breaks_its_promise,
    the_vendor_rewrites_what_it_said,
    the_vendor_calls_it_over,
    it_is_over,
    the_root_cause_is_written,
)
