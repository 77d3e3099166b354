from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from adapters import console
from adapters.console import Console
from bot.core.message import Message, Tone
from bot.errors import TemporaryFailure
from bot.model import Ref
from bot.ports import Platform
from tests.adapters.cases import CASES
from tests.adapters.contract import SINCE, Fault, PlatformContract, Stage, message

GOLDEN = Path(__file__).parents[1] / "data" / "console"
WIDTH = 80
NARROWEST = 40
OPEN = CASES["critical-open"][0]
# Whatever a terminal obeys, and whatever turns text round.
_ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# How a line begins that no stranger has begun.
_OURS = re.compile(r"$|[✖▲●◆✔…](?: |$)|  ")


class Terminal(io.StringIO):
    """A terminal that can be closed while somebody writes to it."""

    is_closed = False

    def flush(self) -> None:
        if self.is_closed:
            raise BrokenPipeError(32, "Broken pipe")


class ConsoleStage:
    """A console with its log; what was posted is read from the log, what was shown from the terminal."""

    def __init__(self, folder: Path) -> None:
        self.address = ""
        self.secrets: tuple[str, ...] = (str(folder),)
        self.log = folder / "console.jsonl"
        self.out = Terminal()
        self.platform: Platform = self.restarted()

    def restarted(self) -> Platform:
        return Console(self.out, self.log, zone=UTC)

    def roots(self) -> Sequence[str]:
        rows = self._rows()
        now = {row["root"]: row["text"] for row in rows if row["step"] in {"post", "edit"}}
        return [now[row["root"]] for row in rows if row["step"] == "post"]

    def thread(self, root: Ref) -> Sequence[str]:
        return [row["text"] for row in self._rows() if row["step"] == "reply" and row["root"] == root.value]

    def alive(self) -> Sequence[str]:
        shown = self.out.getvalue()
        return [*_ACTS.findall(shown), *(row for row in shown.split("\n") if not _OURS.match(row))]

    def too_long(self) -> Sequence[str]:
        return [row for row in self.out.getvalue().split("\n") if len(row) > WIDTH and "https://" not in row]

    @asynccontextmanager
    async def goes_wrong(self, fault: str) -> AsyncIterator[None]:
        if fault == "the-disk-is-full":
            with disk_ends_after(self.log.stat().st_size):
                yield
            return
        # A folder stands in its place.
        kept = self.log.rename(self.log.with_suffix(".kept"))
        self.log.mkdir()
        yield
        self.log.rmdir()
        kept.rename(self.log)

    @asynccontextmanager
    async def loses_the_answer(self) -> AsyncIterator[None]:
        self.out.is_closed = True
        yield
        self.out.is_closed = False

    def _rows(self) -> list[dict[str, str]]:
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [json.loads(row) for row in text.splitlines()]


class TestConsole(PlatformContract):
    faults = (
        Fault("the-disk-is-full", TemporaryFailure),
        Fault("the-log-can-not-be-written", TemporaryFailure),
    )

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Stage:
        return ConsoleStage(tmp_path)


async def rendered(messages: Sequence[Message], *, colour: bool = False, width: int = WIDTH) -> str:
    out = io.StringIO()
    console = Console(out, colour=colour, width=width, zone=UTC)
    first, *others = messages
    root = await console.post("", first, "root")
    for number, reply in enumerate(others):
        await console.reply(root, reply, f"{number}")
    return out.getvalue()


@pytest.mark.parametrize("name", CASES)
async def test_it_looks_as_it_was_reviewed(name: str) -> None:
    """To accept a change, delete the file, run this once more, and look at the difference."""
    reviewed = GOLDEN / f"{name}.txt"
    shown = await rendered(CASES[name])
    if not reviewed.exists():
        reviewed.write_text(shown, encoding="utf-8")
        pytest.fail(f"{reviewed.name} was not there and is written now: review it")

    assert shown == reviewed.read_text(encoding="utf-8")


def test_every_reviewed_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


@pytest.mark.parametrize("width", [80, 60, 1])
@pytest.mark.parametrize("name", CASES)
async def test_words_never_go_beyond_the_edge(name: str, width: int) -> None:
    shown = await rendered(CASES[name], width=width)

    assert [row for row in shown.split("\n") if len(row) > max(width, NARROWEST) and "https://" not in row] == []


@pytest.mark.parametrize("name", CASES)
async def test_there_is_colour_only_when_it_is_asked_for(name: str) -> None:
    plain = await rendered(CASES[name])
    coloured = await rendered(CASES[name], colour=True)

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert coloured != plain


async def test_a_strangers_escapes_do_not_survive_colour_either() -> None:
    coloured = await rendered(CASES["hostile-markup"], colour=True)

    assert _ACTS.findall(re.sub(r"\x1b\[[0-9;]*m", "", coloured)) == []
    assert "\x1b[2J" not in coloured


@pytest.mark.parametrize("tone", Tone)
async def test_each_tone_has_its_sign(tone: Tone) -> None:
    shown = await rendered([Message(tone=tone, headline="Acme: Errors")])

    assert re.fullmatch(r"\n\S Acme: Errors\n", shown)


async def test_times_are_those_of_the_reader() -> None:
    out = io.StringIO()

    await Console(out, zone=timezone(timedelta(hours=2), "CEST")).post("", OPEN, "key")

    assert "Since 01 Mar 14:00 CEST" in out.getvalue()


