from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest

from tests.localdiscord import LocalDiscord
from tests.localdiscord.botting import Bot, connected, with_commands
from tests.localdiscord.nouns import Channel

pytestmark = pytest.mark.usefixtures("pointed")


async def test_nobody_there_is_told_to_the_person_at_once(local: LocalDiscord, ops: Channel) -> None:
    async with connected(with_commands(Bot()), local):
        pass
    await local.gateway.until(lambda: not local.gateway.links)
    local.world.clock.jumps(300)

    sent = await local.person().runs("everywhere", channel=ops)

    assert "did not respond" in (await sent.done()).failed
    with pytest.raises(AssertionError, match="not connected"):
        await sent.answer()


async def test_an_answer_that_comes_too_late_is_unknown(local: LocalDiscord, ops: Channel) -> None:
    made = Bot()

    @made.tree.command(name="dawdles", description="Late")
    async def dawdles(interaction: discord.Interaction) -> None:
        local.world.clock.jumps(3.1)
        await interaction.response.send_message("late")

    @made.tree.command(name="twice", description="Twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("once")
        interaction.response._response_type = None
        await interaction.response.send_message("twice")

    async with connected(made, local):
        await made.tree.sync()
        local.gateway.patience = 0.2
        late = await local.person().runs("dawdles", channel=ops)
        await late.done()
        local.gateway.patience = 3
        doubled = await local.person().runs("twice", channel=ops)
        await doubled.answer()
        await local.journal.until("create_interaction_response", 3)

    codes = [(call.answer or {}).get("code") for call in local.journal.of("create_interaction_response")]
    assert codes == [10062, None, 40060]
    assert [one.content for one in local.world.roots(ops.id)] == ["once"]


async def test_a_token_lives_for_fifteen_minutes(local: LocalDiscord, ops: Channel) -> None:
    kept: list[discord.Interaction] = []
    made = Bot()

    @made.tree.command(name="keeps", description="Keeps")
    async def keeps(interaction: discord.Interaction) -> None:
        kept.append(interaction)
        await interaction.response.send_message("kept")

    async with connected(made, local):
        await made.tree.sync()
        sent = await local.person().runs("keeps", channel=ops)
        await sent.answer()
        local.world.clock.jumps(899)
        await kept[0].followup.send("in time")
        local.world.clock.jumps(2)

        with pytest.raises(discord.HTTPException) as refused:
            await kept[0].followup.send("too late")

    assert (refused.value.status, refused.value.code) == (401, 50027)
    assert [one.content for one in sent.followups] == ["in time"]


async def test_what_was_missed_in_an_outage_is_told_after_it(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    local.gateway.aborts()
    await local.gateway.until(lambda: not any(one.connected for one in local.gateway.sessions.values()))

    sent = await local.person().runs("status", what="acme", channel=ops)

    assert (await sent.answer())["type"] == 4


async def test_two_instances_race_for_an_answer(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    """Each session is given each interaction: the second answer is 40060."""
    other = with_commands(Bot())
    async with connected(other, local):
        sent = await local.person().runs("everywhere", channel=ops)
        await sent.answer()
        calls = await local.journal.until("create_interaction_response", 2)

    assert sorted((call.answer or {}).get("code", 0) for call in calls) == [0, 40060]


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "26 choices": ("types", {"type": 8, "data": {"choices": [{"name": "n", "value": "v"}] * 26}}),
    "a long choice": ("types", {"type": 8, "data": {"choices": [{"name": "n" * 101, "value": "v"}]}}),
    "words for suggestions": ("types", {"type": 4, "data": {"content": "c"}}),
    "suggestions for a command": ("runs", {"type": 8, "data": {"choices": []}}),
    "a change of no message": ("runs", {"type": 7, "data": {"content": "c"}}),
    "a long title": ("runs", {"type": 9, "data": {"title": "t" * 46, "custom_id": "c", "components": [{"type": 10}]}}),
    "an empty modal": ("runs", {"type": 9, "data": {"title": "t", "custom_id": "c", "components": []}}),
    "a long content": ("runs", {"type": 4, "data": {"content": "c" * 2_001}}),
    "nothing": ("runs", {"type": 4, "data": {"content": ""}}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_an_answer_that_discord_does_not_take(local: LocalDiscord, ops: Channel, bot: Bot, name: str) -> None:
    does, answer = REFUSED[name]
    bot.tree.interaction_check = says_nothing  # type: ignore[method-assign]  # the test answers in its place
    person = local.person()
    if does == "types":
        sent = await person.types("status", "what", "a", channel=ops)
    else:
        sent = await person.runs("everywhere", channel=ops)
    url = f"{local.api_url}/interactions/{sent.id}/{sent.token}/callback"

    async with aiohttp.ClientSession() as session:
        async with session.post(url, json=answer) as refused:
            told = await refused.json()
        fine = {"type": 8, "data": {"choices": []}} if does == "types" else {"type": 5}
        async with session.post(url, json=fine) as taken:
            empty = await taken.read()

    assert (refused.status, told["code"]) == (400, 50006 if name == "nothing" else 50035)
    assert (taken.status, empty, sent.is_answered) == (204, b"", True)


async def says_nothing(interaction: discord.Interaction) -> bool:
    return False


async def test_an_interaction_may_come_late_and_twice(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    local.gateway.late = 4
    late = await local.person().runs("everywhere", channel=ops)
    await local.journal.until("create_interaction_response")
    local.gateway.late, local.gateway.times = 0, 2

    twice = await local.person().runs("everywhere", channel=ops)
    calls = await local.journal.until("create_interaction_response", 3)

    assert [(call.answer or {}).get("code", 0) for call in calls] == [10062, 0, 40060]
    assert (late.is_answered, twice.is_answered) == (False, True)
