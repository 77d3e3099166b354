"""Stand-ins with a vocabulary: a chat platform that misbehaves when told to, and a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.clock import Clock
from bot.core.message import Message
from bot.errors import MessageGone, PermanentFailure, UnknownOutcome
from bot.model import Ref

T = TypeVar("T")

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
        """Return how long the next sleeper still wants to sleep, as soon as there is one; fail after a long time."""
        async with asyncio.timeout(20):
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
    earlier: Ref | None = None

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


@dataclass(frozen=True, slots=True)
class _Fault:
    """What goes wrong with one call: `before` anything is posted, or `after` it was."""

    before: BaseException | None = None
    after: BaseException | None = None
    hangs_before: bool = False
    hangs_after: bool = False


_ALL_WELL = _Fault()


@dataclass(slots=True)
class FakePlatform:
    """A chat platform in memory: `channels` has the roots by address, `calls` all that was asked of it.

    What goes wrong is said beforehand.  These happen once, in the order in which they were said:

        platform.fails_with(TemporaryFailure("slow down"))     nothing is posted
        platform.loses_the_answer()                            it is posted, and nobody learns
        platform.crashes_after_posting()                       the same, with an error that no port knows
        platform.hangs()                                       nothing is posted before `answers_again()`
        platform.hangs_after_posting()                         it is posted, the answer waits for `answers_again()`

    These last: `platform.forbids("ops")`, `platform.hangs_for("ops")`, `platform.deletes_root("ops")`.
    """

    clock: Clock
    name: str = "fake"
    longest: int = 4_000
    channels: dict[str, list[Posted]] = field(default_factory=dict[str, list[Posted]])
    calls: list[Call] = field(default_factory=list[Call])
    _plan: deque[_Fault] = field(default_factory=deque[_Fault])
    _forbidden: set[str] = field(default_factory=set[str])
    _hanging: set[str] = field(default_factory=set[str])
    _answers: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def fails_with(self, error: BaseException, *, times: int = 1) -> None:
        self._plan.extend([_Fault(before=error)] * times)

    def loses_the_answer(self) -> None:
        self._plan.append(_Fault(after=UnknownOutcome("the connection was lost before the answer came")))

    def crashes_after_posting(self) -> None:
        self._plan.append(_Fault(after=RuntimeError("nobody thought of this")))

    def hangs(self) -> None:
        self._plan.append(_Fault(hangs_before=True))

    def hangs_after_posting(self) -> None:
        self._plan.append(_Fault(hangs_after=True))

    def hangs_for(self, address: str) -> None:
        self._hanging.add(address)

    def answers_again(self) -> None:
        self._hanging.clear()
        self._answers.set()

    def behaves(self) -> None:
        """Forget what was planned to go wrong and has not yet."""
        self._plan.clear()

    def forbids(self, address: str) -> None:
        self._forbidden.add(address)

    def deletes_root(self, address: str) -> None:
        """Remove the newest root of a channel and its thread, as a person would."""
        self.channels[address].pop()

    def root(self, address: str) -> Posted:
        """Return the only root of a channel."""
        (one,) = self.channels[address]
        return one

    def sent(self) -> list[str]:
        """Return what was asked to be sent so far, without what was only read back."""
        return [call.verb for call in self.calls if call.verb != "find"]

    async def until_called(self, times: int) -> None:
        """Return as soon as it was asked so many times; or fail after a long time."""
        async with asyncio.timeout(20):
            while len(self.calls) < times:
                self._news.clear()
                await self._news.wait()

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        fault = await self._asked("post", address, key)
        posted = self._posted(address, message, key)
        posted.earlier = earlier
        self.channels.setdefault(address, []).append(posted)
        return await self._answered(posted.ref, fault)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        address = _address(root)
        fault = await self._asked("reply", address, key)
        posted = self._posted(address, message, key)
        self._root(root).thread.append(posted)
        return await self._answered(posted.ref, fault)

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        fault = await self._asked("edit", _address(root), "")
        posted = self._root(root)
        posted.before.append(posted.message)
        posted.message = message
        posted.earlier = earlier
        await self._answered(root, fault)

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        fault = await self._asked("find", address, key)
        found = (one.ref for one in self._among(address, root) if one.key == key and one.at >= since)
        return await self._answered(next(found, None), fault)

    def _among(self, address: str, root: Ref | None) -> list[Posted]:
        return self.channels.get(address, []) if root is None else self._root(root).thread

    async def _asked(self, verb: str, address: str, key: str) -> _Fault:
        """Note the call, go through what was planned to go wrong before it, and return what is to go wrong after."""
        self.calls.append(Call(verb, address, key, self.clock.now()))
        self._news.set()
        if address in self._forbidden:
            raise PermanentFailure(f"no access to {address}")
        fault = self._plan.popleft() if self._plan else _ALL_WELL
        if fault.before is not None:
            raise fault.before
        if fault.hangs_before or address in self._hanging:
            await self._until_it_answers()
        return fault

    async def _answered(self, answer: T, fault: _Fault) -> T:
        if fault.hangs_after:
            await self._until_it_answers()
        if fault.after is not None:
            raise fault.after
        return answer

    async def _until_it_answers(self) -> None:
        self._answers.clear()
        await self._answers.wait()

    def _posted(self, address: str, message: Message, key: str) -> Posted:
        return Posted(Ref(f"{address}#{len(self.calls)}"), key, message, self.clock.now())

    def _root(self, ref: Ref) -> Posted:
        found = next((root for root in self.channels.get(_address(ref), ()) if root.ref == ref), None)
        if found is None:
            raise MessageGone(f"no message {ref.value}")
        return found


@dataclass(slots=True)
class ApartPlatform(FakePlatform):
    """One on which the channel has to be told by itself: `aloud` has what it was told, by address."""

    aloud: dict[str, list[Posted]] = field(default_factory=dict[str, list[Posted]])

    async def broadcast(self, root: Ref, message: Message, key: str) -> Ref:
        address = _address(root)
        fault = await self._asked("broadcast", address, key)
        self._root(root)
        posted = self._posted(address, message, key)
        self.aloud.setdefault(address, []).append(posted)
        return await self._answered(posted.ref, fault)

    def _among(self, address: str, root: Ref | None) -> list[Posted]:
        said = self.aloud.get(address, []) if root is None else []
        return [*FakePlatform._among(self, address, root), *said]


@dataclass(slots=True)
class CarryingPlatform(FakePlatform):
    """One on which files go with a message."""

    largest: int = 1_000_000


@dataclass(slots=True)
class TwicePlatform(FakePlatform):
    """One that takes a message of a key twice, and lets its sender take one of them back.

    After `platform.is_long_under_way()` nobody learns of the next message, which is there when it `arrives()`.
    """

    under_way: list[Callable[[], Awaitable[object]]] = field(default_factory=list[Callable[[], Awaitable[object]]])
    _late: int = 0

    def is_long_under_way(self, *, times: int = 1) -> None:
        self._late += times

    async def arrives(self) -> None:
        """Let all that is under way arrive, in order."""
        while self.under_way:
            await self.under_way.pop(0)()

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        return await self._sent(lambda: FakePlatform.post(self, address, message, key, earlier))

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        return await self._sent(lambda: FakePlatform.reply(self, root, message, key))

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        await self._sent(lambda: FakePlatform.edit(self, root, message, earlier))

    async def retract(
        self, address: str, root: Ref | None, key: str, since: datetime, *, keep: Ref | None = None
    ) -> int:
        fault = await self._asked("retract", address, key)
        there = self._among(address, root)
        found = [one for one in there if one.key == key and one.at >= since]
        kept = [one for one in found if keep in {None, one.ref}][:1]
        over = [one for one in found if kept and one is not kept[0]]
        for one in over:
            there.remove(one)
        return await self._answered(len(over), fault)

    async def _sent(self, work: Callable[[], Awaitable[T]]) -> T:
        if not self._late:
            return await work()
        self._late -= 1
        self.under_way.append(work)
        raise UnknownOutcome("no answer came in time")


def _address(ref: Ref) -> str:
    return ref.value.partition("#")[0]
