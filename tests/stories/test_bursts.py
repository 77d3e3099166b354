"""Stories of many incidents at once: one message with a list, one thread, one who has it, and one end."""

from __future__ import annotations

from tests.stories import configs
from tests.stories.world import LEAD, World

NAMES = ("EC2", "S3", "Lambda", "RDS", "SQS", "SNS")


def breaks(world: World, *names: str, vendor: str = "openai", words: str = "We look into {}.") -> None:
    for name in names:
        world.vendors[vendor].page.posts(
            f"{name} fails", words.format(name), impact="critical" if name == "S3" else "minor"
        )


def mends(world: World, *names: str) -> None:
    for one in world.page.board.incidents:
        if one.title.removesuffix(" fails") in names:
            one.vanishes("It works again.")
    world.page.show()


async def test_six_that_fail_in_one_minute_are_one_message_and_somebody_has_them_all(world: World) -> None:
    await world.lives(minutes=2)
    breaks(world, *NAMES)
    await world.lives(minutes=2)
    said = await world.types("ack", thread=True)
    await world.restarts()
    mends(world, "EC2", "S3")
    await world.lives(minutes=5)
    halfway = world.root()
    mends(world, *NAMES[2:])
    await world.lives(minutes=5)

    assert said.startswith("You have it\nOpenAI: 6 incidents at once · openai-burst-")
    assert world.roots() == ["OpenAI: 6 incidents at once"]
    assert "Minor · investigating · 4 of 6 still open" in halfway
    assert "- S3 fails · ✓ resolved" in halfway
    assert "Acknowledged by on-call at" in halfway
    assert all(world.words().count(f"“We look into {name}.”") == 1 for name in NAMES)
    assert len([said for said in world.aloud() if said.startswith("All 6 are over, after ")]) == 1
    assert "» All 6 are over, after" in world.terminal.getvalue()
    assert "Resolved · was critical" in world.root()


async def test_the_first_ones_say_where_they_go_on_and_one_is_taken_out(world: World) -> None:
    await world.lives(minutes=2)
    breaks(world, *NAMES[:2])
    await world.lives(minutes=1)
    breaks(world, *NAMES[2:5])
    await world.lives(minutes=2)

    said = await world.types("ungroup rds", LEAD)
    await world.lives(minutes=1)

    assert said.startswith("Ungrouped: it goes on in a thread of its own\nOpenAI: RDS fails · openai-")
    assert world.roots() == [
        "OpenAI: EC2 fails",
        "OpenAI: S3 fails",
        "OpenAI: 4 incidents at once",
        "OpenAI: RDS fails",
    ]
    assert world.thread(0)[-1] == "One of many: “OpenAI: 5 incidents at once”"
    assert "Told together with others, in one thread: openai-burst-" in world.root(0)
    assert world.thread(2)[-1] == "lead took one out: it goes on by itself"
    assert world.thread() == ["lead took it out of “OpenAI: 5 incidents at once”"]


async def test_vendors_on_one_platform_are_told_together_and_nobody_is_accused(world: World) -> None:
    world.has(configs.ANTHROPIC, "[bursts]\nat_least = 2\n")
    await world.lives(minutes=2)
    breaks(world, "Login", words="Our provider AWS has trouble: {}.")
    breaks(world, "Console", vendor="anthropic", words="An AWS outage affects the {}.")
    await world.lives(minutes=3)

    assert world.roots()[-1] == "On AWS: 2 incidents at once"
    told = "All run on AWS, by the configuration or their own words; AWS itself tells nothing of it."
    assert told in world.root()
    assert "- OpenAI: Login fails · minor · investigating" in world.root()


async def test_switched_off_everything_has_its_own_message(world: World) -> None:
    world.has("[bursts]\nat_least = 0\n")
    await world.lives(minutes=2)
    breaks(world, *NAMES)
    await world.lives(minutes=3)

    assert sorted(world.roots()) == sorted(f"OpenAI: {name} fails" for name in NAMES)
