"""A forum's posts: made, given the tags that they deserve, found again.

A post is a thread whose first message has the thread's own id.  Discord takes no nonce for it
(https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel), so one whose answer was
lost is looked for by its mark before it is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from adapters.discord import errors, limits, render
from adapters.discord.channels import Channel, Channels
from adapters.discord.errors import Declined, Missing, Refused
from adapters.discord.history import MESSAGE, snowflake
from adapters.discord.web import Web, identified, patiently
from bot.core.message import Message
from bot.errors import MessageGone
from bot.model import Ref

log = logging.getLogger("sitrep.discord")

Json = dict[str, Any]
T = TypeVar("T")
_CHANNEL, _THREADS = "/channels/{channel_id}", "/channels/{channel_id}/threads"


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of one bot, in all forums.

    `settle` is how long Discord may take to list a new one; in `modest` forums the tags of moderators are not for us.
    """

    web: Web
    channels: Channels
    settle: timedelta
    modest: set[str] = field(default_factory=set[str])

    async def make(self, forum: Channel, message: Message, key: str, notes: tuple[str, ...]) -> Ref:
        """Make a post; where Discord refuses it as it is, one that has the headline."""

        async def make(tags: list[str], said: Json | None = None) -> str:
            body = {
                "name": render.thread_name(message),
                "auto_archive_duration": limits.ARCHIVE_AFTER,
                "applied_tags": tags,
                "message": said or render.root(message, key, notes),
            }
            made = await self.web.call(
                "POST", _THREADS, body=body, urgent=True, files=message.files, channel_id=forum.id
            )
            return str(identified(made)["id"])

        try:
            id_ = await self._tagged(forum, message.labels, make)
        except Refused as error:
            log.warning("%s: it is sent in few words key=%s", error, key)
            known = await self.channels.get(forum.id)
            id_ = await make(self._tags(known, message.labels), render.text_only(message, key))
        return Ref(f"{id_}/{id_}")

    async def retag(self, post: str, message: Message) -> None:
        """Give a post the tags that its forum has for how it stands; a tag that can not be given holds nothing up."""
        thread = await patiently(self.web.call, "GET", _CHANNEL, channel_id=post)
        forum = await self.channels.get(str(thread["parent_id"]))
        has = sorted(map(str, thread.get("applied_tags") or ()))

        async def tag(tags: list[str]) -> None:
            if sorted(tags) != has and (tags or not forum.needs_tag):
                await patiently(self.web.call, "PATCH", _CHANNEL, body={"applied_tags": tags}, channel_id=post)

        try:
            await self._tagged(forum, message.labels, tag)
        except (Refused, Declined) as error:
            log.warning("a post keeps the tags it has post=%s: %s", post, error)

    async def _tagged(self, forum: Channel, labels: Sequence[str], work: Callable[[list[str]], Awaitable[T]]) -> T:
        """Do `work` with the tags that fit: as the forum has them now, and as the bot may use them."""
        tags = self._tags(forum, labels)
        try:
            return await work(tags)
        except Declined as error:
            if error.code != errors.MISSING_PERMISSIONS or forum.reserved.isdisjoint(tags):
                raise
            done = await work(forum.tagged(labels, without=forum.reserved))
            self.modest.add(forum.id)
            return done
        except Refused:
            fresh = self._tags(await self.channels.anew(forum.id), labels)
            if fresh == tags:
                raise
            return await work(fresh)

    def _tags(self, forum: Channel, labels: Sequence[str]) -> list[str]:
        return forum.tagged(labels, without=forum.reserved if forum.id in self.modest else frozenset())

    async def find(self, forum: Channel, wanted: str, since: datetime) -> Ref | None:
        """Return the post whose first message carries the mark `wanted`.

        What is stored or listed late would be made twice, for there is no nonce: it is looked for twice.
        """
        found = await self._found(forum, wanted, since)
        if found is None:
            await asyncio.sleep(self.settle.total_seconds())
            found = await self._found(forum, wanted, since)
        return found

    async def _found(self, forum: Channel, wanted: str, since: datetime) -> Ref | None:
        me = str((await self.web.me())["id"])
        async for thread in self._listed(forum, since):
            id_ = str(thread["id"])
            if int(id_) < snowflake(since) or str(thread.get("owner_id")) != me:
                continue
            try:
                first = await patiently(self.web.call, "GET", MESSAGE, channel_id=id_, message_id=id_)
            except (MessageGone, Missing):
                continue
            if render.marked(first) == wanted:
                return Ref(f"{id_}/{id_}")
        return None

    async def _listed(self, forum: Channel, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
        """Give a forum's posts, those that are active and then those that were archived since, the latest first."""
        active = await patiently(self.web.call, "GET", "/guilds/{guild_id}/threads/active", guild_id=forum.guild)
        for thread in active.get("threads") or ():
            if str(thread.get("parent_id")) == forum.id:
                yield thread
        archived = f"{_THREADS}/archived/public"
        query: Json = {"limit": limits.PAGE}
        while True:
            page = await patiently(self.web.call, "GET", archived, query=query, channel_id=forum.id)
            threads = page.get("threads") or ()
            for thread in threads:
                yield thread
            if not threads or not page.get("has_more"):
                return
            query["before"] = str(threads[-1]["thread_metadata"]["archive_timestamp"])
            if datetime.fromisoformat(query["before"]) < since:
                return
