"""A forum's posts: made, given the tags that they deserve, found again.

A post is a thread whose first message has the thread's own id.  Discord takes no nonce for it
(https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel), so one whose answer was
lost is looked for by its mark before it is made again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.discord import limits, render
from adapters.discord.channels import Channel, Channels
from adapters.discord.errors import Missing, Refused
from adapters.discord.history import MESSAGE, snowflake
from adapters.discord.web import Web
from bot.core.message import Message
from bot.errors import MessageGone
from bot.model import Ref

log = logging.getLogger("sitrep.discord")

Json = dict[str, Any]
_CHANNEL, _THREADS = "/channels/{channel_id}", "/channels/{channel_id}/threads"


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of one bot, in all forums."""

    web: Web
    channels: Channels

    async def make(self, forum: Channel, message: Message, key: str, notes: tuple[str, ...]) -> Ref:
        """Make a post; where Discord refuses it as it is, one that has the headline."""
        body = {
            "name": render.thread_name(message),
            "auto_archive_duration": limits.ARCHIVE_AFTER,
            "applied_tags": forum.tagged(message.labels),
            "message": render.root(message, key, notes),
        }
        try:
            made = await self._made(forum.id, body)
        except Refused as error:
            log.warning("%s: it is sent in few words key=%s", error, key)
            made = await self._made(forum.id, {**body, "message": render.text_only(message, key)})
        return Ref(f"{made['id']}/{made['id']}")

    async def retag(self, post: str, message: Message) -> None:
        """Give a post the tags that its forum has for how it stands."""
        thread = await self.web.call("GET", _CHANNEL, channel_id=post)
        forum = await self.channels.get(str(thread["parent_id"]))
        wanted = forum.tagged(message.labels)
        if sorted(wanted) != sorted(map(str, thread.get("applied_tags") or ())):
            await self.web.call("PATCH", _CHANNEL, body={"applied_tags": wanted}, channel_id=post)

    async def find(self, forum: Channel, wanted: str, since: datetime) -> Ref | None:
        """Return the post whose first message carries the mark `wanted`."""
        me = str((await self.web.me())["id"])
        async for thread in self._listed(forum):
            id_ = str(thread["id"])
            if int(id_) < snowflake(since) or str(thread.get("owner_id")) != me:
                continue
            try:
                first = await self.web.call("GET", MESSAGE, channel_id=id_, message_id=id_)
            except (MessageGone, Missing):
                continue
            if render.marked(first) == wanted:
                return Ref(f"{id_}/{id_}")
        return None

    async def _made(self, forum: str, body: Json) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self.web.call("POST", _THREADS, body=body, urgent=True, channel_id=forum)
        return found

    async def _listed(self, forum: Channel) -> AsyncIterator[Mapping[str, Any]]:
        """Give a forum's posts, those that are active and then those that are not."""
        active = await self.web.call("GET", "/guilds/{guild_id}/threads/active", guild_id=forum.guild)
        for thread in active.get("threads") or ():
            if str(thread.get("parent_id")) == forum.id:
                yield thread
        path = f"{_THREADS}/archived/public"
        archived = await self.web.call("GET", path, query={"limit": limits.PAGE}, channel_id=forum.id)
        for thread in archived.get("threads") or ():
            yield thread
