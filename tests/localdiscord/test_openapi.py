"""All that discord.py sends here fits Discord's own description of its API."""

from __future__ import annotations

import discord
import pytest

from tests.localdiscord import OWNER, LocalDiscord
from tests.localdiscord.botting import Bot, buttons, connected, with_commands
from tests.localdiscord.calls import Call
from tests.localdiscord.nouns import Channel
from tests.localdiscord.openapi import MISSING, available, wrong
from tests.localdiscord.routes import NAMES

pytestmark = [pytest.mark.usefixtures("pointed"), pytest.mark.skipif(not available(), reason=MISSING)]


async def test_every_body_fits(local: LocalDiscord, ops: Channel) -> None:
    forum = local.world.forum("incidents", tags=("open",))
    bot = with_commands(Bot())
    async with connected(bot, local):
        room, posts = bot.get_channel(int(ops.id)), bot.get_channel(int(forum.id))
        assert isinstance(room, discord.TextChannel)
        assert isinstance(posts, discord.ForumChannel)
        shown = discord.Embed(
            title="t", description="d", url="https://a.example", colour=1, timestamp=local.world.clock.now()
        )
        shown.add_field(name="n", value="v").set_footer(text="f").set_author(name="a")
        root = await room.send("root", embed=shown, view=buttons("acme-1"), nonce="acme-1/root", suppress_embeds=False)
        await room.get_partial_message(root.id).edit(content="edited", embed=shown, view=buttons("acme-1"))
        await root.reply("reply", allowed_mentions=discord.AllowedMentions(users=[discord.Object(1)]))
        thread = await root.create_thread(name="talk")
        await thread.send("said")
        await thread.edit(archived=True, locked=True)
        layout = discord.ui.LayoutView()
        layout.add_item(discord.ui.Container(discord.ui.TextDisplay("hello"), discord.ui.Separator()))
        await room.send(view=layout)
        post = await posts.create_thread(name="p", content="c", embed=shown, applied_tags=[posts.available_tags[0]])
        await post.thread.edit(name="q", archived=True)

        person = local.person()
        (await (await person.runs("status", what="acme", channel=ops)).until_followed())[0]
        await (await person.types("status", "what", "ac", channel=ops)).answer()
        await (await person.runs("incident ack", number=7, by=OWNER, channel=ops)).answer()
        await (await person.runs("slowly", channel=ops)).said()
        opened = await person.runs("note", channel=ops)
        await opened.answer()
        await (await person.submits(opened, {"note": "n"})).answer()

    bodies = [call for call in local.journal.calls if call.body is not None]
    assert wrong(bodies) == []
    assert {call.route for call in bodies} == {
        "create_message",
        "edit_message",
        "start_thread",
        "start_thread_from_message",
        "modify_channel",
        "overwrite_global_commands",
        "overwrite_guild_commands",
        "create_interaction_response",
        "create_followup",
        "edit_followup",
    }
    assert {call.route for call in local.journal.calls} <= NAMES


def test_what_does_not_fit_is_named() -> None:
    call = Call(
        route="create_message",
        verb="POST",
        path="/channels/1/messages",
        template="/channels/{channel_id}/messages",
        at=0,
        body={"embeds": [{"title": "t" * 257}]},
    )

    assert [one.partition(":")[0] for one in wrong([call])] == ["create_message $.embeds[0].title"]
