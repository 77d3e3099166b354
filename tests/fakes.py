"""Stand-ins with a vocabulary: a chat platform that misbehaves when told to, and a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.core.message import Message
from bot.errors import MessageGone, PermanentFailure, UnknownOutcome
from bot.model import Ref

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved; whoever sleeps wakes when his time has come."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []
        self._someone_sleeps = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, span: timedelta) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + span, waking))
        self._someone_sleeps.set()
        await waking

    def move(self, **span: float) -> datetime:
        """Let time pass: `move(seconds=12)`; returns what it is now."""
        self._now += timedelta(**span)
        waking = [future for until, future in self._sleepers if until <= self._now]
        self._sleepers = [(until, future) for until, future in self._sleepers if until > self._now]
        for future in waking:
            if not future.done():
                future.set_result(None)
        return self._now

    async def until_someone_sleeps(self) -> timedelta:
        """Return how long the next sleeper still wants to sleep, as soon as there is one."""
        while not (waiting := [until for until, future in self._sleepers if not future.done()]):
            self._someone_sleeps.clear()
            await self._someone_sleeps.wait()
        return min(waiting) - self._now


@dataclass(slots=True)
class Posted:
    """One message in a channel: what it says now, what it has said before, and its thread."""

    ref: Ref
    key: str
    message: Message
    at: datetime
    thread: list[Posted] = field(default_factory=list["Posted"])
    before: list[Message] = field(default_factory=list[Message])

    @property
    def headline(self) -> str:
        return self.message.headline


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that the platform was asked to do."""

    verb: str
    address: str
    key: str
    at: datetime


@dataclass(slots=True)
class FakePlatform:
    """A chat platform in memory: `channels` has the roots by address, `calls` everything that was asked.

    What goes wrong is said beforehand, and each thing said happens once:

        platform.fails_with(TemporaryFailure("slow down"))     nothing is posted
        platform.loses_the_answer()                            it is posted, and nobody learns
        platform.hangs()                                       it is not posted before `answers_again()`

    Or it lasts: `platform.forbids("ops")`, `platform.hangs_for("ops")`.
    """

    clock: Clock
    name: str = "fake"
    longest: int = 4_000
    channels: dict[str, list[Posted]] = field(default_factory=dict[str, list[Posted]])
    calls: list[Call] = field(default_factory=list[Call])
    _plan: deque[BaseException | str] = field(default_factory=deque[BaseException | str])
    _forbidden: set[str] = field(default_factory=set[str])
    _hanging: set[str] = field(default_factory=set[str])
    _answers: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def fails_with(self, error: BaseException, *, times: int = 1) -> None:
        self._plan.extend([error] * times)

    def loses_the_answer(self, *, times: int = 1) -> None:
        self._plan.extend(["lost"] * times)

    def dies_after_posting(self) -> None:
        """Post, and then fail in a way that no platform is expected to."""
        self._plan.append("dies")

    def hangs(self, *, times: int = 1) -> None:
        self._plan.extend(["hangs"] * times)

    def hangs_for(self, address: str) -> None:
        self._hanging.add(address)

    def answers_again(self) -> None:
        self._hanging.clear()
        self._answers.set()

    def forbids(self, address: str) -> None:
        self._forbidden.add(address)

    def deletes_root(self, address: str) -> None:
        """Remove the newest root of a channel, and its thread with it, as a person would."""
        self.channels[address].pop()

    def sent(self, verb: str | None = None) -> list[Call]:
        return [call for call in self.calls if call.verb == verb or (verb is None and call.verb != "find")]

    def root(self, address: str) -> Posted:
        """Return the only root of a channel."""
        (one,) = self.channels[address]
        return one

    async def until_called(self, number: int) -> None:
        while len(self.calls) < number:
            self._news.clear()
            await self._news.wait()

    async def post(self, address: str, message: Message, key: str) -> Ref:
        fault = await self._asked("post", address, key)
        posted = self._posted(address, message, key)
        self.channels.setdefault(address, []).append(posted)
        return _answer(posted.ref, fault)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        address = root.value.partition("#")[0]
        fault = await self._asked("reply", address, key)
        posted = self._posted(address, message, key)
        self._find_root(root).thread.append(posted)
        return _answer(posted.ref, fault)

    async def edit(self, root: Ref, message: Message) -> None:
        address = root.value.partition("#")[0]
        fault = await self._asked("edit", address, "")
        posted = self._find_root(root)
        posted.before.append(posted.message)
        posted.message = message
        _answer(root, fault)

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        fault = await self._asked("find", address, key)
        among = self.channels.get(address, []) if root is None else self._find_root(root).thread
        found = (posted.ref for posted in among if posted.key == key and posted.at >= since)
        return _answer(next(found, None), fault)

    async def _asked(self, verb: str, address: str, key: str) -> str | None:
        """Note the call; go through with what was planned for it before anything is posted."""
        self.calls.append(Call(verb, address, key, self.clock.now()))
        self._news.set()
        if address in self._forbidden:
            raise PermanentFailure(f"no access to {address}")
        fault = self._plan.popleft() if self._plan else None
        if isinstance(fault, BaseException):
            raise fault
        if fault == "hangs" or address in self._hanging:
            self._answers.clear()
            await self._answers.wait()
        return fault

    def _posted(self, address: str, message: Message, key: str) -> Posted:
        return Posted(Ref(f"{address}#{len(self.calls)}"), key, message, self.clock.now())

    def _find_root(self, ref: Ref) -> Posted:
        for root in self.roots():
            if root.ref == ref:
                return root
        raise MessageGone(f"no message {ref.value}")

    def roots(self) -> Iterator[Posted]:
        for channel in self.channels.values():
            yield from channel


def _answer[T](value, fault): ...
