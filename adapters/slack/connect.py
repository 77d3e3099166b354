"""A workspace, put together: announcements, and questions by Socket Mode or by signed HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

from adapters.slack.listen import Listener, log
from adapters.slack.platform import Slack
from adapters.slack.sockets import Socket
from adapters.slack.web import quiet
from bot.errors import SitrepError
from bot.ports import Chat, Desk

EVENTS = "/slack/events"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What the app is known by in one workspace: https://docs.slack.dev/authentication/tokens."""

    bot_token: str
    app_token: str | None = None
    signing_secret: str | None = None
    api_url: str | None = None


def connect(
    keys: Keys,
    desk: Desk,
    *,
    now: Callable[[], datetime],
    revive: Callable[[str], Awaitable[None]],
    addresses: tuple[str, ...] = (),
) -> Chat:
    """Return one workspace; nothing is connected before its loops run.

    With an app token people are heard by Socket Mode, else with a signing secret at `/slack/events`, else not at all.
    `revive` is called with the platform's name when the bot was invited to a channel; `addresses` are where
    announcements go.
    """
    platform = Slack(keys.bot_token, api_url=keys.api_url, now=now)
    client = AsyncWebClient(
        token=keys.bot_token, base_url=platform.web.client.base_url, retry_handlers=[], timeout=10, logger=quiet
    )
    app = AsyncApp(
        logger=quiet,
        name="sitrep",
        client=client,
        signing_secret=keys.signing_secret if not keys.app_token else None,
        request_verification_enabled=not keys.app_token,
    )

    async def left() -> None:
        platform.web.stop("the app was removed from the workspace, or its tokens were revoked")

    async def invited(channel: str) -> None:
        log.info("invited to %s: what could not be posted to Slack is tried again", channel)
        await revive(platform.name)

    listener = Listener(desk, invited=invited, left=left)
    listener.attach(app)
    loops: dict[str, Callable[[], Awaitable[None]]] = {}
    routes: tuple[Route, ...] = ()
    if keys.app_token:
        loops["slack-socket"] = Socket(app, keys.app_token).run
    elif keys.signing_secret:
        from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler  # noqa: PLC0415  (HTTP alone)

        routes = (Route(EVENTS, AsyncSlackRequestHandler(app).handle, methods=["POST"]),)
    else:
        log.warning("neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set: announcements only, no commands")

    async def close() -> None:
        await listener.drain()
        await platform.close()

    return Chat(platform, loops, routes, partial(_check, platform, addresses), close)


async def _check(platform: Slack, addresses: tuple[str, ...]) -> None:
    """Say once what can not be guaranteed as the app is set up."""
    try:
        for line in await platform.shortcomings(addresses):
            log.warning("slack: %s", line)
    except SitrepError as error:
        log.warning("slack: could not be asked what the bot may do: %s", error)


__all__ = ["Keys", "connect"]
