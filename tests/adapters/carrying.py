"""What every chat platform must do on which files go with a message; its tests subclass this beside the contract.

    class TestSlackFiles(FilesContract):
        steps = ("files.getUploadURLExternal", "upload", "files.completeUploadExternal")

`steps` are the calls that come before the message, or are it; each of them can go wrong.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import pytest

from bot.core.message import File, Message
from bot.errors import Busy, SitrepError, TemporaryFailure, UnknownOutcome
from bot.model import Ref
from bot.ports import Carries
from tests.adapters.contract import SINCE, Stage, message

REPORT = File("acme-1.md", "text/markdown", "# Acme: Errors\n\nIt lasted 1 h – we think.".encode(), "The report")
PICTURE = File("acme-1.png", "image/png", b"\x89PNG\r\n\x1a\n and so on", "Latency of the API, from 11:30 to 13:30")
HOSTILE_NAME = '../../etc/pass"wd\r\nX-Evil: 1\u202e <!channel> @everyone.md'


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as readers get it."""

    name: str
    content: bytes
    about: str = ""


class FilesStage(Stage, Protocol):
    """A platform with the world around it, as its readers see it: their files too."""

    @abstractmethod
    def shown(self, root: Ref) -> Sequence[Sequence[Shown]]:
        """Return the files of each message in a thread, oldest first."""
        ...

    @abstractmethod
    def breaks(self, step: str, how: str) -> AbstractAsyncContextManager[None]:
        """Let a step go wrong for the length of the block: `waits`, `drops` or `fails`."""
        ...

    @abstractmethod
    def takes_no_files(self) -> None:
        """Take away what it needs to send files."""
        ...


def with_files(*files: File) -> Message:
    return replace(message("It is over.", headline="The report of this incident"), files=files)


class FilesContract:
    """What holds where files go with a message."""

    steps: ClassVar[tuple[str, ...]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "step" in metafunc.fixturenames:
            metafunc.parametrize("step", self.steps)

    async def test_a_reply_shows_its_files_once_and_says_what_is_in_a_picture(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.reply(root, with_files(REPORT, PICTURE), "report")

        (files,) = stage.shown(root)
        assert [(one.name, one.content) for one in files] == [
            (REPORT.name, REPORT.content),
            (PICTURE.name, PICTURE.content),
        ]
        assert files[1].about == PICTURE.about
        assert "The report of this incident" in stage.thread(root)[0]
        assert stage.alive() == []

    async def test_a_reply_with_files_is_found_by_its_key(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        sent = await stage.platform.reply(root, with_files(REPORT), "report")

        assert await stage.restarted().find(stage.address, root, "report", SINCE) == sent

    @pytest.mark.parametrize("how", ["waits", "drops", "fails"])
    async def test_whatever_goes_wrong_on_the_way_it_is_there_once(
        self, stage: FilesStage, step: str, how: str
    ) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        async with stage.breaks(step, how):
            with pytest.raises(SitrepError) as caught:
                await stage.platform.reply(root, with_files(REPORT, PICTURE), "report")
        assert isinstance(caught.value, Busy if how == "waits" else TemporaryFailure | UnknownOutcome)

        if await stage.platform.find(stage.address, root, "report", SINCE) is None:
            await stage.restarted().reply(root, with_files(REPORT, PICTURE), "report")

        assert [[one.name for one in files] for files in stage.shown(root)] == [[REPORT.name, PICTURE.name]]

    async def test_files_that_arrived_although_the_answer_was_lost_are_found(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        await stage.platform.reply(root, message(), "first")
        async with stage.loses_the_answer():
            with pytest.raises(UnknownOutcome):
                await stage.platform.reply(root, with_files(REPORT), "report")

        assert await stage.platform.find(stage.address, root, "report", SINCE) is not None
        assert [len(files) for files in stage.shown(root)] == [0, 1]

    async def test_a_hostile_name_is_a_plain_one(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.reply(root, with_files(replace(REPORT, name=HOSTILE_NAME)), "report")

        ((file,),) = stage.shown(root)
        assert file.name == "etc-pass-wd-X-Evil-1-channel-everyone.md"
        assert stage.alive() == []

    async def test_a_file_that_is_too_big_is_named_and_the_others_are_there(self, stage: FilesStage) -> None:
        assert isinstance(stage.platform, Carries)
        big = replace(PICTURE, name="big.png", content=b"x" * (stage.platform.largest + 1))
        root = await stage.platform.post(stage.address, message(), "root")

        await stage.platform.reply(root, with_files(REPORT, big), "report")

        assert [[one.name for one in files] for files in stage.shown(root)] == [[REPORT.name]]
        assert "big.png could not be attached" in stage.thread(root)[0]

    async def test_where_no_file_may_be_sent_its_words_stand_in_the_thread(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        stage.takes_no_files()

        await stage.platform.reply(root, with_files(REPORT, PICTURE), "report")

        (said,) = stage.thread(root)
        assert stage.shown(root) == [[]]
        assert "acme-1.md, acme-1.png could not be attached" in said
        assert "It lasted 1 h – we think." in said
        assert stage.alive() == []

    async def test_a_very_long_report_is_cut_where_it_stands_as_text(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, message(), "root")
        stage.takes_no_files()
        rows = "\n".join(f"- 12:{number % 60:02} row {number}" for number in range(3_000))

        await stage.platform.reply(root, with_files(replace(REPORT, content=rows.encode())), "report")

        (said,) = stage.thread(root)
        assert "row 10" in said
        assert "That is not all of it" in said
        assert stage.too_long() == []

    async def test_a_root_may_have_files_too(self, stage: FilesStage) -> None:
        root = await stage.platform.post(stage.address, with_files(PICTURE), "root")

        assert await stage.platform.find(stage.address, None, "root", SINCE) == root
        await stage.platform.edit(root, with_files(PICTURE))
        assert len(stage.roots()) == 1
