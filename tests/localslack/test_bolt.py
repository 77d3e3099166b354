"""What people do reaches an app of slack-bolt, and its answers reach them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack import PERSON, LocalSlack
from tests.localslack.bolting import PING, Ack, Json, bolt, connected
from tests.localslack.nouns import Channel

BUTTONS: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Mute"}, "action_id": "mute", "value": "inc-1"}
        ],
    }
]


async def test_a_command_is_answered_by_its_acknowledgement(slack: LocalSlack, ops: Channel, app: AsyncApp) -> None:
    async with connected(app, slack.app_token):
        sent = await slack.person().runs("/status", "acme", ops.id)

        assert await sent.acked() == {"text": "you asked for acme"}
        assert sent.in_time
    (shown,) = slack.world.ephemerals(ops.id)
    assert (shown.text, shown.ephemeral_to) == ("you asked for acme", PERSON)


async def test_a_press_reaches_the_app_and_its_answer_the_channel(
    slack: LocalSlack, ops: Channel, app: AsyncApp
) -> None:
    async with connected(app, slack.app_token):
        await app.client.chat_postMessage(channel=ops.id, text="root", blocks=BUTTONS)
        (root,) = slack.world.roots(ops.id)

        sent = await slack.person().presses(root, "Mute")
        await sent.acked()
        await slack.journal.until("response_url")

    assert sent.payload["actions"][0]["block_id"] == "buttons"
    assert [one.text for one in slack.world.ephemerals(ops.id)] == ["muted inc-1"]
    with pytest.raises(LookupError, match="mute"):
        await slack.person().presses(root, "shout")


async def test_a_mention_is_an_event_of_the_channel(slack: LocalSlack, ops: Channel, app: AsyncApp) -> None:
    async with connected(app, slack.app_token):
        sent = await slack.person().mentions("<@U0BOT> hello", ops.id)
        await sent.acked()
        await slack.journal.until("chat.postMessage")

    (asked, *_) = slack.world.roots(ops.id)
    assert [one.text for one in slack.world.thread(ops.id, asked.ts)] == ["heard <@U0BOT> hello"]


async def test_an_external_menu_is_answered_by_the_acknowledgement(slack: LocalSlack) -> None:
    app = bolt(slack)

    @app.options("vendor")
    async def suggests(ack: Ack, payload: Json) -> None:
        long = {"text": {"type": "plain_text", "text": "w" * 76}, "value": "v"}
        fine = {"text": {"type": "plain_text", "text": payload["value"]}, "value": "v"}
        await ack(options=[long if payload["value"] == "long" else fine])

    async with connected(app, slack.app_token):
        fine = await slack.person().types("vendor", "acm")
        long = await slack.person().types("vendor", "long")
        answer = await fine.acked()
        await long.acked()

    assert answer["options"][0]["text"]["text"] == "acm"
    assert fine.problems == []
    assert "must be less than 76" in long.problems[0]


async def test_a_modal_is_opened_submitted_and_refused(slack: LocalSlack, client: AsyncWebClient) -> None:
    app = bolt(slack)
    title = {"type": "plain_text", "text": "Note"}
    asks = {
        "type": "input",
        "block_id": "note",
        "label": title,
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    modal = {"type": "modal", "callback_id": "note", "title": title, "submit": title, "blocks": [asks]}

    @app.shortcut("add_note")
    async def opens(ack: Ack, shortcut: Json) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=modal)

    @app.view("note")
    async def takes(ack: Ack, view: Json) -> None:
        words = view["state"]["values"]["note"]["text"]["value"]
        await (ack() if words else ack(response_action="errors", errors={"note": "Write something."}))

    async with connected(app, slack.app_token):
        await (await slack.person().uses("add_note")).acked()
        await slack.journal.until("views.open")
        (view,) = slack.world.views.values()
        empty = await slack.person().submits(view, {"note": {"text": {"type": "plain_text_input", "value": ""}}})
        full = await slack.person().submits(view, {"note": {"text": {"type": "plain_text_input", "value": "a"}}})

        assert (await empty.acked())["errors"] == {"note": "Write something."}
        assert await full.acked() == {}


async def test_home_and_message_shortcut_and_removal_reach_the_app(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    app, heard = bolt(slack), list[str]()

    @app.event("app_home_opened")
    async def home(event: Json) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.shortcut("link")
    async def links(ack: Ack, shortcut: Json) -> None:
        heard.append(shortcut["message"]["text"])
        await ack()

    @app.event("tokens_revoked")
    async def revoked(event: Json) -> None:
        heard.append(event["type"])

    @app.event("app_uninstalled")
    async def uninstalled(event: Json) -> None:
        heard.append(event["type"])

    person = slack.person()
    async with connected(app, slack.app_token):
        await (await person.opens_home()).acked()
        await slack.journal.until("views.publish")
        await (await person.uses("link", slack.world.says(ops.id, "look"))).acked()
        for sent in await person.removes_app():
            await sent.done()

    assert slack.world.homes[PERSON]["blocks"][0]["type"] == "divider"
    assert heard[0] == "look"
    assert slack.world.installation.state == "account_inactive"


async def test_nothing_is_sent_when_nobody_listens_or_the_listener_fails(
    slack: LocalSlack, ops: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """PLATFORMS 1A: the person sees an error, and the app is told nothing."""
    app = bolt(slack)
    slack.sockets.resends.clear()
    slack.sockets.patience = PING

    @app.command("/fails")
    async def fails(ack: Ack) -> None:
        raise RuntimeError("before ack")

    async with connected(app, slack.app_token):
        sent = [await slack.person().runs(command, "", ops.id) for command in ("/fails", "/unknown")]
        for one in sent:
            await one.done()

    assert [(one.is_acked, one.failed) for one in sent] == [(False, "operation_timeout")] * 2


async def test_without_a_connection_commands_fail_and_events_wait(
    slack: LocalSlack, ops: Channel, app: AsyncApp
) -> None:
    command = await slack.person().runs("/status", "acme", ops.id)
    event = await slack.person().mentions("<@U0BOT> hello", ops.id)

    assert (await command.done()).failed == "dispatch_failed"
    async with connected(app, slack.app_token):
        await event.acked()
        await slack.journal.until("chat.postMessage")
