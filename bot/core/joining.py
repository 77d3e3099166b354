"""Several documents of one page, as one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.model import Claim, Component, ComponentStatus, Impact, Snapshot, State


def joined(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Return what all say together; absence means something if one of them lists all that is open.

    A component is one by its id: its name is told by whichever has one, its status by whichever knows it.  Of an
    incident that several tell, the one with the most statements is taken, and what it does not know is told by the
    others; its parts are as the page has them.
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
            told = incidents.get(claim.external_id)
            incidents[claim.external_id] = claim if told is None else _fuller(told, claim)
    return replace(
        first,
        incidents=tuple(_with_parts(incidents[key], components) for key in sorted(incidents)),
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


def _fuller(told: Claim, other: Claim) -> Claim:
    first, second = (told, other) if len(told.updates) >= len(other.updates) else (other, told)
    return replace(
        first,
        components=first.components or second.components,
        impact=second.impact if first.impact is Impact.UNKNOWN else first.impact,
        state=second.state if first.state is State.UNKNOWN else first.state,
        url=first.url or second.url,
        started_at=first.started_at or second.started_at,
        published_at=first.published_at or second.published_at,
        starts_at=first.starts_at or second.starts_at,
        ends_at=first.ends_at or second.ends_at,
    )


def _with_parts(claim: Claim, parts: Mapping[str, Component]) -> Claim:
    """A document that knows parts only by their numbers has them named by another."""
    named = tuple(
        _one(part, parts[part.id]) if part.id in parts and part.name == part.id else part for part in claim.components
    )
    return replace(claim, components=named)


def _worst(indicators: Iterable[Impact]) -> Impact:
    known = [one for one in indicators if one is not Impact.UNKNOWN]
    return max(known, key=lambda one: one.rank, default=Impact.UNKNOWN)
