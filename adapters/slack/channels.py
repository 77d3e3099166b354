"""Channels by the name that people write, `#vendor-status`, and what the bot may do there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapters.slack.limits import CHANNELS_PAGE
from adapters.slack.web import Web
from bot.errors import PermanentFailure

# Needed to read back what was sent: https://docs.slack.dev/reference/methods/conversations.history#scopes.
DOUBLES = "can not read back what it has sent, and after a crash a message may be told twice"
HISTORY = ("channels:history", "groups:history")


@dataclass(slots=True)
class Channels:
    """The channels of one workspace.  An id never changes, so it is looked up once."""

    web: Web
    _ids: dict[str, str] = field(default_factory=dict[str, str])

    async def id_of(self, address: str) -> str:
        """Return the id behind `#name` or `name`; an id is returned as it is.

        Raises PermanentFailure if the bot sees no such channel.
        """
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
        channel: dict[str, Any] = (await self.web.call("conversations.info", channel=await self.id_of(address)))[
            "channel"
        ]
        if channel.get("is_archived"):
            return [f"{address} is archived: nothing can be posted there"]
        if not channel.get("is_member"):
            return [f"{address}: the bot is not a member, so it {DOUBLES}: /invite it there"]
        return []
