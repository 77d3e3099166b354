"""What every snapshot lists: each thing once, in the order of the ids.

A page may list a thing twice and say different things of it.  Then it is not over as long as it is open in one place,
and not well as long as it is ill in one.  What a format puts together of several texts is cut like each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.strangers import cut
from bot.errors import ParseError
from bot.feeds._severity import SEVERITY
from bot.feeds._text import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT
from bot.model import Claim, Component, Kind

# No document that is fetched is larger: more is one text that many incidents refer to.
_MOST_SPOKEN = 4 * 2**20


def claims(found: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims by id; of several with the same the one that is open is meant, else the one that spoke last."""
    known: dict[str, Claim] = {}
    for claim in found:
        other = known.get(claim.external_id)
        known[claim.external_id] = claim if other is None else max(other, claim, key=_standing)
    _check(known, "an incident")
    bounded = tuple(_bounded(known[key]) for key in sorted(known))
    spoken = sum(len(update.body) for claim in bounded for update in claim.updates)
    if spoken > _MOST_SPOKEN:
        raise ParseError(
            f"the statements have {spoken:,} characters together, more than a document that is read can hold"
        )
    return bounded


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
    return {key: _named(component) for key, component in known.items()}


def _standing(claim: Claim) -> tuple[bool, float, bool, str]:
    newest = claim.updates[-1].at.timestamp() if claim.updates else 0.0
    return claim.is_open, newest, claim.kind is Kind.MAINTENANCE, repr(claim)


def _badness(component: Component) -> tuple[int, str]:
    return SEVERITY[component.status].rank, repr(component)


def _bounded(claim: Claim) -> Claim:
    _check((component.id for component in claim.components), f"a component of the incident {claim.external_id}")
    _check((update.id for update in claim.updates), f"a statement of the incident {claim.external_id}")
    named = tuple(_named(component) for component in claim.components)
    if any(one is not other for one, other in zip(named, claim.components, strict=True)):
        claim = replace(claim, components=named)
    if any(len(update.body) > LONGEST_TEXT for update in claim.updates):
        cut_short = (replace(update, body=cut(update.body, LONGEST_TEXT)) for update in claim.updates)
        claim = replace(claim, updates=tuple(cut_short))
    return claim if len(claim.title) <= LONGEST_NAME else replace(claim, title=cut(claim.title, LONGEST_NAME))


def _named(component: Component) -> Component:
    name, group = component.name, component.group
    if len(name) <= LONGEST_NAME and len(group or "") <= LONGEST_NAME:
        return component
    return replace(component, name=cut(name, LONGEST_NAME), group=group and cut(group, LONGEST_NAME))


def _check(ids: Iterable[str], what: str) -> None:
    for key in ids:
        if len(key) > LONGEST_ID:
            raise ParseError(f"{what} has an id of {len(key):,} characters, which begins with {key[:40]}")
