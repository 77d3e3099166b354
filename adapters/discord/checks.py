"""Whether the bot works as it is set up: token, channels, permissions; nothing is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from urllib.parse import urlencode

from discord import Permissions

from adapters._named import Named
from adapters.discord.channels import NEEDED
from adapters.discord.connect import Keys, point_at
from adapters.discord.direct import is_person
from adapters.discord.named import named
from adapters.discord.platform import Discord
from bot.errors import SitrepError


async def check(keys: Keys, names: Named, now: Callable[[], datetime]) -> list[tuple[bool, str]]:
    """Return what was tried and how it went, a line each."""
    point_at(keys)
    platform = Discord(keys.token, now=now)
    try:
        return [one async for one in _tried(platform, names)]
    finally:
        await platform.close()


def invitation(application: str) -> str:
    """Return the address by which the bot is invited with what it needs.

    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
    """
    allowed = Permissions(**dict.fromkeys(NEEDED, True))
    what = {"client_id": application, "permissions": allowed.value, "scope": "bot applications.commands"}
    return f"https://discord.com/oauth2/authorize?{urlencode(what)}"


async def _tried(platform: Discord, names: Named) -> AsyncIterator[tuple[bool, str]]:
    try:
        me = await platform.web.me()
    except SitrepError as error:
        yield False, f"the bot token: {error}"
        return
    yield True, f"{me.get('username')} ({me.get('id')}); it is invited by {invitation(str(me.get('id')))}"
    for address in names.addresses:
        try:
            short = await platform.shortcomings_of(address)
        except SitrepError as error:
            short = [f"{address}: {error}"]
        for line in short:
            yield False, line
        if not short:
            well = "can be written to" if is_person(address) else "the bot may do there what it has to"
            yield True, f"{address}: {well}"
    async for one in named(platform, names.who, names.channels):
        yield one
