"""Results that many tasks bring one by one and that one task writes in groups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Batch(Generic[T]):
    """Collects items and hands them over in groups: a commit is dear, a row in it is cheap."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[object]], *, pause: float, most: int = 500) -> None:
        """Write groups of at most `most` items by `write`, `pause` seconds after the first of them came."""
        self._write = write
        self._pause = pause
        self._most = most
        self._items: list[T] = []
        self._some = asyncio.Event()

    def add(self, item: T) -> None:
        """Take an item; it is written soon."""
        self._items.append(item)
        self._some.set()

    async def run(self) -> None:
        """Write groups until cancelled; what is left then is for `flush`."""
        while True:
            await self._some.wait()
            await asyncio.sleep(self._pause)
            await self.flush()

    async def flush(self) -> None:
        """Write all that is there now.  What can not be written stays, to be tried again."""
        while self._items:
            group = self._items[: self._most]
            await self._write(group)
            del self._items[: len(group)]
        self._some.clear()
