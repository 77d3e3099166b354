"""Discord: the contract of every platform, on a local Discord, with the real discord.py."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import discord.http
import pytest

from adapters.discord import Discord
from bot.errors import Busy, MessageGone, PermanentFailure, PlatformStopped, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from tests import localdiscord
from tests.adapters.carrying import FilesContract, Shown
from tests.adapters.contract import Fault, PlatformContract
from tests.adapters.hurry import Hurry, brief
from tests.adapters.leaving import LeaveContract
from tests.localdiscord import LocalDiscord, alive, local_discord, pointed_at, readable, too_long
from tests.localdiscord.nouns import Channel

TIMEOUT = timedelta(seconds=2)
_TIME = re.compile(r"<t:\d+:[ftR]>")
_BOLD = re.compile(r"\*\*(?:[^*\\]|\\.)+\*\*")


def ours(fragment: str) -> bool:
    """What we mean to be read as marks: bold headlines, block quotes, small print, times."""
    return fragment in {"> ", "-# "} or bool(_TIME.fullmatch(fragment) or _BOLD.fullmatch(fragment))


class DiscordStage:
    """A server with one channel, and the bot in it."""

    def __init__(self, local: LocalDiscord, channel: Channel) -> None:
        self.local = local
        self.channel = channel
        self.address = channel.id
        self.secrets = (local.token,)
        self._open: list[Discord] = []
        self.platform = self.restarted()

    def restarted(self) -> Discord:
        adapter = Discord(self.local.token, now=Hurry(), timeout=TIMEOUT)
        self._open.append(adapter)
        return adapter

    def roots(self) -> Sequence[str]:
        return [readable(message) for message in self.local.world.roots(self.channel.id)]

    def thread(self, root: Ref) -> Sequence[str]:
        channel, _, id_ = root.value.partition("/")
        return [readable(message) for message in self.local.world.thread(channel, id_)]

    def alive(self) -> Sequence[str]:
        world = self.local.world
        return [one for message in world.messages() for one in alive(message, links=is_source, ours=ours)]

    def too_long(self) -> Sequence[str]:
        return [one for message in self.local.world.messages() for one in too_long(message)]

    @asynccontextmanager
    async def goes_wrong(self, fault: str) -> AsyncIterator[None]:
        if fault == "out-of-reach":
            before, discord.http.Route.BASE = discord.http.Route.BASE, "http://127.0.0.1:9/api/v10"
            yield
            discord.http.Route.BASE = before
            return
        # Of an answer that never comes nothing is learned by waiting longer.
        hurry = brief(self.platform.web) if fault == "no-answer" else nullcontext()
        with self._faulty(WRONG[fault]), hurry:
            yield
        self.platform = self.restarted()

    @contextmanager
    def _faulty(self, fault: localdiscord.Fault) -> Iterator[None]:
        with ExitStack() as stack:
            for route in ("create_message", "edit_message", "start_thread_from_message"):
                stack.enter_context(self.local.faults.during(route, fault))
            yield

    @asynccontextmanager
    async def loses_the_answer(self) -> AsyncIterator[None]:
        fault = localdiscord.after(localdiscord.drops())
        # What is sent into a thread that is not there yet does not arrive.
        with self.local.faults.during("create_message", fault, when=lambda args: args["channel_id"] in self._places()):
            yield

    def shown(self, root: Ref) -> Sequence[Sequence[Shown]]:
        channel, _, id_ = root.value.partition("/")
        return [[self._file(one) for one in message.attachments] for message in self.local.world.thread(channel, id_)]

    def _file(self, one: Mapping[str, Any]) -> Shown:
        return Shown(str(one["filename"]), self.local.world.uploads[str(one["id"])], str(one.get("description", "")))

    @asynccontextmanager
    async def breaks(self, step: str, how: str) -> AsyncIterator[None]:
        with self.local.faults.during(step, BROKEN[how], when=lambda args: args["channel_id"] in self._places()):
            yield
        self.platform = self.restarted()

    def takes_no_files(self) -> None:
        self.local.world.forbids("attach_files")

    def _places(self) -> Collection[str]:
        return self.local.world.channels

    async def close(self) -> None:
        for adapter in self._open:
            await adapter.close()


def is_source(url: str) -> bool:
    return url.startswith("https://status.acme.example/")


BROKEN = {
    "waits": localdiscord.rate_limited(30),
    "drops": localdiscord.after(localdiscord.drops()),
    "fails": localdiscord.status(503),
}
WRONG = {
    "asked-to-wait": localdiscord.rate_limited(30),
    "asked-by-all-to-wait": localdiscord.rate_limited(30, scope="global"),
    "banned": localdiscord.banned(30),
    "a-server-error": localdiscord.status(500),
    "a-bad-gateway": localdiscord.status(502),
    "no-service": localdiscord.status(503),
    "html-instead": localdiscord.html(),
    "half-an-answer": localdiscord.malformed(),
    "no-answer": localdiscord.slow(60),
    "a-dropped-connection": localdiscord.drops(),
    "a-reset-connection": localdiscord.resets(),
    "no-permission": localdiscord.error(50013),
    "no-access": localdiscord.error(50001),
    "a-code-that-nobody-knows": localdiscord.error(99999),
    "the-token-is-bad": localdiscord.error(0, status=401),
    "the-message-is-gone": localdiscord.error(10008),
    "not-found": localdiscord.html(404),
}


@pytest.fixture
async def stage() -> AsyncIterator[DiscordStage]:
    async with local_discord(limits=False) as local:
        with pointed_at(local):
            stage = DiscordStage(local, local.world.channel("ops"))
            yield stage
            await stage.close()


class TestDiscord(PlatformContract, LeaveContract):
    faults = (
        Fault("asked-to-wait", Busy, timedelta(seconds=30)),
        Fault("asked-by-all-to-wait", Busy, timedelta(seconds=30)),
        Fault("banned", Busy, timedelta(seconds=30)),
        Fault("a-server-error", UnknownOutcome),
        Fault("a-bad-gateway", UnknownOutcome),
        Fault("no-service", UnknownOutcome),
        Fault("html-instead", UnknownOutcome),
        Fault("half-an-answer", UnknownOutcome),
        Fault("no-answer", UnknownOutcome),
        Fault("a-dropped-connection", UnknownOutcome),
        Fault("a-reset-connection", UnknownOutcome),
        Fault("out-of-reach", TemporaryFailure),
        Fault("not-found", TemporaryFailure),
        Fault("no-permission", PermanentFailure),
        Fault("no-access", PermanentFailure),
        Fault("a-code-that-nobody-knows", PermanentFailure),
        Fault("the-token-is-bad", PlatformStopped),
        Fault("the-message-is-gone", MessageGone, verbs=("edit",)),
    )


class TestDiscordFiles(FilesContract):
    steps = ("create_message",)
