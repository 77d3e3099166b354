"""Discord's REST API, one call at a time: never repeated by itself, and every way in which it can end is one of ours.

discord.py signs, sends and reads.  By itself it repeats what ended in a 500, which posts twice where there is no nonce
(a forum), and sleeps for as long as a 429 says, which holds up others.  So each of our calls is judged as soon as its
answer is there, in the hook that discord.py has for that, before discord.py can do either.  It sleeps too before it
returns the answer to the last call that a bucket took, and so its buckets are replaced: ours are in `pace`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, ParamSpec, Self, TypeVar

import aiohttp
import discord
from discord.http import HTTPClient, Ratelimit, Route

from adapters._leave import at_the_wire
from adapters.discord import errors
from adapters.discord.files import form
from adapters.discord.pace import Crowded, Pace
from bot.core.message import File
from bot.errors import Busy, NoAnswer, OutOfReach, PlatformStopped, SitrepError, TemporaryFailure, UnknownOutcome
from bot.leave import require_leave

# Discord answers within a second or two.  What takes longer is an unknown outcome, and is read back.
TIMEOUT = timedelta(seconds=10)
_LONGEST_WORDS = 200
_SUCCESS, _REFUSED = 200, 400
_ME = "GET /users/@me "
_PATIENCE, _WAITS = timedelta(seconds=10), 3
# Each time another moment is promised; only a great many who are more urgent take it away.
_CROWDS, _CROWD = 10, timedelta(seconds=1)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of ours that is under way."""

    web: Web
    route: str


class _Free(Ratelimit):
    """A bucket of discord.py that holds nobody up."""

    __slots__ = ()

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Learn nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return


class _Client(HTTPClient):
    """discord.py's own, without its limits."""

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Return a bucket for one call; what discord.py remembers of such is forgotten."""
        del key
        self._buckets.clear()
        return _Free(None)


_under_way: ContextVar[_Call | None] = ContextVar("discord_call", default=None)


class Web:
    """One bot's API.  Once Discord has said that it will not have us any more, it is not asked again."""

    def __init__(self, token: str, pace: Pace, *, timeout: timedelta = TIMEOUT) -> None:
        """Connect to nothing yet."""
        self.pace = pace
        self.stopped: PlatformStopped | None = None
        self._token = token
        self._timeout = timeout
        self._http: HTTPClient | None = None
        self._me: Mapping[str, Any] = {}
        self._logging_in = asyncio.Lock()

    async def call(
        self,
        verb: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        urgent: bool = False,
        files: Sequence[File] = (),
        **ids: str,
    ) -> Any:
        """Make one call and return its answer: `call("GET", "/channels/{channel_id}", channel_id="1")`.

        The `files` are those that the body describes.  Raises one of the errors of a Platform, or Refused, Missing or
        Declined.  What only reads posts nothing: its outcome is never unknown.
        """
        if self.stopped is not None:
            raise self.stopped
        client = await self._client()
        name = f"{verb} {path} {ids.get('channel_id') or ids.get('guild_id', '')}"
        more: dict[str, Any] = {} if body is None else {"json": body}
        if files:
            more = {"form": form(body, files)}
        if query is not None:
            more["params"] = query
        for _ in range(_CROWDS):
            try:
                with self.pace.turn(name, urgent=urgent):
                    require_leave()
                    return await self._judged(name, client.request(Route(verb, path, **ids), **more))
            except Crowded as crowd:
                await asyncio.sleep(crowd.retry_after.total_seconds() if crowd.retry_after else 0)
        raise Busy("fifty calls a second", _CROWD)

    async def me(self) -> Mapping[str, Any]:
        """Return the bot's own user: https://docs.discord.com/developers/resources/user#user-object."""
        await self._client()
        return self._me

    def stop(self, reason: str) -> None:
        """Ask nothing more: every call ends in PlatformStopped."""
        self.stopped = PlatformStopped(reason)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def _client(self) -> HTTPClient:
        async with self._logging_in:
            if self._http is not None and self._me:
                return self._http
            if self.stopped is not None:
                raise self.stopped
            with self.pace.turn(_ME):
                return await self._logged_in()

    async def _logged_in(self) -> HTTPClient:
        if self._http is not None:
            await self._http.close()
        trace = at_the_wire()
        trace.on_request_end.append(_answered)
        self._http = _Client(asyncio.get_running_loop(), http_trace=trace)
        self._me = dict(await self._judged(_ME, self._http.static_login(self._token)))
        return self._http

    async def _judged(self, route: str, work: Any) -> Any:
        try:
            return await self._answer(route, work)
        except PlatformStopped as error:
            self.stopped = error
            raise
        except UnknownOutcome as error:
            if route.startswith("GET "):
                kind = OutOfReach if isinstance(error, NoAnswer) else TemporaryFailure
                raise kind(str(error)) from None
            raise

    async def _answer(self, route: str, work: Any) -> Any:
        before = _under_way.set(_Call(self, route))
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                found = await work
        except SitrepError:
            raise
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise OutOfReach(f"Discord can not be reached: {_reason(error)}") from None
        except (TimeoutError, aiohttp.ClientError, discord.DiscordException, OSError, ValueError) as error:
            raise NoAnswer(f"no answer from Discord: {_reason(error)}") from None
        finally:
            _under_way.reset(before)
        if isinstance(found, str) and found:
            raise UnknownOutcome("Discord answered nothing that can be read")
        return found

    async def judge(self, route: str, response: aiohttp.ClientResponse) -> None:
        """Raise what an answer means, if it is no success."""
        wait = self.pace.heard(route, response.status, response.headers)
        if _SUCCESS <= response.status < _REFUSED:
            return
        code, words = _read(await response.read())
        raise errors.of_answer(response.status, code, words, wait)


