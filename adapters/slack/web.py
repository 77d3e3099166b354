"""Slack's Web API, one call at a time: never repeated by itself, and every way in which it can end is one of ours.

slack-sdk repeats a call once by itself after a dropped connection, which posts twice; so it has no retry handlers here.
It also opens a connection for every call unless it is given a session; so it is given one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters._leave import at_the_wire
from adapters.slack import errors
from adapters.slack.pace import Pace
from bot.errors import Busy, NoAnswer, OutOfReach, PlatformStopped, SitrepError, TemporaryFailure, UnknownOutcome
from bot.leave import require_leave

API = "https://slack.com/api/"
# Slack answers within a second or two.  What takes longer is an unknown outcome, and is read back.
TIMEOUT = timedelta(seconds=10)
# Slack takes JSON for what changes something, and only forms for most of what reads.
_READS = frozenset(
    {
        "conversations.history",
        "conversations.replies",
        "conversations.info",
        "conversations.list",
        "usergroups.users.list",
        "users.info",
    }
)
# These are sent as slack-sdk sends them.
_FORMS = frozenset({"files.getUploadURLExternal", "files.completeUploadExternal"})
# What the app can do without: that it lacks the scope for it is no reason to stop.
_BESIDES = frozenset({"usergroups.users.list", *_FORMS})
_TOO_MANY, _OK = 429, 200
_LONGEST_WAIT = timedelta(hours=1)


class Refused(SitrepError):
    """Slack refuses the message as it is (`error`): too long, or blocks that it does not take."""

    def __init__(self, error: str) -> None:
        """Keep Slack's word for it."""
        super().__init__(f"Slack refuses the message as it is ({error})")


class Frozen(SitrepError):
    """Slack lets nobody change this message any more."""


class Web:
    """One workspace's API.  Once Slack has said that it will not have us any more, it is not asked again."""

    def __init__(self, token: str, pace: Pace, *, api_url: str | None = None, timeout: timedelta = TIMEOUT) -> None:
        """Connect to nothing yet."""
        self.pace = pace
        self.stopped: PlatformStopped | None = None
        self._session: aiohttp.ClientSession | None = None
        self.client = AsyncWebClient(
            token=token,
            base_url=with_slash(api_url or API),
            retry_handlers=[],
            timeout=int(timeout.total_seconds()),
            logger=quiet,
        )
        self._timeout = timeout

    async def call(self, method: str, *, into: str = "", urgent: bool = False, **arguments: object) -> dict[str, Any]:
        """Call `method` once and return its answer.  `into` is the channel that a message is written into, if one is.

        Raises one of the errors of a Platform, or Refused or Frozen.
        """
        if self.stopped is not None:
            raise self.stopped
        # Edits are counted by workspace and not by channel, and the 429 says when they are too many.
        self.pace.spend(method, into if method == "chat.postMessage" else "", urgent=urgent)
        self._connect()
        if into:
            arguments["channel"] = into
        require_leave()
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                answer = await self._send(method, {k: v for k, v in arguments.items() if v is not None})
        except SlackApiError as error:
            failure = _of_error(error)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise OutOfReach(f"Slack can not be reached: {_reason(error)}") from None
        except (TimeoutError, aiohttp.ClientError, SlackRequestError, OSError, ValueError) as error:
            raise NoAnswer(f"no answer from Slack: {_reason(error)}") from None
        else:
            found = answer.data
            if isinstance(found, dict):
                return {**found, "_scopes": answer.headers.get("x-oauth-scopes", "")}
            raise UnknownOutcome("Slack answered nothing that can be read")
        if isinstance(failure, Busy) and failure.retry_after is not None:
            self.pace.close(method, failure.retry_after)
        if isinstance(failure, PlatformStopped) and not (method in _BESIDES and "missing_scope" in str(failure)):
            self.stopped = failure
        raise failure from None

    async def upload(self, url: str, content: bytes) -> None:
        """Give a file to the address that Slack has named for it.  Nobody sees it yet, so every failure is temporary.

        https://docs.slack.dev/reference/methods/files.getUploadURLExternal: raw bytes, and 200 if all is well.
        """
        session = self._connect()
        try:
            async with session.post(url, data=content) as answer:
                status, headers = answer.status, answer.headers
                await answer.read()
        except (TimeoutError, aiohttp.ClientError, aiohttp.InvalidURL, OSError) as error:
            raise TemporaryFailure(f"no answer from where files are uploaded: {_reason(error)}") from None
        if status == _TOO_MANY:
            raise Busy("Slack asks to wait", _wait(headers) or timedelta(seconds=30))
        if status != _OK:
            raise TemporaryFailure(f"an upload was answered {status}")

    def stop(self, reason: str) -> None:
        """Ask nothing more: every call ends in PlatformStopped."""
        self.stopped = PlatformStopped(reason)

    async def _send(self, method: str, arguments: dict[str, object]) -> AsyncSlackResponse:
        if method in _READS:
            return await self.client.api_call(method, http_verb="GET", params=arguments)
        if method in _FORMS:
            return await self.client.api_call(method, params=arguments)
        return await self.client.api_call(method, json=arguments)

    def _connect(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
            timeout = aiohttp.ClientTimeout(total=self._timeout.total_seconds())
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trace_configs=[at_the_wire()])
            self.client.session = self._session
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def _of_error(error: SlackApiError) -> SitrepError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    wait = _wait(getattr(response, "headers", {}))
    data = getattr(response, "data", None)
    answer: Mapping[str, object] = data if isinstance(data, dict) else {}
    word = answer.get("error")
    if status == 429 or not isinstance(word, str) or status >= 500:  # noqa: PLR2004  (HTTP statuses)
        return errors.of_status(status, wait)
    if word in errors.TOO_BIG:
        return Refused(word)
    if word in errors.FROZEN:
        return Frozen(f"Slack lets nobody change the message any more ({word})")
    return errors.of_answer(word, answer, wait)


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return what `Retry-After` says, in seconds: https://docs.slack.dev/apis/web-api/rate-limits."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except (ValueError, TypeError):
        return None
    return min(timedelta(seconds=max(seconds, 1)), _LONGEST_WAIT) if seconds == seconds else None  # noqa: PLR0124  (NaN)


def _reason(error: Exception) -> str:
    """Say what went wrong without a word that may hold a token."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    strerror = getattr(error, "strerror", None)
    return str(strerror) if strerror else type(error).__name__


def with_slash(url: str) -> str:
    """Return an address as the SDK wants it: it only joins."""
    return url if url.endswith("/") else f"{url}/"


# The SDK logs whole requests where it is set to DEBUG, and warns of what we do on purpose.
quiet = logging.getLogger("sitrep.slack.sdk")
quiet.setLevel(logging.ERROR)
__all__ = ["API", "Frozen", "Refused", "Web", "quiet", "with_slash"]
# Bolt answers people by a client of its own, which logs where to: whoever knows that address answers in our name.
for _name in ("slack_sdk", "slack_bolt"):
    logging.getLogger(_name).setLevel(logging.ERROR)
