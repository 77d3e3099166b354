"""Direct messages as Discord gives and refuses them."""

from __future__ import annotations

import discord
import pytest

from tests.localdiscord import PERSON, LocalDiscord


async def opened(client: discord.Client, user: str = PERSON) -> discord.DMChannel:
    return await (await client.fetch_user(int(user))).create_dm()


async def test_a_conversation_is_opened_once(local: LocalDiscord, client: discord.Client) -> None:
    first, again = await opened(client), await opened(client)

    assert first.id == again.id
    assert (await first.send("Hello")).channel.id == first.id


@pytest.mark.parametrize(("setting", "code"), [("takes_dms", 50007), ("is_member", 50278)])
async def test_who_takes_none_is_known_when_something_is_said(
    local: LocalDiscord, client: discord.Client, setting: str, code: int
) -> None:
    setattr(local.world.users[PERSON], setting, False)
    there = await opened(client)

    with pytest.raises(discord.Forbidden) as refused:
        await there.send("Hello")

    assert refused.value.code == code


async def test_there_are_no_threads_in_it(local: LocalDiscord, client: discord.Client) -> None:
    there = await opened(client)
    said = await there.send("Hello")

    with pytest.raises(discord.Forbidden) as refused:
        await client.http.start_thread_with_message(there.id, said.id, name="a thread", auto_archive_duration=60)

    assert refused.value.code == 50003


async def test_only_commands_that_are_meant_for_it_are_there(local: LocalDiscord) -> None:
    command = {"id": "1", "name": "status", "type": 1, "description": "How it is", "options": [], "contexts": [0]}
    local.world.commands[""] = [command]
    person, there = local.person(), local.world.direct(PERSON)

    with pytest.raises(LookupError):
        await person.runs("status", channel=there)
