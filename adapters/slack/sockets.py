"""Socket Mode that stays alive.

slack-sdk connects, refreshes and notices sockets that are half open.  It can still go deaf for good: when the upgrade
for a ticket is refused, it tries that ticket for ever.  So its state is watched: without a live socket the ticket is
thrown away, so that the next try asks for another, and after a while everything is built anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger("sitrep.slack")
_sdk = logging.getLogger("sitrep.slack.socket")
_sdk.setLevel(logging.CRITICAL)

_PING = 5.0
# Without a socket for so long, nothing of the old client is kept.
_PATIENCE = 30.0
# A token that Slack does not take will not be better in a minute.
_FINAL = frozenset({"invalid_auth", "not_authed", "account_inactive", "not_allowed_token_type", "token_revoked"})
_FINAL_PAUSE = 300.0


class _Client(SocketModeClient):
    """slack-sdk's client, which also says why it gets no ticket, and connects once where it would do so twice."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.refused = ""
        self._one_at_a_time = asyncio.Lock()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002  (as in the SDK)
        """A socket that Slack announces to close and then closes is replaced once: what came by the new one is kept."""
        before = self.current_session
        async with self._one_at_a_time:
            if self.current_session is before or not await self.is_connected():
                await super().connect_to_new_endpoint(force=force)

    async def issue_new_wss_url(self) -> str:
        try:
            url = await super().issue_new_wss_url()
        except SlackApiError as error:
            self.refused = str(error.response.get("error") or "an answer that can not be read")
            raise
        self.refused = ""
        return url


class Socket:
    """Keeps one socket to Slack and says whether it lives."""

    def __init__(self, app: AsyncApp, app_token: str, *, ping: float = _PING, patience: float = _PATIENCE) -> None:
        """Connect to nothing yet."""
        self._app = app
        self._token = app_token
        self._ping = ping
        self._patience = patience
        self.connected = False
        self.reason = "not connected yet"

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            client = _Client(self._token, logger=_sdk, web_client=self._app.client, ping_interval=self._ping)
            client.socket_mode_request_listeners.append(self._handle)
            client.message_listeners.append(self._heard)
            connecting = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]
            pause = 0.0
            try:
                pause = await self._watch(client)
            finally:
                self.connected = False
                connecting.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await connecting
                await _closed(client)
            await asyncio.sleep(pause)

    async def _watch(self, client: _Client) -> float:
        """Return when the client is beyond help: how long to wait before the next one."""
        lost_at = _now()
        while True:
            await asyncio.sleep(min(1.0, self._ping / 2))
            if await client.is_connected():
                lost_at = _now()
                self._is(connected=True, reason="")
                continue
            self._is(connected=False, reason=client.refused or "the connection is gone")
            without = _now() - lost_at
            if client.refused in _FINAL:
                log.critical("Slack does not take SLACK_APP_TOKEN (%s): no commands and no buttons", client.refused)
                return _FINAL_PAUSE
            if without > self._patience:
                return 0.0
            if without > self._ping:
                client.wss_uri = None

    def _is(self, *, connected: bool, reason: str) -> None:
        if connected != self.connected:
            if connected:
                log.info("connected to Slack by Socket Mode")
            else:
                log.warning("Slack's socket is lost (%s): connecting again", reason)
        self.connected, self.reason = connected, reason

    async def _heard(self, client: AsyncBaseSocketModeClient, message: dict[str, Any], raw: str | None = None) -> None:
        del client, raw
        if message.get("type") == "disconnect" and message.get("reason") not in {"refresh_requested", "warning"}:
            log.warning("Slack closes the socket: %s", message.get("reason"))

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        answer = await run_async_bolt_app(self._app, request)
        await send_async_response(client, request, answer, 0.0)  # the time is for its own log, which is off


async def _closed(client: _Client) -> None:
    tasks = [t for t in (client.message_processor, client.current_session_monitor, client.message_receiver) if t]
    with contextlib.suppress(Exception):
        await client.close()  # type: ignore[no-untyped-call]
    await asyncio.gather(*tasks, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
