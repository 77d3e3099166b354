"""Whether one instance reaches a chat: who does not leaves what is due there to the others, and tries now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import NoAnswer, OutOfReach, PermanentFailure

# A call or a few in so long show whether it is over.
_TRIES_EVERY = timedelta(seconds=10)


@dataclass(slots=True)
class Reach:
    """What came of the last calls: it is out of reach since a call had no answer, and none that began later had one.

    `again_at` is when it is to be tried once more.
    """

    heard_at: datetime | None = None
    again_at: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the chat is out of reach, as far as is known."""
        return self.again_at is not None

    def may_try(self, now: datetime) -> bool:
        """Whether it is time to try; then the next is to wait again."""
        if self.again_at is None or self.again_at > now:
            return False
        self.again_at = now + _TRIES_EVERY
        return True

    @contextmanager
    def noting(self, now: Callable[[], datetime]) -> Iterator[None]:
        """Note what comes of a call in the block; nothing is learnt from one that may not have been made."""
        began = now()
        try:
            yield
        except (NoAnswer, OutOfReach):
            if self.heard_at is None or self.heard_at < began:
                self.again_at = now() + _TRIES_EVERY
            raise
        except PermanentFailure:
            self._heard(now())
            raise
        self._heard(now())

    def _heard(self, now: datetime) -> None:
        self.heard_at, self.again_at = now, None
