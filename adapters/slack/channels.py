"""Channels by the name that people write, `#vendor-status`, people by their ids, and what the bot may do there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.limits import CHANNELS_PAGE
from adapters.slack.web import Web
from bot.errors import PermanentFailure

# Needed to read back what was sent: https://docs.slack.dev/reference/methods/conversations.history#scopes.
DOUBLES = "can not read back what it has sent, and after a crash a message may be told twice"
HISTORY = ("channels:history", "groups:history")
# To write to people directly, and to read back what was sent there:
# https://docs.slack.dev/reference/methods/conversations.open
DIRECT = ("im:history", "im:write")
_PERSON = re.compile("[UW][A-Z0-9]+", re.ASCII)


def is_person(address: str) -> bool:
    """Whether an address is somebody who is written to directly."""
    return _PERSON.fullmatch(address) is not None


@dataclass(slots=True)
class Channels:
    """The channels of one workspace.  An id never changes, so it is looked up once."""

    web: Web
    _ids: dict[str, str] = field(default_factory=dict[str, str])

    async def id_of(self, address: str) -> str:
        """Return the id behind `#name` or `name`, or of the direct messages with a person; an id is returned as it is.

        Raises PermanentFailure if the bot sees no such channel, or may not write to the person.
        """
        if is_person(address):
            return await self._with(address)
        if not address.startswith("#"):
            return address
        name = address.removeprefix("#").lower()
        if name not in self._ids:
            await self._learn(name)
        if name not in self._ids:
            raise PermanentFailure(
                f"the bot sees no channel {address}: check its name, whether it is archived, "
                "and invite the bot if it is private"
            )
        return self._ids[name]

    async def _with(self, person: str) -> str:
        """Return the conversation with a person, which is opened if there is none: it is always the same one."""
        if person not in self._ids:
            answer = await self.web.call("conversations.open", users=person)
            self._ids[person] = str(answer["channel"]["id"])
        return self._ids[person]

    async def _learn(self, wanted: str) -> None:
        cursor = ""
        while True:
            answer = await self.web.call(
                "conversations.list",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=CHANNELS_PAGE,
                cursor=cursor or None,
            )
            for channel in answer.get("channels", ()):
                self._ids[str(channel.get("name", "")).lower()] = str(channel["id"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor or wanted in self._ids:
                return

    async def shortcomings(self, address: str) -> list[str]:
        """Return what can not be guaranteed in this channel, a line each, with what to do about it."""
        if is_person(address):
            return await self._of_person(address)
        channel: dict[str, Any] = (await self.web.call("conversations.info", channel=await self.id_of(address)))[
            "channel"
        ]
        if channel.get("is_archived"):
            return [f"{address} is archived: nothing can be posted there"]
        if not channel.get("is_member"):
            return [f"{address}: the bot is not a member, so it {DOUBLES}: /invite it there"]
        return []

    async def _of_person(self, person: str) -> list[str]:
        """Ask who it is, and open nothing: https://docs.slack.dev/reference/methods/users.info."""
        user: dict[str, Any] = (await self.web.call("users.info", user=person))["user"]
        if user.get("deleted"):
            return [f"{person} is deactivated: nobody reads direct messages there"]
        if user.get("is_bot"):
            return [f"{person} is a bot: name a person"]
        return []
