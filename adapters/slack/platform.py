"""Announcements on Slack: a root kept current, one thread, nothing told twice as far as Slack allows it.

Slack knows no key by which it would refuse a second copy, so each message carries its own in its metadata, and a send
whose outcome is unknown is looked for before it is repeated: https://docs.slack.dev/messaging/message-metadata.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters._doubled import over
from adapters.slack import limits, render
from adapters.slack.channels import DIRECT, DOUBLES, HISTORY, Channels, is_person
from adapters.slack.files import LARGEST, SCOPE, Files, Unattached
from adapters.slack.pace import Pace
from adapters.slack.text import link
from adapters.slack.web import TIMEOUT, Frozen, Refused, Web
from bot.core import attached
from bot.core.message import Message, fingerprint
from bot.errors import MessageGone, PermanentFailure, SitrepError, UnknownOutcome
from bot.model import Ref

log = logging.getLogger("sitrep.slack")

EVENT = "sitrep_message"
# What the app has to be granted, as in manifest.yaml, where each has its reason.
NEEDED = (
    *HISTORY,
    *DIRECT,
    "app_mentions:read",
    "channels:read",
    "chat:write",
    "commands",
    SCOPE,
    "groups:read",
    "users:read",
)
# What it asks for when it is installed: the last only helps those who name user groups in [access].
ASKED = (*NEEDED, "usergroups:read")
# What was just sent may be listed a little late: it is looked for twice before it counts as never sent.
SETTLE = timedelta(seconds=3)
_LITERAL = {"parse": "none", "link_names": False}
_NO_UNFURL = {"unfurl_links": False, "unfurl_media": False, **_LITERAL}
# Files are shown as media is: https://docs.slack.dev/messaging/unfurling-links-in-messages.
_SHOWN = {"unfurl_links": False, "unfurl_media": True, **_LITERAL}


class Slack:
    """One workspace.  A `Ref` of it is `<channel id>:<ts>`."""

    name = "slack"
    # Several quotes and headings in one message, all of them within what its blocks may hold together.
    longest = 8_000
    largest = LARGEST

    def __init__(
        self,
        token: str,
        *,
        api_url: str | None = None,
        now: Callable[[], datetime],
        settle: timedelta = SETTLE,
        timeout: timedelta = TIMEOUT,
        pace: Pace | None = None,
    ) -> None:
        """Connect to nothing yet."""
        self.web = Web(token, pace or Pace(now), api_url=api_url, timeout=timeout)
        self.channels = Channels(self.web)
        self.files = Files(self.web)
        self._settle = settle
        self._me: Mapping[str, Any] | None = None

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Post a root message."""
        channel = await self._channel(address)
        message, shown = await self._attached(message, key)
        dressed = render.root(message, await self._notes(earlier), shown)
        answer = await self._write("chat.postMessage", channel, message, dressed, key, urgent=True, shown=shown)
        return _ref(answer, channel)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Add a message to the thread of `root`."""
        channel, ts = _parts(root)
        thread = {"thread_ts": ts} | ({"reply_broadcast": True} if message.broadcast else {})
        message, shown = await self._attached(message, key)
        dressed = {**render.reply(message, shown), **thread}
        urgent = message.broadcast
        answer = await self._write("chat.postMessage", channel, message, dressed, key, urgent=urgent, shown=shown)
        ref = _ref(answer, channel)
        if not (answer.get("message") or {}).get("thread_ts") and await self._is_astray(root, ref):
            await self._take_back(ref)
            raise MessageGone("the root was deleted")
        return ref

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Make the root say `message`.  Where Slack lets nobody edit it any more, its thread says it."""
        channel, ts = _parts(root)
        message = replace(message, files=())
        dressed = render.root(message, await self._notes(earlier))
        try:
            await self._write("chat.update", channel, message, {**dressed, "ts": ts}, None)
        except Frozen:
            key = f"{root.value}/{fingerprint(message)}"
            if await self.find(channel, root, key, datetime.fromtimestamp(float(ts), UTC)) is None:
                await self.reply(root, message, key)

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Look in the channel, or in the thread of `root`, for the message that carries `key`; twice, with a pause."""
        channel = _parts(root)[0] if root else await self._channel(address)
        me = await self.who()
        for last in (False, True):
            async for one in self._listed(channel, root, since):
                if _key(one) == key and _is_ours(one, me):
                    return Ref(f"{channel}:{one['ts']}")
            if not last:
                await asyncio.sleep(self._settle.total_seconds())
        return None

    async def retract(
        self, address: str, root: Ref | None, key: str, since: datetime, *, keep: Ref | None = None
    ) -> int:
        """Delete all but one of the messages that carry `key`; the app may delete what it has posted itself.

        https://docs.slack.dev/reference/methods/chat.delete.
        """
        channel = _parts(root)[0] if root else await self._channel(address)
        me = await self.who()
        listed = [one async for one in self._listed(channel, root, since) if _key(one) == key and _is_ours(one, me)]
        found = sorted((str(one["ts"]) for one in listed), key=float)
        taken = over(found, _parts(keep)[1] if keep else None)
        for ts in taken:
            with suppress(MessageGone):
                await self.web.call("chat.delete", channel=channel, ts=ts)
        return len(taken)

    async def close(self) -> None:
        """Close the connections."""
        await self.web.close()

    async def shortcomings(self, addresses: tuple[str, ...]) -> list[str]:
        """Return what can not be guaranteed as the app is set up, a line each, with what to do about it."""
        me = await self.who()
        granted = {scope.strip() for scope in str(me.get("_scopes", "")).split(",")}
        found = []
        missing = [scope for scope in HISTORY if scope not in granted]
        if missing and granted != {""}:
            found.append(
                f"the app lacks {' and '.join(missing)}: it {DOUBLES}; add the scope and install the app again"
            )
        if SCOPE not in granted and granted != {""}:
            found.append(f"the app lacks {SCOPE}: reports come as text; add the scope and install the app again")
        lacking = [scope for scope in DIRECT if scope not in granted] if any(map(is_person, addresses)) else []
        if lacking and granted != {""}:
            scopes = " and ".join(lacking)
            found.append(f"the app lacks {scopes}, for direct messages; add it and install the app again")
        for address in addresses:
            try:
                found += await self.channels.shortcomings(address)
            except PermanentFailure as error:
                found.append(f"{address}: {error}")
        return found

    async def _channel(self, address: str) -> str:
        return await self.channels.id_of(address)

    async def who(self) -> Mapping[str, Any]:
        """Return what `auth.test` says of us: https://docs.slack.dev/reference/methods/auth.test."""
        if self._me is None:
            self._me = await self.web.call("auth.test")
        return self._me

    async def link(self, root: Ref) -> str | None:
        """Return a message's address in its workspace: https://docs.slack.dev/reference/methods/chat.getPermalink."""
        channel, _, ts = root.value.partition(":")
        home = str((await self.who()).get("url") or "").rstrip("/")
        return f"{home}/archives/{channel}/p{ts.replace('.', '')}" if home.startswith("https://") else None

    async def _notes(self, earlier: Ref | None) -> tuple[str, ...]:
        """Say where the thread of a root that was deleted is."""
        if earlier is None:
            return ()
        channel, ts = _parts(earlier)
        base = str((await self.who()).get("url", "")).rstrip("/")
        where = f"{base}/archives/{channel}/p{ts.replace('.', '')}"
        return (f"The first message was deleted. {link(where, 'Its thread')} has what was told before.",)

    async def _attached(self, message: Message, key: str) -> tuple[Message, tuple[str, ...]]:
        """Return a message without its files and the links that show them; where they can not go it has their words."""
        if not message.files:
            return message, ()
        message = attached.within(message, LARGEST, self.longest)
        try:
            found = await self.files.upload(message.files, key)
        except Unattached as error:
            log.warning("sent without its files key=%s: %s", key, error)
            return attached.in_words(message, str(error), self.longest), ()
        return replace(message, files=()), tuple(link(one.permalink, one.name) for one in found)

    async def _write(
        self,
        method: str,
        channel: str,
        message: Message,
        dressed: Mapping[str, object],
        key: str | None,
        *,
        urgent: bool = False,
        shown: tuple[str, ...] = (),
    ) -> Mapping[str, Any]:
        """Send, and where Slack refuses the message as it is, send its plain text; `shown` are links to its files."""
        if key is not None:
            more = _SHOWN if shown else _NO_UNFURL
            dressed = {**dressed, "metadata": {"event_type": EVENT, "event_payload": {"key": key}}, **more}
        else:
            dressed = {**dressed, **_LITERAL}
        try:
            return await self.web.call(method, into=channel, urgent=urgent, **dressed)
        except Refused as error:
            log.warning("%s: it is sent as plain text key=%s", error, key)
        try:
            plain = {**dressed, **render.text_only(message, shown)}
            return await self.web.call(method, into=channel, urgent=True, **plain)
        except Refused as error:
            raise PermanentFailure(str(error)) from error

    async def _is_astray(self, root: Ref, reply: Ref) -> bool:
        """Whether a reply stands in the channel because its thread is gone: https://github.com/slack-go/slack/issues/1571.

        Slack says so only by leaving out which thread it is in; the thread itself is sure.
        """
        channel, ts = _parts(reply)
        try:
            async for one in self._listed(channel, root, datetime.fromtimestamp(float(_parts(root)[1]), UTC)):
                if one["ts"] == ts:
                    return False
        except MessageGone:
            return True
        except SitrepError as error:
            log.warning("whether a reply is in its thread could not be read: %s", error)
            return False
        return True

    async def _take_back(self, orphan: Ref) -> None:
        """Delete what Slack has put into the channel because the thread that it was meant for is gone."""
        channel, ts = _parts(orphan)
        try:
            await self.web.call("chat.delete", channel=channel, ts=ts)
        except (UnknownOutcome, SitrepError) as error:
            log.warning("a reply to a deleted message stays in the channel %s: %s", channel, error)

    async def _listed(self, channel: str, root: Ref | None, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
        method = "conversations.history" if root is None else "conversations.replies"
        arguments: dict[str, Any] = {
            "channel": channel,
            "ts": None if root is None else _parts(root)[1],
            "oldest": f"{since.timestamp():.6f}",
            "limit": limits.PAGE,
            "include_all_metadata": True,
        }
        cursor = ""
        while True:
            answer = await self.web.call(method, **arguments, cursor=cursor or None)
            for one in answer.get("messages", ()):
                yield one
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return


def _parts(ref: Ref) -> tuple[str, str]:
    channel, _, ts = ref.value.partition(":")
    return channel, ts


def _ref(answer: Mapping[str, Any], channel: str) -> Ref:
    """Return the handle that Slack gives: the channel is the one that it names, not the one that was asked for."""
    if not answer.get("ts"):
        raise UnknownOutcome("Slack answered without saying which message it is")
    return Ref(f"{answer.get('channel') or channel}:{answer['ts']}")


def _is_ours(message: Mapping[str, Any], me: Mapping[str, Any]) -> bool:
    """Whether we sent it: another app may have copied our metadata."""
    for name, mine in (("bot_id", me.get("bot_id")), ("user", me.get("user_id"))):
        if mine and message.get(name):
            return bool(message[name] == mine)
    return True


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("key")) if metadata.get("event_type") == EVENT else None
