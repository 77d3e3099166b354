"""Everything as JSON, as Discord gives it out.

https://docs.discord.com/developers/resources/message#message-object, …/resources/channel#channel-object,
…/resources/guild#guild-object, …/resources/user#user-object, …/topics/permissions#role-object
"""

from __future__ import annotations

from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import (
    DIRECT,
    FORUM,
    HAS_THREAD,
    PRIVATE_THREAD,
    SYSTEM,
    Channel,
    Guild,
    Message,
    Role,
    User,
)
from tests.localdiscord.permissions import Can
from tests.localdiscord.world import APP, BOT_USER, OWNER, World

LONG_AGO = "2026-01-01T00:00:00.000000+00:00"


def user(one: User) -> Json:
    return {
        "id": one.id,
        "username": one.name,
        "discriminator": "0" if not one.bot else "0001",
        "global_name": None if one.bot else one.name.title(),
        "avatar": None,
        "bot": one.bot,
        "public_flags": 0,
    }


def member(world: World, one: User, guild: str, channel: Channel | None = None) -> Json:
    known = world.guilds[guild].roles
    shown = {
        "user": user(one),
        "nick": None,
        "avatar": None,
        "roles": [role_ for role_ in one.roles if role_ in known],
        "joined_at": LONG_AGO,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    # Only an interaction tells what the member may do there.
    return shown | ({"permissions": str(int(world.can(channel, one.id)))} if channel is not None else {})


def role(one: Role) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0 if one.name == "@everyone" else 1,
        "permissions": str(int(one.permissions)),
        "managed": one.managed,
        "mentionable": one.mentionable,
        "flags": 0,
    }


def channel(world: World, one: Channel) -> Json:
    """A channel, a forum, a thread or a direct conversation."""
    if one.type == DIRECT:
        return {
            "id": one.id,
            "type": DIRECT,
            "last_message_id": _last(one),
            "recipients": [user(world.users[one.dm_with or ""])],
        }
    shown = {
        "id": one.id,
        "type": one.type,
        "guild_id": one.guild,
        "name": one.name,
        "last_message_id": _last(one),
        "last_pin_timestamp": None,
        "rate_limit_per_user": one.slow,
        "flags": 0,
    }
    if one.is_thread:
        return shown | _thread(world, one)
    if world.rules.obfuscates and not world.may(one, Can.VIEW_CHANNEL):
        return _hidden(one)
    denied = {"id": BOT_USER, "type": 1, "allow": "0", "deny": str(int(one.denied))}
    shown |= {
        "parent_id": None,
        "position": 0,
        "topic": one.topic,
        "nsfw": False,
        "permission_overwrites": [denied] if one.denied else [],
    }
    if one.type == FORUM:
        tags = [
            {"id": tag.id, "name": tag.name, "moderated": tag.moderated, "emoji_id": None, "emoji_name": None}
            for tag in one.tags
        ]
        shown |= {"available_tags": tags, "flags": 16 if one.needs_tag else 0, "default_reaction_emoji": None}
        shown |= {"default_sort_order": None, "default_forum_layout": 0}
    return shown


def _hidden(one: Channel) -> Json:
    """What the gateway tells of a channel that the bot can not view: discord/discord-api-docs#8454."""
    return {
        "id": one.id,
        "type": one.type,
        "guild_id": one.guild,
        "name": "___hidden___",
        "parent_id": None,
        "position": 0,
        "flags": 1 << 17,
        "permission_overwrites": [{"id": one.guild, "type": 0, "allow": "0", "deny": str(int(Can.VIEW_CHANNEL))}],
    }


def _thread(world: World, one: Channel) -> Json:
    meta = {
        "archived": one.archived,
        "archive_timestamp": one.archive_at,
        "auto_archive_duration": one.archive_after,
        "locked": one.locked,
        "create_timestamp": one.created,
    }
    parent = world.channels.get(one.parent or "")
    shown = {
        "parent_id": one.parent,
        "owner_id": one.owner,
        "thread_metadata": meta | ({"invitable": True} if one.type == PRIVATE_THREAD else {}),
        "message_count": len([kept for kept in one.messages.values() if kept.id != one.id and kept.type not in SYSTEM]),
        "member_count": 1,
        "total_message_sent": one.total,
    }
    if one.owner == BOT_USER:
        shown["member"] = {"id": one.id, "user_id": BOT_USER, "join_timestamp": one.created, "flags": 1}
    return shown | ({"applied_tags": one.applied} if parent is not None and parent.type == FORUM else {})


def _last(one: Channel) -> str | None:
    return max(one.messages, key=int, default=None)


def message(world: World, one: Message, *, nonce: bool = False, depth: int = 0) -> Json:
    """A message; its nonce is told to whoever sent it and over the gateway, and not when it is read again."""
    ids = [ping[2:-1] for ping in one.mentioned if ping.startswith("<@") and not ping.startswith("<@&")]
    thread = world.channels.get(one.thread or "")
    shown: Json = {
        "id": one.id,
        "type": one.type,
        "channel_id": one.channel,
        "author": user(world.users[one.author]),
        "content": one.content,
        "timestamp": one.at,
        "edited_timestamp": one.edited,
        "tts": False,
        "mention_everyone": any(ping.startswith("@") for ping in one.mentioned),
        "mentions": [user(world.users[id_]) for id_ in ids if id_ in world.users],
        "mention_roles": [ping[3:-1] for ping in one.mentioned if ping.startswith("<@&")],
        "attachments": one.attachments,
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags | (HAS_THREAD if thread is not None and thread.id == one.id else 0),
    }
    if nonce and one.nonce is not None:
        shown["nonce"] = one.nonce
    if one.webhook is not None:
        shown |= {"webhook_id": one.webhook, "application_id": APP}
    if one.interaction is not None:
        shown["interaction_metadata"] = one.interaction
    if one.reference is not None:
        shown["message_reference"] = {"type": 0, **one.reference}
        kept = world.channels.get(one.reference.get("channel_id") or one.channel)
        found = kept.messages.get(one.reference.get("message_id") or "") if kept else None
        if depth == 0:
            shown["referenced_message"] = message(world, found, depth=1) if found else None
    if thread is not None and thread.id == one.id and thread.parent == one.channel:
        shown["thread"] = channel(world, thread)
    return shown


def guild(world: World, one: Guild) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": OWNER,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role(each) for each in one.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
    }


def guild_created(world: World, one: Guild) -> Json:
    """What the gateway tells of a guild that has become available: all channels, and the threads the bot can see."""
    every = [each for each in world.channels.values() if each.guild == one.id and not each.is_thread]
    return guild(world, one) | {
        "joined_at": LONG_AGO,
        "large": False,
        "unavailable": False,
        "member_count": len(world.users),
        "voice_states": [],
        "members": [member(world, world.users[BOT_USER], one.id)],
        "channels": [channel(world, each) for each in every],
        "threads": [channel(world, each) for each in world.threads_of(one.id)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
