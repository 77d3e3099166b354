"""How fast Discord may be spoken to.

Fifty calls a second for the whole bot; for each route and channel what the headers say, which are the only place where
it is said.  Ten thousand calls within ten minutes that end in 401, 403 or 429 get the address banned:
https://docs.discord.com/developers/topics/rate-limits.  Nothing sleeps here: who has to wait is told how long.  Only
a moment's crowd is waited out by the caller: whoever gave up and began anew would crowd the others out again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.pace import Turns, alone
from bot.core.waits import Waits
from bot.errors import Busy

# Within any second at most the burst and what comes free in it: 45 of the fifty, for not every call arrives in time.
_EVERY, _BURST = timedelta(seconds=1) / 35, 10
_WINDOW = timedelta(minutes=10)
# A tenth of what gets an address banned, which other bots of the same house may use up too.
INVALID = 1_000
_LONGEST_WAIT = timedelta(hours=1)
# How long the answer is waited for that tells how much a route takes; until then it is given one call.
_UNTOLD = timedelta(seconds=1)
_FORGET_ABOVE = 20_000
_TOO_MANY, _INVALID = 429, frozenset({401, 403, 429})
_EVERYWHERE = ""


class Crowded(Busy):
    """More calls than fifty a second, for a moment."""


@dataclass(slots=True)
class Bucket:
    """One route in one channel: how many calls it takes until when; `under_way` have no answer yet.

    `window` is what Discord calls the time until then, so that answers that overtake each other do no harm.
    """

    until: datetime
    limit: int = 1
    left: int = 0
    under_way: int = 0
    window: str = ""

    def take(self, now: datetime) -> timedelta | None:
        """Use a call and return None, or return how long to wait for one."""
        if self.until <= now:
            self.left, self.until, self.window = self.limit, now + _UNTOLD, ""
        if self.left <= 0:
            return self.until - now
        self.left -= 1
        self.under_way += 1
        return None

    def learn(self, now: datetime, headers: Mapping[str, str]) -> None:
        """Take over what an answer says, less what is under way to it: Discord has not counted that yet."""
        limit, left = _number(headers.get("X-RateLimit-Limit")), _number(headers.get("X-RateLimit-Remaining"))
        rest = _seconds(headers.get("X-RateLimit-Reset-After"))
        if limit is None or left is None or rest is None:
            self.until = now
            return
        window = headers.get("X-RateLimit-Reset", "")
        left -= max(self.under_way - 1, 0)
        self.left = min(self.left, left) if window == self.window else left
        self.limit, self.until, self.window = max(limit, 1), now + rest, window


@dataclass(slots=True)
class Pace:
    """The limits of one bot, as far as they are known; `crew` is how many instances share them."""

    now: Callable[[], datetime]
    waits: Waits = field(default_factory=Waits)
    buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])
    invalid: deque[datetime] = field(default_factory=deque[datetime])
    crew: Callable[[], int] = alone
    _turns: Turns | None = None

    @contextmanager
    def turn(self, route: str, *, urgent: bool = False) -> Iterator[None]:
        """Use one call of `route`, which names its channel too, for the block; raises Busy if there is no room yet.

        It is Crowded if only the fifty calls of this second are used up.
        """
        bucket = self._spend(route, urgent=urgent)
        try:
            yield
        finally:
            bucket.under_way -= 1

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
            self.waits.ask(_EVERYWHERE if is_global else route, now + wait, now)
            return wait
        if route in self.buckets:
            self.buckets[route].learn(now, headers)
        return None

    def _spend(self, route: str, *, urgent: bool) -> Bucket:
        now = self.now()
        self._forget(now)
        for name in (_EVERYWHERE, route):
            if (left := self.waits.left(name, now)) is not None:
                raise Busy("Discord asks to wait", left)
        if len(self.invalid) >= INVALID:
            raise Busy("so many calls were refused that Discord might ban the address", self.invalid[0] + _WINDOW - now)
        if self._turns is None:
            self._turns = Turns.starting(now, every=_EVERY, burst=_BURST)
        bucket = self.buckets.setdefault(route, Bucket(until=now))
        wait = bucket.take(now)
        if wait is not None:
            raise Busy("Discord takes no more of these calls yet", wait)
        wait = self._turns.shared(_EVERY, _BURST, self.crew()).take(now, urgent=urgent)
        if wait is not None:
            bucket.left += 1
            bucket.under_way -= 1
            raise Crowded("fifty calls a second", wait)
        return bucket

    def _forget(self, now: datetime) -> None:
        while self.invalid and self.invalid[0] <= now - _WINDOW:
            self.invalid.popleft()
        if len(self.buckets) > _FORGET_ABOVE:
            self.buckets = {name: one for name, one in self.buckets.items() if one.until > now or one.under_way}


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _seconds(text: str | None) -> timedelta | None:
    """Return what a header says, in seconds; whoever says nonsense says nothing."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return min(timedelta(seconds=seconds), _LONGEST_WAIT) if 0 < seconds < 1e9 else None  # noqa: PLR2004  (longer than a lifetime is no time)
