from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.localdiscord import OWNER, PERSON, LocalDiscord
from tests.localdiscord.botting import Bot, buttons, connected, with_commands
from tests.localdiscord.nouns import Channel

pytestmark = pytest.mark.usefixtures("pointed")


async def test_a_command_is_answered_and_followed(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().runs("status", what="acme", channel=ops)

    answer = await sent.answer()
    (more,) = await sent.until_followed()

    assert (answer["type"], answer["data"]["content"]) == (4, "you asked for acme")
    assert sent.in_time
    assert sent.ephemeral
    assert [(one.content, one.ephemeral_to) for one in local.world.ephemerals(ops.id)] == [
        ("you asked for acme", PERSON)
    ]
    assert [one.content for one in local.world.roots(ops.id)] == ["and there is more"] == [more.content]


async def test_a_subcommand_takes_typed_options(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().runs("incident ack", number=7, by=OWNER, channel=ops)

    assert (await sent.answer())["data"]["content"] == "owner took 7"
    assert not sent.ephemeral
    assert bot.failed == []


async def test_a_global_command_reaches_the_bot_too(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().runs("everywhere", channel=ops)

    assert (await sent.answer())["data"]["content"] == "here"
    assert "guild_id" not in sent.payload["data"]


async def test_commands_can_be_run_in_threads(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    thread = local.world.opens_thread(ops, "talk", owner=OWNER)

    sent = await local.person().runs("status", what="acme", channel=thread)

    assert (await sent.answer())["type"] == 4


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("unknown", {}),
        ("incident", {}),
        ("incident shout", {}),
        ("status", {}),
        ("status", {"what": "a", "who": "b"}),
        ("status", {"what": 1}),
    ],
)
async def test_what_discord_would_not_let_a_person_do(
    local: LocalDiscord, ops: Channel, bot: Bot, command: str, options: dict[str, Any]
) -> None:
    with pytest.raises(LookupError):
        await local.person().runs(command, channel=ops, **options)


async def test_what_is_typed_is_completed(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().types("status", "what", "ac", channel=ops)
    await sent.answer()

    assert [one["value"] for one in sent.choices] == ["acme", "acorn"]
    assert sent.payload["data"]["options"][0]["focused"] is True


async def test_a_deferred_answer_is_thought_about(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().runs("slowly", channel=ops)

    assert (await sent.answer())["type"] == 5
    said = await sent.said()
    assert (said.content, sent.ephemeral, sent.loading) == ("at last", True, False)


async def test_a_follow_up_after_a_deferred_answer_is_the_answer(local: LocalDiscord, ops: Channel) -> None:
    made = with_commands(Bot())

    @made.tree.command(name="later", description="Later")
    async def later(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("first")
        await interaction.followup.send("second")

    async with connected(made, local):
        sent = await local.person().runs("later", channel=ops)
        (second,) = await sent.until_followed()

    assert (await sent.said()).content == "first"
    assert second.content == "second"


async def test_a_modal_is_opened_and_sent(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    opened = await local.person().runs("note", channel=ops)
    await opened.answer()

    sent = await local.person().submits(opened, {"note": "We found it."})

    assert opened.modal["title"] == "Add a note"
    assert (await sent.answer())["data"]["content"] == "noted: We found it."
    with pytest.raises(LookupError, match="must be filled in"):
        await local.person().submits(opened, {})
    with pytest.raises(LookupError, match="does not ask"):
        await local.person().submits(opened, {"note": "n", "colour": "red"})


async def test_a_command_on_a_message_is_given_it(local: LocalDiscord, ops: Channel, bot: Bot) -> None:
    sent = await local.person().uses("Link to incident", local.world.says(ops.id, "look here"))

    assert (await sent.answer())["data"]["content"] == "linked 'look here'"


async def test_a_button_works_after_a_restart(local: LocalDiscord, ops: Channel) -> None:
    """PLATFORMS 1B: `DynamicItem`, by the custom id."""
    first = with_commands(Bot())
    async with connected(first, local):
        await first.get_partial_messageable(int(ops.id)).send("root", view=buttons("acme-1"))
    (root,) = local.world.roots(ops.id)

    async with connected(with_commands(Bot()), local):
        sent = await local.person().presses(root, "Mute")
        answer = await sent.answer()

    assert answer["data"]["content"] == "muted acme-1"
    assert sent.payload["message"]["id"] == root.id


async def test_a_press_may_change_its_message_or_be_thought_about(local: LocalDiscord, ops: Channel) -> None:
    class Menu(discord.ui.View):
        @discord.ui.select(
            custom_id="severity", options=[discord.SelectOption(label="Major"), discord.SelectOption(label="Minor")]
        )
        async def chosen(self, interaction: discord.Interaction, select: discord.ui.Select[Menu]) -> None:
            await interaction.response.edit_message(content=f"it is {select.values[0]}")

        @discord.ui.button(label="Later", custom_id="later")
        async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Menu]) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="later")

    made = Bot()
    async with connected(made, local):
        made.add_view(Menu(timeout=None))
        await made.get_partial_messageable(int(ops.id)).send("root", view=Menu(timeout=None))
        (root,) = local.world.roots(ops.id)
        person = local.person()

        chosen = await person.presses(root, "severity", values=["Minor"])
        assert (await chosen.answer())["type"] == 7
        after_choice = root.content
        later = await person.presses(root, "Later")
        assert (await later.answer())["type"] == 6
        await local.journal.until("edit_followup")

        for wanted, values in (("severity", ["Other"]), ("severity", None), ("Shout", None)):
            with pytest.raises(LookupError):
                await person.presses(root, wanted, values=values)

    assert (after_choice, root.content) == ("it is Minor", "later")
