"""How often somebody may call: a bucket that fills again with time, and one for each of many callers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

# Of more callers than this the one who was silent longest begins anew: their number is not ours to choose.
_MOST_CALLERS = 4096


@dataclass(slots=True)
class Bucket:
    """So many calls at once, and so many a second after that."""

    size: float
    per_second: float
    left: float = -1.0
    at: datetime | None = None

    def wait(self, now: datetime) -> int:
        """Take one call out; returns after how many seconds to come again, 0 if there was one."""
        if self.at is None:
            self.left = self.size
        else:
            passed = max((now - self.at).total_seconds(), 0)
            self.left = min(self.size, self.left + passed * self.per_second)
        self.at = now
        if self.left < 1:
            return max(ceil((1 - self.left) / self.per_second), 1)
        self.left -= 1
        return 0


@dataclass(slots=True)
class Rations:
    """A bucket for each caller."""

    size: float
    per_second: float
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict[str, Bucket])

    def wait(self, caller: str, now: datetime) -> int:
        """Count a call of somebody; returns after how many seconds they may come again, 0 if they may now."""
        bucket = self.buckets.setdefault(caller, Bucket(self.size, self.per_second))
        self.buckets.move_to_end(caller)
        if len(self.buckets) > _MOST_CALLERS:
            self.buckets.popitem(last=False)
        return bucket.wait(now)
