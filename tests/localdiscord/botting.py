"""A bot of discord.py as the tests here run one: commands, suggestions, buttons that outlive it, modals."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

from tests.localdiscord.local import LocalDiscord
from tests.localdiscord.world import GUILD

HOME = discord.Object(int(GUILD))
SOON = 0.02


class Bot(discord.Client):
    """Notes what it hears; `failed` is what its commands raised."""

    def __init__(self, **options: Any) -> None:
        options = {"intents": discord.Intents(guilds=True), "guild_ready_timeout": SOON, **options}
        super().__init__(allowed_mentions=discord.AllowedMentions.none(), **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.failed: list[Exception] = []
        self.tree.error(self._fails)
        self._logged_in = asyncio.Event()
        self._news = asyncio.Event()

    async def setup_hook(self) -> None:
        if self.tree.get_commands(guild=HOME):
            await self.tree.sync(guild=HOME)
            await self.tree.sync()
        self._logged_in.set()

    async def _fails(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.failed.append(error)

    async def on_socket_event_type(self, name: str) -> None:
        self.heard.append(name)
        self._news.set()
        self._news = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin anew at once: discord.py's own hook waits for five seconds, for Discord's sake."""

    async def hears(self, name: str, times: int = 1) -> None:
        """Return when it was told of an event that often; or fail after a long time."""
        async with asyncio.timeout(20):
            while self.heard.count(name) < times:
                await self._news.wait()


class Mute(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mute:(?P<incident>[\w-]+)"):
    """A button that is answered after a restart too, by its custom id alone."""

    def __init__(self, incident: str) -> None:
        self.incident = incident
        super().__init__(discord.ui.Button(label="Mute", custom_id=f"mute:{incident}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Mute:
        return cls(match["incident"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"muted {self.incident}", ephemeral=True)


def buttons(incident: str) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(Mute(incident))
    return view


class Note(discord.ui.Modal, title="Add a note"):
    note: discord.ui.TextInput[Note] = discord.ui.TextInput(
        label="What did you find?", custom_id="note", style=discord.TextStyle.paragraph
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted: {self.note.value}")


async def suggests(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    every = ("acme", "acorn", "zebra")
    return [app_commands.Choice(name=one.title(), value=one) for one in every if one.startswith(typed)]


def with_commands(bot: Bot) -> Bot:
    """Give a bot its commands: `status`, `incident ack`, `slowly`, `note`, and "Link to incident" on messages."""

    @bot.tree.command(name="status", description="What is broken", guild=HOME)
    @app_commands.autocomplete(what=suggests)
    async def status(interaction: discord.Interaction, what: str) -> None:
        await interaction.response.send_message(f"you asked for {what}", ephemeral=True)
        await interaction.followup.send("and there is more")

    group = app_commands.Group(name="incident", description="Incidents")

    @group.command(name="ack", description="Take it")
    async def ack(interaction: discord.Interaction, number: int, by: discord.Member) -> None:
        await interaction.response.send_message(f"{by.name} took {number}", view=buttons(f"acme-{number}"))

    bot.tree.add_command(group, guild=HOME)

    @bot.tree.command(name="slowly", description="Takes its time", guild=HOME)
    async def slowly(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="at last")

    @bot.tree.command(name="note", description="Add a note", guild=HOME)
    async def note(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Note())

    @bot.tree.context_menu(name="Link to incident", guild=HOME)
    async def links(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"linked {message.content!r}", ephemeral=True)

    @bot.tree.command(name="everywhere", description="A global one")
    async def everywhere(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    bot.add_dynamic_items(Mute)
    return bot


@asynccontextmanager
async def connected(bot: Bot, local: LocalDiscord, *, guilds: bool = True) -> AsyncIterator[asyncio.Task[None]]:
    """Let a bot be logged in, at the gateway, and told of its guilds for the length of the block."""
    async with running(bot, local) as task:
        await first_of(task, bot._logged_in.wait())
        if guilds:
            await first_of(task, bot.hears("GUILD_CREATE"))
        await first_of(task, bot.wait_until_ready())
        yield task


@asynccontextmanager
async def running(bot: Bot, local: LocalDiscord) -> AsyncIterator[asyncio.Task[None]]:
    """Let a bot run as far as it comes."""
    async with bot:
        task = asyncio.create_task(bot.start(local.token))
        try:
            yield task
        finally:
            await bot.close()
            with contextlib.suppress(Exception):
                await task


async def first_of(task: asyncio.Task[None], waits: Coroutine[Any, Any, Any]) -> None:
    """Wait for something that a task has to do, or raise what ended the task."""
    waiting = asyncio.ensure_future(waits)
    await asyncio.wait((waiting, task), timeout=20, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        task.result()
