"""Which of several open incidents somebody should look at first: one order for every list."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Confidence, Incident, State


def in_order(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return the worst first; of two that are alike what nobody has, what is surer, and what is newer.

    What is only planned comes last.
    """
    return tuple(sorted(incidents, key=_weight))


def _weight(incident: Incident) -> tuple[bool, int, bool, bool, float]:
    return (
        incident.state is State.SCHEDULED,
        -incident.impact.rank,
        incident.acked is not None or incident.muted is not None,
        _is_doubtful(incident),
        -incident.started_at.timestamp(),
    )


def _is_doubtful(incident: Incident) -> bool:
    """Whether nobody but one witness of our own tells of it."""
    found = incident.evidence
    return incident.state is State.SUSPECTED and (found is None or found.confidence is Confidence.LOW)
