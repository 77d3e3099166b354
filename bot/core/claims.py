"""What a snapshot claims once its parts are read together.

A vendor says the same thing in three places: an incident with an impact, components with a status, and
an indicator for the whole page.  They disagree (on GitHub's page the indicator was lower than the worst
open incident in a third of all snapshots), and each can stand alone.  Read together:

- an incident is as bad as its own impact and the components that it lists;
- a component in trouble that no open incident lists belongs to one that names it, or that lists none at all;
- one that nothing explains is a claim of its own;
- an indicator in trouble that nothing else explains is a claim of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.severity import of_components, worst
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State

COMPONENT_PREFIX = "component:"
PAGE_ID = "page"

_QUIET = frozenset({ComponentStatus.OPERATIONAL, ComponentStatus.UNKNOWN})
# That something is slower while it is worked on is to be expected; that it is down is not.
_FAILING = frozenset({ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE})
# Where so many are ill, no incident's words tell of each.
_MOST_SOUGHT = 100
_WORD = re.compile(r"\w+")
_ALARMS = frozenset({Impact.MINOR, Impact.MAJOR, Impact.CRITICAL})


def is_own(external_id: str) -> bool:
    """Whether we made this claim out of a component or the indicator: then it has no page to look it up."""
    return external_id == PAGE_ID or external_id.startswith(COMPONENT_PREFIX)


def is_trouble(claim: Claim) -> bool:
    """Whether something goes on that is worth a closer look: not a plan, and not an item that tells no state."""
    return claim.is_open and claim.state not in {State.SCHEDULED, State.UNKNOWN}


def component_claim_id(component: Component) -> str:
    """Return the external id of the claim that stands for `component` alone."""
    return COMPONENT_PREFIX + component.id


def read_together(snapshot: Snapshot) -> dict[str, Claim]:
    """Return every claim of `snapshot` by external id, in the order in which they began."""
    adopted: dict[str, list[Component]] = {}
    alone: list[Component] = []
    strays = _stray_components(snapshot)
    hosts = _hosts(snapshot, is_sought=0 < len(strays) <= _MOST_SOUGHT)
    for component in strays:
        host = hosts[component.status is ComponentStatus.UNDER_MAINTENANCE].of(component)
        (alone if host is None else adopted.setdefault(host.external_id, [])).append(component)
    told = frozenset[str]().union(*(covering(c) for c in snapshot.incidents if c.kind is not Kind.MAINTENANCE))
    troubles = [claim for claim in snapshot.incidents if claim.is_open and claim.kind is not Kind.MAINTENANCE]
    alone_in_trouble = troubles[0] if len(troubles) == 1 else None
    claims = [
        _weighed(
            claim,
            tuple(adopted.get(claim.external_id, ())),
            told,
            snapshot.indicator if claim is alone_in_trouble else Impact.NONE,
        )
        for claim in snapshot.incidents
    ]
    claims += [_component_claim(component, snapshot) for component in alone]
    claims += _page_claim(snapshot, claims)
    return {claim.external_id: claim for claim in sorted(claims, key=_began)}


def covering(claim: Claim) -> frozenset[str]:
    """Return the ids of the components whose trouble `claim` explains."""
    if not claim.is_open or claim.state is State.SCHEDULED or is_own(claim.external_id):
        return frozenset()
    return frozenset(component.id for component in claim.components)


def _began(claim: Claim) -> tuple[float, str]:
    start = claim.started_at or claim.published_at
    return (start.timestamp() if start else float("inf"), claim.external_id)


def _stray_components(snapshot: Snapshot) -> tuple[Component, ...]:
    covered = frozenset[str]().union(*(covering(claim) for claim in snapshot.incidents))
    return tuple(c for c in snapshot.components if c.status not in _QUIET and c.id not in covered)


class _Hosts:
    """The open incidents of one kind, to which components may belong that none lists."""

    def __init__(self, begun: Sequence[Claim], *, is_sought: bool) -> None:
        self._said = [(claim, _said(claim)) for claim in begun] if is_sought else []
        self._unlisting = max((claim for claim in begun if not claim.components), key=_began, default=None)

    def of(self, component: Component) -> Claim | None:
        """Return the newest that names a component, else the newest that lists nothing and so may mean anything."""
        sought = _words(component.name)
        naming = (claim for claim, words in self._said if sought in words and names(claim, component))
        return max(naming, key=_began, default=self._unlisting)


def _hosts(snapshot: Snapshot, *, is_sought: bool) -> dict[bool, _Hosts]:
    """Return the maintenances (True), to which components under maintenance belong, and the other incidents."""
    begun = [claim for claim in snapshot.incidents if claim.is_open and claim.state is not State.SCHEDULED]
    of = {planned: [one for one in begun if (one.kind is Kind.MAINTENANCE) == planned] for planned in (True, False)}
    return {planned: _Hosts(claims, is_sought=is_sought) for planned, claims in of.items()}


def _said(claim: Claim) -> str:
    """Return all that an incident says, as words with one space before and after each."""
    return _words("\n".join((claim.title, *(update.body for update in claim.updates))))


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text))} "


def names(claim: Claim, component: Component) -> bool:
    """Whether the words of a claim name a component, as a whole word and as it is written."""
    return is_named(component, claim.title, *(update.body for update in claim.updates))


def is_named(component: Component, *texts: str) -> bool:
    """Whether texts name a component, as a whole word and as it is written."""
    whole = re.compile(rf"(?<!\w){re.escape(component.name)}(?!\w)")
    return any(whole.search(text) for text in texts)


def _weighed(claim: Claim, stray: tuple[Component, ...], told: frozenset[str], indicator: Impact) -> Claim:
    """Return a claim as bad as it is with its components, and as the page's indicator if that can only mean it.

    What incidents tell of does not make a maintenance worse.
    """
    components = claim.components + stray
    if claim.state is State.SCHEDULED:
        return replace(claim, components=_without_status(claim))
    if claim.kind is Kind.MAINTENANCE and claim.is_open:
        failing = (c for c in components if c.status in _FAILING and c.id not in told)
        return replace(claim, components=components, impact=worst((claim.impact, of_components(failing))))
    if not claim.is_open:
        return claim
    said = [claim.impact, of_components(components)]
    if indicator in _ALARMS:
        said.append(indicator)
    return replace(claim, components=components, impact=worst(said))


def _without_status(claim: Claim) -> tuple[Component, ...]:
    """A maintenance that has not begun is not the reason for what its components are now."""
    return tuple(replace(component, status=ComponentStatus.UNKNOWN) for component in claim.components)


def _component_claim(component: Component, snapshot: Snapshot) -> Claim:
    maintenance = component.status is ComponentStatus.UNDER_MAINTENANCE
    return Claim(
        external_id=component_claim_id(component),
        title=component.name,
        state=State.IN_PROGRESS if maintenance else State.INVESTIGATING,
        impact=component.status.impact,
        kind=Kind.COMPONENT,
        components=(component,),
        url=snapshot.page_url,
    )


def _page_claim(snapshot: Snapshot, claims: list[Claim]) -> list[Claim]:
    explained = any(c.is_open and c.state is not State.SCHEDULED for c in claims)
    if explained or snapshot.indicator not in _ALARMS or not snapshot.complete_open_set:
        return []
    return [
        Claim(
            external_id=PAGE_ID,
            title="Whole status page",
            state=State.INVESTIGATING,
            impact=snapshot.indicator,
            kind=Kind.COMPONENT,
            url=snapshot.page_url,
        )
    ]
