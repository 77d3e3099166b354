"""slack-bolt, unmodified, pointed at the local Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack.local import LocalSlack

# Seconds; bolt's own 10 would make the tests wait for it.
PING = 0.1

Json = dict[str, Any]
Ack = Callable[..., Awaitable[None]]


def bolt(slack: LocalSlack) -> AsyncApp:
    """An app that listens to nothing yet."""
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    return AsyncApp(client=client, signing_secret=slack.signing_secret)


@asynccontextmanager
async def connected(app: AsyncApp, app_token: str) -> AsyncIterator[AsyncSocketModeHandler]:
    """Run a handler, and leave nothing of it behind."""
    handler = AsyncSocketModeHandler(app, app_token, ping_interval=PING)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt has no types there
        yield handler
    finally:
        client = handler.client
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same
        left = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await asyncio.gather(*(one for one in left if one is not None), return_exceptions=True)


def listening(made: AsyncApp) -> AsyncApp:
    """Have an app answer `/status`, presses of `mute` and mentions."""

    @made.command("/status")
    async def answers(ack: Ack, command: Json) -> None:
        await ack(text=f"you asked for {command['text']}")

    @made.action("mute")
    async def mutes(ack: Ack, respond: Ack, action: Json) -> None:
        await ack()
        await respond(f"muted {action['value']}", replace_original=False)

    @made.event("app_mention")
    async def hears(event: Json, say: Ack) -> None:
        await say(f"heard {event['text']}", thread_ts=event["ts"])

    return made
