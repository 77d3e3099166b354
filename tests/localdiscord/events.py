"""What the gateway tells: https://docs.discord.com/developers/events/gateway-events.

Each session hears what its intents ask for and the bot can see; contents are blank without their intent, but for the
bot's own messages, direct ones, and those that call it (…/events/gateway#message-content-intent).
"""

from __future__ import annotations

from tests.localdiscord import shapes
from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import Channel, Guild, Message
from tests.localdiscord.permissions import Can
from tests.localdiscord.sessions import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, MESSAGE_CONTENT, Session
from tests.localdiscord.world import APP, BOT_USER, World

_HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def ready(world: World, session: Session, url: str) -> Json:
    """https://docs.discord.com/developers/events/gateway-events#ready."""
    return {
        "v": 10,
        "user": shapes.user(world.users[BOT_USER]) | {"verified": True, "mfa_enabled": True, "flags": 0},
        "guilds": [{"id": one.id, "unavailable": True} for one in world.guilds.values() if session.hears(one.id)],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": url,
        "shard": list(session.shard),
        "application": {"id": APP, "flags": 0},
        "private_channels": [],
        "relationships": [],
        "presences": [],
        "user_settings": {},
        "_trace": [],
    }


def guild_created(world: World, session: Session, guild: Guild) -> list[tuple[str, Json]]:
    return [("GUILD_CREATE", shapes.guild_created(world, guild))] if session.intents & GUILDS else []


def told(world: World, session: Session, event: str, what: Json, guild: str | None) -> Json | None:
    """Return what a session hears of an event, or None."""
    if event.startswith("MESSAGE_"):
        return _message(world, session, what, guild)
    if event == "GUILD_ROLE_UPDATE":
        told_of = {"guild_id": guild, "role": shapes.role(what["role"])}
        return told_of if session.intents & GUILDS else None
    channel = what.get("channel")
    if not isinstance(channel, Channel) or not session.intents & GUILDS:
        return None
    if event.endswith("_DELETE"):
        kept = {"id": channel.id, "guild_id": channel.guild, "parent_id": channel.parent, "type": channel.type}
        return kept if channel.is_thread else shapes.channel(world, channel)
    if not guild or (channel.is_thread and not world.may(channel, Can.VIEW_CHANNEL)):
        return None
    return shapes.channel(world, channel) | ({"newly_created": True} if what.get("newly_created") else {})


def _message(world: World, session: Session, what: Json, guild: str | None) -> Json | None:
    if not session.intents & (GUILD_MESSAGES if guild else DIRECT_MESSAGES):
        return None
    message = what.get("message")
    if not isinstance(message, Message):
        return what
    channel = world.channels.get(message.channel)
    if channel is None or not world.may(channel, Can.VIEW_CHANNEL):
        return None
    shown = shapes.message(world, message, nonce=True)
    ours = message.author == BOT_USER or f"<@{BOT_USER}>" in message.content
    if guild and not ours and not session.intents & MESSAGE_CONTENT:
        shown |= _HIDDEN
    if guild:
        member = shapes.member(world, world.users[message.author], guild)
        del member["user"]
        shown |= {"guild_id": guild, "member": member}
    return shown
