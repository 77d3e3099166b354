"""What kind of channel an address names, its tags, and what the bot may do there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from discord import Permissions

from adapters.discord import limits
from adapters.discord.web import Web, patiently
from bot.errors import PermanentFailure

# https://docs.discord.com/developers/resources/channel#channel-object-channel-types
FORUMS: Final = frozenset({15, 16})
# Voice and stage channels (2, 13) take messages too, but have no threads: …/channel#start-thread-from-message.
TEXTS: Final = frozenset({0, 5})
# …/resources/channel#channel-object-channel-flags: REQUIRE_TAG
_NEEDS_TAG = 1 << 4
THREADS: Final = frozenset({10, 11, 12})
# What the bot needs in a channel, and for what.  https://docs.discord.com/developers/topics/permissions
NEEDED: Mapping[str, str] = {
    "view_channel": "to see the channel",
    "send_messages": "to post incidents",
    "send_messages_in_threads": "to tell each update in the incident's thread",
    "create_public_threads": "to open that thread",
    "embed_links": "to show the coloured part of a message; without it most of it is not there",
    "read_message_history": "to find what was sent; without it a message may be told twice after a crash",
    "attach_files": "to attach the report to an incident's thread; without it the report comes as text",
}
# In a forum, where to post is to open a thread: https://docs.discord.com/developers/topics/threads#forums.
_IGNORED = "create_public_threads"
# One of them fits whatever happens.
_ALWAYS = frozenset({"open", "resolved"})
_FRESH = timedelta(minutes=10)
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as far as it matters; `tags` are a forum's: name, as it is compared, and id.

    `reserved` are the tags that only moderators may use; `needs_tag` tells whether a post may have none.
    """

    id: str
    type: int
    guild: str
    name: str
    tags: Mapping[str, str]
    overwrites: Sequence[Mapping[str, Any]] = ()
    reserved: frozenset[str] = frozenset()
    needs_tag: bool = False

    @property
    def is_forum(self) -> bool:
        """Whether it takes posts and no messages."""
        return self.type in FORUMS

    def tagged(self, labels: Sequence[str], *, without: Collection[str] = ()) -> list[str]:
        """Return the ids of the forum's tags that are called as the labels are, the first labels first."""
        found = [self.tags[label.casefold()] for label in labels if label.casefold() in self.tags]
        return [id_ for id_ in dict.fromkeys(found) if id_ not in without][: limits.TAGS]


@dataclass(slots=True)
class Channels:
    """The channels that were asked for; what is known of one is asked anew after a while."""

    web: Web
    _known: dict[str, tuple[datetime, Channel]] = field(default_factory=dict[str, tuple[datetime, Channel]])

    def known(self, id_: str) -> Channel | None:
        """Return what is remembered of a channel, if anything is."""
        held = self._known.get(id_)
        return held[1] if held else None

    async def get(self, id_: str) -> Channel:
        """Return a channel.  Raises PermanentFailure if the bot sees none."""
        now = self.web.pace.now()
        held = self._known.get(id_)
        if held is not None and held[0] + _FRESH > now:
            return held[1]
        found = _channel(await self.web.call("GET", "/channels/{channel_id}", channel_id=numbered(id_)))
        if len(self._known) > _MOST:
            self._known.clear()
        self._known[id_] = (now, found)
        return found

    async def anew(self, id_: str) -> Channel:
        """Return a channel as it is now, whatever is remembered."""
        self._known.pop(id_, None)
        return await self.get(id_)

    async def shortcomings(self, address: str) -> list[str]:
        """Return what can not be guaranteed in this channel, a line each, with what to do about it."""
        channel = await patiently(self.get, address)
        if channel.type in THREADS:
            return [f"{address} is a thread: name the channel that it is in"]
        if channel.type not in TEXTS | FORUMS:
            return [f"{address} takes no messages with threads: name a text, announcement or forum channel"]
        allowed = await self._allowed(channel)
        lacking = [
            name for name in NEEDED if not getattr(allowed, name) and not (channel.is_forum and name == _IGNORED)
        ]
        if "view_channel" in lacking:
            lacking = ["view_channel"]
        where = f"{address} (#{channel.name})"
        found = [f"{where}: the bot lacks {_titled(name)}, which it needs {NEEDED[name]}" for name in lacking]
        if channel.needs_tag and not _ALWAYS.issubset(channel.tags):
            found.append(f"{where} wants a tag on every post: give it the tags Open and Resolved, or do not demand one")
        return found

    async def _allowed(self, channel: Channel) -> Permissions:
        """Return what the bot may do in a channel: https://docs.discord.com/developers/topics/permissions."""
        me = str((await self.web.me())["id"])
        guild, ask = channel.guild, self.web.call
        member = await patiently(ask, "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=me)
        roles = await patiently(ask, "GET", "/guilds/{guild_id}/roles", guild_id=guild)
        mine = {channel.guild, *map(str, member.get("roles", ()))}
        allowed = Permissions.none()
        for role in roles:
            if str(role["id"]) in mine:
                allowed |= Permissions(int(role["permissions"]))
        if allowed.administrator:
            return Permissions.all()
        return _overwritten(allowed, channel, mine, me)


def _overwritten(allowed: Permissions, channel: Channel, roles: set[str], me: str) -> Permissions:
    """Apply a channel's own rules: everyone's, then those of all roles at once, then the member's."""
    of = {str(one["id"]): one for one in channel.overwrites}
    steps = [[channel.guild], [id_ for id_ in of if id_ in roles and id_ != channel.guild], [me]]
    for step in steps:
        deny = allow = 0
        for one in (of[id_] for id_ in step if id_ in of):
            deny, allow = deny | int(one["deny"]), allow | int(one["allow"])
        allowed = Permissions(allowed.value & ~deny | allow)
    return allowed


def _channel(found: Mapping[str, Any]) -> Channel:
    tags = found.get("available_tags") or ()
    return Channel(
        id=str(found["id"]),
        type=int(found["type"]),
        guild=str(found.get("guild_id") or ""),
        name=str(found.get("name") or ""),
        tags={str(tag["name"]).casefold(): str(tag["id"]) for tag in tags},
        overwrites=found.get("permission_overwrites") or (),
        reserved=frozenset(str(tag["id"]) for tag in tags if tag.get("moderated")),
        needs_tag=bool(int(found.get("flags") or 0) & _NEEDS_TAG),
    )


def numbered(address: str) -> str:
    """Return an address that can be a channel's id.  Raises PermanentFailure for any other."""
    if not address.isascii() or not address.isdigit():
        raise PermanentFailure(
            f"“{address}” is no channel: in Discord turn on Developer Mode, and copy the channel's id from its menu"
        )
    return address


def _titled(name: str) -> str:
    return name.replace("_", " ").title().replace(" In ", " in ")
