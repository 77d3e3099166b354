from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.localdiscord import BOT_USER, OWNER, PERSON, LocalDiscord, pings
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can

Room = discord.PartialMessageable
Allowed = discord.AllowedMentions


async def called(local: LocalDiscord, there: Room, words: str, **options: Any) -> list[str]:
    sent = await there.send(words, **options)
    return pings(local.world.message(str(there.id), str(sent.id)))


async def test_a_client_that_allows_none_calls_nobody(local: LocalDiscord, there: Room) -> None:
    assert await called(local, there, f"@everyone @here <@{PERSON}>") == []


async def test_a_message_may_allow_exactly_whom_it_means(local: LocalDiscord, there: Room) -> None:
    one, two = local.world.role("one", mentionable=True), local.world.role("two", mentionable=True)
    words = f"@everyone <@&{one.id}> <@&{two.id}> <@{PERSON}> <@!{OWNER}>"

    some = Allowed(everyone=False, users=False, roles=[discord.Object(int(one.id))])

    assert await called(local, there, words, allowed_mentions=some) == [f"<@&{one.id}>"]
    assert await called(local, there, words, allowed_mentions=Allowed.all()) == [
        "@everyone",
        f"<@&{one.id}>",
        f"<@&{two.id}>",
        f"<@{PERSON}>",
        f"<@{OWNER}>",
    ]


async def test_what_is_allowed_and_not_said_calls_nobody(local: LocalDiscord, there: Room) -> None:
    some = Allowed(everyone=True, users=[discord.Object(int(PERSON))])

    assert await called(local, there, "hello", allowed_mentions=some) == []


async def test_it_takes_a_permission_or_a_role_that_can_be_mentioned(
    local: LocalDiscord, ops: Channel, there: Room
) -> None:
    closed, open_ = local.world.role("closed"), local.world.role("open", mentionable=True)
    ops.denied = Can.MENTION_EVERYONE
    words = f"@here <@&{closed.id}> <@&{open_.id}>"

    assert await called(local, there, words, allowed_mentions=Allowed.all()) == [f"<@&{open_.id}>"]


async def test_an_embed_calls_nobody(local: LocalDiscord, there: Room) -> None:
    shown = discord.Embed(description=f"@everyone <@{PERSON}>")

    assert await called(local, there, "hello", embed=shown, allowed_mentions=Allowed.all()) == []


async def test_a_layout_calls(local: LocalDiscord, ops: Channel, there: Room) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(f"<@{PERSON}>")))

    await there.send(view=view, allowed_mentions=Allowed.all())

    assert pings(local.world.roots(ops.id)[0]) == [f"<@{PERSON}>"]


async def test_without_a_word_everything_is_parsed(local: LocalDiscord, client: discord.Client, ops: Channel) -> None:
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=int(ops.id))

    answer = await client.http.request(route, json={"content": f"@everyone <@{PERSON}>"})

    assert (answer["mention_everyone"], [one["id"] for one in answer["mentions"]]) == (True, [PERSON])


async def test_an_edit_calls_nobody_anew(local: LocalDiscord, ops: Channel, there: Room) -> None:
    sent = await there.send("hello")

    await there.get_partial_message(sent.id).edit(content="@everyone", allowed_mentions=Allowed.all())

    (kept,) = local.world.roots(ops.id)
    assert (pings(kept), kept.mentioned) == ([], ("@everyone",))


@pytest.mark.parametrize("mention", [1, 0])
async def test_a_reply_calls_its_author_only_if_it_says_so(
    local: LocalDiscord, ops: Channel, there: Room, mention: int
) -> None:
    theirs = await there.fetch_message(int(local.world.says(ops.id, "help").id))

    reply = await theirs.reply("here", mention_author=bool(mention))

    assert pings(local.world.message(ops.id, str(reply.id))) == [f"<@{PERSON}>"] * mention
    assert BOT_USER != PERSON
