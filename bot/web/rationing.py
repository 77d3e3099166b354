"""How often somebody may call: a bucket that fills again with time, and one for each of many callers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil

# Of more callers than this the one who was silent longest begins anew: their number is not ours to choose.
_MOST_CALLERS = 4096
_HOST_BITS = 64


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


def whose(address: str) -> str:
    """Return whom an address stands for: with IPv6 a house has as many as it likes, all in one network of 64 bits.

    https://www.rfc-editor.org/rfc/rfc6177
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address) or found.ipv4_mapped is not None:
        return address
    return str(ip_network((int(found) >> _HOST_BITS << _HOST_BITS, _HOST_BITS)))


@dataclass(slots=True)
class Rations:
    """A bucket for each caller."""

    size: float
    per_second: float
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict[str, Bucket])

    def wait(self, caller: str, now: datetime) -> int:
        """Count a call of somebody; returns after how many seconds they may come again, 0 if they may now."""
        caller = whose(caller)
        bucket = self.buckets.setdefault(caller, Bucket(self.size, self.per_second))
        self.buckets.move_to_end(caller)
        if len(self.buckets) > _MOST_CALLERS:
            self.buckets.popitem(last=False)
        return bucket.wait(now)
