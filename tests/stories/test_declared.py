"""Stories of the team's own incidents, as people see them: in Slack, in Discord and in the terminal."""

from __future__ import annotations

from pathlib import Path

from tests import localdiscord, localslack
from tests.localdiscord import LocalDiscord
from tests.localslack import LocalSlack
from tests.stories import configs, seed
from tests.stories.test_on_call import MENTION, PLAN, ROTA, SECOND, WORDS, called
from tests.stories.test_seed import everywhere
from tests.stories.world import LEAD, ONCALL, World

DECLARE = 'declare Checkout is down: cards are refused since noon. impact=major service="Support bot"'
GATEWAY = "update it is the gateway, we put the old one back. state=identified"
THREAD = (
    "Declared by on-call",
    "Affects us: Support bot",
    "cards are refused since noon.",
    "Identified, says lead",
    "Impact raised by lead: major → critical",
    "Resolved by on-call after 25 min",
    "Opened again by lead",
    "refused again",
)


def on_slack(slack: LocalSlack) -> tuple[str, list[str]]:
    """Return the root in the channel, and what its thread says."""
    (channel,) = (one.id for one in slack.world.channels.values() if one.name == "ops")
    (root,) = slack.world.roots(channel)
    return localslack.readable(root), [localslack.readable(one) for one in slack.world.thread(channel, root.ts)]


def on_discord(discord: LocalDiscord) -> tuple[str, list[str]]:
    """Return the first message in the channel, which is the root, and what its thread says."""
    (channel,) = (one.id for one in discord.world.channels.values() if one.name == "ops")
    root = discord.world.roots(channel)[0]
    return localdiscord.readable(root), [localdiscord.readable(one) for one in discord.world.thread(channel, root.id)]


async def test_from_its_declaration_to_the_same_thread_reopened_on_every_platform(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with everywhere(tmp_path, sqlite_url, *seed.TABLES) as (world, slack, discord):
        answer = await world.types(DECLARE, ONCALL)
        await world.lives(minutes=5)
        await world.types(GATEWAY, LEAD)
        await world.restarts()
        await world.lives(minutes=5)
        await world.types("update impact=critical", LEAD)
        await world.lives(minutes=15)
        await world.types("resolve all payments go through", ONCALL)
        ended = on_slack(slack)[0], on_discord(discord)[0]
        await world.restarts()
        await world.lives(minutes=30)
        await world.types("reopen refused again", LEAD)
        shown = (on_slack(slack), on_discord(discord))
        terminal = world.terminal.getvalue()

    assert answer.startswith("Declared\nCheckout is down · ours-checkout-is-down-")
    assert all("Resolved · was critical · lasted 25 min" in root for root in ended)
    assert all("all payments go through" in root for root in ended)
    for root, thread in shown:
        assert "Checkout is down" in root
        assert "Critical · investigating" in root
        assert "Affects us: Support bot" in root
        assert "Declared by on-call" in root
        told, at = "\n".join(thread), 0
        for said in THREAD:
            assert said in told[at:], said
            at = told.index(said, at)
    assert all(said in terminal for said in THREAD)
    assert terminal.count("Opened again by lead") == 1


async def test_what_nobody_takes_on_reaches_those_on_call_and_again_when_it_is_opened_again(world: World) -> None:
    world.has(ROTA, PLAN, base=MENTION)
    await world.types("declare Checkout is down impact=major", LEAD)
    await world.lives(minutes=6)
    await world.types("resolve", LEAD)
    await world.lives(minutes=30)
    await world.types("reopen refused again", LEAD)
    await world.lives(minutes=6)

    on_call = "Escalated to on-call (platform), nobody has acknowledged for 5 min"
    assert called(world) == [
        ("root", (SECOND,)),
        (on_call, (SECOND,)),
        ("Opened again by lead", (SECOND,)),
        (on_call, (SECOND,)),
    ]
    assert world.aloud() == [on_call, "Resolved by lead after 6 min", "Opened again by lead", on_call]


async def test_what_turns_out_to_be_openais_goes_on_there_and_comes_back_by_unlink(world: World) -> None:
    world.has(configs.BOT)
    await world.types(DECLARE)
    await world.lives(minutes=3)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="minor")
    await world.lives(minutes=3)
    apart = world.roots()
    theirs = (await world.timelines())[-1][0].id
    await world.types(f"merge ours-checkout to {theirs}", LEAD)
    await world.lives(minutes=3)
    linked = world.root(0), world.root(1), world.thread(0)[-1], world.words(1)
    world.page.resolves("All systems work again.")
    await world.lives(minutes=3)
    over = world.root(1)
    await world.types(f"unlink {theirs}", LEAD)
    back = world.root(0)

    # No machine takes them for one.
    assert apart == ["Checkout is down", "OpenAI: Elevated error rates"]
    assert "Part of another incident" in linked[0]
    assert "Minor · investigating" in linked[1]
    assert "Affects us: Support bot (owner @support)" in linked[1]
    assert linked[2] == "lead linked this with “OpenAI: Elevated error rates”"
    assert "lead linked “Checkout is down” with this" in linked[3]
    assert "“cards are refused since noon.”\n— on-call" in linked[3]
    assert "Resolved · was minor" in over
    assert "Major · investigating" in back
    assert world.thread(0)[-1] == "lead unlinked this from “OpenAI: Elevated error rates”"


async def test_what_a_vendor_or_a_probe_still_tells_of_is_not_ended_by_a_person(world: World) -> None:
    world.has(configs.API)
    await world.lives(minutes=6)
    world.api.breaks(503)
    await world.lives(minutes=6)
    suspected = await world.types("resolve it works here", thread=True)
    world.page.posts("Elevated error rates", WORDS, component="Chat Completions", impact="major")
    await world.lives(minutes=3)
    before = world.root()
    posted = await world.types("resolve it works here", thread=True)

    assert suspected.startswith(
        "It is not ours to resolve: nothing was changed\nopenai-api still fails (HTTP 503), checked"
    )
    assert "OpenAI's page still says investigating, checked" in posted
    assert "openai-api still fails (HTTP 503)" in posted
    assert world.root() == before
