"""Which chats this instance reaches: what is due at the others is left to whoever does, if there is somebody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.reach import Reach

log = logging.getLogger("bot.loops.deliver")


# Of what is taken some turns out to be told already.
_TRIES = 4


@dataclass(slots=True)
class Reaching:
    """The chats that are one place each: who does not reach it can post nowhere.  Those are `said` to be lost."""

    reach: dict[str, Reach] = field(default_factory=dict[str, Reach])
    said: set[str] = field(default_factory=set[str])

    def lost(self, shards: Collection[int] | None) -> list[str]:
        """Return those that are out of reach; who is alone goes on trying, whatever comes of it."""
        return [] if shards is None else [name for name, one in self.reach.items() if one.is_lost]

    def tried(self, lost: Collection[str], now: datetime) -> dict[str, int]:
        """Return those of the lost that are to be tried now, and how many calls that is worth."""
        return {name: _TRIES for name in lost if self.reach[name].may_try(now)}

    @contextmanager
    def noting(self, name: str, now: Callable[[], datetime]) -> Iterator[None]:
        """Note what comes of a call of one of them."""
        reach = self.reach.get(name)
        if reach is None:
            yield
            return
        try:
            with reach.noting(now):
                yield
        finally:
            self._tell(name, is_lost=reach.is_lost)

    def _tell(self, name: str, *, is_lost: bool) -> None:
        if is_lost and name not in self.said:
            self.said.add(name)
            log.warning("%s is out of reach: what is due there is left to other instances, if there are any", name)
        elif name in self.said and not is_lost:
            self.said.remove(name)
            log.info("%s is within reach again", name)
