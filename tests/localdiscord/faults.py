"""What goes wrong, and when.

    faults.add("create_message", rate_limited(3))              the next call only
    faults.add("create_message", after(drops()), times=2)      stored, and then the connection is dropped
    faults.add("edit_message", status(503), when=lambda args: args["channel_id"] == ops.id)
    with faults.during("*", error(50013)): ...                 as long as the block lasts

Routes are named in `routes`; a condition is given the parts of the path, the query and the body in one.
A fault comes before the call has any effect, unless it is made to come `after`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.localdiscord.errors import DiscordError, Json

Condition = Callable[[Json], bool]

JSON = "application/json"
_SORRY = "<!doctype html><title>discord.com</title><h1>Error 1015</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one call goes wrong.

    With none of `status`, `drop`, `hang` the answer is only `late`.  `via` tells whether the answer says that it
    came through Discord's own proxy: without it discord.py takes a 429 for a ban.
    """

    status: int | None = None
    body: str = ""
    content_type: str = "text/html; charset=utf-8"
    retry_after: float | None = None
    scope: str = ""
    via: bool = True
    drop: bool = False
    reset: bool = False
    hang: bool = False
    late: float = 0
    stored: bool = False
    way: float = 0


def rate_limited(seconds: float = 1, *, scope: str = "user", via: bool = True) -> Fault:
    """https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit: user, shared or global."""
    words = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
    body = json.dumps({"message": words, "retry_after": seconds, "global": scope == "global"})
    return Fault(status=429, retry_after=seconds, scope=scope, via=via, body=body, content_type=JSON)


def banned(seconds: float = 3_600) -> Fault:
    """The ban of an address after too many invalid requests: 429 of Cloudflare's, a page and no `Via`."""
    return Fault(status=429, retry_after=seconds, via=False, body=_SORRY)


def status(code: int, body: str = _SORRY) -> Fault:
    return Fault(status=code, body=body)


def html(code: int = 200) -> Fault:
    return Fault(status=code, body=_SORRY)


def malformed(code: int = 200) -> Fault:
    """JSON that ends too soon."""
    return Fault(status=code, body='{"id":"1', content_type=JSON)


def error(code: int, *, status: int | None = None) -> Fault:
    """Any error that Discord has a code for: 50013, 10003, 50001, …"""
    failed = DiscordError(code, status=status)
    return Fault(status=failed.status, body=json.dumps(failed.answer), content_type=JSON)


def drops() -> Fault:
    """Close the connection without an answer."""
    return Fault(drop=True)


def resets() -> Fault:
    """Reset the connection: what a crash of the other machine looks like."""
    return Fault(drop=True, reset=True)


def hangs() -> Fault:
    """Answer nothing until `faults.release()`, or until the client gives up."""
    return Fault(hang=True)


def slow(seconds: float) -> Fault:
    return Fault(late=seconds)


def after(fault: Fault) -> Fault:
    """Let the call have its effect, and only then go wrong."""
    return replace(fault, stored=True)


def long_under_way(seconds: float) -> Fault:
    """Let the call arrive so much later, whether or not whoever has sent it still waits for an answer."""
    return Fault(way=seconds)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    when: Condition | None
    left: int | None

    def meets(self, args: Json) -> bool:
        return self.left != 0 and (self.when is None or self.when(args))


@dataclass(slots=True)
class Faults:
    """What was planned to go wrong, by route; `*` is any route."""

    plans: dict[str, list[_Planned]] = field(default_factory=dict[str, list[_Planned]])
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, route: str, fault: Fault, *, times: int = 1, when: Condition | None = None) -> None:
        self.plans.setdefault(route, []).append(_Planned(fault, when, times))

    @contextmanager
    def during(self, route: str, fault: Fault, *, when: Condition | None = None) -> Iterator[None]:
        """Let a fault be for the length of the block."""
        planned = _Planned(fault, when, None)
        self.plans.setdefault(route, []).append(planned)
        try:
            yield
        finally:
            self.plans[route].remove(planned)
            self.release()

    def clear(self) -> None:
        """Forget what was planned and has not happened."""
        self.plans.clear()
        self.release()

    def release(self) -> None:
        """Let everything that hangs now be answered."""
        self._released.set()
        self._released = asyncio.Event()

    async def released(self) -> None:
        """Hang until somebody releases it."""
        self._hanging.set()
        await self._released.wait()

    async def until_hanging(self) -> None:
        """Return as soon as something hangs."""
        async with asyncio.timeout(20):
            await self._hanging.wait()
        self._hanging.clear()

    def next(self, route: str, args: Json) -> Fault | None:
        """Return what is to go wrong with this call, and take it off the plan."""
        nothing: list[_Planned] = []
        for planned in self.plans.get(route, nothing) + self.plans.get("*", nothing):
            if planned.meets(args):
                if planned.left is not None:
                    planned.left -= 1
                return planned.fault
        return None
