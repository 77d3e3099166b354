"""Whom a message calls: https://docs.discord.com/developers/resources/message#allowed-mentions-object.

Embeds never call anybody; contents and the text displays of Components V2 do, as far as `allowed_mentions` and the
author's permissions let them.
"""

from __future__ import annotations

import re
from typing import Any

from tests.localdiscord.components import TEXT, walk
from tests.localdiscord.errors import Json
from tests.localdiscord.nouns import Channel
from tests.localdiscord.permissions import Can
from tests.localdiscord.world import BOT_USER, World

EVERYTHING = {"parse": ["users", "roles", "everyone"]}
USERS_ONLY = {"parse": ["users"]}

_USER, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
_EVERYBODY = re.compile(r"@(everyone|here)\b")


def called(
    world: World, channel: Channel, body: Json, *, by: str = BOT_USER, default: Json | None = None
) -> tuple[str, ...]:
    """Return what of a body calls somebody: `@everyone`, `<@&role>`, `<@user>`, each once."""
    allowed = body.get("allowed_mentions")
    allowed = (default or EVERYTHING) if allowed is None else allowed
    parsed = set(allowed.get("parse") or [])
    strong = world.may(channel, Can.MENTION_EVERYONE, by)
    found: dict[str, None] = {}
    for text in speaking(body):
        for word in _EVERYBODY.findall(text):
            if "everyone" in parsed and strong:
                found[f"@{word}"] = None
        for id_ in _ROLE.findall(text):
            role = world.guilds[channel.guild].roles.get(id_) if channel.guild else None
            if role and _may(allowed, "roles", id_) and (role.mentionable or strong):
                found[f"<@&{id_}>"] = None
        for id_ in _USER.findall(text):
            if id_ in world.users and _may(allowed, "users", id_):
                found[f"<@{id_}>"] = None
    replied = _replied(world, channel, body)
    if replied and (body.get("allowed_mentions") is None or allowed.get("replied_user")):
        found[f"<@{replied}>"] = None
    return tuple(found)


def speaking(body: Json) -> list[str]:
    """Return the texts of a body in which mentions call."""
    shown = [one.get("content") for _, one in walk(body.get("components")) if one.get("type") == TEXT]
    return [str(text) for text in (body.get("content"), *shown) if text]


def _may(allowed: Json, kind: str, id_: str) -> bool:
    listed: Any = allowed.get(kind) or []
    return kind in (allowed.get("parse") or []) or id_ in map(str, listed)


def _replied(world: World, channel: Channel, body: Json) -> str | None:
    """Return whose message is replied to, if it is another's."""
    reference = body.get("message_reference") or {}
    kept = channel.messages.get(str(reference.get("message_id")))
    return kept.author if kept and kept.author != BOT_USER else None
