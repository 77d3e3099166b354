"""How bad a thing is, from everything that says so."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Component, Impact


def worst(impacts: Iterable[Impact], default: Impact = Impact.NONE) -> Impact:
    """Return the worst of `impacts`; at the same rank a known word beats UNKNOWN."""
    return max(impacts, key=lambda impact: (impact.rank, impact is not Impact.UNKNOWN), default=default)


def of_components(components: Iterable[Component]) -> Impact:
    """Return the severity that the statuses of `components` amount to; unknown ones say nothing."""
    impacts = (component.status.impact for component in components)
    return worst(impact for impact in impacts if impact not in {Impact.UNKNOWN, Impact.MAINTENANCE})


def is_rise(before: Impact, after: Impact) -> bool:
    """Whether `after` is worse than `before`."""
    return after.rank > before.rank
