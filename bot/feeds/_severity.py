"""How bad it is where a page only says how its components are."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import ComponentStatus, Impact

# As incident.io's imitation of Statuspage says it: a partial outage of one component was "major" there (OpenAI,
# 2026-07-21), a degraded one "minor"; that a full one is "critical" is a guess.
SEVERITY = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    ComponentStatus.UNKNOWN: Impact.UNKNOWN,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}


def worst(statuses: Iterable[ComponentStatus], default: Impact) -> Impact:
    """Return the impact of the worst status, `default` where there is none."""
    return gravest((SEVERITY[status] for status in statuses), default)


def gravest(impacts: Iterable[Impact], default: Impact) -> Impact:
    """Return the worst impact, `default` where there is none; at the same rank a known word beats UNKNOWN."""
    return max(impacts, key=lambda impact: (impact.rank, impact is not Impact.UNKNOWN), default=default)
