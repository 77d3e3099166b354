"""The terminal: the shortest platform, held to the same contract as the others, and looked at."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from adapters.console import Console
from bot.core import replies, wording
from bot.core.message import Message
from bot.model import (
    ChangeKind,
    ComponentStatus,
    Impact,
    Incident,
    Kind,
    State,
    Statement,
    Transition,
)
from tests.adapters.contract import HOSTILE, KEY, PlatformContract, message
from tests.unit.build import NOON, at, component, degraded, down, entry, incident

GOLDEN = Path(__file__).parent.parent / "data" / "console"
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Terminal:
    """A terminal of eighty columns and the log beside it."""

    address = ""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.screen = io.StringIO()
        self.platform = self.restarted()

    def restarted(self) -> Console:
        return Console(self.screen, self.log, zone=UTC)

    def channel(self) -> str:
        return self.screen.getvalue()

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """A folder stands where the log should be."""
        kept = self.log.read_bytes() if self.log.exists() else None
        self.log.unlink(missing_ok=True)
        self.log.mkdir()
        yield
        self.log.rmdir()
        if kept is not None:
            self.log.write_bytes(kept)

    def is_harmless(self, shown: str) -> bool:
        return not UNSAFE.search(shown)


@pytest.fixture
def stage(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "console.jsonl")


class TestConsole(PlatformContract):
    """All of the contract."""


def rows(log: Path) -> list[dict[str, str]]:
    return [json.loads(row) for row in log.read_text(encoding="utf-8").splitlines()]


async def test_every_message_is_in_the_log_with_its_key(stage: Terminal) -> None:
    root = await stage.platform.post("", message(), KEY)
    await stage.platform.reply(root, message("Identified"), "2")

    assert [(row["step"], row["key"], row["root"]) for row in rows(stage.log)] == [
        ("post", KEY, KEY),
        ("reply", "2", KEY),
    ]


async def test_a_line_that_was_torn_by_a_crash_was_never_shown_and_spoils_nothing(stage: Terminal) -> None:
    await stage.platform.post("", message(), KEY)
    with stage.log.open("ab") as log:
        log.write(b'{"key": "torn", "ste')

    later = stage.restarted()
    await later.post("", message(), "whole")

    assert await later.find("", None, "torn", NOON) is None
    assert await stage.restarted().find("", None, "whole", NOON) is not None


async def test_an_edit_that_changes_no_state_is_not_shown(stage: Terminal) -> None:
    root = await stage.platform.post("", wording.root(incident()), KEY)
    before = stage.channel()

    await stage.platform.edit(root, wording.root(replace(incident(), latest=Statement(text="x", author="A", at=NOON))))

    assert stage.channel() == before


async def test_an_incident_is_named_again_when_another_was_spoken_of(stage: Terminal) -> None:
    one = await stage.platform.post("", message("Acme: One"), "1")
    await stage.platform.post("", message("Acme: Two"), "2")

    await stage.platform.reply(one, message("Identified"), "3")

    assert "… Acme: One" in stage.channel()


async def test_colours_only_where_they_were_asked_for() -> None:
    plain, bright = io.StringIO(), io.StringIO()

    await Console(plain, colour=False).post("", message(), KEY)
    await Console(bright, colour=True).post("", message(), KEY)

    assert "\x1b[" not in plain.getvalue()
    assert "\x1b[" in bright.getvalue()


def outage(**changed: object) -> Incident:
    """Acme's API has been down for two hours."""
    words = Statement(text="Most requests fail. We are rolling back.", author="Acme", at=at(90))
    base = replace(
        incident(down("API"), degraded("Login"), component("Website")),
        title="Errors on the API",
        name="Acme",
        impact=Impact.CRITICAL,
        peak=Impact.CRITICAL,
        url="https://status.acme.example/incidents/1",
        latest=words,
    )
    return replace(base, **changed)  # type: ignore[arg-type]  # whatever a case is about


def planned() -> Incident:
    return outage(
        kind=Kind.MAINTENANCE,
        title="Database upgrade",
        state=State.SCHEDULED,
        impact=Impact.MAINTENANCE,
        starts_at=at(600),
        ends_at=at(720),
        components=(component("API"),),
        latest=None,
    )


OVER = {"state": State.RESOLVED, "resolved_at": at(125), "ending": ChangeKind.RESOLVED}
ALONE = {
    "kind": Kind.COMPONENT,
    "title": "API",
    "impact": Impact.MINOR,
    "latest": None,
    "components": (component("API", ComponentStatus.PARTIAL_OUTAGE),),
}
EDIT = (Transition("text", "Some requests fail.", "Most requests fail."),)
FAR_TOO_LONG = Statement(text="We are still looking into this. " * 40, author="Acme", at=at(90))
HARM = Statement(text=" ".join(HOSTILE[:4]), author="Acme", at=at(90))

CASES: dict[str, tuple[Message, ...]] = {
    "critical-open": (wording.root(outage()),),
    "open-when-we-began": (wording.root(outage(was_open_at_first_look=True)),),
    "resolved": (wording.root(outage(**OVER)),),
    "over-before-we-saw-it": (wording.root(outage(**OVER, first_seen_at=at(300))),),
    "withdrawn": (wording.root(outage(**{**OVER, "ending": ChangeKind.WITHDRAWN})),),
    "maintenance-scheduled": (wording.root(planned()),),
    "component-alone": (wording.root(outage(**ALONE)),),
    "many-components": (wording.root(outage(components=tuple(degraded(f"Region {n}") for n in range(30)))),),
    "no-impact-stated": (wording.root(outage(impact=Impact.UNKNOWN, peak=Impact.UNKNOWN)),),
    "far-too-long": (wording.root(outage(latest=FAR_TOO_LONG)),),
    "hostile-markup": (wording.root(outage(title=HOSTILE[0], latest=HARM)),),
    "thread": (
        wording.root(outage()),
        replies.reply(entry(2, "We found the cause.", said=State.IDENTIFIED), outage()),
        replies.reply(entry(3, "Most requests fail.", kind=ChangeKind.EDITED, transitions=EDIT), outage()),
        replies.reply(
            entry(4, kind=ChangeKind.IMPACT_CHANGED, transitions=(Transition("impact", "minor", "critical"),)), outage()
        ),
        replies.reply(entry(5, "", said=State.MONITORING), outage()),
        replies.reply(
            entry(125, "All is well.", kind=ChangeKind.RESOLVED, said=State.RESOLVED, state=State.RESOLVED),
            outage(**OVER),
        ),
    ),
    "catch-up": (
        wording.root(outage()),
        replies.catch_up(tuple(entry(n, f"Update number {n}.") for n in range(2, 7)), outage()),
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_it_looks_as_it_was_approved(case: str, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "log")
    first, *rest = CASES[case]
    root = await terminal.platform.post("", first, "root")
    for number, one in enumerate(rest):
        await terminal.platform.reply(root, one, str(number))

    assert terminal.channel() == (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_what_was_approved_fits_a_terminal(case: str) -> None:
    shown = (GOLDEN / f"{case}.txt").read_text(encoding="utf-8")

    assert max(len(row) for row in shown.splitlines()) <= 80
