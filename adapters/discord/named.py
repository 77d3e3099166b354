"""Whether the people, roles and channels that `[access]` names are there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from adapters.discord.platform import Discord
from adapters.discord.web import patiently
from bot.errors import SitrepError

_PERSON, _ROLE = "discord:", "discord:role:"
Tried = tuple[bool, str]


async def named(discord: Discord, who: Collection[str], channels: Collection[str]) -> AsyncIterator[Tried]:
    """Give what was tried and how it went, a line each."""
    roles = [one for one in who if one.startswith(_ROLE)]
    people = [one for one in who if one.startswith(_PERSON) and one not in roles]
    async for line in _roles(discord, roles):
        yield line
    for one in people:
        try:
            ask = discord.web.call
            user = await patiently(ask, "GET", "/users/{user_id}", user_id=one.removeprefix(_PERSON))
        except SitrepError as error:
            yield False, f"[access]: {one}: {error}"
        else:
            yield True, f"[access]: {one} is {user.get('username')}"
    for channel in channels:
        try:
            found = await patiently(discord.channels.get, channel)
        except SitrepError as error:
            yield False, f"[access]: {channel}: {error}"
        else:
            yield True, f"[access]: {channel} is #{found.name}"


async def _roles(discord: Discord, wanted: Collection[str]) -> AsyncIterator[Tried]:
    """Look through all servers that the bot is in: a role is one of them.

    https://docs.discord.com/developers/resources/user#get-current-user-guilds
    """
    ask, known = discord.web.call, dict[str, str]()
    try:
        for guild in await patiently(ask, "GET", "/users/@me/guilds") if wanted else ():
            roles = await patiently(ask, "GET", "/guilds/{guild_id}/roles", guild_id=str(guild["id"]))
            known |= {f"{_ROLE}{role['id']}": f"{role['name']} in {guild['name']}" for role in roles}
    except SitrepError as error:
        yield False, f"[access]: roles can not be read: {error}"
        return
    for one in wanted:
        there = known.get(one)
        missing = f"[access]: {one}: there is no such role in the bot's servers: copy the role's id again"
        yield there is not None, f"[access]: {one} is {there}" if there else missing
