"""What every snapshot lists: each thing once, in the order of the ids.

A page may list a thing twice and say different things of it.  Then it is not over as long as it is open in one place,
and not well as long as it is ill in one.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.errors import ParseError
from bot.feeds._severity import SEVERITY
from bot.feeds._text import LONGEST_ID
from bot.model import Claim, Component, Kind


def claims(found: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims by id; of several with the same the one that is open is meant, else the one that spoke last."""
    by_id: dict[str, Claim] = {}
    for claim in found:
        known = by_id.get(claim.external_id)
        by_id[claim.external_id] = claim if known is None else max(known, claim, key=_standing)
    _check(by_id, "an incident")
    for claim in by_id.values():
        _check((component.id for component in claim.components), f"a component of the incident {claim.external_id}")
        _check((update.id for update in claim.updates), f"a statement of the incident {claim.external_id}")
    return tuple(by_id[key] for key in sorted(by_id))


def components(found: Iterable[Component]) -> tuple[Component, ...]:
    """Return components by id; of several with the same the worst is meant."""
    known = by_id(found)
    return tuple(known[key] for key in sorted(known))


def by_id(found: Iterable[Component]) -> dict[str, Component]:
    """Return each component under its id; of several with the same the worst is meant."""
    known: dict[str, Component] = {}
    for component in found:
        other = known.get(component.id)
        known[component.id] = component if other is None else max(other, component, key=_badness)
    _check(known, "a component")
    return known


def _standing(claim: Claim) -> tuple[bool, float, bool, str]:
    newest = claim.updates[-1].at.timestamp() if claim.updates else 0.0
    return claim.is_open, newest, claim.kind is Kind.MAINTENANCE, repr(claim)


def _badness(component: Component) -> tuple[int, str]:
    return SEVERITY[component.status].rank, repr(component)


def _check(ids: Iterable[str], what: str) -> None:
    for key in ids:
        if len(key) > LONGEST_ID:
            raise ParseError(f"{what} has an id of {len(key):,} characters, which begins with {key[:40]}")
