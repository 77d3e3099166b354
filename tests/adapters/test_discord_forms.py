"""Forms in Discord: opened by a command or a button, filled in, and answered; through the unmodified discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.core.message import Control
from bot.model import Action, Command, Impact, State
from tests.adapters.discordscene import ROOT, Scene, running
from tests.localdiscord import readable
from tests.localdiscord.nouns import Message as Posted

CONTROLS = tuple(
    Control(action, label, "ours-1")
    for action, label in ((Action.UPDATE, "Update"), (Action.RESOLVE, "Resolve"), (Action.REOPEN, "Reopen"))
)


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with running() as one:
        yield one


async def root(at: Scene) -> Posted:
    return at.posted(await at.chat.platform.post(at.ops.id, replace(ROOT, controls=CONTROLS), "root"))


@pytest.mark.parametrize("command", ["incident declare", "sitrep incident declare"])
async def test_an_incident_is_declared_in_a_form(at: Scene, command: str) -> None:
    person = at.local.person()
    opened = await person.runs(command, channel=at.ops)
    await opened.answer()

    filled = {
        "title": "Checkout is down",
        "impact": ["major"],
        "services": ["Support bot", "Checkout"],
        "words": "Cards are refused.",
    }
    await (await person.submits(opened, filled)).said()

    assert [one["label"] for one in opened.modal["components"]] == [
        "What is wrong?",
        "How bad is it?",
        "Which of our services suffer?",
        "What do we know?",
    ]
    assert at.desk.asked[-1].command == Command(
        action=Action.DECLARE,
        title="Checkout is down",
        impact=Impact.MAJOR,
        services=("Support bot", "Checkout"),
        text="Cards are refused.",
    )


@pytest.mark.parametrize(
    ("command", "options", "meant"),
    [
        (
            "incident declare",
            {"title": "Checkout is down", "impact": "critical", "words": "why", "services": "Support bot, Shop"},
            Command(
                action=Action.DECLARE,
                title="Checkout is down",
                impact=Impact.CRITICAL,
                text="why",
                services=("Support bot", "Shop"),
            ),
        ),
        (
            "incident update",
            {"words": "We found it.", "which": "ours-1", "state": "identified", "impact": "minor", "title": "Slow"},
            Command(
                action=Action.UPDATE,
                incident="ours-1",
                text="We found it.",
                state=State.IDENTIFIED,
                impact=Impact.MINOR,
                title="Slow",
            ),
        ),
        ("incident resolve", {"words": "It works."}, Command(action=Action.RESOLVE, text="It works.")),
        ("incident reopen", {"which": "ours-1"}, Command(action=Action.REOPEN, incident="ours-1")),
        ("incident timeline", {"page": 2}, Command(action=Action.TIMELINE, query="2")),
    ],
)
async def test_with_options_no_form_is_needed(at: Scene, command: str, options: dict[str, Any], meant: Command) -> None:
    await (await at.local.person().runs(command, channel=at.ops, **options)).said()

    assert [one.command for one in at.desk.asked] == [meant]


async def test_what_is_left_alone_in_an_update_is_not_said(at: Scene) -> None:
    person = at.local.person()
    opened = await person.presses(await root(at), "Update")
    await opened.answer()

    filled = {"words": "We found it.", "state": ["identified"], "impact": ["as-it-is"]}
    await (await person.submits(opened, filled)).said()

    meant = Command(action=Action.UPDATE, incident="ours-1", text="We found it.", state=State.IDENTIFIED)
    assert at.desk.asked[-1].command == meant


@pytest.mark.parametrize(("label", "action"), [("Resolve", Action.RESOLVE), ("Reopen", Action.REOPEN)])
async def test_an_end_and_a_beginning_are_asked_for_once_more_with_words(at: Scene, label: str, action: Action) -> None:
    person = at.local.person()
    opened = await person.presses(await root(at), label)
    await opened.answer()

    await (await person.submits(opened, {})).said()

    assert at.desk.asked[-1].command == Command(action=action, incident="ours-1")


async def test_who_may_not_is_told_so_instead_of_a_form(at: Scene) -> None:
    at.desk.breaks = True

    sent = await at.local.person().runs("incident declare", channel=at.ops)

    assert "That went wrong" in readable(await sent.said())
