"""`POST /hooks/<name>`: programs of ours tell what they see.

Who is not known hears 401, and not whether there is such a hook.  200 is said when everything is committed.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.core.hooks import Heard, Hook, Way
from bot.errors import ParseError
from bot.gauges import CALLS, UNCOUNTED, Gauges
from bot.plugins import HookKind
from bot.web import bodies, keys
from bot.web.bodies import Refused
from bot.web.rationing import Bucket

log = logging.getLogger(__name__)

LONGEST = 1024 * 1024
LONG = 64 * 1024
SECONDS = 10.0
# A group of alerts is one call, a gateway reports once a minute: nobody who is well comes near this.
AT_ONCE, PER_SECOND = 60, 2.0
# So many bodies are read at the same time of those who are known, and of those who are not yet: a signature is checked
# when the body is there.  So much memory they take at most.
READERS = 32
_EVERY_WAY = frozenset(Way)

Hear = Callable[[Hook, Heard], Awaitable[str]]


@dataclass(slots=True)
class Door:
    """One hook: what it listens to, and the secret that opens it."""

    hook: Hook
    kind: HookKind
    token: str
    bucket: Bucket = field(default_factory=lambda: Bucket(AT_ONCE, PER_SECOND))


@dataclass(slots=True)
class Hooks:
    """All hooks by name, and who hears what they are told; `seconds` is how long a sender may take for its body."""

    doors: dict[str, Door]
    hear: Hear
    clock: Clock
    seconds: float = SECONDS
    reading: Counter[bool] = field(default_factory=Counter[bool])
    # What is compared where there is no such hook: it takes as long, and nobody has it.
    nobody: str = field(default_factory=secrets.token_hex)


def routes(
    doors: Iterable[Door], hear: Hear, clock: Clock, seconds: float = SECONDS, gauges: Gauges = UNCOUNTED
) -> list[Route]:
    """Return what is served for these hooks."""
    hooks = Hooks({door.hook.name: door for door in doors}, hear, clock, seconds)

    async def endpoint(request: Request) -> Response:
        return await answered(request, _told(hooks, request), gauges, "hook", 2 * hooks.seconds)

    return [Route("/hooks/{name}", endpoint, methods=["POST"])]


async def answered(request: Request, work: Awaitable[str], gauges: Gauges, kind: str, seconds: float) -> Response:
    """Return the one line that `work` comes to, or what was wrong with the request; that ends the connection.

    A sender waits for a body and for what is written down of it, and not for ever: whoever gets no answer comes again.
    """
    try:
        try:
            async with asyncio.timeout(seconds):
                answer = PlainTextResponse(f"{await work}\n")
        except TimeoutError:
            raise Refused(503, "it could not be written down in time; come again", Retry_After="5") from None
        gauges.count(CALLS, kind, "taken")
        return answer
    except Refused as refused:
        gauges.count(CALLS, kind, "refused")
        await bodies.linger(request)
        headers = {"connection": "close", **refused.headers}
        return PlainTextResponse(f"{refused.reason}\n", refused.status, headers)


async def _told(hooks: Hooks, request: Request) -> str:
    door = hooks.doors.get(request.path_params["name"])
    body = await _signed(hooks, request, door) if keys.is_signed(request) else None
    ways, token = (door.kind.WAYS, door.token) if door else (_EVERY_WAY, hooks.nobody)
    known = body is not None or keys.has_token(request, ways, token)
    if door is None or not known:
        raise unknown()
    ration(door.bucket, hooks.clock)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "the body is compressed; send it as it is")
    body = await _read(hooks, request, is_known=True) if body is None else body
    try:
        return await hooks.hear(door.hook, await _parsed(door, body))
    except ParseError as error:
        log.warning("not understood hook=%s: %s", door.hook.name, error)
        raise Refused(400, str(error)) from error


async def _parsed(door: Door, body: bytes) -> Heard:
    """Return what a body says, without keeping others waiting for it."""
    if len(body) <= LONG:
        return door.kind.parse(body, door.hook)
    return await asyncio.to_thread(door.kind.parse, body, door.hook)


async def _signed(hooks: Hooks, request: Request, door: Door | None) -> bytes:
    """Return the body, if its signature is right: that takes the body, so it is read first, whoever sends it."""
    if not keys.is_timely(request, hooks.clock.now()):
        raise unknown("the time of the signature is missing or older than 5 minutes; see to your clock")
    body = await _read(hooks, request, is_known=False)
    right = keys.has_signature(request, body, door.token if door else hooks.nobody)
    if not right or door is None or Way.SIGNED not in door.kind.WAYS:
        raise unknown()
    return body


async def _read(hooks: Hooks, request: Request, *, is_known: bool) -> bytes:
    """Return the body; strangers, who need not end theirs, take no place from those who are known."""
    if hooks.reading[is_known] >= READERS:
        raise Refused(503, "too many are calling at the same time; come again", Retry_After="1")
    hooks.reading[is_known] += 1
    try:
        return await bodies.read(request, most=LONGEST, seconds=hooks.seconds)
    finally:
        hooks.reading[is_known] -= 1


def ration(bucket: Bucket, clock: Clock) -> None:
    """Count a call; Refused with 429 if there were too many."""
    wait = bucket.wait(clock.now())
    if wait:
        raise Refused(429, f"too many calls; come again in {wait} s", Retry_After=str(wait))


def unknown(reason: str = "not known: the name or the token is wrong, or missing") -> Refused:
    """Return what everybody hears who is not one of ours."""
    return Refused(401, reason, WWW_Authenticate="Bearer")
