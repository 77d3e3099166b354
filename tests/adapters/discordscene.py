"""What the tests of Discord's interactive side share: a server with one channel, the bot in it, the desk behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.discord.connect import Around, Keys, Work, connect
from bot.core.message import Control, Message, Tone, line
from bot.model import Action, Ref
from bot.ports import Chat
from tests.adapters.fakedesk import FakeDesk, Kept
from tests.adapters.hurry import Hurry
from tests.localdiscord import LocalDiscord, local_discord, pointed_at
from tests.localdiscord.nouns import Channel
from tests.localdiscord.nouns import Message as Posted

CONTROLS = (
    Control(Action.ACK, "Acknowledge", "acme-1", primary=True),
    Control(Action.MUTE, "Mute", "acme-1", options=(("1 hour", "1h"), ("Until it is resolved", "until resolved"))),
    Control(Action.NOTE, "Add note", "acme-1"),
    Control(Action.DETAILS, "Details", "acme-1"),
)
ROOT = Message(tone=Tone.MAJOR, headline="Acme: Errors", parts=(line("Major · investigating"),), controls=CONTROLS)


@dataclass(slots=True)
class Scene:
    """A running bot."""

    local: LocalDiscord
    ops: Channel
    desk: FakeDesk
    kept: Kept
    chat: Chat
    invited: list[str] = field(default_factory=list[str])

    async def root(self) -> Posted:
        """Post a root message, and return it as Discord has it."""
        ref = await self.chat.platform.post(self.ops.id, ROOT, "root")
        return self.posted(ref)

    def posted(self, ref: Ref) -> Posted:
        channel, _, id_ = ref.value.partition("/")
        return self.local.world.message(channel, id_)


async def alone(work: Work) -> None:
    """Be the only instance."""
    await work()


@asynccontextmanager
async def scene(local: LocalDiscord, desk: FakeDesk | None = None, kept: Kept | None = None) -> AsyncIterator[Scene]:
    """Run the bot until the block ends."""
    ops = next((one for one in local.world.channels.values() if one.name == "ops"), None)
    ops = ops or local.world.channel("ops")
    asked, remembered, invited = desk or FakeDesk(), kept or Kept(), list[str]()

    async def revive(platform: str) -> None:
        invited.append(platform)

    around = Around(now=Hurry(), revive=revive, kept=remembered, alone=alone, addresses=(ops.id,))
    began = len(local.gateway.identifies)
    with pointed_at(local):
        chat = connect(Keys(local.token, local.api_url, local.gateway_url), asked, around)
        tasks = [asyncio.ensure_future(loop()) for loop in chat.loops.values()]
        try:
            await local.gateway.until_ready(began + 1)
            await soon(lambda: not chat.condition() and bool(local.world.commands.get("")))
            yield Scene(local, ops, asked, remembered, chat, invited)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await chat.close()


@asynccontextmanager
async def running() -> AsyncIterator[Scene]:
    async with local_discord(limits=False) as local, scene(local) as one:
        yield one


async def soon(holds: Callable[[], bool]) -> None:
    """Return as soon as something is so, or fail after a long time."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  (there is no bell)
            await asyncio.sleep(0.01)
