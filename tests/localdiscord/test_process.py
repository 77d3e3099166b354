from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import discord.gateway
import pytest
import yarl

from tests.localdiscord.botting import Bot, buttons, with_commands

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A local Discord in another process."""

    about: Json
    session: aiohttp.ClientSession

    async def does(self, verb: str, **what: Any) -> Json:
        async with self.session.post(f"{self.about['url']}/control/{verb}", json=what) as answer:
            told: Json = await answer.json()
            return told

    @contextmanager
    def pointed(self) -> Iterator[None]:
        route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
        before = (route.BASE, socket.DEFAULT_GATEWAY)
        route.BASE, socket.DEFAULT_GATEWAY = self.about["api_url"], yarl.URL(self.about["gateway_url"])
        try:
            yield
        finally:
            route.BASE, socket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def another(*words: str) -> AsyncIterator[Elsewhere]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.localdiscord", "--until-eof", *words),
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
    words = ("--channel", "ops", "--forum", "incidents", "--channels", "3", "--no-limits")
    async with another(*words) as running:
        with running.pointed():
            yield running


async def test_another_process_can_be_watched_and_disturbed(elsewhere: Elsewhere) -> None:
    about = elsewhere.about
    ops = about["channels"]["ops"]
    await elsewhere.does(
        "fault", route="create_message", fault={"status": 503, "stored": True}, when={"content": "**a**"}
    )
    async with Bot() as bot:
        await bot.login(about["token"])
        room = bot.get_partial_messageable(int(ops))

        with pytest.raises(discord.DiscordServerError):
            await room.send("**a**")
        await elsewhere.does("token", state="revoked")
        with pytest.raises(discord.HTTPException):
            await room.send("b")
    told = await elsewhere.does("messages", channel=ops)
    calls = await elsewhere.does("calls", route="create_message")
    state = await elsewhere.does("state")

    assert sorted(about["channels"]) == ["channel-00000", "channel-00001", "channel-00002", "incidents", "ops"]
    assert [(one["content"], one["readable"]) for one in told["messages"]] == [("**a**", "a")]
    assert [one["status"] for one in calls["calls"]] == [503, 401]
    assert state["invalid"] == 1


async def test_people_of_another_process_can_be_played(elsewhere: Elsewhere) -> None:
    ops = elsewhere.about["channels"]["ops"]
    bot = with_commands(Bot())
    async with bot:
        task = asyncio.create_task(bot.start(elsewhere.about["token"]))
        await bot.hears("GUILD_CREATE")
        await bot.get_partial_messageable(int(ops)).send("root", view=buttons("acme-1"))
        (root,) = (await elsewhere.does("messages", channel=ops))["messages"]

        run = await elsewhere.does("runs", command="status", options={"what": "acme"}, channel=ops)
        typed = await elsewhere.does("types", command="status", option="what", typed="z", channel=ops)
        press = await elsewhere.does("presses", channel=ops, message=root["id"], wanted="Mute")
        used = await elsewhere.does("uses", command="Link to incident", channel=ops, message=root["id"])
        opened = await elsewhere.does("runs", command="note", channel=ops)
        sent = await elsewhere.does("submits", interaction=opened["interaction"], values={"note": "n"})
        closed = await elsewhere.does("gateway", does="closes", code=4000)
        await bot.hears("RESUMED")
        await bot.close()
        await task

    assert (run["in_time"], run["ephemeral"], run["response"]["content"]) == (True, True, "you asked for acme")
    assert [one["value"] for one in typed["choices"]] == ["zebra"]
    assert press["response"]["content"] == "muted acme-1"
    assert used["response"]["content"] == "linked 'root'"
    assert (opened["modal"], sent["response"]["content"]) == (True, "noted: n")
    assert closed["connections"] == 1


async def test_its_state_can_be_changed(elsewhere: Elsewhere) -> None:
    made = await elsewhere.does("channel", name="quiet", deny=["send_messages"])
    forum = await elsewhere.does("forum", name="posts", tags=["open"])
    said = await elsewhere.does("says", channel=made["id"], text="hello")
    rules = await elsewhere.does("rules", nonce_window=2)
    changes: dict[str, Json] = {
        "clock": {"seconds": 60},
        "limits": {"enforced": True},
        "permissions": {"channel": made["id"]},
        "well": {},
        "removes": {"channel": made["id"], "message": said["id"]},
        "gateway": {"does": "reconnects"},
    }
    for verb, what in changes.items():
        assert "error" not in await elsewhere.does(verb, **what)

    assert rules["nonce_window"] == 2
    assert list(forum["tags"]) == ["open"]
    assert (await elsewhere.does("messages", channel=made["id"]))["messages"] == []
    assert "no such verb" in (await elsewhere.does("sings"))["error"]
    assert "10008" in (await elsewhere.does("removes", channel=made["id"], message="1"))["error"]
    assert "can not do" in (await elsewhere.does("gateway", does="sings"))["error"]
