"""Which of several instances tells which channel: each channel is one instance's at a time, whoever lives.

So a channel's rate limit is kept by one, who knows what was sent there.  When an instance comes or goes only its own
channels move (rendezvous hashing, https://en.wikipedia.org/wiki/Rendezvous_hashing).
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

# Enough that each of a few dozen instances has about as many as the others.
SHARDS = 256


def shard_of(destination: str) -> int:
    """Return the share that a destination falls into, from 0 to SHARDS - 1, for ever the same."""
    return _hash(destination) % SHARDS


def mine(me: str, others: Collection[str]) -> tuple[int, ...]:
    """Return the shares of one instance among others; all instances that count the same ones agree."""
    everybody = sorted({me, *others})
    return tuple(shard for shard in range(SHARDS) if max(everybody, key=lambda one: _hash(f"{one} {shard}")) == me)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
