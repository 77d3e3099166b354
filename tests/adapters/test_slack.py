"""Slack: the contract of every platform, on a local Slack, with the real slack-sdk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta

import pytest

from adapters.slack import Slack
from bot.errors import Busy, MessageGone, PermanentFailure, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from tests import localslack
from tests.adapters.carrying import FilesContract, Shown
from tests.adapters.contract import Fault, PlatformContract
from tests.adapters.hurry import Hurry, brief
from tests.adapters.leaving import LeaveContract
from tests.localslack import LocalSlack, alive, local_slack, readable, too_long
from tests.localslack.nouns import Channel

SOON = timedelta(milliseconds=20)
TIMEOUT = timedelta(seconds=2)


def ours(fragment: str) -> bool:
    """What we make bold ourselves: the headline of a reply, and how bad it is."""
    return fragment.startswith("*") and fragment.endswith("*") and "\u2060" not in fragment[:2]


class SlackStage:
    """A workspace with one channel, and the bot in it."""

    def __init__(self, slack: LocalSlack, channel: Channel) -> None:
        self.slack = slack
        self.channel = channel
        self.address = channel.id
        self.secrets = (slack.token,)
        self._open: list[Slack] = []
        self.platform = self._adapter()

    def _adapter(self, api_url: str | None = None) -> Slack:
        adapter = Slack(
            self.slack.token, api_url=api_url or self.slack.api_url, now=Hurry(), settle=SOON, timeout=TIMEOUT
        )
        self._open.append(adapter)
        return adapter

    def restarted(self) -> Slack:
        return self._adapter()

    def roots(self) -> Sequence[str]:
        return [readable(message) for message in self.slack.world.roots(self.channel.id)]

    def thread(self, root: Ref) -> Sequence[str]:
        ts = root.value.partition(":")[2]
        return [readable(message) for message in self.slack.world.thread(self.channel.id, ts)]

    def alive(self) -> Sequence[str]:
        return [one for message in self.slack.world.messages() for one in alive(message, links=is_source, ours=ours)]

    def too_long(self) -> Sequence[str]:
        return [one for message in self.slack.world.messages() for one in too_long(message)]

    @asynccontextmanager
    async def goes_wrong(self, fault: str) -> AsyncIterator[None]:
        if fault == "out-of-reach":
            self.platform = self._adapter("http://127.0.0.1:9/api/")
            yield
            self.platform = self._adapter()
            return
        # Of an answer that never comes nothing is learned by waiting longer.
        hurry = brief(self.platform.web) if fault == "no-answer" else nullcontext()
        with self._faulty(WRONG[fault]), hurry:
            yield

    @contextmanager
    def _faulty(self, fault: localslack.Fault) -> Iterator[None]:
        with (
            self.slack.faults.during("chat.postMessage", fault),
            self.slack.faults.during("chat.update", fault),
        ):
            yield

    @asynccontextmanager
    async def loses_the_answer(self) -> AsyncIterator[None]:
        with self._faulty(localslack.after(localslack.drops())):
            yield

    def shown(self, root: Ref) -> Sequence[Sequence[Shown]]:
        thread = self.slack.world.thread(self.channel.id, root.value.partition(":")[2])
        return [[Shown(one.title, one.content or b"", one.alt) for one in message.files] for message in thread]

    @asynccontextmanager
    async def breaks(self, step: str, how: str) -> AsyncIterator[None]:
        with self.slack.faults.during(step, BROKEN[how]):
            yield

    def takes_no_files(self) -> None:
        granted = self.slack.world.installation.scopes
        self.slack.world.installation.scopes = tuple(scope for scope in granted if scope != "files:write")

    async def close(self) -> None:
        for adapter in self._open:
            await adapter.close()


def is_source(url: str) -> bool:
    return url.startswith(("https://status.acme.example/", "https://t0local.slack.com/files/"))


BROKEN = {
    "waits": localslack.rate_limited(30),
    "drops": localslack.after(localslack.drops()),
    "fails": localslack.status(503),
}


WRONG = {
    "asked-to-wait": localslack.rate_limited(30),
    "a-server-error": localslack.status(500),
    "no-service": localslack.status(503),
    "html-instead": localslack.html(),
    "half-an-answer": localslack.malformed(),
    "a-fatal-error": localslack.error("fatal_error"),
    "no-answer": localslack.slow(60),
    "a-dropped-connection": localslack.drops(),
    "not-in-the-channel": localslack.error("not_in_channel"),
    "archived": localslack.error("is_archived"),
    "a-word-that-nobody-knows": localslack.error("something_new"),
    "the-message-is-gone": localslack.error("message_not_found"),
    "the-thread-is-gone": localslack.error("thread_not_found"),
    "not-found": localslack.html(404),
}


@pytest.fixture
async def stage() -> AsyncIterator[SlackStage]:
    async with local_slack(limits=False) as slack:
        stage = SlackStage(slack, slack.world.channel("ops"))
        yield stage
        await stage.close()


class TestSlack(PlatformContract, LeaveContract):
    faults = (
        Fault("asked-to-wait", Busy, timedelta(seconds=30)),
        Fault("a-server-error", UnknownOutcome),
        Fault("no-service", UnknownOutcome),
        Fault("html-instead", UnknownOutcome),
        Fault("half-an-answer", UnknownOutcome),
        Fault("a-fatal-error", UnknownOutcome),
        Fault("no-answer", UnknownOutcome),
        Fault("a-dropped-connection", UnknownOutcome),
        Fault("out-of-reach", TemporaryFailure),
        Fault("not-found", TemporaryFailure),
        Fault("not-in-the-channel", PermanentFailure),
        Fault("archived", PermanentFailure),
        Fault("a-word-that-nobody-knows", PermanentFailure),
        Fault("the-message-is-gone", MessageGone, verbs=("reply", "edit")),
        Fault("the-thread-is-gone", MessageGone, verbs=("reply",)),
    )


class TestSlackFiles(FilesContract):
    steps = ("files.getUploadURLExternal", "upload", "files.completeUploadExternal", "chat.postMessage")
