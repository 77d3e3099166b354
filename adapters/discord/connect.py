"""Discord, put together: announcements over REST, and people heard at the gateway."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import discord.gateway
import discord.http
import yarl

from adapters.discord.channels import numbered
from adapters.discord.client import Bot
from adapters.discord.gateway import Gateway
from adapters.discord.listen import Listener
from adapters.discord.platform import Discord
from bot.core.pace import alone as nobody_else
from bot.errors import SitrepError
from bot.ports import Chat, Desk, Installations, Visit

log = logging.getLogger("sitrep.discord")

# The one that discord.py 2 speaks: https://docs.discord.com/developers/reference#api-versioning.
_VERSION = "v10"
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the bot is known by, and where Discord's API and its gateway are if not at their own addresses."""

    token: str
    api_url: str | None = None
    gateway_url: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around the adapter.

    `revive` is called with the platform's name when the bot was let into more places; `addresses` are where
    announcements go; `kept` is where what was told to Discord is remembered; `alone` runs work in one instance only;
    `crew` tells how many instances there are.  `elapsing` is a time that nobody sets, for waits.
    """

    now: Callable[[], datetime]
    revive: Callable[[str], Awaitable[None]]
    kept: Installations
    alone: Callable[[Work], Awaitable[None]]
    addresses: tuple[str, ...] = ()
    crew: Callable[[], int] = nobody_else
    elapsing: Callable[[], datetime] | None = None


def connect(keys: Keys, desk: Desk, around: Around) -> Chat:
    """Return Discord; nothing is connected before its loops run."""
    point_at(keys)
    platform = Discord(keys.token, now=around.now)
    platform.web.pace.crew, platform.web.pace.now = around.crew, around.elapsing or around.now

    async def is_forum(channel: str) -> bool:
        return (await platform.channels.get(channel)).is_forum

    async def changed() -> None:
        await around.revive(platform.name)

    listener = Listener(desk, is_forum=is_forum, members=platform.direct)
    gateway = Gateway(keys.token, lambda: Bot(listener, around.kept, changed))

    async def close() -> None:
        await listener.drain()
        await platform.close()

    return Chat(
        platform,
        {"discord-gateway": partial(around.alone, gateway.run)},
        (),
        partial(_check, platform, around.addresses),
        partial(_condition, platform, gateway),
        close,
        visit=partial(_visit, platform),
        cut_off=partial(_condition, platform, gateway),
        waits=platform.web.pace.waits,
        is_one_place=True,
    )


def point_at(keys: Keys) -> None:
    """Let discord.py speak with another server than Discord's own, if one is named."""
    if keys.api_url:
        discord.http.Route.BASE = _versioned(keys.api_url.rstrip("/"))
    if keys.gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(keys.gateway_url)


def _versioned(url: str) -> str:
    """Return the address of the API with its version, which discord.py speaks."""
    if re.search(r"/v\d+$", url):
        return url
    return f"{url}/{_VERSION}" if url.endswith("/api") else f"{url}/api/{_VERSION}"


def _condition(platform: Discord, gateway: Gateway) -> str:
    """Say what is wrong with it now; an instance that does not hold the gateway is well without."""
    if platform.web.stopped is not None:
        return f"Discord has stopped: {platform.web.stopped}"
    if gateway.running and not gateway.connected:
        return f"Discord hears nobody, announcements go on: {gateway.reason}"
    return ""


async def _visit(platform: Discord, address: str) -> Visit:
    """Look at a channel, by its id."""
    return Visit(numbered(address), tuple(await platform.channels.shortcomings(address)))


async def _check(platform: Discord, addresses: tuple[str, ...]) -> None:
    """Say once what can not be guaranteed as the bot is set up."""
    try:
        for line in await platform.shortcomings(tuple(dict.fromkeys(addresses))):
            log.warning("discord: %s", line)
    except SitrepError as error:
        log.warning("discord: could not be asked what the bot may do: %s", error)


__all__ = ["Around", "Keys", "connect", "point_at"]
