"""The chat platforms that there are tokens for, put together; each is imported only for those who use it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from bot import paging, reaching
from bot import settings as configuration
from bot.clock import elapsing
from bot.commands.desk import Desk
from bot.loops.fleet import Fleet
from bot.ports import Chat
from bot.settings import Settings
from bot.store import parking
from bot.store.installations import Kept

if TYPE_CHECKING:
    from adapters.discord.connect import Keys as DiscordKeys
    from adapters.slack.connect import Keys


def chats(settings: Settings, desk: Desk, fleet: Fleet) -> tuple[Chat, ...]:
    """Return the chat platforms that there are tokens for."""
    database, clock = fleet.database, fleet.clock

    async def revive(platform: str) -> None:
        await parking.revive(database, clock.now(), platform)
        fleet.due.set()

    addresses = [to for to in reaching.addressed(settings) if to.address]
    found: list[Chat] = []
    if settings.slack.is_configured:
        from adapters.slack.connect import Around, connect  # noqa: PLC0415  (a third of a second, for those who use it)

        here = tuple(to.address for to in addresses if to.platform == "slack")
        rooms = tuple(room.partition(":")[2] for room, _ in settings.access.channels if room.startswith("slack:"))
        around = Around(clock.now, revive, Kept(database, "slack"), here, settings.access.groups, rooms, elapsing)
        found.append(connect(slack_keys(settings.slack), desk, around))
    if settings.discord.token is not None:
        there = tuple(to.address for to in addresses if to.platform == "discord")
        found.append(_discord(settings.discord, desk, fleet, revive, there))
    return (*found, *paging.chats(settings, database, clock.now))


def _discord(
    discord: configuration.Discord,
    desk: Desk,
    fleet: Fleet,
    revive: Callable[[str], Awaitable[None]],
    addresses: tuple[str, ...],
) -> Chat:
    from adapters.discord.connect import Around, connect  # noqa: PLC0415  (half a second, for those who use it)

    around = Around(
        now=fleet.clock.now,
        elapsing=elapsing,
        revive=revive,
        kept=Kept(fleet.database, "discord"),
        alone=partial(fleet.alone, "discord-gateway"),
        addresses=addresses,
        crew=lambda: fleet.crew,
    )
    return connect(discord_keys(discord), desk, around)


def discord_keys(discord: configuration.Discord) -> DiscordKeys:
    """Return what the bot is known by on Discord."""
    from adapters.discord.connect import Keys as DiscordKeys  # noqa: PLC0415  (as above)

    token = _revealed(discord.token) or ""
    return DiscordKeys(token=token, api_url=discord.api_url, gateway_url=discord.gateway_url)


def slack_keys(slack: configuration.Slack) -> Keys:
    """Return what Slack's app is known by."""
    from adapters.slack.connect import Keys  # noqa: PLC0415  (as above)

    return Keys(
        bot_token=_revealed(slack.bot_token),
        app_token=_revealed(slack.app_token),
        signing_secret=_revealed(slack.signing_secret),
        client_id=slack.client_id,
        client_secret=_revealed(slack.client_secret),
        api_url=slack.api_url,
    )


def _revealed(secret: configuration.Secret | None) -> str | None:
    return secret.reveal() if secret else None
