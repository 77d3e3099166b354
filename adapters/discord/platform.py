"""Announcements on Discord: a root kept current, one public thread, nothing told twice as far as Discord allows it.

Discord takes a nonce by which it gives back the earlier message instead of making a second one, for "the past few
minutes" (https://docs.discord.com/developers/resources/message#create-message), so every send has one that is made of
its key.  It can not be read back later; so each message carries a mark too, and a send whose outcome is unknown is
looked for by it.  A forum's posts have a file of their own.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from adapters._doubled import over
from adapters.discord import direct, errors, limits, render
from adapters.discord.channels import THREADS, Channels, numbered
from adapters.discord.direct import Direct
from adapters.discord.direct import parts as _parts
from adapters.discord.errors import Declined, Missing, Refused
from adapters.discord.files import LARGEST, with_files
from adapters.discord.history import MESSAGE, MESSAGES, marked
from adapters.discord.pace import Pace
from adapters.discord.posts import Posts
from adapters.discord.web import TIMEOUT, Web, identified, patiently
from bot.core.message import File, Message
from bot.errors import MessageGone, PermanentFailure, PlatformStopped, TemporaryFailure
from bot.model import Ref

log = logging.getLogger("sitrep.discord")

Json = dict[str, Any]
_NAMES = 2_000
SETTLE = timedelta(seconds=3)
# What Discord says of a message into a channel that takes none of the kind.
_NO_MESSAGES: Final = frozenset({50008, 50024})
_NO_REPLY: Final = 160002


class Discord:
    """One bot.  A `Ref` of it is `<channel>/<message>`; a forum's post is a channel with its first message's id.

    Direct messages have a file of their own, and a mark at their `Ref`.
    """

    name = "discord"
    # An embed holds 4,096, and each mark in a stranger's words takes two.
    longest = 3_000
    largest = LARGEST

    def __init__(
        self, token: str, *, now: Callable[[], datetime], timeout: timedelta = TIMEOUT, settle: timedelta = SETTLE
    ) -> None:
        """Connect to nothing yet."""
        self.web = Web(token, Pace(now), timeout=timeout)
        self.channels = Channels(self.web)
        self.posts = Posts(self.web, self.channels, settle)
        self.direct = Direct(self.web)
        self._names: OrderedDict[str, str] = OrderedDict()

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Post a root message, a forum's post, or a direct message."""
        return await with_files(message, self.longest, lambda one: self._post(address, one, key, earlier))

    async def _post(self, address: str, message: Message, key: str, earlier: Ref | None) -> Ref:
        if direct.is_person(address):
            channel = await self.direct.channel(address)
            sent = await self._send(channel, message, render.root(message, key), key, urgent=True)
            return direct.ref_to(channel, str(sent["id"]))
        numbered(address)
        notes = await self._notes(earlier)
        known = self.channels.known(address)
        if known is None or not known.is_forum:
            try:
                return await self._posted(address, message, key, notes)
            except Declined as error:
                if error.code not in _NO_MESSAGES:
                    raise
        forum = await self.channels.get(address)
        if not forum.is_forum:
            raise PermanentFailure(errors.CHANNEL[errors.WRONG_TYPE])
        return await self.posts.make(forum, message, key, notes)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a message to the thread of `root`, which is made if there is none."""
        return await with_files(message, self.longest, lambda one: self._reply(root, one, key))

    async def _reply(self, root: Ref, message: Message, key: str) -> Ref:
        if direct.is_direct(root):
            return direct.ref_to(*await self._under(root, message, key))
        channel, id_ = _parts(root)
        if message.broadcast and channel != id_:
            # They have been called in the channel.
            message = replace(message, calls=())
        dressed = render.reply(message, key)
        if id_ in self._names:
            # We have just posted the root: it has no thread yet.
            await self._open_thread(channel, id_)
        try:
            sent = await self._send(id_, message, dressed, key)
        except Missing as error:
            if error.code != errors.UNKNOWN_CHANNEL or channel == id_:
                raise MessageGone("the thread is gone") from error
            await self._open_thread(channel, id_)
            try:
                sent = await self._send(id_, message, dressed, key)
            except Missing as again:
                raise MessageGone("the thread was deleted") from again
        return Ref(f"{id_}/{sent['id']}")

    async def broadcast(self, root: Ref, message: Message, key: str) -> Ref:
        """Say in the channel what everybody there shall hear, as a reply to the root.  A forum hears it in the post."""
        channel, id_ = _parts(root)
        if channel == id_:
            return root
        # The thread has the files.
        return Ref("/".join(await self._under(root, replace(message, files=()), key)))

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Make the root say `message`, and a forum's post have the tags that it now deserves."""
        channel, id_ = _parts(root)
        message = replace(message, files=())
        dressed = render.root(message, notes=await self._notes(earlier))
        try:
            await self._say(channel, id_, message, dressed)
            if channel == id_:
                await self.posts.retag(id_, message)
        except Missing as error:
            raise MessageGone("the post is gone") from error

    async def link(self, root: Ref) -> str | None:
        """Return a message's address, as its menu copies it; a conversation with a person is in no server."""
        channel, message = _parts(root)
        server = "@me" if direct.is_direct(root) else (await self.channels.get(channel)).guild
        return f"https://discord.com/channels/{server}/{channel}/{message}" if server else None

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Look in the channel, in the thread of `root`, or among a forum's posts for the message that carries `key`."""
        wanted = render.mark(key)
        if direct.is_person(address):
            place = await self.direct.channel(address)
            found = await self._found(place, wanted, since)
            return direct.ref_to(place, found) if found else None
        place = _parts(root)[1] if root else numbered(address)
        if root is None and await self._is_forum(address):
            return await self.posts.find(await self.channels.get(address), wanted, since)
        found = await self._found(place, wanted, since)
        return Ref(f"{place}/{found}") if found else None

    async def retract(
        self, address: str, root: Ref | None, key: str, since: datetime, *, keep: Ref | None = None
    ) -> int:
        """Delete all but one of the messages that carry `key`: what Discord took after it had forgotten their nonce.

        Its own messages a bot may delete; a forum's posts are left alone, for that is the right to manage threads.
        https://docs.discord.com/developers/resources/message#delete-message.
        """
        if direct.is_person(address):
            place = await self.direct.channel(address)
        else:
            place = _parts(root)[1] if root else numbered(address)
            if root is None and await self._is_forum(address):
                return 0
        found = [id_ async for id_ in marked(self.web, place, render.mark(key), since)]
        taken = over(found, _parts(keep)[1] if keep else None)
        for id_ in taken:
            with suppress(MessageGone, Missing):
                await patiently(self.web.call, "DELETE", MESSAGE, channel_id=place, message_id=id_)
        return len(taken)

    async def _found(self, place: str, wanted: str, since: datetime) -> str | None:
        async for id_ in marked(self.web, place, wanted, since):
            return id_
        return None

    async def _under(self, root: Ref, message: Message, key: str) -> tuple[str, str]:
        """Say it in the channel of `root`, as a reply to it; returns the channel and the message."""
        channel, id_ = _parts(root)
        dressed = render.broadcast(message, key)
        referring = {**dressed, "message_reference": {"message_id": id_, "fail_if_not_exists": False}}
        try:
            sent = await self._send(channel, message, referring, key, urgent=True)
        except Declined as error:
            if error.code != _NO_REPLY:
                raise
            sent = await self._send(channel, message, dressed, key, urgent=True)
        return channel, str(sent["id"])

    async def close(self) -> None:
        """Close the connections."""
        await self.web.close()

    async def shortcomings(self, addresses: tuple[str, ...]) -> list[str]:
        """Return what can not be guaranteed as the bot is set up, a line each, with what to do about it."""
        found = []
        for address in addresses:
            try:
                found += await self.shortcomings_of(address)
            except PlatformStopped as error:
                return [*found, str(error)]
            except PermanentFailure as error:
                found.append(f"{address}: {error}")
        return found

    async def shortcomings_of(self, address: str) -> list[str]:
        """Return what can not be guaranteed in one place, a line each."""
        there = self.direct if direct.is_person(address) else self.channels
        return await there.shortcomings(address)

    async def _posted(self, channel: str, message: Message, key: str, notes: tuple[str, ...]) -> Ref:
        sent = await self._send(channel, message, render.root(message, key, notes), key, urgent=True)
        self._names[str(sent["id"])] = render.thread_name(message)
        if len(self._names) > _NAMES:
            self._names.popitem(last=False)
        return Ref(f"{channel}/{sent['id']}")

    async def _send(
        self, channel: str, message: Message, dressed: Json, key: str, *, urgent: bool = False
    ) -> Mapping[str, Any]:
        """Send, and where Discord refuses the message as it is, send its headline."""
        nonce = {"nonce": render.mark(key), "enforce_nonce": True}
        try:
            try:
                return await self._sent(channel, {**dressed, **nonce}, message.files, urgent=urgent)
            except Refused as error:
                log.warning("%s: it is sent in few words key=%s", error, key)
                few = {**render.text_only(message, key), **nonce}
                return await self._sent(channel, few, message.files, urgent=True)
        except MessageGone as error:
            # It was sent with this nonce, and somebody has deleted it: so Discord says while it knows the nonce.
            raise TemporaryFailure("what was sent was deleted at once; it is sent again later") from error

    async def _sent(self, channel: str, body: Json, files: Sequence[File], *, urgent: bool) -> Mapping[str, Any]:
        sending = self.web.call("POST", MESSAGES, body=body, urgent=urgent, files=files, channel_id=channel)
        return identified(await sending)

    async def _say(self, channel: str, id_: str, message: Message, dressed: Json) -> None:
        """Make a message that was sent say something else; where Discord refuses that as it is, its headline."""
        try:
            await self._change(channel, id_, dressed)
        except Refused as error:
            log.warning("%s: it is sent in few words", error)
            await self._change(channel, id_, render.text_only(message))

    async def _change(self, channel: str, id_: str, body: Json) -> None:
        """Edit a message; a thread that was archived is opened for it."""
        try:
            await self.web.call("PATCH", MESSAGE, body=body, channel_id=channel, message_id=id_)
        except Declined as error:
            if error.code != errors.THREAD_ARCHIVED:
                raise
            opened = {"archived": False}
            await patiently(self.web.call, "PATCH", "/channels/{channel_id}", body=opened, channel_id=channel)
            await patiently(self.web.call, "PATCH", MESSAGE, body=body, channel_id=channel, message_id=id_)

    async def _open_thread(self, channel: str, message: str) -> None:
        """Make the thread of a root: its id will be the message's, so making it twice is no harm."""
        body = {"name": await self._name(channel, message), "auto_archive_duration": limits.ARCHIVE_AFTER}
        try:
            path = f"{MESSAGE}/threads"
            await patiently(self.web.call, "POST", path, body=body, channel_id=channel, message_id=message)
        except Declined as error:
            if error.code != errors.THREAD_EXISTS:
                raise
        self._names.pop(message, None)

    async def _name(self, channel: str, message: str) -> str:
        if message not in self._names:
            found = await patiently(self.web.call, "GET", MESSAGE, channel_id=channel, message_id=message)
            said = str(found.get("content") or "").partition("\n")[0]
            words = re.sub(r"\\(.)", r"\1", said.strip(" *\u2060").partition("**")[2] or said)
            return render.named(words.replace("\u2060", ""))
        return self._names[message]

    async def _notes(self, earlier: Ref | None) -> tuple[str, ...]:
        """Say where the thread of a root that was deleted is."""
        if earlier is None or direct.is_direct(earlier):
            return ()
        id_ = _parts(earlier)[1]
        try:
            thread = await self.channels.get(id_)
        except Missing:
            return ("-# The first message was deleted, and its thread too.",)
        where = f"https://discord.com/channels/{thread.guild}/{id_}"
        return (f"-# The first message was deleted. [Its thread]({where}) has what was told before.",)

    async def _is_forum(self, address: str) -> bool:
        channel = await self.channels.get(address)
        if channel.type in THREADS:
            raise PermanentFailure(f"{address} is a thread: name the channel that it is in")
        return channel.is_forum
