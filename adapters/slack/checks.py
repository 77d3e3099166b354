"""Whether the app works as it is set up: tokens, scopes, channels; nothing is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters._named import Named
from adapters.slack.channels import DIRECT, is_person
from adapters.slack.connect import Keys
from adapters.slack.named import named
from adapters.slack.platform import NEEDED, Slack
from adapters.slack.web import quiet
from bot.errors import SitrepError


async def check(keys: Keys, names: Named, now: Callable[[], datetime]) -> list[tuple[bool, str]]:
    """Return what was tried and how it went, a line each."""
    slack = Slack(keys.bot_token or "", api_url=keys.api_url, now=now)
    try:
        return [one async for one in _tried(slack, keys, names)]
    finally:
        await slack.close()


async def _tried(slack: Slack, keys: Keys, names: Named) -> AsyncIterator[tuple[bool, str]]:
    try:
        me = await slack.web.call("auth.test")
    except SitrepError as error:
        yield False, f"the bot token: {error}"
        return
    yield True, f"{me.get('user')} in {me.get('team')}"
    granted = {scope.strip() for scope in str(me.get("_scopes", "")).split(",")}
    to_people = any(map(is_person, names.addresses))
    for scope in (scope for scope in NEEDED if to_people or scope not in DIRECT):
        if scope not in granted and granted != {""}:
            yield False, f"the app lacks the scope {scope}; compare it with manifest.yaml and install it again"
    for address in names.addresses:
        try:
            short = await slack.channels.shortcomings(address)
        except SitrepError as error:
            short = [f"{address}: {error}"]
        for line in short:
            yield False, line
        if not short:
            yield True, f"{address}: {'can be written to directly' if is_person(address) else 'the bot is in it'}"
    async for one in named(slack, names.who, names.channels, granted):
        yield one
    if keys.app_token:
        yield await _socket(slack, keys.app_token)


async def _socket(slack: Slack, app_token: str) -> tuple[bool, str]:
    client = AsyncWebClient(base_url=slack.web.client.base_url, retry_handlers=[], timeout=10, logger=quiet)
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        why = error.response.get("error")
        return False, f"the app token: Slack does not take it ({why}); make one with the scope connections:write"
    except (OSError, TimeoutError) as error:
        return False, f"the app token: Slack can not be reached ({type(error).__name__})"
    return True, "Socket Mode works"
