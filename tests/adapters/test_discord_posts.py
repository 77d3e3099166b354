"""Discord: the contract of every platform, in a forum, where each incident is a post."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import ClassVar

import pytest

from adapters.discord import Discord
from bot.model import Ref
from tests import localdiscord
from tests.adapters import test_discord
from tests.adapters.contract import Fault, PlatformContract
from tests.adapters.hurry import Hurry
from tests.adapters.leaving import LeaveContract
from tests.adapters.ondiscord import SOON, id_of
from tests.adapters.test_discord import TIMEOUT, DiscordStage
from tests.localdiscord import local_discord, pointed_at, readable


class ForumStage(DiscordStage):
    """A server with one forum, and the bot in it."""

    def restarted(self) -> Discord:
        adapter = Discord(self.local.token, now=Hurry(), timeout=TIMEOUT, settle=SOON)
        self._open.append(adapter)
        return adapter

    def roots(self) -> Sequence[str]:
        posts = self.local.world.posts(self.channel.id)
        return [readable(post.messages[post.id]) for post in posts if post.id in post.messages]

    def thread(self, root: Ref) -> Sequence[str]:
        return [readable(one) for one in self.local.world.roots(id_of(root)) if one.id != id_of(root)]

    @contextmanager
    def _faulty(self, fault: localdiscord.Fault) -> Iterator[None]:
        with super()._faulty(fault), self.local.faults.during("start_thread", fault):
            yield

    @asynccontextmanager
    async def loses_the_answer(self) -> AsyncIterator[None]:
        fault = localdiscord.after(localdiscord.drops())
        # The forum itself takes no message, whatever becomes of the answer.
        with (
            self.local.faults.during("create_message", fault, when=lambda args: args["channel_id"] != self.address),
            self.local.faults.during("start_thread", fault),
        ):
            yield


@pytest.fixture
async def stage() -> AsyncIterator[ForumStage]:
    async with local_discord(limits=False) as local:
        with pointed_at(local):
            stage = ForumStage(local, local.world.forum("incidents"))
            yield stage
            await stage.close()


class TestForum(PlatformContract, LeaveContract):
    # An edit of a post is two calls, for it has tags; half of it is an edit too, and the next try does the rest.
    told_by = ("post", "reply")
    faults: ClassVar[tuple[Fault, ...]] = test_discord.TestDiscord.faults
