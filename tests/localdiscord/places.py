"""Channels as a caller may reach them."""

from __future__ import annotations

from tests.localdiscord.calls import Asked
from tests.localdiscord.errors import MISSING_ACCESS, MISSING_PERMISSIONS, DiscordError, Json
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can
from tests.localdiscord.world import World


def visible(asked: Asked) -> Channel:
    """Return the channel of the path, if the bot can see it: 50001 otherwise."""
    channel = asked.world.there(asked.part("channel_id"))
    if not asked.world.may(channel, Can.VIEW_CHANNEL):
        raise DiscordError(MISSING_ACCESS)
    return channel


def without_embeds(world: World, channel: Channel, body: Json) -> Json:
    """Return a body as it is kept: without EMBED_LINKS its embeds are dropped in silence.

    A new message that had nothing else is refused, an edit is not: discord/discord-api-docs#2601, #5648.
    """
    return body if world.may(channel, Can.EMBED_LINKS) else {name: body[name] for name in body if name != "embeds"}


def needs(world: World, channel: Channel, wanted: Can) -> None:
    if not world.may(channel, wanted):
        raise DiscordError(MISSING_PERMISSIONS)
