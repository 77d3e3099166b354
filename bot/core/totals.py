"""What the claims of an incident come to together: which one names it, how it stands, which parts it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.severity import worst
from bot.core.witnesses import are_alike, statements, testimonies
from bot.model import ClaimView, Component, ComponentStatus, Impact, Kind, SourceKind, State

Claims = tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What claims come to: `impact` is the worst of what goes on, `ended` the end of the last if all of it is over."""

    leading: ClaimView
    title: str
    state: State
    is_open: bool
    impact: Impact
    ended: datetime | None
    components: tuple[Component, ...]


# Adds a claim, or puts it in the place of the one with its key; returns all of them and what they come to.
Adding = Callable[[Claims, ClaimView], tuple[Claims, Total | None]]


def added(claims: Claims, view: ClaimView) -> tuple[Claims, Total | None]:
    """Return the claims with one more, or with one that has changed, and what they come to."""
    after = with_view(claims, view)
    return after, summed(after)


def with_view(claims: Claims, view: ClaimView) -> Claims:
    """Return the claims with one more, or with one that has changed."""
    if all(known.key != view.key for known in claims):
        return (*claims, view)
    return tuple(view if known.key == view.key else known for known in claims)


def summed(claims: Claims) -> Total | None:
    """Return what claims come to; None if there is none that counts.  The state is the worst that any still says."""
    heard = voices(claims)
    leading = leading_of(heard)
    if leading is None:
        return None
    still = [view for view in heard if not view.state.is_over]
    return Total(
        leading=leading,
        title=title_of(leading, (view.title for view in heard if view.kind is Kind.SUSPECTED), heard),
        state=state_of(leading, still[0] if still else None),
        is_open=bool(still),
        impact=worst(view.impact for view in still),
        ended=None if still else max((view.resolved_at for view in heard if view.resolved_at), default=None),
        components=components_of(heard),
    )


def voices(claims: Claims) -> Claims:
    """Return the claims that count: of several feeds that tell of the same thing only the first.

    What the team has declared goes with the vendor's trouble that a person says it is part of.
    """
    first: dict[str, ClaimView] = {}
    for view in claims:
        first.setdefault(view.key.partition("|")[2] if view.teller is SourceKind.FEED else view.key, view)
    found = tuple(first.values())
    if any(view.teller is SourceKind.FEED or view.kind is Kind.SUSPECTED for view in found):
        return tuple(view for view in found if view.teller is not SourceKind.TEAM)
    return found


def leading_of(claims: Claims) -> ClaimView | None:
    """Return the claim that names the incident: the vendor's own before components, what goes on before what is over.

    Of those that are over it is the one that ended last, so that an end does not change the name.
    """
    return min(claims, key=rank_of, default=None)


def rank_of(view: ClaimView) -> tuple[int, bool, float]:
    """Return by what the claims of an incident are ordered; the first of the least names it."""
    return order_of(view.kind), view.state.is_over, -_ended(view)


def order_of(kind: Kind) -> int:
    """Return which kinds of claims name an incident before others do."""
    return _ORDER[kind]


_ORDER = {Kind.INCIDENT: 0, Kind.MAINTENANCE: 0, Kind.NOTICE: 1, Kind.COMPONENT: 2, Kind.SUSPECTED: 3}


def _ended(view: ClaimView) -> float:
    return view.resolved_at.timestamp() if view.state.is_over and view.resolved_at else 0.0


def title_of(leading: ClaimView, suspected: Iterable[str], heard: Claims) -> str:
    """Return the name of an incident, with the titles of what is `suspected` in the order in which it was."""
    if leading.kind is Kind.SUSPECTED:
        return _failing(dict.fromkeys(suspected)) or leading.title
    if leading.kind is not Kind.COMPONENT:
        return leading.title
    still = [view.title for view in heard if view.kind is Kind.COMPONENT and not view.state.is_over]
    return ", ".join(dict.fromkeys(still)) or leading.title


_IS_FAILING = " is failing"
_MOST_NAMES = 3


def _failing(titles: Iterable[str]) -> str:
    """Name what our witnesses say is failing: all that ever was, so that the name does not flicker."""
    names = list(dict.fromkeys(title.removesuffix(_IS_FAILING) for title in titles if title.endswith(_IS_FAILING)))
    if len(names) <= 1:
        return next(iter(titles), "")
    more = len(names) - _MOST_NAMES
    names = [*names[:_MOST_NAMES], f"{more} more"] if more > 0 else names
    return f"{', '.join(names[:-1])} and {names[-1]} are failing"


def state_of(leading: ClaimView, first: ClaimView | None) -> State:
    """Return how it stands, by what leads and by the `first` that still goes on.

    When the vendor calls it over while something of it still fails, we go on watching.
    """
    if not leading.state.is_over or first is None:
        return leading.state
    if leading.kind is Kind.SUSPECTED:
        return State.SUSPECTED
    return first.state if leading.kind is Kind.COMPONENT else State.MONITORING


def components_of(claims: Claims) -> tuple[Component, ...]:
    """Return every component as the claims that stand show it; where none does, one that was in trouble is well.

    What a witness of ours names by a name of ours is not told a second time beside the vendor's own name for it.
    """
    found = {component.id: component for view in claims for component in view.components}
    for view in sorted(claims, key=lambda view: (not view.state.is_over, view.kind is Kind.COMPONENT)):
        for component in view.components:
            over = view.state.is_over and view.kind is Kind.COMPONENT
            found[component.id] = replace(component, status=ComponentStatus.OPERATIONAL) if over else component
    ours = {component.id for view in testimonies(claims) for component in view.components}
    if any(view.components for view in statements(claims)):
        # What the vendor lists is what people meant; they name a thing by whatever they call it.
        said = [v.components for v in claims if v.teller is SourceKind.PEOPLE]
        found = {key: part for key, part in found.items() if all(part not in parts for parts in said)}
    told: list[Component] = []
    for component in sorted(found.values(), key=lambda component: component.id in ours):
        if component.id not in ours or not any(are_alike(component, other) for other in told):
            told.append(component)
    return tuple(told)
