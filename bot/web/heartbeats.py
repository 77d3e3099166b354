"""`/heartbeat/<name>/<token>`: jobs tell that they have run, with GET, HEAD or POST.

The calls are those of healthchecks.io: nothing more for a success, `/start`, `/fail`, or `/<exit status>`, of which 0
is a success; what a POST brings along is kept, as far as 10 kB: https://healthchecks.io/docs/http_api/
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.core.heartbeat import Call, Sign
from bot.gauges import UNCOUNTED, Gauges
from bot.web import bodies, keys
from bot.web.bodies import Refused
from bot.web.hooks import SECONDS, answered, ration, unknown
from bot.web.rationing import Bucket

LONGEST = 10 * 1024
AT_ONCE, PER_SECOND = 30, 1.0
_HIGHEST_STATUS = 255
_NOISE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Beat = Callable[[str, Call], Awaitable[None]]


@dataclass(slots=True)
class Door:
    """One job, by its name in the address, and its secret."""

    name: str
    token: str
    bucket: Bucket = field(default_factory=lambda: Bucket(AT_ONCE, PER_SECOND))


@dataclass(slots=True)
class Heartbeats:
    """All jobs by name, and who notes their calls."""

    doors: dict[str, Door]
    beat: Beat
    clock: Clock
    seconds: float = SECONDS
    nobody: str = field(default_factory=secrets.token_hex)


def routes(
    doors: Iterable[Door], beat: Beat, clock: Clock, seconds: float = SECONDS, gauges: Gauges = UNCOUNTED
) -> list[Route]:
    """Return what is served for these jobs."""
    heartbeats = Heartbeats({door.name: door for door in doors}, beat, clock, seconds)

    async def endpoint(request: Request) -> Response:
        return await answered(request, _called(heartbeats, request), gauges, "heartbeat", 2 * heartbeats.seconds)

    return [
        Route(path, endpoint, methods=["GET", "POST"])
        for path in ("/heartbeat/{name}", "/heartbeat/{name}/{first}", "/heartbeat/{name}/{first}/{second}")
    ]


async def _called(heartbeats: Heartbeats, request: Request) -> str:
    parts = [request.path_params[name] for name in ("first", "second") if name in request.path_params]
    given = keys.bearer(request)
    if given is None:
        given, *parts = parts or [""]
    door = heartbeats.doors.get(request.path_params["name"])
    if not keys.is_same(given, door.token if door else heartbeats.nobody) or door is None:
        raise unknown()
    ration(door.bucket, heartbeats.clock)
    sign, status = _sign(parts)
    words = await bodies.beginning(request, most=LONGEST, seconds=heartbeats.seconds)
    if len(words) == LONGEST:
        await bodies.linger(request)
    text = _NOISE.sub("", words.decode(errors="replace")).strip()
    await heartbeats.beat(door.name, Call(sign, heartbeats.clock.now(), status, text))
    return "OK"


def _sign(parts: list[str]) -> tuple[Sign, int | None]:
    match parts:
        case []:
            return Sign.DONE, None
        case ["start"]:
            return Sign.STARTED, None
        case ["fail"]:
            return Sign.FAILED, None
        case [word] if re.fullmatch(r"\d{1,3}", word, re.ASCII) and int(word) <= _HIGHEST_STATUS:
            return Sign.FAILED if int(word) else Sign.DONE, int(word)
    raise Refused(404, "there is no such call; the calls are /start, /fail and an exit status from 0 to 255")
