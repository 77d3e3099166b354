"""How often what may be called: https://docs.discord.com/developers/topics/rate-limits.

Limits stand in the headers and are not published ("should not be hard coded"): these numbers are made up, but for the
50 requests a second of a bot.  A bucket holds one route for one channel, guild or webhook.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

# https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
GLOBAL_PER_SECOND = 50
PLENTY = 10_000


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the headers say after a call, and `wait` seconds if it may not be; `scope` tells whose limit it was."""

    limit: int
    remaining: int
    reset: float
    reset_after: float
    bucket: str
    wait: float = 0
    scope: str = "user"

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.reset:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


@dataclass(slots=True)
class Pace:
    """Counts calls; `enforced = False` lets everything pass.

    `limits` by route: so many calls in so many seconds.  Without `via` a refusal looks like Cloudflare's.
    """

    enforced: bool = True
    limits: dict[str, tuple[int, float]] = field(
        default_factory=lambda: {"create_message": (5, 5.0), "edit_message": (5, 5.0), "delete_message": (5, 1.0)}
    )
    usual: tuple[int, float] = (20, 1.0)
    per_second: int = GLOBAL_PER_SECOND
    via: bool = True
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict[tuple[str, str], _Window])

    def take(self, route: str, major: str, now: float, *, exempt: bool = False) -> Verdict:
        """Count a call and say what its headers are to be; interactions are `exempt` from the global limit."""
        bucket = hashlib.sha256(route.encode()).hexdigest()[:32]
        if not self.enforced:
            return Verdict(PLENTY, PLENTY - 1, now + 1, 1, bucket)
        if not exempt:
            whole = self._window("*", "", 1.0, now)
            if whole.used >= self.per_second:
                return Verdict(self.per_second, 0, whole.ends, whole.ends - now, bucket, whole.ends - now, "global")
            whole.used += 1
        most, seconds = self.limits.get(route, self.usual)
        here = self._window(route, major, seconds, now)
        left = here.ends - now
        if here.used >= most:
            return Verdict(most, 0, here.ends, left, bucket, left)
        here.used += 1
        return Verdict(most, most - here.used, here.ends, left, bucket)

    def forget(self) -> None:
        """Begin anew, as after a quiet minute."""
        self._windows.clear()

    def _window(self, route: str, major: str, seconds: float, now: float) -> _Window:
        known = self._windows.get((route, major))
        if known is None or known.ends <= now:
            known = self._windows[(route, major)] = _Window(now + seconds)
        return known