async def test_an_edit_is_shown_in_one_line_if_severity_or_state_have_changed() -> None:
    out = io.StringIO()
    console = Console(out, zone=UTC)
    root = await console.post("", OPEN, "key")
    before = out.getvalue()
    await console.edit(root, replace(OPEN, parts=OPEN.parts[:1]))
    unseen = out.getvalue()
    await console.edit(root, CASES["resolved"][0])

    assert unseen == before
    assert out.getvalue().removeprefix(before) == "  = now Resolved · was critical · lasted 2 h 5 min\n"


async def test_a_reply_says_what_it_is_about_when_another_was_spoken_of_last() -> None:
    out = io.StringIO()
    console = Console(out, zone=UTC)
    first = await console.post("", message(headline="Acme: First"), "1")
    await console.post("", message(headline="Acme: Second"), "2")
    shown = len(out.getvalue())
    await console.reply(first, message(), "3")

    assert "Acme: First" in out.getvalue()[shown:]


async def test_a_reply_after_a_restart_names_at_least_the_incident(tmp_path: Path) -> None:
    stage = ConsoleStage(tmp_path)
    root = await stage.platform.post("", message(), "acme-1/console/0/root")
    shown = len(stage.out.getvalue())

    await stage.restarted().reply(root, message(), "acme-1/console/0/1")

    assert "acme-1" in stage.out.getvalue()[shown:]


async def test_the_address_is_shown_where_there_is_one() -> None:
    out = io.StringIO()

    await Console(out, zone=UTC).post("night shift", OPEN, "key")

    assert "[night shift]" in out.getvalue()


async def test_a_console_without_a_log_finds_what_it_has_shown_itself() -> None:
    console = Console(io.StringIO())
    root = await console.post("", OPEN, "key")

    assert await console.find("", None, "key", SINCE) == root
    assert await Console(io.StringIO()).find("", None, "key", SINCE) is None


@pytest.mark.parametrize("cut", [1, 10, 60])
async def test_a_line_that_a_crash_has_torn_is_as_if_it_had_never_been_sent(tmp_path: Path, cut: int) -> None:
    stage = ConsoleStage(tmp_path)
    root = await stage.platform.post("", message(), "whole")
    await stage.platform.reply(root, message(), "torn")
    stage.log.write_bytes(stage.log.read_bytes()[:-cut])

    platform = stage.restarted()

    # Only the end of its line is missing when a single byte is: then it is there as a whole.
    assert (await platform.find("", root, "torn", SINCE) is None) == (cut > 1)
    assert await platform.find("", None, "whole", SINCE) == root


async def test_what_is_written_after_a_torn_line_is_whole(tmp_path: Path) -> None:
    stage = ConsoleStage(tmp_path)
    await stage.platform.post("", message(), "torn")
    stage.log.write_bytes(stage.log.read_bytes()[:-10])

    await stage.restarted().post("", message(), "next")

    assert await stage.restarted().find("", None, "next", SINCE) == Ref("next")
    assert await stage.restarted().find("", None, "torn", SINCE) is None


async def test_a_log_that_is_too_long_is_cut_and_what_came_last_is_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_LONGEST_LOG", 4_000)
    monkeypatch.setattr(console, "_KEPT_LOG", 2_000)
    stage = ConsoleStage(tmp_path)
    for number in range(40):
        await stage.platform.post("", message(), f"key-{number}")
    again = stage.restarted()

    assert stage.log.stat().st_size < 5_000
    assert not stage.log.with_name("console.jsonl.new").exists()
    assert await again.find("", None, "key-39", SINCE) == Ref("key-39")
    assert await again.find("", None, "key-0", SINCE) is None


async def test_after_years_only_what_came_last_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_MOST_KEYS", 3)
    monkeypatch.setattr(console, "_MOST_ROOTS", 2)
    stage = ConsoleStage(tmp_path)
    for number in range(5):
        await stage.platform.post("", message(), f"key-{number}")
    found = [await stage.platform.find("", None, f"key-{number}", SINCE) for number in range(5)]

    assert found == [None, None, Ref("key-2"), Ref("key-3"), Ref("key-4")]
    assert await stage.restarted().find("", None, "key-2", SINCE) == Ref("key-2")


async def test_what_only_half_fits_on_the_disk_was_not_sent(tmp_path: Path) -> None:
    stage = ConsoleStage(tmp_path)
    await stage.platform.post("", message(), "first")
    with disk_ends_after(stage.log.stat().st_size + 20), pytest.raises(TemporaryFailure, match="can not write the log"):
        await stage.platform.post("", message(), "second")

    assert await stage.restarted().find("", None, "second", SINCE) is None
    await stage.platform.post("", message(), "second")
    assert await stage.restarted().find("", None, "second", SINCE) == Ref("second")


@contextmanager
def disk_ends_after(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`, as on a disk that is full."""
    import resource  # noqa: PLC0415  (not to be had everywhere)
    import signal  # noqa: PLC0415  (together with it)

    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


async def test_a_log_that_can_not_be_read_is_tried_again_later(tmp_path: Path) -> None:
    stage = ConsoleStage(tmp_path)
    await stage.platform.post("", message(), "key")
    platform = stage.restarted()
    async with stage.goes_wrong("the-log-can-not-be-written"):
        with pytest.raises(TemporaryFailure, match="can not read the log"):
            await platform.find("", None, "key", SINCE)

    assert await platform.find("", None, "key", SINCE) == Ref("key")


async def test_a_terminal_that_knows_few_letters_shows_the_rest_as_question_marks() -> None:
    paper = io.BytesIO()
    terminal = io.TextIOWrapper(paper, encoding="latin-1")

    await Console(terminal, zone=UTC).post("", OPEN, "key")

    assert b"? Acme: Errors on the API" in paper.getvalue()
