"""Stories of a vendor's words: promised and not kept, rewritten, taken back."""

from __future__ import annotations

from tests.stories.world import World

PROMISE = "We are investigating. Next update in 30 minutes."


async def test_a_vendor_that_does_not_keep_its_promise_is_called_silent_once(world: World) -> None:
    await world.lives(minutes=1)
    world.page.posts("Elevated errors", PROMISE, component="Chat Completions")
    await world.lives(minutes=34)
    assert world.thread() == ["Investigating"]
    await world.lives(minutes=30)
    world.page.says("identified", "It is the database.")
    await world.lives(minutes=2)

    assert world.thread() == ["Investigating", "No word from OpenAI for 35 min", "Identified"]
    assert "The next was promised for 2026-03-01 12:31 UTC" in world.words()


async def test_nobody_is_called_silent_whose_page_can_not_be_read(world: World) -> None:
    await world.lives(minutes=1)
    world.page.posts("Elevated errors", PROMISE, component="Chat Completions")
    await world.lives(minutes=5)
    world.page.vanishes()
    await world.lives(minutes=45)

    assert world.thread() == ["Investigating"]


async def test_what_a_vendor_takes_back_is_kept(world: World) -> None:
    await world.lives(minutes=1)
    world.page.posts("Elevated errors", "We are investigating.", component="Chat Completions")
    await world.lives(minutes=3)
    world.page.says("identified", "It is the fault of a customer.")
    await world.lives(minutes=3)
    world.page.says("identified", "It is the database.")
    await world.lives(minutes=3)
    world.page.retracts()
    await world.lives(minutes=3)

    assert world.thread()[-1] == "OpenAI took an earlier update back"
    assert world.words().count("“It is the fault of a customer.”") == 2
    assert "“It is the database.”" in world.root()


async def test_what_a_vendor_rewrites_is_shown_with_what_it_said_before(world: World) -> None:
    await world.lives(minutes=1)
    world.page.posts("Elevated errors", "All requests fail.", component="Chat Completions")
    await world.lives(minutes=3)
    world.page.edits("Some requests fail.")
    await world.lives(minutes=3)

    assert world.thread() == ["Investigating", "OpenAI edited an earlier update"]
    assert "Before:\n“All requests fail.”\n— OpenAI\nNow:\n“Some requests fail.”" in world.words()
    assert "“Some requests fail.”" in world.root()
