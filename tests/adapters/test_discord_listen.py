"""What people do in Discord: commands, suggestions, buttons, forms; through the unmodified discord.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.core.grammar import VERBS
from bot.core.message import Message, Quote, Tone
from bot.model import Action, Command, Person, Ref
from bot.ports import Answer
from tests.adapters.cards import CARDS
from tests.adapters.cases import HOSTILE
from tests.adapters.discordscene import Scene, running, scene, soon
from tests.adapters.fakedesk import says
from tests.adapters.test_discord import is_source, ours
from tests.localdiscord import PERSON, alive, local_discord, readable, too_long
from tests.localdiscord.delivery import Delivery
from tests.localdiscord.nouns import Message as Posted

READER = Person("discord", PERSON, "Reader")


@pytest.fixture
async def at() -> AsyncIterator[Scene]:
    async with running() as one:
        yield one


def offered(at: Scene) -> dict[str, Any]:
    return {one["name"]: one for one in at.local.world.commands.get("", [])}


async def test_every_verb_is_a_command_of_its_own_and_under_the_umbrella(at: Scene) -> None:
    await at.local.journal.until("overwrite_global_commands")

    commands = offered(at)
    groups = {"watch", "oncall", "incident", "sitrep"}
    assert set(commands) == {*groups, "status", "incidents", "report", "ack", "Link to incident"}
    assert {one["name"] for one in commands["oncall"]["options"]} == {"show", "override", "remove"}
    alone = {verb.names[0].split()[0] for verb in VERBS if not verb.of}
    assert {one["name"] for one in commands["sitrep"]["options"]} == {*alone, "incident", "fallback"}
    assert {one["name"] for one in commands["watch"]["options"]} == {"add", "remove", "here", "stop", "list"}
    offered_there = {one["name"]: one for one in commands["incident"]["options"]}
    (nested,) = [one for one in commands["sitrep"]["options"] if one["name"] == "incident"]
    assert {one["name"] for one in nested["options"]} == set(offered_there) - {"fallback"}
    assert set(offered_there) == {verb.names[0].split()[0] for verb in VERBS if verb.of}
    assert [one["name"] for one in offered_there["fallback"]["options"]] == ["on", "off"]
    assert all(one["contexts"] == [0, 1] and one["integration_types"] == [0] for one in commands.values())


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("status", {"what": "chatgpt"}, "status chatgpt"),
        ("status", {}, "status"),
        ("status", {"what": "chatgpt", "history": True}, "status chatgpt history"),
        ("status", {"history": True}, "history"),
        ("sitrep history", {"whose": "chatgpt"}, "history chatgpt"),
        ("incidents", {"whose": "all"}, "incidents all"),
        ("sitrep status", {"what": "chatgpt"}, "status chatgpt"),
        ("incident mute", {"length": "4h", "which": "acme-1"}, "mute acme-1 4h"),
        ("incident mute", {"reason": "known"}, "mute until resolved because known"),
        ("incident mute", {"length": "18:00", "which": "acme-1"}, "mute acme-1 until 18:00"),
        ("incident mute", {"vendor": "openai"}, "mute vendor openai"),
        (
            "sitrep incident mute",
            {"vendor": "openai", "component": "Sora", "length": "for good", "reason": "not ours"},
            "mute component openai: Sora for good because not ours",
        ),
        ("incident unmute", {"vendor": "openai"}, "unmute vendor openai"),
        (
            "watch here",
            {"whom": "openai", "components": "ChatGPT, Sora", "min": "major"},
            "watch here openai components=ChatGPT, Sora min=major",
        ),
        ("sitrep watch stop", {"whom": "openai", "where": "discord:7"}, "watch stop openai to discord:7"),
        ("sitrep incident link", {"url": "https://wiki.example", "words": "Notes"}, "link https://wiki.example Notes"),
        ("watch add", {"whom": "https://status.acme.example"}, "watch add https://status.acme.example"),
        ("sitrep watch remove", {"whom": "GitHub"}, "watch remove GitHub"),
        ("oncall show", {}, "oncall show"),
        ("oncall show", {"which": "platform"}, "oncall show platform"),
        ("oncall override", {"who": "me", "until": "18:00"}, "oncall override me until 18:00"),
        ("oncall override", {"who": "<@7>", "until": "8h", "rota": "data"}, "oncall override <@7> in data for 8h"),
        (
            "sitrep oncall override",
            {"who": "me", "from": "Fri 18:00", "until": "Mon 09:00"},
            "oncall override me from Fri 18:00 until Mon 09:00",
        ),
        ("oncall remove", {"which": "3"}, "oncall remove 3"),
    ],
)
async def test_a_command_is_answered_at_once_and_to_one_person(
    at: Scene, command: str, options: dict[str, Any], said: str
) -> None:
    sent = await at.local.person().runs(command, channel=at.ops, **options)
    shown = await sent.said()

    assert at.desk.said == [(said, READER, at.ops.id, None)]
    assert sent.in_time
    assert sent.ephemeral
    assert "Acme is down" in readable(shown)
    assert "Told at once." in readable(shown)


@pytest.mark.parametrize("umbrella", ["incident", "sitrep incident"])
@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb.of and verb.action not in {Action.MUTE, Action.LINK, Action.DECLARE}]
)
async def test_a_command_about_an_incident_says_which(at: Scene, umbrella: str, verb: Any) -> None:
    words = {"words": "We switched over."}
    needed = {
        Action.NOTE: words,
        Action.HANDOVER: words,
        Action.UPDATE: words,
        Action.JOIN: {"other": "acme-2"},
        Action.ASSIGN: {"to": "lead"},
        Action.WRITE: {"words": "cause: a bad route"},
    }
    umbrella = umbrella.removesuffix(" incident") if " " in verb.names[0] else umbrella
    more = needed.get(verb.action, {})

    sent = await at.local.person().runs(f"{umbrella} {verb.names[0]}", channel=at.ops, which="acme-1", **more)
    await sent.said()

    (asked,) = at.desk.asked
    assert asked.command.action is verb.action
    assert asked.command.incident == "acme-1"
    assert asked.command.text == more.get("words", "")
    assert asked.command.query == more.get("other", more.get("to", ""))


@pytest.mark.parametrize("command", ["report", "sitrep report"])
@pytest.mark.parametrize("words", ["It answers 500: every time", ""])
async def test_a_report_says_what_fails_and_how(at: Scene, command: str, words: str) -> None:
    more = {"words": words} if words else {}

    await (await at.local.person().runs(command, channel=at.ops, what="chatgpt", **more)).said()

    (asked,) = at.desk.asked
    assert asked.command == Command(action=Action.REPORT, query="chatgpt", text=words)


@pytest.mark.parametrize("verb", ["health", "help", "mutes"])
async def test_a_verb_without_options_is_asked_for_alone(at: Scene, verb: str) -> None:
    await (await at.local.person().runs(f"sitrep {verb}", channel=at.ops)).said()

    assert [one.command.action.value for one in at.desk.asked] == [verb]


async def test_an_incident_is_taken_on_for_a_while(at: Scene) -> None:
    await (await at.local.person().runs("incident ack", channel=at.ops, length="30m", which="acme-1")).said()
    refused = await at.local.person().runs("incident ack", channel=at.ops, length="some time")

    assert "For how long?" in readable(await refused.said())
    assert [one.command for one in at.desk.asked] == [
        Command(action=Action.ACK, incident="acme-1", span=timedelta(minutes=30))
    ]


async def test_a_length_that_is_none_is_answered_with_how_to_say_it(at: Scene) -> None:
    sent = await at.local.person().runs("incident mute", channel=at.ops, length="a while")

    assert "How long?" in readable(await sent.said())
    assert at.desk.said == []


@pytest.mark.parametrize(
    ("command", "option", "typed", "values"),
    [
        ("status", "what", "", ["Acme", "openai"]),
        ("status", "what", "chatgp", ["openai"]),
        ("report", "what", "chatgp", ["openai"]),
        ("sitrep history", "whose", "", ["Acme", "openai"]),
        ("incidents", "whose", "", ["all", "Acme", "openai"]),
        ("incidents", "whose", "ope", ["openai"]),
        ("incident ack", "which", "", ["acme-1", "bolt-7"]),
        ("sitrep incident ack", "which", "bo", ["bolt-7"]),
        ("incident mute", "length", "", ["1h", "4h", "1d", "until 09:00", "until resolved", "for good"]),
        ("incident mute", "length", "4", ["4h"]),
    ],
)
async def test_while_somebody_types_what_may_be_meant_is_offered(
    at: Scene, command: str, option: str, typed: str, values: list[str]
) -> None:
    sent = await at.local.person().types(command, option, typed, channel=at.ops)
    await sent.answer()

    assert [one["value"] for one in sent.choices] == values


async def test_an_answer_that_takes_longer_follows(at: Scene) -> None:
    at.desk.patience = asyncio.Event()
    sent = await at.local.person().runs("status", channel=at.ops, what="chatgpt")
    await sent.answer()
    waiting = sent.loading, sent.ephemeral, sent.in_time

    at.desk.patience.set()

    assert waiting == (True, True, True)
    assert "Acme is down" in readable(await sent.said())


async def test_what_has_to_be_fetched_first_takes_the_place_of_the_first_answer(at: Scene) -> None:
    fetched = asyncio.Event()

    async def later() -> Any:
        await fetched.wait()
        return says("The page says: all is well")

    at.desk.answer = Answer(says("Looking at the page"), later)
    sent = await at.local.person().runs("status", channel=at.ops, what="zoom")
    first = readable(await sent.said())
    fetched.set()
    await soon(lambda: sent.response is not None and "all is well" in readable(sent.response))

    assert "Looking at the page" in first
    assert sent.followups == []


async def test_what_could_not_be_fetched_is_said_to_have_gone_wrong(at: Scene) -> None:
    async def later() -> Any:
        raise ZeroDivisionError

    at.desk.answer = Answer(says("Looking at the page"), later)
    sent = await at.local.person().runs("status", channel=at.ops, what="zoom")
    await sent.said()

    await soon(lambda: sent.response is not None and "That went wrong here" in readable(sent.response))


async def test_a_shared_answer_is_seen_by_the_channel(at: Scene) -> None:
    at.desk.answer = Answer(says("Acme is down", shareable=True))
    sent = await at.local.person().runs("status", channel=at.ops, what="acme")
    private = await sent.said()

    pressed = await at.local.person().presses(private, "Share in channel")
    (public,) = await pressed.until_followed()

    assert "Acme is down" in readable(public)
    assert public.ephemeral_to is None
    assert at.desk.said[-1][0] == "status acme"
    assert "Share in channel" not in json.dumps(private.components)


@pytest.mark.parametrize("count", [2, 8])
async def test_what_may_have_been_meant_can_be_pressed_or_chosen(at: Scene, count: int) -> None:
    choices = tuple((f"Acme {number}", f"ack acme-{number}") for number in range(count))
    at.desk.answer = Answer(says("Which incident?", choices=choices))
    asked = await (await at.local.person().runs("status", channel=at.ops, what="acme")).said()

    wanted = {"values": ["ack acme-1"]} if count > 5 else {}
    name = "sitrep:choose:-" if count > 5 else "Acme 1"
    sent = await at.local.person().presses(asked, name, **wanted)
    await sent.said()

    assert at.desk.said[-1][:2] == ("ack acme-1", READER)


async def test_words_that_are_too_long_for_a_button_are_not_lost(at: Scene) -> None:
    words = "note #acme-1 " + "We switched over. " * 40
    at.desk.answer = Answer(says("Which incident?", choices=(("Acme 1", words), ("Acme 2", "details acme-2"))))
    asked = await (await at.local.person().runs("status", channel=at.ops, what="acme")).said()

    await (await at.local.person().presses(asked, "Acme 1")).said()

    assert at.desk.said[-1][0] == words


async def test_after_a_restart_a_button_whose_words_are_forgotten_says_so() -> None:
    async with local_discord(limits=False) as local:
        async with scene(local) as before:
            before.desk.answer = Answer(says("Which incident?", choices=(("Acme 1", "note #acme-1 " + "Long. " * 40),)))
            asked = await (await local.person().runs("status", channel=before.ops, what="acme")).said()
        async with scene(local, kept=before.kept) as after:
            sent = await local.person().presses(asked, "Acme 1")

            assert "too long ago" in readable(await sent.said())
            assert after.desk.said == []


async def test_a_press_of_acknowledge_reaches_the_desk_with_who_and_where(at: Scene) -> None:
    root = await at.root()

    sent = await at.local.person().presses(root, "Acknowledge")
    shown = await sent.said()

    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident) == (Action.ACK, "acme-1")
    assert asked.person == READER
    assert asked.address == at.ops.id
    assert shown.ephemeral_to == PERSON
    assert len(at.local.world.roots(at.ops.id)) == 1


@pytest.mark.parametrize(
    ("label", "action"), [("Fallback activated", Action.FALLBACK_ON), ("Back to normal", Action.FALLBACK_OFF)]
)
async def test_what_is_pressed_under_the_plan_in_the_thread_reaches_the_desk(
    at: Scene, label: str, action: Action
) -> None:
    root = await at.chat.platform.post(at.ops.id, CARDS["what-to-do-instead"][0], "root")
    card = at.posted(await at.chat.platform.reply(root, CARDS["what-to-do-instead"][1], "card"))

    await (await at.local.person().presses(card, label)).said()

    assert [(one.command.action, one.command.incident) for one in at.desk.asked] == [(action, "acme-1")]


async def test_the_mark_that_a_button_carries_is_no_part_of_what_it_is_about(at: Scene) -> None:
    root = await at.root()
    await (await at.local.person().presses(root, "Details")).said()

    assert "|" in json.dumps(root.components)
    assert [(one.command.action, one.command.incident) for one in at.desk.asked] == [(Action.DETAILS, "acme-1")]


@pytest.mark.parametrize(("chosen", "said"), [("1 hour", "mute acme-1 1h"), ("4 hours", "mute acme-1 4h")])
async def test_how_long_to_mute_is_chosen(at: Scene, chosen: str, said: str) -> None:
    question = await (await at.local.person().presses(await at.root(), "Mute…")).said()

    await (await at.local.person().presses(question, chosen)).said()

    assert "how long?" in readable(question)
    assert [one[0] for one in at.desk.said] == [said]


async def test_a_note_is_asked_for_and_taken_down(at: Scene) -> None:
    opened = await at.local.person().presses(await at.root(), "Add note")
    await opened.answer()

    sent = await at.local.person().submits(opened, {"words": "We switched over.\nAll is well."})
    await sent.said()

    (asked,) = at.desk.asked
    assert (asked.command.action, asked.command.incident) == (Action.NOTE, "acme-1")
    assert asked.command.text == "We switched over.\nAll is well."


async def test_buttons_and_forms_outlive_the_bot() -> None:
    async with local_discord(limits=False) as local:
        async with scene(local) as before:
            root = await before.root()
            opened = await local.person().presses(root, "Add note")
            await opened.answer()
        async with scene(local, kept=before.kept) as after:
            await (await local.person().presses(root, "Acknowledge")).said()
            await (await local.person().submits(opened, {"words": "Found it."})).said()

            assert [one.command.action for one in after.desk.asked] == [Action.ACK, Action.NOTE]
    assert len(local.journal.of("overwrite_global_commands")) == 1


async def test_a_message_is_linked_to_an_incident(at: Scene) -> None:
    person = at.local.person()
    message = await person.says("The database is slow too", channel=at.ops)
    asked = await (await person.uses("Link to incident", message)).said()

    await (await person.presses(asked, _menu(asked), values=["bolt-7"])).said()

    (done,) = at.desk.asked
    assert (done.command.action, done.command.incident) == (Action.LINK, "bolt-7")
    assert done.command.url == f"https://discord.com/channels/{at.ops.guild}/{at.ops.id}/{message.id}"
    assert done.command.text == "The database is slow too"


async def test_in_a_thread_its_incident_is_meant(at: Scene) -> None:
    root = await at.root()
    await at.chat.platform.reply(Ref(f"{at.ops.id}/{root.id}"), Message(tone=Tone.MAJOR, headline="Update"), "reply")
    thread = at.local.world.channels[root.id]

    await (await at.local.person().runs("incident ack", channel=thread)).said()

    assert at.desk.asked[0].thread == Ref(f"{at.ops.id}/{root.id}")
    assert at.desk.asked[0].address == at.ops.id


async def test_in_a_forum_the_post_is_the_root(at: Scene) -> None:
    forum = at.local.world.forum("incidents")
    ref = await at.chat.platform.post(forum.id, Message(tone=Tone.MAJOR, headline="Acme: Errors"), "root")
    post = at.local.world.channels[ref.value.partition("/")[0]]

    await (await at.local.person().runs("incident ack", channel=post)).said()

    assert at.desk.asked[0].thread == ref


async def test_the_roles_of_whoever_asks_are_known(at: Scene) -> None:
    role = at.local.world.role("responders")
    at.local.world.users[PERSON].roles.append(role.id)

    await (await at.local.person().runs("incident ack", channel=at.ops, which="acme-1")).said()

    assert f"discord:role:{role.id}" in at.desk.asked[0].person.keys


async def test_a_bug_behind_a_button_is_logged_and_harms_nobody(at: Scene, caplog: pytest.LogCaptureFixture) -> None:
    root = await at.root()
    at.desk.breaks = True
    shown = await (await at.local.person().presses(root, "Acknowledge")).said()
    at.desk.breaks = False
    await (await at.local.person().presses(root, "Acknowledge")).said()

    assert "That went wrong here" in readable(shown)
    assert "nobody thought of this" in caplog.text
    assert len(at.desk.asked) == 2


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_that_is_answered_acts_on_its_reader_or_is_too_long(at: Scene, name: str) -> None:
    hostile = HOSTILE[name]
    parts = (*hostile.parts, Quote("@everyone <@1> [x](https://evil.example) " * 400, "@here", None))
    message = Message(tone=Tone.MAJOR, headline=hostile.headline, parts=parts)
    choices = tuple((f"@everyone {number}", f"details acme-{number} @everyone") for number in range(30))
    at.desk.answer = Answer(says("x", shareable=True, choices=choices))
    at.desk.answer = Answer(type(at.desk.answer.reply)(message=message, shareable=True, choices=choices))

    sent: Delivery = await at.local.person().runs("status", channel=at.ops, what="acme")
    shown = await sent.said()

    assert sent.refused == []
    assert too_long(shown) == []
    assert shown.pinged in ((), [], set(), frozenset())
    assert alive(shown, links=is_source, ours=ours) == []


async def test_an_answer_that_comes_too_late_is_logged_and_harms_nobody(
    at: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    at.local.gateway.late = 4
    await at.local.person().runs("status", channel=at.ops)
    await soon(lambda: "it came too late" in caplog.text)
    at.local.gateway.late = 0

    sent = await at.local.person().runs("status", channel=at.ops)

    assert "Acme is down" in readable(await sent.said())


async def test_a_press_that_arrives_twice_is_answered_once(at: Scene, caplog: pytest.LogCaptureFixture) -> None:
    root = await at.root()
    at.local.gateway.times = 2
    sent = await at.local.person().presses(root, "Acknowledge")
    await sent.said()
    await soon(lambda: "or twice" in caplog.text)

    assert not sent.failed


def _menu(message: Posted) -> str:
    return str(message.components[0]["components"][0]["custom_id"])
