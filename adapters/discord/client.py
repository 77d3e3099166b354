"""The bot at Discord's gateway: what it hears goes to the listener, what it offers is kept up to date.

The intent `guilds` is enough for commands, buttons and forms: https://docs.discord.com/developers/events/gateway#gateway-intents.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands, ui

from adapters._asking import Followers
from adapters.discord import tree
from adapters.discord.answers import NAME
from adapters.discord.heard import Interaction
from adapters.discord.listen import Listener
from bot.ports import Installations

log = logging.getLogger("sitrep.discord")

# Its own errors are told by us, in one line each and without what may be secret.
logging.getLogger("discord").setLevel(logging.CRITICAL)
# We are ready without knowing every server: what we need of one comes with each interaction.
_GUILDS = 0.1
# Channels and roles change in bursts.
_SETTLE = 2.0
# The longest that discord.py may wait for a rate limit by itself; it is the least that it takes.
_PATIENCE = 30.0


class Bot(discord.Client):
    """One connection; `online` says whether it is there now, `news` is set whenever that may have changed."""

    def __init__(
        self, listener: Listener, kept: Installations, changed: Callable[[], Awaitable[None]], settle: float = _SETTLE
    ) -> None:
        """Connect to nothing yet.  `changed` is called when the bot may have got into places where it was not."""
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=_GUILDS,
            max_ratelimit_timeout=_PATIENCE,
        )
        self.listener = listener
        self.online = False
        self.news = asyncio.Event()
        self._kept = kept
        self._changed = changed
        self._settle = settle
        self._followers = Followers(log, "what was to be done in Discord failed")
        self._settling = False
        self.tree = app_commands.CommandTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self.tree.error(self._failed)
        tree.fill(self.tree, listener)

    async def setup_hook(self) -> None:
        """Prepare while the connection is made."""
        self.add_dynamic_items(Pressed)
        self._followers.begin(self._offer())

    async def close(self) -> None:
        """End the connection."""
        self._followers.cancel()
        await super().close()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hear nothing more once the end has begun: discord.py's own tasks may still speak then."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        """Note that we are there."""
        self._is(online=True)

    async def on_resumed(self) -> None:
        """Note that we are there again."""
        self._is(online=True)

    async def on_disconnect(self) -> None:
        """Note that we are not there; discord.py connects again by itself."""
        self._is(online=False)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take what was filled in: forms are answered by their names, so that they outlive us."""
        await self.listener.submitted(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Try again what could not be posted: we were let into a server."""
        log.info("invited to the server %s", guild.id)
        self._may_more()

    async def on_guild_available(self, _: object) -> None:
        """Try again what could not be posted: the server was away."""
        self._may_more()

    async def on_guild_channel_create(self, _: object) -> None:
        """Try again what could not be posted."""
        self._may_more()

    async def on_guild_channel_update(self, *_: object) -> None:
        """Try again what could not be posted: its permissions may have changed."""
        self._may_more()

    async def on_guild_role_update(self, *_: object) -> None:
        """Try again what could not be posted: our role may have got a permission."""
        self._may_more()

    async def on_member_update(self, *_: object) -> None:
        """Try again what could not be posted: of all members Discord tells us of ourselves alone."""
        self._may_more()

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Say which listener failed."""
        del args, kwargs
        log.exception("a listener failed: %s", event_method)  # noqa: LOG004  (it is called in the handler of one)

    async def _failed(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        name = interaction.command.qualified_name if interaction.command else "an unknown one"
        log.error("a command failed: %s", name, exc_info=getattr(error, "original", error))

    def _is(self, *, online: bool) -> None:
        self.online = online
        self.news.set()

    def _may_more(self) -> None:
        if not self._settling:
            self._settling = True
            self._followers.begin(self._more())

    async def _more(self) -> None:
        try:
            await asyncio.sleep(self._settle)
        finally:
            self._settling = False
        await self._changed()

    async def _offer(self) -> None:
        """Register our commands, if they are not as they were when that was last done."""
        name, now = f"commands:{self.application_id}", tree.fingerprint(self.tree)
        try:
            there = {one.name for one in await self.tree.fetch_commands()}
            wanted = {one.name for one in self.tree.get_commands()}
            if there == wanted and await self._kept.find(name) == now:
                return
            await self.tree.sync()
            await self._kept.save(name, now)
            log.info("Discord has taken %d commands", len(wanted))
        except (discord.DiscordException, OSError, TimeoutError) as error:
            log.warning("Discord has not taken our commands, it is tried again later: %s", type(error).__name__)


class Pressed(ui.DynamicItem[ui.Item[Any]], template=rf"{NAME}:(?P<what>[a-z_]+):(?P<about>.+)"):
    """A button or menu of ours, known by its name alone: it works as long as its message stands."""

    def __init__(self, item: ui.Item[Any], what: str, about: str) -> None:
        """Keep what it stands for."""
        super().__init__(item)
        self._what = what
        self._about = about

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Pressed:
        """Return the one that was pressed."""
        del interaction
        return cls(item, match["what"], match["about"])

    async def callback(self, interaction: Interaction) -> None:
        """Hand it to the listener."""
        if isinstance(interaction.client, Bot):
            await interaction.client.listener.pressed(interaction, self._what, self._about)
