"""What goes wrong, and when.

    faults.add("chat.postMessage", rate_limited(3))              the next call only
    faults.add("chat.postMessage", after(drops()), times=2)      stored, and then the connection is dropped
    faults.add("chat.update", status(503), when=lambda args: args["channel"] == "C1")
    with faults.during("*", error("internal_error")): ...        as long as the block lasts

A fault comes before the call has any effect, unless it is made to come `after`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.localslack.errors import Json

Condition = Callable[[Json], bool]

_SORRY = "<!doctype html><title>Slack</title><h1>Server Error</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one call goes wrong.

    With none of `status`, `error`, `drop`, `hang` the answer is only `late`.
    """

    status: int | None = None
    body: str = ""
    content_type: str = "text/html; charset=utf-8"
    retry_after: int | None = None
    error: str = ""
    drop: bool = False
    reset: bool = False
    hang: bool = False
    late: float = 0
    stored: bool = False
    way: float = 0


def rate_limited(seconds: int = 1) -> Fault:
    """https://docs.slack.dev/apis/web-api/rate-limits: 429, Retry-After in seconds."""
    body = '{"ok":false,"error":"ratelimited"}'
    return Fault(status=429, retry_after=seconds, body=body, content_type="application/json; charset=utf-8")


def status(code: int, body: str = _SORRY) -> Fault:
    return Fault(status=code, body=body)


def html(code: int = 200) -> Fault:
    return Fault(status=code, body=_SORRY)


def malformed(code: int = 200) -> Fault:
    """JSON that ends too soon."""
    return Fault(status=code, body='{"ok":tru', content_type="application/json; charset=utf-8")


def error(name: str) -> Fault:
    """Any error that Slack has a word for: `fatal_error`, `channel_not_found`, …"""
    return Fault(error=name)


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
    """What was planned to go wrong, by method; `*` is any method."""

    plans: dict[str, list[_Planned]] = field(default_factory=dict[str, list[_Planned]])
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, method: str, fault: Fault, *, times: int = 1, when: Condition | None = None) -> None:
        self.plans.setdefault(method, []).append(_Planned(fault, when, times))

    @contextmanager
    def during(self, method: str, fault: Fault, *, when: Condition | None = None) -> Iterator[None]:
        """Let a fault be for the length of the block."""
        planned = _Planned(fault, when, None)
        self.plans.setdefault(method, []).append(planned)
        try:
            yield
        finally:
            self.plans[method].remove(planned)
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

    def next(self, method: str, args: Json) -> Fault | None:
        """Return what is to go wrong with this call, and take it off the plan."""
        nothing: list[_Planned] = []
        for planned in self.plans.get(method, nothing) + self.plans.get("*", nothing):
            if planned.meets(args):
                if planned.left is not None:
                    planned.left -= 1
                return planned.fault
        return None
