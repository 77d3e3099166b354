"""The time of a soak, which several processes share: that of the machine, and what of it was left out.

It stands in a small file that each of them has mapped.  Whoever must not be left waiting by a leap holds the time for
as long: then it goes on as it does for everybody, second by second.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

# Before anybody can put another clock in its place.
_MACHINE = monotonic
# A Monday, long after all that was ever recorded.
BEGINS = datetime(2027, 3, 1, tzinfo=UTC)
# Each is written and read as a whole, for they are words of the machine; `struct` would write zeros first.
_BEGAN, _LEFT_OUT, _WORDS = 0, 1, 2
_HOLDS_AT, _HOLDERS = 8 * _WORDS, 8


class Dial:
    """Tells the time of the soak, lets it leap, and holds it."""

    def __init__(self, path: Path, holder: int) -> None:
        """Open the file that `begin` made; each process that holds the time is a `holder` of its own."""
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self._words = memoryview(self._memory).cast("d")
        self._holder = holder
        self._holds = 0

    @staticmethod
    def begin(path: Path) -> None:
        """Let the time of the soak begin now."""
        path.write_bytes(bytes(_HOLDS_AT + _HOLDERS))
        Dial(path, holder=0).again()

    def again(self) -> None:
        """Let it begin once more, now."""
        self._words[_LEFT_OUT] = 0.0
        self._words[_BEGAN] = _MACHINE()

    def seconds(self) -> float:
        """Return how many seconds have passed since the beginning."""
        return self.steady() - self._words[_BEGAN]

    def steady(self) -> float:
        """Return what a monotonic clock would show."""
        return _MACHINE() + self.left_out

    @property
    def left_out(self) -> float:
        """How many seconds were leapt over so far."""
        return self._words[_LEFT_OUT]

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=self.seconds())

    def leap(self, seconds: float) -> None:
        """Let that much time have passed; only one process does so."""
        self._words[_LEFT_OUT] += seconds

    @property
    def is_held(self) -> bool:
        return any(self._memory[_HOLDS_AT : _HOLDS_AT + _HOLDERS])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the time for the length of the block."""
        self._holds += 1
        self._memory[_HOLDS_AT + self._holder] = 1
        try:
            yield
        finally:
            self._holds -= 1
            self._memory[_HOLDS_AT + self._holder] = int(self._holds > 0)


def hour_of(seconds: float) -> int:
    """Return the number of the hour that a moment belongs to, from 0."""
    return int(seconds // 3600)