async def _answered(
    session: aiohttp.ClientSession, context: SimpleNamespace, found: aiohttp.TraceRequestEndParams
) -> None:
    del session, context
    call = _under_way.get()
    if call is None:
        return
    try:
        await call.web.judge(call.route, found.response)
    except BaseException:
        found.response.close()
        raise


async def patiently(work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what takes one call of many; a limit that will soon have room for it is waited for."""
    for _ in range(_WAITS):
        try:
            return await work(*args, **kwargs)
        except Busy as busy:
            if busy.retry_after is None or busy.retry_after > _PATIENCE:
                raise
            await asyncio.sleep(busy.retry_after.total_seconds())
    return await work(*args, **kwargs)


def identified(found: object) -> Mapping[str, Any]:
    """Return an answer that names what was made.  Raises UnknownOutcome for any other: it may have been made."""
    if not isinstance(found, dict) or not found.get("id"):
        raise UnknownOutcome("Discord answered without saying what it has made")
    return found


def _read(body: bytes) -> tuple[int, str]:
    """Return the code and the words of a refusal: https://docs.discord.com/developers/reference#error-messages."""
    try:
        found = json.loads(body)
        code = int(found.get("code") or 0)
    except (ValueError, AttributeError, TypeError):
        return 0, ""
    said = f"{found.get('message', '')} {_places(found.get('errors'))}".strip()
    return code, " ".join(said.split())[:_LONGEST_WORDS]


def _places(found: object, at: str = "") -> str:
    """Name what Discord finds wrong, without what was sent."""
    if not isinstance(found, dict):
        return ""
    said = [f"{at.lstrip('.')}: {one.get('code')}" for one in found.get("_errors") or () if isinstance(one, dict)]
    said += [_places(inner, f"{at}.{name}") for name, inner in found.items() if name != "_errors"]
    return ", ".join(filter(None, said))


def _reason(error: Exception) -> str:
    """Say what went wrong without a word that may hold a token."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    strerror = getattr(error, "strerror", None)
    return str(strerror) if strerror else type(error).__name__
