"""What whoever runs Sitrep is told of it, in words.  Never a secret, and never an address: there are tokens in some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.answers import listed

# What began within so short a time and for the same reason is one thing that befell many.
_AT_ONCE = timedelta(minutes=3)
_NAMED = 160
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


@dataclass(frozen=True, slots=True)
class Blind:
    """A time in which nothing was known of something watched."""

    name: str
    began_at: datetime
    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nothing was known of several things at once, for one reason."""

    names: str
    count: int
    began_at: datetime
    ended_at: datetime
    reason: str


def together(gaps: Iterable[Blind]) -> tuple[Outage, ...]:
    """Return gaps, the newest first, those together that are of one reason and began at once."""
    groups: list[list[Blind]] = []
    for gap in sorted(gaps, key=lambda one: (one.reason, one.began_at)):
        last = groups[-1][-1] if groups else None
        if last is not None and last.reason == gap.reason and gap.began_at - last.began_at <= _AT_ONCE:
            groups[-1].append(gap)
        else:
            groups.append([gap])
    found = [
        Outage(
            names=listed(sorted({one.name for one in some}, key=str.lower), room=_NAMED),
            count=len(some),
            began_at=min(one.began_at for one in some),
            ended_at=max(one.ended_at for one in some),
            reason=some[0].reason,
        )
        for some in groups
    ]
    return tuple(sorted(found, key=lambda one: one.began_at, reverse=True))


def size(count: int) -> str:
    """Write a number of bytes as people do: `84.6 MB`."""
    amount, unit = float(count), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"
