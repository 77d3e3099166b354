"""Several documents of one page, as one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot


def joined(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Return what all say together; absence means something if one of them lists all that is open.

    A component is one by its id: its name is told by whichever has one, its status by whichever knows it.  Of an
    incident that several tell, the one with the most statements is taken.
    """
    first, *others = snapshots
    if not others:
        return first
    components: dict[str, Component] = {}
    incidents: dict[str, Claim] = {}
    for snapshot in snapshots:
        for component in snapshot.components:
            known = components.get(component.id)
            components[component.id] = component if known is None else _one(known, component)
        for claim in snapshot.incidents:
            known_claim = incidents.get(claim.external_id)
            if known_claim is None or len(claim.updates) > len(known_claim.updates):
                incidents[claim.external_id] = claim
    return replace(
        first,
        incidents=tuple(incidents[key] for key in sorted(incidents)),
        components=tuple(components[key] for key in sorted(components)),
        complete_open_set=any(snapshot.complete_open_set for snapshot in snapshots),
        indicator=_worst(snapshot.indicator for snapshot in snapshots),
        unknown_words=tuple(sorted({word for snapshot in snapshots for word in snapshot.unknown_words})),
    )


def _one(known: Component, other: Component) -> Component:
    is_named = known.name != known.id
    return Component(
        known.id,
        known.name if is_named else other.name,
        other.status if known.status is ComponentStatus.UNKNOWN else known.status,
        known.group or other.group,
    )


def _worst(indicators: Iterable[Impact]) -> Impact:
    known = [one for one in indicators if one is not Impact.UNKNOWN]
    return max(known, key=lambda one: one.rank, default=Impact.UNKNOWN)
