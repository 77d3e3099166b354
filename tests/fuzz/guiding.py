"""Which ways through the code an answer takes: one that takes a new way is worth breaking further."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import bot.feeds

_FEEDS = str(Path(bot.feeds.__file__).parent)
_MOST_KEPT = 300
_LARGEST = 200_000

Way = tuple[CodeType, int, int]
Trace = Callable[[FrameType, str, Any], Any]


class Guide:
    """Keeps what has led from one line of `bot/feeds` to another as nothing before it did."""

    def __init__(self) -> None:
        self.ways: set[Way] = set()
        self.kept: list[bytes] = []

    def take(self, body: bytes, reading: Callable[[bytes], object]) -> None:
        """Let an answer be read, and keep it if it takes a way that is new."""
        ways = _ways_of(lambda: reading(body))
        if not ways <= self.ways:
            self.ways |= ways
            self.kept += [body] if len(body) <= _LARGEST or not self.kept else []
            del self.kept[:-_MOST_KEPT]


def _ways_of(what: Callable[[], object]) -> set[Way]:
    ways: set[Way] = set()

    def enter(frame: FrameType, _event: str, _arg: Any) -> Trace | None:
        code = frame.f_code
        if not code.co_filename.startswith(_FEEDS):
            return None
        before = 0

        def step(frame: FrameType, event: str, _arg: Any) -> Trace:
            nonlocal before
            if event == "line":
                ways.add((code, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step

    earlier = sys.gettrace()
    sys.settrace(enter)
    try:
        what()
    finally:
        sys.settrace(earlier)
    return ways
