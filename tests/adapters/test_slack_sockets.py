"""Socket Mode that stays alive, whatever Slack and the network do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.sockets import Socket
from tests import localslack
from tests.localslack import LocalSlack
from tests.localslack.nouns import Channel

PING = 0.1
PATIENCE = 1.0
OPEN = "apps.connections.open"


@asynccontextmanager
async def listening(slack: LocalSlack) -> AsyncIterator[Socket]:
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    app = AsyncApp(client=client, request_verification_enabled=False)

    @app.command("/status")
    async def answers(ack: AsyncAck, command: dict[str, Any]) -> None:
        await ack(text=f"you asked for {command['text']}")

    socket = Socket(app, slack.app_token, ping=PING, patience=PATIENCE)
    task = asyncio.create_task(socket.run())
    try:
        yield socket
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (the SDK has no event for it)
            await asyncio.sleep(0.01)


async def is_heard(slack: LocalSlack, ops: Channel) -> bool:
    sent = await slack.person().runs("/status", "acme", ops.id)
    return str((await sent.acked())["text"]) == "you asked for acme"


async def test_it_connects_and_says_so(slack: LocalSlack, ops: Channel) -> None:
    async with listening(slack) as socket:
        await until(lambda: socket.connected)

        assert await is_heard(slack, ops)
    assert not socket.connected


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled", "too_many_websockets"])
async def test_it_comes_back_when_slack_sends_it_away(slack: LocalSlack, ops: Channel, reason: str) -> None:
    async with listening(slack):
        await slack.sockets.until_connected()
        await slack.sockets.disconnects(reason)
        await slack.sockets.until_opened(2)

        assert await is_heard(slack, ops)


async def test_it_comes_back_when_the_connection_breaks(slack: LocalSlack, ops: Channel) -> None:
    async with listening(slack):
        await slack.sockets.until_connected()
        slack.sockets.aborts()
        await slack.sockets.until_opened(2)

        assert await is_heard(slack, ops)


async def test_it_comes_back_when_nothing_answers_any_more(slack: LocalSlack, ops: Channel) -> None:
    async with listening(slack):
        await slack.sockets.until_connected()
        slack.sockets.freezes()
        await slack.sockets.until_opened(2)

        assert await is_heard(slack, ops)


@pytest.mark.parametrize("times", [1, 4])
async def test_a_ticket_that_is_dead_is_not_tried_for_ever(slack: LocalSlack, ops: Channel, times: int) -> None:
    """PLATFORMS 0.5: slack-sdk alone would never ask for another."""
    slack.sockets.refuse(times, dead=True)
    async with listening(slack) as socket:
        await until(lambda: socket.connected)

        assert await is_heard(slack, ops)
    assert len(slack.journal.of(OPEN)) > times


async def test_a_dead_ticket_after_a_break_does_not_deafen(slack: LocalSlack, ops: Channel) -> None:
    async with listening(slack):
        await slack.sockets.until_connected()
        slack.sockets.refuse(2, dead=True)
        slack.sockets.aborts()
        await slack.sockets.until_opened(2)

        assert await is_heard(slack, ops)


@pytest.mark.parametrize("fault", [localslack.status(500), localslack.rate_limited(1), localslack.drops()])
async def test_without_a_ticket_it_asks_again(slack: LocalSlack, ops: Channel, fault: localslack.Fault) -> None:
    slack.faults.add(OPEN, fault, times=2)
    async with listening(slack) as socket:
        await until(lambda: socket.connected)

        assert await is_heard(slack, ops)


async def test_a_token_that_slack_does_not_take_is_said_and_left_alone(
    slack: LocalSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.faults.add(OPEN, localslack.error("invalid_auth"), times=999)
    with caplog.at_level(logging.WARNING):
        async with listening(slack) as socket:
            await until(lambda: "Slack does not take SLACK_APP_TOKEN (invalid_auth)" in caplog.text)
            asked = len(slack.journal.of(OPEN))
            await asyncio.sleep(5 * PING)

            assert len(slack.journal.of(OPEN)) <= asked + 1
            assert (socket.connected, socket.reason) == (False, "invalid_auth")
    assert slack.app_token not in caplog.text
