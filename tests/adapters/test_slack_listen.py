"""What people do in Slack, over real sockets and over signed HTTP, through the unmodified bolt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.slack.connect import EVENTS, Around, Keys, connect
from bot.core.message import Control, Message, Reply
from bot.errors import Busy, PlatformStopped
from bot.model import Action, Person, Ref
from bot.ports import Answer, Chat
from bot.web.server import bound, serve
from tests.adapters.cards import CARDS
from tests.adapters.contract import message
from tests.adapters.fakedesk import FakeDesk, Kept, says
from tests.adapters.hurry import Hurry
from tests.fakes import NOON
from tests.localslack import PERSON, LocalSlack, alive, local_slack, readable
from tests.localslack.nouns import Channel
from tests.localslack.nouns import Message as Posted

MUTE = Control(Action.MUTE, "Mute", "acme-1", options=(("1 hour", "1h"), ("Until it is resolved", "until resolved")))
CONTROLS = (
    Control(Action.ACK, "Acknowledge", "acme-1", primary=True),
    MUTE,
    Control(Action.NOTE, "Add note", "acme-1"),
)


@dataclass(slots=True)
class Scene:
    """A workspace with one channel, the bot in it, and the desk behind it."""

    slack: LocalSlack
    ops: Channel
    desk: FakeDesk
    chat: Chat
    invited: list[str]

    async def root(self) -> Posted:
        """Post a root with buttons, as the delivery does."""
        said = message()
        dressed = Message(tone=said.tone, headline=said.headline, parts=said.parts, controls=CONTROLS)
        ref = await self.chat.platform.post(self.ops.id, dressed, "root")
        return self.slack.world.message(*ref.value.split(":"))

    def private(self) -> list[str]:
        """Return what only the person who asked could see."""
        return [readable(one) for one in self.slack.world.ephemerals(self.ops.id)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110  (it is somebody else's state, with no event of its own)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def scene(slack: LocalSlack, **keys: str) -> AsyncIterator[Scene]:
    desk, invited, ops = FakeDesk(), list[str](), slack.world.channel("ops")

    async def revive(platform: str) -> None:
        invited.append(platform)

    around = Around(now=Hurry(), revive=revive, installations=Kept(), addresses=(ops.id,))
    chat = connect(Keys(slack.token, api_url=slack.api_url, **keys), desk, around)
    try:
        yield Scene(slack, ops, desk, chat, invited)
    finally:
        await chat.close()


@asynccontextmanager
async def running(*loops: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    async def run(loop: Callable[[], Awaitable[None]]) -> None:
        await loop()

    tasks = [asyncio.create_task(run(loop)) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def by_socket() -> AsyncIterator[Scene]:
    async with (
        local_slack(limits=False) as slack,
        scene(slack, app_token=slack.app_token) as one,
        running(*one.chat.loops.values()),
    ):
        await slack.sockets.until_connected()
        yield one


@asynccontextmanager
async def by_http() -> AsyncIterator[Scene]:
    async with local_slack(limits=False) as slack, scene(slack, signing_secret=slack.signing_secret) as one:
        listening = bound("127.0.0.1", 0)
        port = listening.getsockname()[1]

        async def served() -> None:
            await serve(one.chat.routes, listening)

        async with running(served), slack.signed(f"http://127.0.0.1:{port}{EVENTS}"):
            yield one


@pytest.fixture(params=[by_socket, by_http], ids=["socket", "http"])
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with request.param() as one:
        yield one


@pytest.mark.parametrize(
    ("command", "typed", "said"),
    [
        ("/status", "chatgpt", "status chatgpt"),
        ("/status", "", "status"),
        ("/incidents", "", "incidents"),
        ("/watch", "add github", "watch add github"),
        ("/report", "chatgpt: no answer at all", "report chatgpt: no answer at all"),
        ("/ack", "for 30m", "ack for 30m"),
        ("/status", "chatgpt history", "status chatgpt history"),
        ("/incident", "ack acme-1", "incident ack acme-1"),
        ("/sitrep", "mute 4h", "mute 4h"),
        ("/sitrep", "", ""),
    ],
)
async def test_a_command_is_answered_at_once_and_to_one_person(at: Scene, command: str, typed: str, said: str) -> None:
    sent = await at.slack.person().runs(command, typed, at.ops.id)
    answer = await sent.acked()

    assert at.desk.said == [(said, Person("slack", PERSON, "reader"), at.ops.id, None)]
    assert answer["response_type"] == "ephemeral"
    await at.until(lambda: len(at.private()) == 1)
    assert "Acme is down" in at.private()[0]
    assert "Told at once." in at.private()[0]
    assert at.slack.world.roots(at.ops.id) == []


async def test_an_answer_that_takes_longer_follows_the_acknowledgement(at: Scene) -> None:
    at.desk.patience = asyncio.Event()
    sent = await at.slack.person().runs("/status", "chatgpt", at.ops.id)
    await sent.acked()
    assert at.private() == []

    at.desk.patience.set()
    await at.until(lambda: len(at.private()) == 1)

    assert "Acme is down" in at.private()[0]


async def test_what_has_to_be_fetched_first_follows(at: Scene) -> None:
    async def later() -> Reply:
        await at.until(lambda: len(at.private()) == 1)
        return says("Here it is")

    at.desk.answer = Answer(says("Looking"), later)
    sent = await at.slack.person().runs("/status", "newcomer", at.ops.id)
    await sent.acked()

    await at.until(lambda: len(at.private()) == 2)
    assert ["Looking" in at.private()[0], "Here it is" in at.private()[1]] == [True, True]


async def test_what_could_not_be_fetched_is_said_to_have_gone_wrong(at: Scene) -> None:
    async def later() -> Reply:
        await at.until(lambda: len(at.private()) == 1)
        raise ZeroDivisionError

    at.desk.answer = Answer(says("Looking"), later)
    sent = await at.slack.person().runs("/status", "newcomer", at.ops.id)
    await sent.acked()

    await at.until(lambda: len(at.private()) == 2)
    assert "That went wrong here; the log has the reason." in at.private()[1]


async def test_a_shared_answer_is_seen_by_the_channel(at: Scene) -> None:
    at.desk.answer = Answer(says("Acme is down", shareable=True))
    await (await at.slack.person().runs("/status", "acme", at.ops.id)).acked()
    await at.until(lambda: len(at.private()) == 1)
    (answer,) = at.slack.world.ephemerals(at.ops.id)

    await (await at.slack.person().presses(answer, "sitrep:share")).acked()

    await at.until(lambda: len(at.slack.world.roots(at.ops.id)) == 1)
    assert "Acme is down" in readable(at.slack.world.roots(at.ops.id)[0])
    assert [text for text, *_ in at.desk.said] == ["status acme", "status acme"]


async def test_what_is_for_one_person_alone_is_not_shared(at: Scene) -> None:
    at.desk.answer = Answer(says("Acme is down", shareable=True))
    await (await at.slack.person().runs("/status", "acme", at.ops.id)).acked()
    await at.until(lambda: len(at.private()) == 1)
    (answer,) = at.slack.world.ephemerals(at.ops.id)
    at.desk.answer = Answer(says("Only responders may do that", aside=True))

    await (await at.slack.person().presses(answer, "sitrep:share")).acked()

    await at.until(lambda: len(at.private()) == 2)
    assert "Only responders may do that" in at.private()[1]
    assert at.slack.world.roots(at.ops.id) == []


async def test_every_request_has_slacks_own_name_for_it(at: Scene) -> None:
    root = await at.root()
    person = at.slack.person()

    for _ in range(2):
        await (await person.runs("/incident", "ack", at.ops.id)).acked()
        await (await person.presses(root, "sitrep:ack")).acked()
        await (await person.mentions("<@U0BOT> ack", at.ops.id, thread=root.ts)).acked()

    await at.until(lambda: len(at.desk.requests) == 6)
    assert len(set(at.desk.requests)) == 6
    assert all(one.startswith("slack:") and len(one) > len("slack:") for one in at.desk.requests)


async def test_what_may_have_been_meant_can_be_pressed(at: Scene) -> None:
    at.desk.answer = Answer(
        says("Which one?", choices=(("OpenAI", "status openai"), ("OpenObserve", "status openobserve")))
    )
    await (await at.slack.person().runs("/status", "opena", at.ops.id)).acked()
    await at.until(lambda: len(at.private()) == 1)
    (answer,) = at.slack.world.ephemerals(at.ops.id)

    await (await at.slack.person().presses(answer, "OpenObserve")).acked()

    await at.until(lambda: len(at.desk.said) == 2)
    assert at.desk.said[1][0] == "status openobserve"


@pytest.mark.parametrize("action", [Action.FALLBACK_ON, Action.FALLBACK_OFF])
async def test_what_is_pressed_under_the_plan_in_the_thread_reaches_the_desk(at: Scene, action: Action) -> None:
    root = await at.chat.platform.post(at.ops.id, CARDS["what-to-do-instead"][0], "root")
    ref = await at.chat.platform.reply(root, CARDS["what-to-do-instead"][1], "card")
    card = at.slack.world.message(*ref.value.split(":"))

    await (await at.slack.person().presses(card, f"sitrep:{action}")).acked()

    await at.until(lambda: len(at.desk.asked) == 1)
    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident, asked.thread) == (action, "acme-1", root)


async def test_a_press_of_acknowledge_reaches_the_desk_with_who_and_where(at: Scene) -> None:
    root = await at.root()

    await (await at.slack.person().presses(root, "sitrep:ack")).acked()

    await at.until(lambda: len(at.private()) == 1)
    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident) == (Action.ACK, "acme-1")
    assert asked.person == Person("slack", PERSON, "reader")
    assert (asked.address, asked.thread) == (at.ops.id, Ref(f"{at.ops.id}:{root.ts}"))
    assert len(at.slack.world.roots(at.ops.id)) == 1


@pytest.mark.parametrize(("chosen", "span"), [("1h|acme-1", timedelta(hours=1)), ("until resolved|acme-1", None)])
async def test_how_long_to_mute_is_chosen(at: Scene, chosen: str, span: timedelta | None) -> None:
    root = await at.root()

    await (await at.slack.person().presses(root, "sitrep:mute", chosen=chosen)).acked()

    await at.until(lambda: len(at.desk.asked) == 1)
    command = at.desk.asked[0].command
    assert (command.action, command.incident, command.span) == (Action.MUTE, "acme-1", span)


async def test_a_note_is_asked_for_and_taken_down(at: Scene) -> None:
    root = await at.root()
    person = at.slack.person()
    await (await person.presses(root, "sitrep:note")).acked()
    await at.until(lambda: len(at.slack.world.views) == 1)
    (view,) = at.slack.world.views.values()

    await (
        await person.submits(view, {"note": {"text": {"type": "plain_text_input", "value": "We fell back."}}})
    ).acked()

    await at.until(lambda: len(at.private()) == 1)
    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident, asked.command.text) == (
        Action.NOTE,
        "acme-1",
        "We fell back.",
    )
    assert asked.thread == Ref(f"{at.ops.id}:{root.ts}")


async def test_a_message_is_linked_to_an_incident(at: Scene) -> None:
    found = at.slack.world.says(at.ops.id, "Customers can not log in")
    person = at.slack.person()
    await (await person.uses("link_to_incident", found)).acked()
    await at.until(lambda: len(at.slack.world.views) == 1)
    (view,) = at.slack.world.views.values()

    offered = await (await person.types("sitrep:link", "bo", view=view)).acked()
    chosen = {"incident": {"sitrep:link": {"type": "external_select", "selected_option": offered["options"][0]}}}
    await (await person.submits(view, chosen)).acked()

    assert [option["value"] for option in offered["options"]] == ["bolt-7"]
    await at.until(lambda: len(at.private()) == 1)
    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident) == (Action.LINK, "bolt-7")
    assert asked.command.text == "Customers can not log in"
    assert asked.command.url is not None
    assert found.ts.replace(".", "") in asked.command.url


async def test_a_mention_in_a_thread_means_its_incident_and_is_answered_there(at: Scene) -> None:
    root = await at.root()

    await (await at.slack.person().mentions("<@U0BOT> ack &amp; go", at.ops.id, thread=root.ts)).acked()

    await at.until(lambda: len(at.slack.world.thread(at.ops.id, root.ts)) == 2)
    ((text, person, address, thread),) = at.desk.said
    assert (text, person.name, address, thread) == ("ack & go", "reader", at.ops.id, Ref(f"{at.ops.id}:{root.ts}"))
    assert "Acme is down" in readable(at.slack.world.thread(at.ops.id, root.ts)[-1])


async def test_the_home_shows_what_is_watched(at: Scene) -> None:
    await (await at.slack.person().opens_home()).acked()

    await at.until(lambda: PERSON in at.slack.world.homes)
    assert f"All is well, {PERSON}" in str(at.slack.world.homes[PERSON])


async def test_when_the_app_is_removed_nothing_is_sent_any_more(at: Scene) -> None:
    await at.slack.person().removes_app()

    async def is_stopped() -> bool:
        try:
            await at.chat.platform.post(at.ops.id, message(), "key")
        except PlatformStopped:
            return True
        return False

    assert not at.chat.condition().startswith("Slack has stopped")
    async with asyncio.timeout(20):
        while not await is_stopped():  # noqa: ASYNC110  (the adapter says so when it is asked)
            await asyncio.sleep(0.01)
    assert at.chat.condition().startswith("Slack has stopped: the app was removed")


async def test_a_bug_behind_a_button_is_logged_and_harms_nobody(at: Scene, caplog: pytest.LogCaptureFixture) -> None:
    root = await at.root()
    at.desk.breaks = True
    with caplog.at_level(logging.ERROR):
        await (await at.slack.person().presses(root, "sitrep:ack")).acked()
        await at.until(lambda: len(at.private()) == 1)

    assert "a question could not be answered: RuntimeError" in caplog.text
    assert "That went wrong here; the log has the reason." in at.private()[0]


@pytest.mark.parametrize("name", ["sitrep", "sitrep.slack", "sitrep.discord"])
async def test_bolt_makes_nobody_else_silent(at: Scene, name: str) -> None:
    await (await at.slack.person().runs("/status", "acme", at.ops.id)).acked()

    assert logging.getLogger(name).level == logging.NOTSET


async def test_nothing_that_is_answered_acts_on_its_reader(at: Scene) -> None:
    hostile = "<!channel> @here *bold* <https://evil.example|your bank> `code`"
    at.desk.answer = Answer(says(hostile, shareable=True))
    await (await at.slack.person().runs("/status", hostile, at.ops.id)).acked()
    await at.until(lambda: len(at.private()) == 1)

    (answer,) = at.slack.world.ephemerals(at.ops.id)
    assert alive(answer, ours=lambda found: found.startswith("*") and "\u2060" in found) == []


async def test_everybody_is_heard_after_the_bot_was_invited() -> None:
    async with by_socket() as at:
        there = at.slack.world.channel("new", member=False)
        at.slack.world.channels[there.id].members.add(at.slack.world.installation.bot_user)
        scene = at.slack.person(at.slack.world.installation.bot_user)
        await scene._event(
            {"type": "member_joined_channel", "user": at.slack.world.installation.bot_user, "channel": there.id}
        )

        await at.until(lambda: at.invited == ["slack"])


async def test_how_long_is_waited_is_not_for_the_clock_to_say(slack: LocalSlack) -> None:
    passed = [NOON]
    around = Around(now=Hurry(), revive=_nothing, installations=Kept(), elapsing=lambda: passed[0])
    chat = connect(Keys(slack.token, api_url=slack.api_url, app_token=slack.app_token), FakeDesk(), around)
    chat.waits.ask("chat.postMessage", NOON + timedelta(minutes=1), NOON)
    address = slack.world.channel("ops").id
    try:
        with pytest.raises(Busy) as busy:
            await chat.platform.post(address, message("Acme is down"), "key")
        passed[0] += timedelta(minutes=1)
        await chat.platform.post(address, message("Acme is down"), "key")
    finally:
        await chat.close()

    assert busy.value.retry_after == timedelta(minutes=1)


async def _nothing(_: str) -> None:
    pass
