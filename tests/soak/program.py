"""The program as it is, in a time that leaps over its own idleness.

    python -m tests.soak.program DIAL SAMPLES run --config …

Two things are put in the place of others, and nothing else: the event loop's clock, and the time of day.  The loop is
Python's own, whose selector can be asked to leap; uvloop's can not.  When nothing is ready, nothing is under way in a
thread, in the database or on an HTTP connection, and nobody outside holds the time, the selector does not wait for the
next timer: it lets that time have passed, and comes back.  So every interval, lease, time-out and back-off is what
it always is, each thing that is done takes the time that it takes, and what is left out is waiting for nothing.

Every few minutes of that time it writes down what the process holds.
"""

from __future__ import annotations

import asyncio
import json
import os
import selectors
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import IO, Any, TypeVar, TypeVarTuple

from tests.soak.dial import BEGINS, Dial

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EVERY = 300.0
# While something is under way nobody else tells the selector that it is done sooner than this, in seconds.
_LOOK_AGAIN = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")
_WORKERS = 32


class Leaping(selectors.EpollSelector):
    """Does not wait where nobody is waited for."""

    def __init__(self, dial: Dial, seen: Seen) -> None:
        super().__init__()
        self._dial, self._seen = dial, seen
        self.under_way = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._seen.turned()
        ready = super().select(0)
        if not ready and (timeout is None or timeout > 0):
            ready = self._nothing_ready(timeout)
        self._seen.turns()
        return ready

    def _nothing_ready(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        until = None if timeout is None else self._dial.steady() + timeout
        while until is None or self._dial.steady() < until:
            if not self.under_way and not self._dial.is_held and until is not None:
                self._dial.leap(max(until - self._dial.steady(), 0))
                break
            left = _LOOK_AGAIN if until is None else min(until - self._dial.steady(), _LOOK_AGAIN)
            if ready := super().select(max(left, 0)):
                return ready
        return []


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time is the soak's, and that knows what is under way in threads."""

    def __init__(self, dial: Dial, leaping: Leaping) -> None:
        self._dial, self._leaping = dial, leaping
        super().__init__(leaping)
        self.set_default_executor(ThreadPoolExecutor(_WORKERS, "work"))

    def time(self) -> float:
        return self._dial.steady()

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._leaping.under_way += 1
        future.add_done_callback(self._over)
        return future

    def _over(self, _: object) -> None:
        self._leaping.under_way -= 1


class Seen:
    """What is written down: what the process holds, and for how long single turns of its loop held up all others."""

    def __init__(self, dial: Dial, into: IO[str]) -> None:
        self._dial, self._into = dial, into
        self._next, self._began = 0.0, 0.0
        self._turns: list[float] = []

    def turns(self) -> None:
        self._began = time.perf_counter()

    def turned(self) -> None:
        if self._began:
            self._turns.append(time.perf_counter() - self._began)
        if self._dial.seconds() >= self._next:
            self._write()
            self._next = (self._dial.seconds() // EVERY + 1) * EVERY
            self._turns.clear()

    def _write(self) -> None:
        turns = sorted(self._turns) or [0.0]
        row = {
            "at": self._dial.seconds(),
            "machine": time.perf_counter(),
            "rss": int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE,
            "cpu": time.process_time(),
            "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208  (one look, no objects)
            "threads": threading.active_count(),
            "tasks": len(asyncio.all_tasks(asyncio.get_running_loop())),
            "turns": len(turns),
            "turn_99": turns[int(len(turns) * 0.99)],
            "turn_longest": turns[-1],
        }
        self._into.write(json.dumps(row) + "\n")
        self._into.flush()


def counted(leaping: Leaping, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same, which is under way until it has ended."""

    @wraps(call)
    async def counting(*args: Any, **kwargs: Any) -> Any:
        leaping.under_way += 1
        try:
            return await call(*args, **kwargs)
        finally:
            leaping.under_way -= 1

    return counting


def main(dial_at: str, samples_at: str, *words: str) -> int:
    """Run the program in the time of a dial, and return its status."""
    dial = Dial(Path(dial_at), holder=0)
    # Before anything of ours is imported: some take the function itself.
    time.monotonic = dial.steady
    from bot import clock  # noqa: PLC0415  (as said above)

    clock.steady = dial.steady
    from aiohttp import ClientSession, ClientWebSocketResponse  # noqa: PLC0415  (as said above)

    from bot import arenas, cli, compose  # noqa: PLC0415  (as said above)
    from bot.store import engines  # noqa: PLC0415  (as said above)

    class Agreed(clock.AgreedClock):
        """Shows the soak's time, whatever a database says that it is."""

        def __init__(self) -> None:
            super().__init__()
            super().agree(BEGINS, *(dial.steady() - dial.seconds(),) * 2)

        def agree(self, told: datetime, asked: float, answered: float) -> timedelta:
            return timedelta()

        def doubt(self) -> timedelta | None:
            return None

    with Path(samples_at).open("w", encoding="utf-8") as into:
        leaping = Leaping(dial, Seen(dial, into))
        for whose, name in (
            *((ClientSession, "_request"), (ClientWebSocketResponse, "close")),
            *((engines.Pool, "run"), (engines.Pool, "close")),
        ):
            setattr(whose, name, counted(leaping, getattr(whose, name)))
        replaced: Mapping[Any, tuple[str, Any]] = {
            compose: ("AgreedClock", Agreed),
            cli: ("new_loop", partial(Loop, dial, leaping)),
        }
        for module, (name, instead) in replaced.items():
            setattr(module, name, instead)
        # As `sitrep run` does by itself.
        arenas.few(os.environ)
        return cli.main(words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
