"""Forms in Slack: opened by a command or a button, filled in, and answered; through the unmodified bolt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.message import Control, Message
from bot.model import Action, Command, Impact, Ref, State
from tests.adapters.contract import message
from tests.adapters.test_slack_listen import Scene, by_socket
from tests.localslack.nouns import Message as Posted

CONTROLS = tuple(
    Control(action, label, "ours-1")
    for action, label in ((Action.UPDATE, "Update"), (Action.RESOLVE, "Resolve"), (Action.REOPEN, "Reopen"))
)


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with by_socket() as one:
        yield one


async def root(at: Scene) -> Posted:
    said = message()
    dressed = Message(tone=said.tone, headline=said.headline, parts=said.parts, controls=CONTROLS)
    ref = await at.chat.platform.post(at.ops.id, dressed, "root")
    return at.slack.world.message(*ref.value.split(":"))


async def opened(at: Scene) -> dict[str, Any]:
    await at.until(lambda: len(at.slack.world.views) == 1)
    (view,) = at.slack.world.views.values()
    return view


def menu(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"value": value}}


def line(value: str | None) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


@pytest.mark.parametrize(("command", "typed"), [("/incident", "declare"), ("/sitrep", "incident declare")])
async def test_an_incident_is_declared_in_a_form(at: Scene, command: str, typed: str) -> None:
    person = at.slack.person()
    await (await person.runs(command, typed, at.ops.id)).acked()
    view = await opened(at)
    services = {"type": "multi_static_select", "selected_options": [{"value": "Support bot"}, {"value": "Checkout"}]}

    filled = {
        "title": {"title": line("Checkout is down")},
        "impact": {"impact": menu("major")},
        "services": {"services": services},
        "words": {"words": line("Cards are refused.\nSince noon.")},
    }
    await (await person.submits(view, filled)).acked()

    await at.until(lambda: len(at.private()) == 1)
    assert at.desk.said == []
    assert [one["label"]["text"] for one in view["blocks"]] == [
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
        text="Cards are refused.\nSince noon.",
    )
    assert at.desk.asked[-1].address == at.ops.id


async def test_what_is_left_alone_in_an_update_is_not_said(at: Scene) -> None:
    person, posted = at.slack.person(), await root(at)
    await (await person.presses(posted, "sitrep:update")).acked()
    view = await opened(at)

    filled = {
        "words": {"words": line("We found it.")},
        "state": {"state": menu("identified")},
        "impact": {"impact": menu("as-it-is")},
        "title": {"title": line(None)},
    }
    await (await person.submits(view, filled)).acked()

    await at.until(lambda: len(at.private()) == 1)
    meant = Command(action=Action.UPDATE, incident="ours-1", text="We found it.", state=State.IDENTIFIED)
    assert at.desk.asked[-1].command == meant
    assert at.desk.asked[-1].thread == Ref(f"{at.ops.id}:{posted.ts}")


@pytest.mark.parametrize("action", [Action.RESOLVE, Action.REOPEN])
async def test_an_end_and_a_beginning_are_asked_for_once_more_with_words(at: Scene, action: Action) -> None:
    person, posted = at.slack.person(), await root(at)
    await (await person.presses(posted, f"sitrep:{action}")).acked()
    view = await opened(at)

    await (await person.submits(view, {"words": {"words": line(None)}})).acked()

    await at.until(lambda: len(at.private()) == 1)
    assert at.desk.asked[-1].command == Command(action=action, incident="ours-1")


async def test_who_may_not_is_told_so_instead_of_a_form(at: Scene) -> None:
    posted = await root(at)
    at.desk.breaks = True

    await (await at.slack.person().presses(posted, "sitrep:update")).acked()

    await at.until(lambda: len(at.private()) == 1)
    assert at.slack.world.views == {}


async def test_a_declaration_with_words_opens_no_form(at: Scene) -> None:
    await (await at.slack.person().runs("/incident", "declare Checkout is down", at.ops.id)).acked()

    assert [text for text, *_ in at.desk.said] == ["incident declare Checkout is down"]
    assert at.slack.world.views == {}


async def test_what_came_of_a_form_is_told_also_where_the_bot_is_not(at: Scene) -> None:
    person, strange = at.slack.person(), at.slack.world.channel("strange", member=False, private=True)
    await (await person.runs("/incident", "declare", strange.id)).acked()
    view = await opened(at)

    await (await person.submits(view, {"title": {"title": line("Checkout is down")}})).acked()
    await at.slack.journal.until("chat.postMessage", 1)

    there = at.slack.world.direct(person.scene.user.id)
    assert len(at.slack.world.roots(there.id)) == 1
