from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack.bolting import connected, listening

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A local Slack in another process."""

    about: Json
    session: aiohttp.ClientSession

    @property
    def client(self) -> AsyncWebClient:
        return AsyncWebClient(self.about["token"], base_url=self.about["api_url"], retry_handlers=[])

    async def does(self, verb: str, **what: Any) -> Json:
        async with self.session.post(f"{self.about['url']}/control/{verb}", json=what) as answer:
            told: Json = await answer.json()
            return told


@asynccontextmanager
async def another(*words: str) -> AsyncIterator[Elsewhere]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.localslack", "--until-eof", *words),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        async with aiohttp.ClientSession() as session:
            yield Elsewhere(json.loads(line), session)
    finally:
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with another("--channel", "ops", "--channels", "3", "--no-limits") as running:
        yield running


async def test_another_process_can_be_watched_and_disturbed(elsewhere: Elsewhere) -> None:
    ops = elsewhere.about["channels"]["ops"]
    lost = {"status": 500, "stored": True}
    await elsewhere.does("fault", method="chat.postMessage", fault=lost, when={"channel": ops})

    with pytest.raises(SlackApiError):
        await elsewhere.client.chat_postMessage(channel=ops, text="*hello*")
    told = await elsewhere.does("messages", channel=ops)
    calls = await elsewhere.does("calls", method="chat.postMessage")

    assert sorted(elsewhere.about["channels"]) == ["channel-00000", "channel-00001", "channel-00002", "ops"]
    assert [(one["text"], one["readable"]) for one in told["messages"]] == [("*hello*", "hello")]
    assert [(one["status"], one["args"]["channel"]) for one in calls["calls"]] == [(500, ops)]


async def test_people_of_another_process_can_be_played(elsewhere: Elsewhere) -> None:
    ops = elsewhere.about["channels"]["ops"]
    app = listening(AsyncApp(client=elsewhere.client, signing_secret=elsewhere.about["signing_secret"]))
    async with connected(app, elsewhere.about["app_token"]):
        run = await elsewhere.does("runs", command="/status", text="acme", channel=ops)
        said = await elsewhere.does("mentions", text="<@U0BOT> hi", channel=ops)
        state = await elsewhere.does("state")
        gone = await elsewhere.does("sockets", does="disconnects", reason="refresh_requested")

    assert (run["acked"], run["in_time"], run["answer"]["text"]) == (True, True, "you asked for acme")
    assert said["acked"]
    assert (state["connections"], "links" in gone) == (1, True)
    assert "no such verb" in (await elsewhere.does("sings"))["error"]
    assert "KeyError" in (await elsewhere.does("removes", channel="C1", ts="1"))["error"]


async def test_its_state_can_be_changed(elsewhere: Elsewhere) -> None:
    made = await elsewhere.does("channel", name="war-room", private=True)
    await elsewhere.does("says", channel=made["id"], text="hello")
    rules = await elsewhere.does("rules", lag=2)
    await elsewhere.does("token", state="token_revoked")

    assert rules["lag"] == 2
    with pytest.raises(SlackApiError, match="token_revoked"):
        await elsewhere.client.auth_test()
    assert [one["text"] for one in (await elsewhere.does("messages", channel=made["id"]))["messages"]] == ["hello"]


async def test_it_can_call_an_app_by_http() -> None:
    async def answers(request: web.Request) -> web.Response:
        return web.json_response({"text": request.headers["X-Slack-Signature"][:3]})

    app = web.Application()
    app.router.add_post("/slack/events", answers)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with another("--channel", "ops", "--events-url", url, "--secret", "s3cret") as elsewhere:
        ops = elsewhere.about["channels"]["ops"]
        run = await elsewhere.does("runs", command="/status", text="acme", channel=ops)
        told = await elsewhere.does("messages", channel=ops)
    await runner.cleanup()

    assert (elsewhere.about["signing_secret"], run["answer"]) == ("s3cret", {"text": "v0="})
    assert [one["text"] for one in told["ephemeral"]] == ["v0="]
