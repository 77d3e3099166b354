"""Direct messages on Discord: the conversation with a person, and what of their roles is known outside of a server.

A `Ref` in such a conversation is `@<channel>/<message>`.  There are no threads in it: what is told later is a reply to
the root.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.discord.errors import Declined, Missing
from adapters.discord.web import Web, identified, patiently
from bot.model import Ref

USER: Final = "user:"
_SIGN: Final = "@"
_FRESH = timedelta(minutes=1)
_MOST = 5_000
# https://docs.discord.com/developers/resources/user#get-current-user-guilds
_PAGE = 200


def is_person(address: str) -> bool:
    """Whether an address is somebody who is written to directly."""
    name = address.removeprefix(USER)
    return name != address and name.isascii() and name.isdigit()


def is_direct(ref: Ref) -> bool:
    """Whether a message stands in the conversation with a person."""
    return ref.value.startswith(_SIGN)


def ref_to(channel: str, message: str) -> Ref:
    """Return the handle on a message in the conversation with a person."""
    return Ref(f"{_SIGN}{channel}/{message}")


def parts(ref: Ref) -> tuple[str, str]:
    """Return the channel and the message of a handle."""
    channel, _, id_ = ref.value.removeprefix(_SIGN).partition("/")
    return channel, id_


@dataclass(slots=True)
class Direct:
    """The conversations that were opened, and who has which roles."""

    web: Web
    _channels: OrderedDict[str, str] = field(default_factory=OrderedDict[str, str])
    _roles: dict[str, tuple[datetime, tuple[str, ...]]] = field(
        default_factory=dict[str, tuple[datetime, tuple[str, ...]]]
    )

    async def channel(self, address: str) -> str:
        """Return the conversation with a person; to open it again gives the same one.

        https://docs.discord.com/developers/resources/user#create-dm
        """
        person = address.removeprefix(USER)
        if person not in self._channels:
            body = {"recipient_id": person}
            found = await patiently(self.web.call, "POST", "/users/@me/channels", body=body)
            self._channels[person] = str(identified(found)["id"])
            if len(self._channels) > _MOST:
                self._channels.popitem(last=False)
        return self._channels[person]

    async def shortcomings(self, address: str) -> list[str]:
        """Return what stands in the way of writing to a person, as far as that can be asked without writing."""
        person = address.removeprefix(USER)
        user = await patiently(self.web.call, "GET", "/users/{user_id}", user_id=person)
        if user.get("bot"):
            return [f"{address} is a bot: name a person"]
        if await self._memberships(person):
            return []
        return [f"{address} ({user.get('username')}) is in no server that the bot is in, and can not be written to"]

    async def roles(self, person: str) -> tuple[str, ...]:
        """Return the roles that somebody has in the bot's servers: in a direct message Discord does not tell them."""
        now = self.web.pace.now()
        held = self._roles.get(person)
        if held is not None and now - held[0] < _FRESH:
            return held[1]
        found = await self._memberships(person)
        roles = tuple(str(role) for one in found for role in one.get("roles") or ())
        if len(self._roles) > _MOST:
            self._roles.clear()
        self._roles[person] = (now, roles)
        return roles

    async def name(self, person: str, guild: str) -> str:
        """Return what somebody is called in a server, or by everybody; nothing if nobody knows."""
        try:
            if guild:
                path = "/guilds/{guild_id}/members/{user_id}"
                found = await self.web.call("GET", path, guild_id=guild, user_id=person)
                return str(found.get("nick") or _called(found["user"]))
            return _called(await self.web.call("GET", "/users/{user_id}", user_id=person))
        except (Missing, Declined):
            return ""

    async def _memberships(self, person: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        guilds = await patiently(self.web.call, "GET", "/users/@me/guilds", query={"limit": _PAGE})
        path = "/guilds/{guild_id}/members/{user_id}"
        for guild in guilds:
            try:
                found.append(await patiently(self.web.call, "GET", path, guild_id=str(guild["id"]), user_id=person))
            except (Missing, Declined):
                continue
        return found


def _called(user: Mapping[str, Any]) -> str:
    return str(user.get("global_name") or user.get("username") or "")
