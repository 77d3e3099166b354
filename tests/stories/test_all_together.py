"""Stories in which several of these meet: many at once at night, in plain words, muted, or declared by ourselves."""

from __future__ import annotations

from tests.stories.test_bursts import NAMES, breaks, mends
from tests.stories.test_when_it_is_told import QUIET, ROTA, with_keys
from tests.stories.world import World


async def test_many_that_begin_at_night_are_one_line_of_its_digest_and_one_message_in_the_morning(world: World) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    breaks(world, "EC2", "Lambda", "RDS", "SQS", "SNS")
    await world.lives(minutes=20)
    assert world.roots() == []
    await world.restarts()
    mends(world, "EC2")
    await world.lives(minutes=30)

    assert world.roots() == ["While it was quiet (13:00–13:40): 1 incident, 1 goes on", "OpenAI: 5 incidents at once"]
    assert "OpenAI: 5 incidents at once · minor · investigating" in world.root(0)
    assert "4 of 5 still open" in world.root(1)


async def test_one_that_is_critical_brings_all_of_them_at_night(world: World) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    breaks(world, *NAMES)
    await world.lives(minutes=5)

    assert world.roots() == ["OpenAI: 6 incidents at once"]


async def test_many_at_once_are_told_in_plain_words_to_those_who_explain_it(world: World) -> None:
    world.has(base=with_keys('detail = "stakeholder"'))
    await world.lives(minutes=2)
    breaks(world, *NAMES)
    await world.lives(minutes=3)
    begun = world.root()
    mends(world, *NAMES)
    await world.lives(minutes=5)

    assert world.roots() == ["OpenAI: 6 incidents at once"]
    assert all(f"{name} fails" in begun for name in NAMES)
    assert "All 6 are over" in world.thread()[-1]


async def test_of_a_muted_vendor_many_at_once_are_told_when_the_mute_ends(world: World) -> None:
    await world.lives(minutes=2)
    said = await world.types("mute vendor openai 20m because they move")
    breaks(world, "EC2", "Lambda", "RDS", "SQS")
    await world.lives(minutes=10)
    quiet = world.roots()
    await world.lives(minutes=15)

    assert said.startswith("Muted")
    assert quiet == []
    assert sorted(world.roots()) == sorted(f"OpenAI: {name} fails" for name in ("EC2", "Lambda", "RDS", "SQS"))


async def test_what_somebody_declares_at_night_is_told_at_once(world: World) -> None:
    world.has(ROTA, base=QUIET)
    await world.lives(minutes=5)
    await world.types("declare Checkout is down: cards are refused impact=major")
    await world.lives(minutes=2)

    assert world.roots() == ["Checkout is down"]


async def test_what_we_declare_is_told_in_plain_words_too(world: World) -> None:
    world.has(base=with_keys('detail = "stakeholder"'))
    await world.lives(minutes=2)
    await world.types("declare Checkout is down: cards are refused impact=major")
    await world.lives(minutes=1)
    await world.types("update we know why: a certificate has run out", thread=True)
    await world.types("resolve it is renewed", thread=True)
    await world.lives(minutes=1)

    assert world.roots() == ["Checkout is down"]
    assert "Declared by" not in world.root()
    assert "a certificate has run out" in world.words()
    assert "is renewed" in world.words()


async def test_direct_messages_reach_whoever_is_on_call_at_night_too(world: World) -> None:
    world.has(
        ROTA,
        '[[escalation]]\nsteps = [{ after = "5m", notify = "oncall:platform", direct = true }]\n',
        base=QUIET,
    )
    direct = world.connects("slack")
    await world.lives(minutes=5)
    world.page.posts("No logins", "We look into it.", component="Chat Completions", impact="critical")
    await world.lives(minutes=12)

    assert [root.headline for root in direct.channels["U1"]] == ["OpenAI: No logins"]
