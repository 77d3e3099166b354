"""Direct messages on Slack: opened, kept current, read back, answered, and refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters._named import Named
from adapters.slack import checks
from adapters.slack.connect import Keys
from adapters.slack.platform import Slack
from bot.core.message import About, Message
from bot.errors import PermanentFailure, UnknownOutcome
from bot.model import Action, Person, Ref
from tests import localslack
from tests.adapters.contract import message
from tests.adapters.hurry import Hurry
from tests.adapters.test_slack_listen import CONTROLS, Scene, running, scene
from tests.localslack import LocalSlack, local_slack, readable

LEAD = "U0LEAD"
SOON = timedelta(milliseconds=10)


@pytest.fixture
async def local() -> AsyncIterator[LocalSlack]:
    async with local_slack(limits=False) as one:
        one.world.user(LEAD, "lead")
        yield one


@pytest.fixture
async def slack(local: LocalSlack) -> AsyncIterator[Slack]:
    one = Slack(local.token, api_url=local.api_url, now=Hurry(), settle=SOON)
    try:
        yield one
    finally:
        await one.close()


def said(local: LocalSlack) -> list[str]:
    return [readable(one) for one in local.world.direct(LEAD).messages.values()]


async def test_it_is_opened_once_and_what_is_told_later_is_shown_in_the_conversation(
    local: LocalSlack, slack: Slack
) -> None:
    root = await slack.post(LEAD, message(), "root")
    told = replace(message(), headline="Impact raised", broadcast=True, about=About("Acme: Errors"))
    await slack.reply(root, told, "reply")
    await slack.edit(root, replace(message(), headline="Acme: All is well"))
    await slack.post(LEAD, message(), "another")

    there = local.world.direct(LEAD)
    assert root.value.startswith(f"{there.id}:")
    assert len(local.journal.of("conversations.open")) == 1
    assert [one.broadcast for one in local.world.thread(there.id, root.value.partition(":")[2])] == [True]
    assert "Acme: All is well" in said(local)[0]
    assert local.journal.unknown() == []


async def test_what_was_sent_there_is_found_again(local: LocalSlack, slack: Slack) -> None:
    root = await slack.post(LEAD, message(), "root")
    told = await slack.reply(root, replace(message(), broadcast=True), "reply")

    long_ago = Hurry()() - timedelta(days=1)
    assert await slack.find(LEAD, None, "root", long_ago) == root
    assert await slack.find(LEAD, root, "reply", long_ago) == told
    assert await slack.find(LEAD, None, "never", long_ago) is None


@pytest.mark.parametrize(
    ("who", "reason"),
    [("U0GONE", "this person is deactivated"), ("U0NOBODY", "nobody in the workspace has this id"), ("U0BOT", "a bot")],
)
async def test_who_can_not_be_written_to_is_parked_with_the_reason(
    local: LocalSlack, slack: Slack, who: str, reason: str
) -> None:
    local.world.user("U0GONE", "gone").deleted = True

    with pytest.raises(PermanentFailure, match=reason):
        await slack.post(who, message(), "root")
    assert slack.web.stopped is None


async def test_where_the_messages_tab_is_off_it_says_where_to_turn_it_on(local: LocalSlack, slack: Slack) -> None:
    local.world.rules.messages_tab = False

    with pytest.raises(PermanentFailure, match="turn on App Home, Messages Tab"):
        await slack.post(LEAD, message(), "root")


async def test_a_scope_that_only_direct_messages_need_stops_nothing_else(local: LocalSlack, slack: Slack) -> None:
    ops = local.world.channel("ops")
    local.world.installation.scopes = tuple(s for s in local.world.installation.scopes if not s.startswith("im:"))

    with pytest.raises(PermanentFailure, match="lacks im:write, for direct messages"):
        await slack.post(LEAD, message(), "root")

    await slack.post(ops.id, message(), "root")
    assert await slack.shortcomings((ops.id,)) == []
    assert "lacks im:history and im:write, for direct messages" in (await slack.shortcomings((LEAD,)))[0]


async def test_check_tells_who_can_be_written_to_and_writes_to_nobody(local: LocalSlack) -> None:
    local.world.user("U0GONE", "gone").deleted = True
    keys = Keys(local.token, api_url=local.api_url)

    found = await checks.check(keys, Named((LEAD, "U0GONE")), Hurry())

    assert (True, f"{LEAD}: can be written to directly") in found
    assert (False, "U0GONE is deactivated: nobody reads direct messages there") in found
    assert local.journal.of("conversations.open") == []


async def test_an_app_without_these_scopes_is_well_where_nobody_is_written_to(local: LocalSlack) -> None:
    ops = local.world.channel("ops")
    local.world.installation.scopes = tuple(s for s in local.world.installation.scopes if not s.startswith("im:"))
    keys = Keys(local.token, api_url=local.api_url)

    assert all(good for good, _ in await checks.check(keys, Named((ops.id,)), Hurry()))
    lacking = [words for good, words in await checks.check(keys, Named((LEAD,)), Hurry()) if not good]
    assert [words.partition(";")[0] for words in lacking] == [
        "the app lacks the scope im:history",
        "the app lacks the scope im:write",
    ]


@pytest.fixture
async def here(local: LocalSlack) -> AsyncIterator[Scene]:
    async with scene(local, app_token=local.app_token) as one, running(*one.chat.loops.values()):
        await local.sockets.until_connected()
        yield one


async def posted(here: Scene) -> Ref:
    dressed = Message(tone=message().tone, headline="Acme: Errors", controls=CONTROLS)
    return await here.chat.platform.post(LEAD, dressed, "root")


async def test_a_button_pressed_there_is_about_the_incident(here: Scene) -> None:
    root = await posted(here)

    await here.slack.person(LEAD).presses(here.slack.world.message(*root.value.split(":")), "Acknowledge")
    await here.until(lambda: bool(here.desk.asked))

    (asked,) = here.desk.asked
    assert (asked.command.action, asked.command.incident, asked.thread) == (Action.ACK, "acme-1", root)


async def test_what_is_said_there_needs_no_call_and_in_the_thread_its_incident_is_meant(here: Scene) -> None:
    root = await posted(here)
    there, ts = root.value.split(":")

    await here.slack.person(LEAD).mentions("ack", there, thread=ts)
    await here.slack.person(LEAD).mentions("status acme", there)
    await here.until(lambda: len(here.desk.said) == 2)
    await here.until(lambda: len(here.slack.world.direct(LEAD).messages) == 5)

    lead = Person("slack", LEAD, "lead")
    assert sorted(here.desk.said, key=lambda one: one[0]) == [
        ("ack", lead, there, root),
        ("status acme", lead, there, None),
    ]
    # The answer stands where it was asked: in the thread, or in the conversation itself.
    answers = [one for one in here.slack.world.direct(LEAD).messages.values() if one.bot_id and one.ts != ts]
    assert sorted(one.thread_ts or "" for one in answers) == ["", ts]


async def test_a_colleague_who_is_mentioned_is_handed_on_with_their_name(here: Scene) -> None:
    thread = (await here.root()).ts

    await here.slack.person().mentions(f"<@U0BOT> assign to <@{LEAD}> &amp; co", here.ops.id, thread=thread)
    await here.slack.person().runs("/incident", f"assign to <@{LEAD}|old.name>", here.ops.id)
    await here.until(lambda: len(here.desk.said) == 2)

    assert sorted(text for text, *_ in here.desk.said) == [
        f"assign to <@{LEAD}|lead> & co",
        f"incident assign to <@{LEAD}|lead>",
    ]


async def test_an_answer_that_is_lost_is_read_back_there(local: LocalSlack, slack: Slack) -> None:
    local.faults.add("chat.postMessage", localslack.after(localslack.drops()))

    with pytest.raises(UnknownOutcome):
        await slack.post(LEAD, message(), "root")

    found = await slack.find(LEAD, None, "root", Hurry()() - timedelta(days=1))
    assert found is not None
    assert len(said(local)) == 1
