"""What every chat platform must do.  A platform's own tests subclass `PlatformContract` and hand in a `Stage`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import wording
from bot.core.message import Line, Message, Moment, Quote, Tone
from bot.errors import TemporaryFailure
from bot.model import Component, ComponentStatus, Impact, Statement
from bot.ports import Platform
from tests.unit.build import NOON, at, incident

KEY = "acme-1/somewhere/0/root"


class Stage(Protocol):
    """A platform on a local stand-in for the real thing, and what a person would see there."""

    platform: Platform
    address: str

    @abstractmethod
    def channel(self) -> str:
        """Return everything that the channel and its threads show."""
        ...

    @abstractmethod
    def restarted(self) -> Platform:
        """Return the platform as a new process has it, with nothing in its memory."""
        ...

    @abstractmethod
    def out_of_order(self) -> AbstractContextManager[object]:
        """For a while, make the platform unable to take anything, without losing what it has."""
        ...

    @abstractmethod
    def is_harmless(self, shown: str) -> bool:
        """Whether nothing in what is shown could act: no mention, no markup, no control character."""
        ...


def message(headline: str = "Acme: Errors", *quotes: str, broadcast: bool = False) -> Message:
    lines: tuple[Line | Quote, ...] = (Line(("Since ", Moment(NOON))),)
    said = tuple(Quote(text, "Acme", at(5)) for text in quotes)
    return Message(
        tone=Tone.MAJOR,
        headline=headline,
        parts=lines + said,
        url="https://status.acme.example/incidents/1",
        broadcast=broadcast,
    )


HOSTILE = (
    "<!channel> <@U123> @here @everyone &lt;!here&gt;",
    "*bold* _it_ `code` ```block``` ~gone~ > quote [text](https://evil.example) <https://evil.example|bank.example>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00 \x9b2J \r\n\t",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "long " * 5000,
    "\U0001d54f" * 3000,
    "",
)


class PlatformContract:
    """The tests; `stage` is for the subclass to define as a fixture."""

    async def test_a_root_shows_headline_words_and_source(self, stage: Stage) -> None:
        await stage.platform.post(stage.address, message("Acme: Errors", "Some requests fail."), KEY)

        shown = stage.channel()
        assert "Acme: Errors" in shown
        assert "Some requests fail." in shown
        assert "https://status.acme.example/incidents/1" in shown

    async def test_a_reply_is_shown_after_its_root(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), KEY)

        await stage.platform.reply(root, message("Identified", "We found the cause."), "2")

        shown = stage.channel()
        assert shown.index("Acme: Errors") < shown.index("We found the cause.")

    async def test_replies_keep_their_order(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), KEY)
        for number in range(5):
            await stage.platform.reply(root, message("Update", f"Word {number}."), str(number))

        places = [stage.channel().index(f"Word {number}.") for number in range(5)]
        assert places == sorted(places)

    async def test_an_edit_makes_the_root_say_what_is_true_now(self, stage: Stage) -> None:
        worse = replace(incident(), impact=Impact.CRITICAL)
        root = await stage.platform.post(stage.address, wording.root(incident()), KEY)

        await stage.platform.edit(root, wording.root(worse))
        await stage.platform.edit(root, wording.root(worse))

        assert "Critical" in stage.channel()

    async def test_what_was_sent_is_found_by_its_key_and_nothing_else_is(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), KEY)
        reply = await stage.platform.reply(root, message("Identified"), "2")

        assert await stage.platform.find(stage.address, None, KEY, NOON) == root
        assert await stage.platform.find(stage.address, root, "2", NOON) == reply
        assert await stage.platform.find(stage.address, root, "3", NOON) is None

    async def test_what_was_sent_is_found_by_a_process_that_did_not_send_it(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), KEY)
        reply = await stage.platform.reply(root, message("Identified"), "2")

        other = stage.restarted()

        assert await other.find(stage.address, None, KEY, NOON) == root
        assert await other.find(stage.address, root, "2", NOON) == reply

    async def test_a_thread_goes_on_after_a_restart(self, stage: Stage) -> None:
        root = await stage.platform.post(stage.address, message(), KEY)

        await stage.restarted().reply(root, message("Identified", "We found the cause."), "2")

        assert "We found the cause." in stage.channel()

    async def test_what_can_not_be_taken_now_is_a_temporary_failure_and_nothing_was_sent(self, stage: Stage) -> None:
        with stage.out_of_order(), pytest.raises(TemporaryFailure):
            await stage.platform.post(stage.address, message("Acme: Lost"), KEY)

        assert "Acme: Lost" not in stage.channel()
        assert await stage.platform.find(stage.address, None, KEY, NOON) is None
        await stage.platform.post(stage.address, message("Acme: Lost"), KEY)
        assert stage.channel().count("Acme: Lost") == 1

    @pytest.mark.parametrize(
        "text", HOSTILE, ids=["mentions", "markup", "control", "direction", "long", "wide", "empty"]
    )
    async def test_a_stranger_s_text_can_do_no_harm(self, stage: Stage, text: str) -> None:
        parts = tuple(Component(str(n), f"{text[:50]} {n}", ComponentStatus.MAJOR_OUTAGE) for n in range(100))
        words = Statement(text=text, author=text[:60], at=NOON)
        shown = replace(incident(*parts), title=text or "Untitled", name=text[:20], latest=words)

        root = await stage.platform.post(stage.address, wording.root(shown), KEY)
        await stage.platform.edit(root, wording.root(replace(shown, impact=Impact.CRITICAL)))
        await stage.platform.reply(root, message(text[:200], text, broadcast=True), "2")

        assert stage.is_harmless(stage.channel())

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(texts=st.lists(st.text(max_size=200), min_size=1, max_size=4))
    async def test_any_text_at_all_can_do_no_harm(self, stage: Stage, texts: Sequence[str]) -> None:
        await stage.platform.post(stage.address, message(*texts), f"{KEY}/{texts!r}")

        assert stage.is_harmless(stage.channel())

    async def test_the_platform_says_its_name_and_how_long_a_reply_may_be(self, stage: Stage) -> None:
        assert stage.platform.name == stage.platform.name.lower() != ""
        assert stage.platform.longest >= 1000
