"""An incident is the fold of its timeline: what it is, is what its entries make of it, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core import people
from bot.core.moving import MOVED
from bot.core.severity import worst
from bot.model import (
    ChangeKind,
    ClaimView,
    Component,
    ComponentStatus,
    Incident,
    Kind,
    State,
    Statement,
    TimelineEntry,
    Who,
)

_ENDINGS = {kind: kind for kind in (ChangeKind.RESOLVED, ChangeKind.WITHDRAWN, ChangeKind.MERGED)}


def fold(beginning: Incident, entries: Iterable[TimelineEntry]) -> Incident:
    """Return the incident that `entries`, oldest first, make of its `beginning`."""
    incident = beginning
    for entry in entries:
        incident = advance(incident, entry)
    return incident


def advance(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident after one more entry.  Its state is the worst that any of its claims still says."""
    if entry.who is Who.PERSON:
        return replace(people.advance(incident, entry), last_seq=entry.seq)
    if entry.kind is ChangeKind.REMINDED:
        return replace(incident, reminded_at=entry.recorded_at, last_seq=entry.seq)
    return people.carried_on(incident, _with_claim(incident, entry), entry)


def _with_claim(incident: Incident, entry: TimelineEntry) -> Incident:
    before = _without_moved(incident.claims, entry)
    claims = before if entry.claim is None else _with(before, entry.claim)
    heard = voices(claims)
    leading = _leading(heard)
    if leading is None:
        return replace(incident, last_seq=entry.seq)
    still = [view for view in heard if not view.state.is_over]
    impact = worst((view.impact for view in still), default=incident.impact)
    return replace(
        incident,
        kind=leading.kind,
        title=_title(leading, heard),
        state=_state(leading, still),
        started_at=_started(incident, leading, entry),
        impact=impact,
        peak=worst((incident.peak, impact)),
        resolved_at=None if still else _end(heard, entry),
        starts_at=leading.starts_at,
        ends_at=leading.ends_at,
        url=leading.url or incident.url,
        components=_components(heard),
        latest=_statement(incident.latest, entry),
        claims=claims,
        ending=None if still else _ENDINGS.get(entry.kind, incident.ending or ChangeKind.RESOLVED),
        last_seq=entry.seq,
    )


def _without_moved(claims: tuple[ClaimView, ...], entry: TimelineEntry) -> tuple[ClaimView, ...]:
    """A claim of a page that has moved goes on under another name."""
    moved = {transition.before for transition in entry.transitions if transition.subject == MOVED}
    return tuple(view for view in claims if view.key not in moved) if moved else claims


def _with(claims: tuple[ClaimView, ...], view: ClaimView) -> tuple[ClaimView, ...]:
    if all(known.key != view.key for known in claims):
        return (*claims, view)
    return tuple(view if known.key == view.key else known for known in claims)


def voices(claims: tuple[ClaimView, ...]) -> tuple[ClaimView, ...]:
    """Return the claims that count: of several sources that tell of the same thing only the first."""
    first: dict[str, ClaimView] = {}
    for view in claims:
        first.setdefault(view.key.partition("|")[2], view)
    return tuple(first.values())


def _leading(claims: tuple[ClaimView, ...]) -> ClaimView | None:
    """The claim that names the incident: the vendor's own before components, the first before later ones."""
    order = {Kind.INCIDENT: 0, Kind.MAINTENANCE: 0, Kind.NOTICE: 1, Kind.COMPONENT: 2, Kind.SUSPECTED: 3}
    return min(claims, key=lambda view: order[view.kind], default=None)


def _title(leading: ClaimView, claims: tuple[ClaimView, ...]) -> str:
    if leading.kind is not Kind.COMPONENT:
        return leading.title
    still = [view.title for view in claims if not view.state.is_over]
    return ", ".join(dict.fromkeys(still)) or leading.title


def _state(leading: ClaimView, still: list[ClaimView]) -> State:
    """When the vendor calls it over while something of it still fails, we go on watching."""
    if not leading.state.is_over or not still:
        return leading.state
    return still[0].state if leading.kind is Kind.COMPONENT else State.MONITORING


def _started(incident: Incident, leading: ClaimView, entry: TimelineEntry) -> datetime:
    """Return when it began: a maintenance as planned, or, if no time was told, when it was no longer to come."""
    if leading.kind is not Kind.MAINTENANCE:
        return incident.started_at
    is_beginning = incident.state is State.SCHEDULED and leading.state is not State.SCHEDULED
    return leading.starts_at or (entry.happened_at if is_beginning else incident.started_at)


def _end(claims: tuple[ClaimView, ...], entry: TimelineEntry) -> datetime:
    ends = [view.resolved_at for view in claims if view.resolved_at is not None]
    return max(ends, default=entry.happened_at)


def _components(claims: tuple[ClaimView, ...]) -> tuple[Component, ...]:
    """Return every component as the claims that stand show it; where none does, one that was in trouble is well."""
    found = {component.id: component for view in claims for component in view.components}
    for view in sorted(claims, key=lambda view: (not view.state.is_over, view.kind is Kind.COMPONENT)):
        for component in view.components:
            over = view.state.is_over and view.kind is Kind.COMPONENT
            found[component.id] = replace(component, status=ComponentStatus.OPERATIONAL) if over else component
    return tuple(found.values())


def _statement(latest: Statement | None, entry: TimelineEntry) -> Statement | None:
    """The vendor's newest words; an edit changes them only if it is these that were edited."""
    if entry.kind is not ChangeKind.EDITED:
        return Statement(text=entry.text, author=entry.author, at=entry.happened_at) if entry.text else latest
    edited = [t for t in entry.transitions if t.subject == "text"]
    if latest is None and edited and entry.text:
        return Statement(text=entry.text, author=entry.author, at=entry.happened_at)
    if latest is None or not edited or edited[0].before not in {latest.text, ""}:
        return latest
    return replace(latest, text=entry.text)
