"""What the configuration names on a platform, for whoever looks whether it is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """What the configuration names: where announcements go, who may do what, and in which channels something else."""

    addresses: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
