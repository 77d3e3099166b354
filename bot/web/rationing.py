"""How often somebody may call: a bucket that fills again with time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil


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
