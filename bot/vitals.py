"""Whether Sitrep is well: its loops turn, its database answers, its platforms are connected.  In one line each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from bot.clock import Clock

# Longer than any turn takes that is well: a step may take 45 s, a look and its follow-ups a minute.
LATE = timedelta(minutes=3)


@dataclass(slots=True)
class Turns:
    """When each loop wants to be back, on a clock that nobody can set."""

    now: Callable[[], float] = monotonic
    back_at: dict[str, float] = field(default_factory=dict[str, float])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def turned(self, name: str, sleeps: timedelta = timedelta()) -> None:
        """Note that a loop turns, and sleeps for so long before its next turn."""
        self.back_at[name] = self.now() + max(sleeps.total_seconds(), 0)
        self.counts[name] = self.counts.get(name, 0) + 1

    def rests(self, name: str) -> None:
        """Note that a loop does not turn for now, as it should not: another instance has its role."""
        self.back_at.pop(name, None)

    def late(self) -> Iterator[tuple[str, timedelta]]:
        """Yield the loops that should have been back long ago, and for how long."""
        for name, back_at in sorted(self.back_at.items()):
            over = timedelta(seconds=self.now() - back_at)
            if over > LATE:
                yield name, over


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock that one loop sleeps by: whenever it does, that is a turn of its."""

    clock: Clock
    turns: Turns
    loop: str

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return self.clock.now()

    async def sleep(self, span: timedelta) -> None:
        """Return when `span` has passed; until then nobody expects the loop back."""
        self.turns.turned(self.loop, span)
        await self.clock.sleep(span)


# A database that takes longer for a question of one row is not there for anybody.
_PATIENCE = 3.0


@dataclass(slots=True)
class Vitals:
    """What is asked of itself: `answers` whether the database does, `crashed` which loops crash again and again.

    `refused` says why nothing can be written there, nothing if it can.

    `platforms` says which are not connected, a line each; `takes` of each platform whether it takes what it is told, or
    will not have us before the next start; `expected` are the loops that must have turned once before
    anything is watched and told.
    """

    answers: Callable[[], Awaitable[bool]]
    turns: Turns = field(default_factory=Turns)
    crashed: Callable[[], Mapping[str, int]] = dict
    platforms: Callable[[], Sequence[str]] = tuple
    takes: Callable[[], Mapping[str, bool]] = dict
    refused: Callable[[], str] = str
    expected: tuple[str, ...] = ("watch", "deliver")
    stopping: bool = False

    def ills(self) -> tuple[str, ...]:
        """Return what ails the loops, a line each; nothing if all turn."""
        late = (f"the loop {name} hangs: it is {over.total_seconds():.0f} s late" for name, over in self.turns.late())
        crashed = (f"the loop {name} crashes again and again, {n} times in a row" for name, n in self.crashed().items())
        return (*late, *crashed)

    async def lacks(self) -> tuple[str, ...]:
        """Return what is missing before this instance does its work, a line each."""
        if self.stopping:
            return ("stopping: what is under way is being finished",)
        return (*await self.database(), *self.unbegun(), *self.ills(), *self.platforms())

    def unbegun(self) -> tuple[str, ...]:
        """Return which loops nothing is watched or told without, and have not turned yet."""
        return tuple(f"the loop {name} has not begun yet" for name in self.expected if name not in self.turns.counts)

    def waits(self) -> tuple[str, ...]:
        """Return why everything stands still though nothing of ours ails: to start anew would not help."""
        refused = self.refused()
        return (f"nothing can be written: {refused}",) if refused else ()

    async def database(self) -> tuple[str, ...]:
        """Return what ails the database."""
        if waits := self.waits():
            return waits
        try:
            async with asyncio.timeout(_PATIENCE):
                return () if await self.answers() else ("the database does not answer, or is not brought up to date",)
        except TimeoutError:
            return (f"the database does not answer within {_PATIENCE:g} s",)
