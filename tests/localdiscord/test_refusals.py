"""What Discord does not take, with the code and the place that it names."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.localdiscord import LocalDiscord
from tests.localdiscord.nouns import Channel

Room = discord.PartialMessageable
Json = dict[str, Any]


def row(*inside: Json) -> Json:
    return {"type": 1, "components": list(inside)}


def button(name: str = "a", **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": name, **more}


def text(words: str) -> Json:
    return {"type": 10, "content": words}


V2 = 1 << 15
EMBEDS: dict[str, tuple[Json, str]] = {
    "title": ({"title": "t" * 257}, "embeds.0.title"),
    "description": ({"description": "d" * 4_097}, "embeds.0.description"),
    "fields": ({"fields": [{"name": "n", "value": "v"}] * 26}, "embeds.0.fields"),
    "field name": ({"fields": [{"name": "n" * 257, "value": "v"}]}, "embeds.0.fields.0.name"),
    "field value": ({"fields": [{"name": "n", "value": "v" * 1_025}]}, "embeds.0.fields.0.value"),
    "empty field": ({"fields": [{"name": "n", "value": " "}]}, "embeds.0.fields.0.value"),
    "footer": ({"footer": {"text": "f" * 2_049}}, "embeds.0.footer.text"),
    "author": ({"author": {"name": "a" * 257}}, "embeds.0.author.name"),
    "url": ({"title": "t", "url": "javascript:x"}, "embeds.0.url"),
    "nothing": ({"color": 1}, "embeds.0.description"),
    "colour": ({"title": "t", "color": 1 << 24}, "embeds.0.color"),
}
COMPONENTS: dict[str, tuple[list[Json], str]] = {
    "six rows": ([row(button(f"{n}")) for n in range(6)], "components"),
    "six in a row": ([row(*(button(f"{n}") for n in range(6)))], "components.0.components"),
    "an empty row": ([row()], "components.0.components"),
    "a long label": ([row(button(label="l" * 81))], "components.0.components.0.label"),
    "a long custom id": ([row(button("c" * 101))], "components.0.components.0.custom_id"),
    "no custom id": ([row(button(""))], "components.0.components.0.custom_id"),
    "no label": ([row(button(label=None))], "components.0.components.0"),
    "the same custom id": ([row(button(), button())], "components.0.components.1.custom_id"),
    "a link without its target": ([row({"type": 2, "style": 5, "label": "x"})], "components.0.components.0"),
    "26 options": (
        [row({"type": 3, "custom_id": "s", "options": [{"label": f"{n}", "value": f"{n}"} for n in range(26)]})],
        "components.0.components.0.options",
    ),
    "two options of the same value": (
        [row({"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 2})],
        "components.0.components.0.options.1.value",
    ),
    "a menu beside a button": (
        [row(button(), {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]})],
        "components.0.components.1",
    ),
    "a text without the flag": ([text("hello")], "components.0"),
    "a button without a row": ([button()], "components.0"),
}
LAYOUTS: dict[str, tuple[Json, str]] = {
    "content": ({"content": "c", "components": [text("t")]}, "content"),
    "embeds": ({"embeds": [{"title": "t"}], "components": [text("t")]}, "embeds"),
    "41 components": ({"components": [text("t")] * 41}, "components"),
    "41 with those inside": ({"components": [{"type": 17, "components": [text("t")] * 40}]}, "components"),
    "4,001 characters": ({"components": [text("t" * 2_000), text("t" * 2_001)]}, "components"),
    "an empty text": ({"components": [text("")]}, "components.0.content"),
    "a section without accessory": ({"components": [{"type": 9, "components": [text("t")]}]}, "components.0.accessory"),
}


async def refused(client: discord.Client, channel: Channel, body: Json) -> list[str]:
    """Send a body that discord.py itself would not send, and return the places that are complained of."""
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=int(channel.id))
    with pytest.raises(discord.HTTPException) as caught:
        await client.http.request(route, json=body)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    return [line.removeprefix("In ").partition(":")[0] for line in caught.value.text.splitlines()[1:]]


@pytest.mark.parametrize("name", EMBEDS)
async def test_an_embed_has_limits(client: discord.Client, ops: Channel, name: str) -> None:
    embed, place = EMBEDS[name]

    assert place in await refused(client, ops, {"embeds": [embed]})


async def test_the_embeds_of_a_message_have_6_000_characters_together(
    local: LocalDiscord, ops: Channel, there: Room
) -> None:
    half = discord.Embed(description="d" * 3_000)
    with pytest.raises(discord.HTTPException, match="Embed size exceeds maximum size of 6000"):
        await there.send(embeds=[half, discord.Embed(description="d" * 3_001)])

    await there.send(embeds=[half, half])

    assert len(local.world.roots(ops.id)) == 1


@pytest.mark.parametrize("name", COMPONENTS)
async def test_components_have_limits(client: discord.Client, ops: Channel, name: str) -> None:
    components, place = COMPONENTS[name]

    assert place in await refused(client, ops, {"content": "c", "components": components})


@pytest.mark.parametrize("name", LAYOUTS)
async def test_layouts_have_limits(client: discord.Client, ops: Channel, name: str) -> None:
    body, place = LAYOUTS[name]

    assert place in await refused(client, ops, {"flags": V2, **body})


async def test_the_flag_of_a_layout_stays(local: LocalDiscord, ops: Channel, there: Room) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay("hello"))
    sent = await there.send(view=view)

    with pytest.raises(discord.HTTPException, match=r"MessageFlags\.IS_COMPONENTS_V2"):
        await there.get_partial_message(sent.id).edit(content="bye")
    await sent.edit(view=view)

    assert local.world.roots(ops.id)[0].is_v2


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"content": "c" * 2_001}, "content"),
        ({"content": "c", "embeds": [{"title": "t"}] * 11}, "embeds"),
        ({"content": "c", "nonce": "n" * 26}, "nonce"),
        ({"content": "c", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0"),
        ({"content": "c", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
    ],
)
async def test_a_message_has_limits(client: discord.Client, ops: Channel, body: Json, place: str) -> None:
    assert place in await refused(client, ops, body)


async def test_all_that_fits_is_taken(local: LocalDiscord, ops: Channel, there: Room) -> None:
    view = discord.ui.View()
    for number in range(25):
        view.add_item(discord.ui.Button(label="l" * 80, custom_id=f"{number:0100d}", row=number // 5))

    await there.send("c" * 2_000, embed=discord.Embed(title="t" * 256, description="d" * 4_096), view=view)

    assert len(local.world.roots(ops.id)) == 1


@pytest.mark.parametrize("words", ["", "  \n "])
async def test_a_message_says_something(there: Room, words: str) -> None:
    with pytest.raises(discord.HTTPException) as caught:
        await there.send(words)

    assert (caught.value.status, caught.value.code) == (400, 50006)


async def test_what_is_not_there_is_unknown(client: discord.Client, there: Room) -> None:
    with pytest.raises(discord.NotFound) as channel:
        await client.get_partial_messageable(1).send("hello")
    with pytest.raises(discord.NotFound) as message:
        await there.get_partial_message(1).edit(content="hello")
    with pytest.raises(discord.NotFound) as guild:
        await client.fetch_guild(1)
    with pytest.raises(discord.NotFound) as user:
        await client.fetch_user(1)

    assert [one.value.code for one in (channel, message, guild, user)] == [10003, 10008, 10004, 10013]


@pytest.mark.parametrize(("deny", "code"), [("view_channel", 50001), ("send_messages", 50013)])
async def test_a_channel_may_deny(local: LocalDiscord, client: discord.Client, deny: str, code: int) -> None:
    quiet = local.world.channel("quiet", deny=(deny,))

    with pytest.raises(discord.Forbidden) as caught:
        await client.get_partial_messageable(int(quiet.id)).send("c", embed=discord.Embed(title="t"))

    assert caught.value.code == code
    assert local.world.messages() == []


async def test_a_channel_may_deny_embeds_and_only_some_say_so(local: LocalDiscord, client: discord.Client) -> None:
    """A message with nothing else is refused; one with words is kept without, and so is every edit."""
    plain = local.world.channel("plain", deny=("embed_links",))
    room, shown = client.get_partial_messageable(int(plain.id)), discord.Embed(title="t")

    with pytest.raises(discord.Forbidden) as caught:
        await room.send(embed=shown)
    sent = await room.send("c", embed=shown)
    await room.get_partial_message(sent.id).edit(embed=shown)

    assert caught.value.code == 50013
    assert [(one.content, one.embeds) for one in local.world.roots(plain.id)] == [("c", [])]


async def test_a_channel_may_deny_its_history(local: LocalDiscord, client: discord.Client) -> None:
    """`Get Channel Messages` gives an empty list then, and `Get Channel Message` is refused."""
    deaf = client.get_partial_messageable(int(local.world.channel("deaf", deny=("read_message_history",)).id))
    sent = await deaf.send("hello")

    assert [one async for one in deaf.history()] == []
    with pytest.raises(discord.Forbidden) as caught:
        await deaf.fetch_message(sent.id)
    with pytest.raises(discord.HTTPException) as reply:
        await deaf.send("more", reference=sent)

    assert (caught.value.code, reply.value.code) == (50013, 160002)


async def test_others_messages_are_theirs(local: LocalDiscord, ops: Channel, there: Room) -> None:
    theirs = int(local.world.says(ops.id, "mine").id)

    with pytest.raises(discord.Forbidden) as edit:
        await there.get_partial_message(theirs).edit(content="yours")
    with pytest.raises(discord.Forbidden) as delete:
        await there.get_partial_message(theirs).delete()

    assert (edit.value.code, delete.value.code) == (50005, 50013)


async def test_a_revoked_token_is_refused_everywhere(local: LocalDiscord, client: discord.Client, there: Room) -> None:
    local.world.state = "revoked"

    with pytest.raises(discord.HTTPException) as caught:
        await there.send("hello")
    async with discord.Client(intents=discord.Intents.none()) as other:
        with pytest.raises(discord.LoginFailure):
            await other.login(local.token)

    assert caught.value.status == 401
    assert local.journal.invalid() == 2
