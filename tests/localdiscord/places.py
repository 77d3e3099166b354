"""Channels as a caller may reach them."""

from __future__ import annotations

from tests.localdiscord.calls import Asked
from tests.localdiscord.errors import MISSING_ACCESS, MISSING_PERMISSIONS, DiscordError
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can
from tests.localdiscord.world import World


def visible(asked: Asked) -> Channel:
    """Return the channel of the path, if the bot can see it: 50001 otherwise."""
    channel = asked.world.there(asked.part("channel_id"))
    if not asked.world.may(channel, Can.VIEW_CHANNEL):
        raise DiscordError(MISSING_ACCESS)
    return channel


def needs(world: World, channel: Channel, wanted: Can) -> None:
    if not world.may(channel, wanted):
        raise DiscordError(MISSING_PERMISSIONS)
