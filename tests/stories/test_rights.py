"""Stories of who may do what, and of who did it: a colleague, an engineer and an admin, in two channels."""

from __future__ import annotations

from bot.model import Person
from tests.stories.world import LEAD, ONCALL, OPS, SUPPORT, World

RIGHTS = f"""
[[oncall]]
name = "platform"
people = [{{ name = "First engineer", slack = "U1" }}]
[access]
admins = "slack:U2"
responders = ["oncall:platform"]
[access.may]
mute = "admins"
[[access.channel]]
channel = "slack:{OPS}"
may = {{ note = "everyone" }}
"""
WORDS = "We are investigating elevated error rates."


async def said(world: World, words: str, by: Person, channel: str = "") -> str:
    """Return the first line of what somebody is told in a channel."""
    answer = await world.program.desk.say(words, by, address=channel)
    return answer.reply.message.headline


async def test_each_may_what_is_theirs_and_it_is_known_who_did_what(world: World) -> None:
    world.has(RIGHTS)
    await world.lives(minutes=2)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=2)

    assert await said(world, "ack", SUPPORT) == "Only responders may acknowledge here"
    assert await said(world, "note It fails in the shop too", SUPPORT) == "Only responders may add notes here"
    assert await said(world, "note It fails in the shop too", SUPPORT, OPS) == "Noted in the thread"
    assert await said(world, "ack", ONCALL) == "You have it"
    assert await said(world, "mute 1h", ONCALL) == "Only admins may mute here"
    assert (await said(world, "mute 1h", LEAD)).startswith("Muted")
    assert await said(world, "audit", ONCALL) == "Only admins may see who did what"
    await world.restarts()
    audit = await world.types("audit", LEAD)

    await world.lives(minutes=1)
    assert world.thread()[-3:] == ["Note by support", "Acknowledged by on-call", "Muted by lead"]
    assert [line for line in audit.split("\n") if line.startswith("- ")] == [
        "- on-call · audit · denied · 2026-03-01 12:04 UTC",
        "- lead · mute 1h · done · 2026-03-01 12:04 UTC",
        "- on-call · mute 1h · denied · 2026-03-01 12:04 UTC",
        "- on-call · ack · done · 2026-03-01 12:04 UTC",
        "- support · note It fails in the shop too · done · 2026-03-01 12:04 UTC",
        "- support · note It fails in the shop too · denied · 2026-03-01 12:04 UTC",
        "- support · ack · denied · 2026-03-01 12:04 UTC",
    ]


async def test_who_is_refused_is_told_who_may(world: World) -> None:
    world.has(RIGHTS)
    await world.lives(minutes=2)

    refused = await world.types("ack", SUPPORT)

    hint = "`responders` under [access] in sitrep.toml says who they are: First engineer and one other."
    assert refused == f"Only responders may acknowledge here\n{hint} Nothing was changed."
