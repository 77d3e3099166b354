"""slack-bolt, unmodified, on signed HTTP; and what else an app does with Slack by HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.localslack import LocalSlack, after, status
from tests.localslack.nouns import Channel
from tests.localslack.signed import Signed

Json = dict[str, Any]
Ack = Callable[..., Awaitable[None]]
Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(slack: LocalSlack, answer: Answer) -> AsyncIterator[Signed]:
    """Have an app of a few lines called instead of bolt."""
    app = web.Application()
    app.router.add_post("/slack/events", answer)
    async with listening(app) as url, slack.signed(url) as http:
        yield http


@pytest.fixture
async def http(slack: LocalSlack) -> AsyncIterator[Signed]:
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.command("/status")
    async def answers(ack: Ack, command: Json) -> None:
        await ack(response_type="in_channel", text=f"you asked for {command['text']}")

    @app.event("app_mention")
    async def hears(event: Json, say: Ack) -> None:
        await say("heard", thread_ts=event["ts"])

    @app.shortcut("add_note")
    async def opens(ack: Ack) -> None:
        await ack()

    async with listening(app.web_app()) as url, slack.signed(url) as running:
        yield running


async def test_an_app_shows_that_the_address_is_its_own(http: Signed) -> None:
    assert await http.verifies()
    assert (await http.checks_ssl()).status == 200


async def test_only_what_slack_signed_a_moment_ago_is_taken(http: Signed) -> None:
    body = json.dumps({"type": "event_callback", "event": {"type": "app_mention"}}).encode()

    assert (await http.sends(body, secret="guessed")).status == 401
    assert (await http.sends(body, age=301)).status == 401


async def test_commands_shortcuts_and_events_come_signed(slack: LocalSlack, ops: Channel, http: Signed) -> None:
    command = await slack.person().runs("/status", "acme & <co>", ops.id)
    shortcut = await slack.person().uses("add_note")
    event = await slack.person().mentions("<@U0BOT> hello", ops.id)
    for sent in (command, shortcut, event):
        await sent.acked()
    await slack.journal.until("chat.postMessage")

    said, asked, *_ = slack.world.roots(ops.id)
    assert {said.text, asked.text} == {"you asked for acme & <co>", "<@U0BOT> hello"}
    assert command.in_time


async def test_an_event_that_is_not_taken_comes_again_three_times(slack: LocalSlack, ops: Channel) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def refuses(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500)

    async with answering(slack, refuses):
        event = await (await slack.person().mentions("hello", ops.id)).done()
        command = await (await slack.person().runs("/status", "", ops.id)).done()

    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error"), (None, None)]
    assert (event.failed, event.status, command.failed) == ("http_error", 500, "http_error")


async def test_an_answer_that_comes_too_late_is_none(slack: LocalSlack, ops: Channel) -> None:
    async def hangs(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with answering(slack, hangs) as http:
        http.patience = 0.05
        command = await (await slack.person().runs("/status", "", ops.id)).done()

    assert command.failed == "operation_timeout"


async def test_a_response_url_is_good_five_times(slack: LocalSlack, ops: Channel) -> None:
    async def nothing(request: web.Request) -> web.Response:
        return web.Response()

    async with answering(slack, nothing):
        sent = await slack.person().runs("/status", "", ops.id)
        await sent.acked()
    hook = AsyncWebhookClient(sent.payload["response_url"])
    answers = [await hook.send(text=f"{number}") for number in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert [one.text for one in slack.world.ephemerals(ops.id)] == ["0", "1", "2", "3", "4"]


async def test_a_response_url_is_good_for_half_an_hour(slack: LocalSlack, ops: Channel) -> None:
    url = f"{slack.url}/respond/{slack.world.answer_to(ops.id, 'U0READER', None)}"
    slack.world.clock.jumps(30 * 60 + 1)

    answer = await AsyncWebhookClient(url).send(text="late")

    assert (answer.status_code, slack.world.ephemerals(ops.id)) == (404, [])


async def test_a_response_may_be_seen_by_all_or_replace_or_delete_what_was_clicked(
    slack: LocalSlack, ops: Channel, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=ops.id, text="root")
    (root,) = slack.world.roots(ops.id)
    hook = AsyncWebhookClient(f"{slack.url}/respond/{slack.world.answer_to(ops.id, 'U0READER', root)}")

    await hook.send(text="replaced", replace_original=True)
    await hook.send(text="for all", response_type="in_channel")
    texts = [one.text for one in slack.world.roots(ops.id)]
    await hook.send(delete_original=True)
    wrong = await hook.send(text="a", blocks=[{"type": "banner"}])

    assert texts == ["replaced", "for all"]
    assert [one.text for one in slack.world.roots(ops.id)] == ["for all"]
    assert (wrong.status_code, wrong.body) == (400, "invalid_blocks")


async def test_a_response_can_go_wrong_too(slack: LocalSlack, ops: Channel) -> None:
    slack.faults.add("response_url", status(500))
    slack.faults.add("response_url", after(status(502)))
    hook = AsyncWebhookClient(f"{slack.url}/respond/{slack.world.answer_to(ops.id, 'U0READER', None)}")

    codes = [(await hook.send(text=text)).status_code for text in ("lost", "kept")]

    assert codes == [500, 502]
    assert [one.text for one in slack.world.ephemerals(ops.id)] == ["kept"]


async def test_the_bodies_are_those_of_slack(slack: LocalSlack, ops: Channel) -> None:
    bodies: list[tuple[str, str]] = []

    async def keeps(request: web.Request) -> web.Response:
        bodies.append((request.content_type, await request.text()))
        return web.Response()

    async with answering(slack, keeps):
        await (await slack.person().runs("/status", "a b", ops.id)).acked()
        await (await slack.person().uses("add_note")).acked()
        await (await slack.person().opens_home()).acked()

    (command, shortcut, event) = bodies
    assert (command[0], parse_qs(command[1])["text"]) == ("application/x-www-form-urlencoded", ["a b"])
    assert json.loads(parse_qs(shortcut[1])["payload"][0])["callback_id"] == "add_note"
    assert (event[0], json.loads(event[1])["type"]) == ("application/json", "event_callback")


async def test_a_trigger_opens_one_view_and_not_for_long(slack: LocalSlack, client: AsyncWebClient) -> None:
    title = {"type": "plain_text", "text": "Note"}
    view = {"type": "modal", "title": title, "blocks": [{"type": "divider"}]}

    async def opens(trigger: str) -> str:
        try:
            return str((await client.views_open(trigger_id=trigger, view=view))["view"]["id"])
        except SlackApiError as refused:
            return str(refused.response["error"])

    used, late = slack.world.trigger(), slack.world.trigger()
    first = await opens(used)

    assert first in slack.world.views
    assert await opens(used) == "exchanged_trigger_id"
    slack.world.clock.jumps(3.1)
    assert await opens(late) == "expired_trigger_id"
    assert await opens("strange") == "invalid_trigger_id"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=first, view=view, hash="old")
    assert (await client.views_update(view_id=first, view=view))["view"]["id"] == first


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": {"type": "plain_text", "text": "w" * 25}}, "must be less than 25 characters"),
        ({"private_metadata": "m" * 3_001}, "must be less than 3001 characters"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed"),
        (
            {
                "blocks": [
                    {
                        "type": "input",
                        "label": {"type": "plain_text", "text": "a"},
                        "element": {"type": "plain_text_input"},
                    }
                ]
            },
            "missing required field: submit",
        ),
    ],
)
async def test_a_view_has_limits(slack: LocalSlack, client: AsyncWebClient, wrong: Json, words: str) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "a"}, "blocks": [{"type": "divider"}], **wrong}

    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=slack.world.trigger(), view=view)

    assert refused.value.response["error"] == "invalid_arguments"
    assert words in refused.value.response["response_metadata"]["messages"][0]


# The SDK still makes one.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_an_installation_is_a_code_for_a_token_once(slack: LocalSlack) -> None:
    slack.world.workspace("T0OTHER", token="xoxb-other")
    slack.world.oauth.codes["agreed"] = "T0OTHER"
    client = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    oauth = slack.world.oauth

    async def installs(code: str, secret: str) -> str:
        try:
            answer = await client.oauth_v2_access(client_id=oauth.client_id, client_secret=secret, code=code)
        except SlackApiError as refused:
            return str(refused.response["error"])
        return str(answer["access_token"])

    assert await installs("agreed", "wrong") == "bad_client_secret"
    assert await installs("agreed", oauth.client_secret) == "xoxb-other"
    assert await installs("agreed", oauth.client_secret) == "code_already_used"
    assert await installs("made up", oauth.client_secret) == "invalid_code"
    assert slack.journal.unknown() == []
