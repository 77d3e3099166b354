"""How often what may be called: https://docs.slack.dev/apis/web-api/rate-limits.

Tiers are per method, workspace and app; posting is "1 message per second per channel" with short bursts, and several
hundred a minute in a workspace.  The numbers of the bursts are not published: these are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.localslack.arguments import METHODS, POSTING


@dataclass(slots=True)
class _Bucket:
    size: float
    per_second: float
    full_at: float = 0

    def wait(self, now: float) -> float:
        """Take one, and return 0; or return the seconds until there is one to take."""
        missing = max(self.full_at - now, 0) * self.per_second
        if missing + 1 > self.size:
            return (missing + 1 - self.size) / self.per_second
        self.full_at = now + (missing + 1) / self.per_second
        return 0


@dataclass(slots=True)
class Pace:
    """Counts calls; `enforced = False` lets everything pass."""

    enforced: bool = True
    burst: int = 4
    posts_per_second: float = 1
    workspace_per_minute: float = 600
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict[tuple[str, ...], _Bucket])

    def wait(self, method: str, team: str, channel: str, now: float) -> int:
        """Return how many whole seconds `Retry-After` is to say; 0 lets the call pass."""
        if not self.enforced:
            return 0
        tier = METHODS[method].tier
        if tier != POSTING:
            return math.ceil(self._bucket((method, team), tier, tier / 60).wait(now))
        at_once = self.workspace_per_minute / 10
        whole = self._bucket((method, team), at_once, self.workspace_per_minute / 60).wait(now)
        here = self._bucket((method, team, channel), self.burst, self.posts_per_second).wait(now)
        return math.ceil(max(whole, here))

    def forget(self) -> None:
        """Begin anew, as after a quiet minute."""
        self._buckets.clear()

    def _bucket(self, key: tuple[str, ...], size: float, per_second: float) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(size, per_second))
