"""How fast Discord may be spoken to.

Fifty calls a second for the whole bot; for each route and channel what the headers say, which are the only place where
it is said.  Ten thousand calls within ten minutes that end in 401, 403 or 429 get the address banned:
https://docs.discord.com/developers/topics/rate-limits.  Nothing sleeps here: who has to wait is told how long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.pace import Turns
from bot.errors import Busy

_EVERY, _BURST = timedelta(seconds=1) / 50, 40
_WINDOW = timedelta(minutes=10)
# A tenth of what gets an address banned, which other bots of the same house may use up too.
INVALID = 1_000
_LONGEST_WAIT = timedelta(hours=1)
_FORGET_ABOVE = 20_000
_TOO_MANY, _INVALID = 429, frozenset({401, 403, 429})
_EVERYWHERE = ""


@dataclass(slots=True)
class Pace:
    """The limits of one bot, as far as they are known."""

    now: Callable[[], datetime]
    closed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    invalid: deque[datetime] = field(default_factory=deque[datetime])
    _turns: Turns | None = None

    def spend(self, route: str, *, urgent: bool = False) -> None:
        """Use one call of `route`, which names its channel too; raises Busy if there is no room yet."""
        now = self.now()
        for name in (_EVERYWHERE, route):
            until = self.closed.get(name)
            if until is not None and until > now:
                raise Busy("Discord asks to wait", until - now)
        self._forget(now)
        if len(self.invalid) >= INVALID:
            raise Busy("so many calls were refused that Discord might ban the address", self.invalid[0] + _WINDOW - now)
        if self._turns is None:
            self._turns = Turns.starting(now, every=_EVERY, burst=_BURST)
        wait = self._turns.take(now, urgent=urgent)
        if wait is not None:
            raise Busy("fifty calls a second", wait)

    def heard(self, route: str, status: int, headers: Mapping[str, str]) -> timedelta | None:
        """Learn from an answer; return how long it asks to wait, if it does."""
        now = self.now()
        scope = headers.get("X-RateLimit-Scope", "")
        if status in _INVALID and scope != "shared":
            self.invalid.append(now)
        if status == _TOO_MANY:
            wait = _seconds(headers.get("Retry-After")) or _seconds(headers.get("X-RateLimit-Reset-After"))
            wait = wait or timedelta(seconds=30)
            is_global = scope == "global" or "X-RateLimit-Global" in headers or "Via" not in headers
            self._close(_EVERYWHERE if is_global else route, now + wait)
            return wait
        if headers.get("X-RateLimit-Remaining") == "0":
            rest = _seconds(headers.get("X-RateLimit-Reset-After"))
            if rest:
                self._close(route, now + rest)
        return None

    def _close(self, name: str, until: datetime) -> None:
        self.closed[name] = max(self.closed.get(name, until), until)

    def _forget(self, now: datetime) -> None:
        while self.invalid and self.invalid[0] <= now - _WINDOW:
            self.invalid.popleft()
        if len(self.closed) > _FORGET_ABOVE:
            self.closed = {name: until for name, until in self.closed.items() if until > now}


def _seconds(text: str | None) -> timedelta | None:
    """Return what a header says, in seconds; whoever says nonsense says nothing."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return min(timedelta(seconds=seconds), _LONGEST_WAIT) if 0 < seconds < 1e9 else None  # noqa: PLR2004
