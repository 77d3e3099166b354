"""An incident is the fold of its timeline: what it is, is what its entries make of it, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core import members, people, unreported
from bot.core.moving import MOVED
from bot.core.severity import worst
from bot.core.witnesses import are_alike, statements, testimonies
from bot.model import (
    ChangeKind,
    ClaimView,
    Component,
    ComponentStatus,
    Incident,
    Kind,
    SourceKind,
    State,
    Statement,
    TimelineEntry,
    Who,
)

# What passes with time, and is nothing that anybody says of the incident.
OF_TIME = frozenset(
    {ChangeKind.ESCALATED, ChangeKind.LAPSED, ChangeKind.NUDGED, ChangeKind.RELEASED, ChangeKind.REPORTED}
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
    after = unreported.reckoned(incident, _advance(incident, entry), entry)
    if incident.untold:
        is_kept = people.is_hushed(incident, after, entry) and not people.is_handed_on(entry)
        after = replace(after, untold=not after.is_open or is_kept)
    called = tuple((one.to, one.level) for one in entry.calls if one.level is not None)
    return replace(after, called=(*after.called, *called)) if called else after


def _advance(incident: Incident, entry: TimelineEntry) -> Incident:
    if incident.cause and entry.members:
        return _of_many(incident, entry)
    if entry.kind in {ChangeKind.GROUPED, ChangeKind.UNGROUPED}:
        return members.regrouped(incident, entry)
    if entry.kind in {ChangeKind.JOINED, ChangeKind.LEFT}:
        return people.carried_on(incident, _relinked(incident, entry), entry)
    if (entry.who is Who.PERSON and entry.claim is None) or entry.kind is ChangeKind.UNMUTED:
        return replace(people.advance(incident, entry), last_seq=entry.seq)
    if entry.kind is ChangeKind.REMINDED:
        return replace(incident, reminded_at=entry.recorded_at, last_seq=entry.seq)
    if entry.kind is ChangeKind.CARD:
        return replace(incident, carded_at=entry.recorded_at, last_seq=entry.seq)
    if entry.kind is ChangeKind.WEIGHED:
        return replace(incident, evidence=entry.evidence, last_seq=entry.seq)
    if entry.kind in OF_TIME:
        return replace(people.after_time(incident, entry), last_seq=entry.seq)
    return people.carried_on(incident, _with_claim(incident, entry), entry)


def _of_many(burst: Incident, entry: TimelineEntry) -> Incident:
    """Return a burst after a line that speaks of members; what somebody did to one of them was not done to all."""
    after = members.folded(burst, entry)
    if entry.who is Who.PERSON and not entry.of:
        after = people.advance(after, entry)
    return people.carried_on(burst, after, entry)


def _relinked(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return the incident with the claims that came or without those that went; without any it goes on elsewhere."""
    moved = {view.key for view in entry.views}
    claims = tuple(view for view in incident.claims if view.key not in moved)
    claims += entry.views if entry.kind is ChangeKind.JOINED else ()
    posted, seen = statements(claims), testimonies(claims)
    clocks = replace(
        incident,
        detected_at=(incident.detected_at or _first(v.seen_at or v.started_at for v in seen)) if seen else None,
        acknowledged_at=(incident.acknowledged_at or _first(v.published_at for v in posted)) if posted else None,
        dated_from=(incident.dated_from or _first(v.started_at for v in posted)) if posted else None,
        evidence=incident.evidence if seen else None,
        # What has claims of its own again goes on nowhere else.
        ending=None if incident.ending is ChangeKind.MERGED else incident.ending,
    )
    if claims:
        return _with_claims(clocks, claims, entry)
    over = State.COMPLETED if incident.kind is Kind.MAINTENANCE else State.RESOLVED
    return replace(
        clocks,
        state=over,
        resolved_at=entry.happened_at,
        claims=(),
        ending=ChangeKind.MERGED,
        last_seq=entry.seq,
    )


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _with_claim(incident: Incident, entry: TimelineEntry) -> Incident:
    before = _without_moved(incident.claims, entry)
    claims = before if entry.claim is None else _with(before, entry.claim)
    return _with_claims(incident, claims, entry)


def _with_claims(incident: Incident, claims: tuple[ClaimView, ...], entry: TimelineEntry) -> Incident:
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
        detected_at=incident.detected_at or _detected(entry),
        acknowledged_at=incident.acknowledged_at or _acknowledged(entry),
        dated_from=incident.dated_from or _dated(entry),
        last_seq=entry.seq,
    )


def _detected(entry: TimelineEntry) -> datetime | None:
    return entry.recorded_at if entry.who is Who.PROBE and entry.kind in _BEGINNINGS else None


def _acknowledged(entry: TimelineEntry) -> datetime | None:
    """Return when the vendor wrote first: by its own account, but not before that can be known."""
    if not _is_posted(entry) or entry.claim is None:
        return None
    return min(entry.claim.published_at or entry.happened_at, entry.recorded_at)


def _dated(entry: TimelineEntry) -> datetime | None:
    return entry.claim.started_at if _is_posted(entry) and entry.claim else None


def _is_posted(entry: TimelineEntry) -> bool:
    view = entry.claim
    return (
        entry.who is Who.VENDOR
        and entry.kind in _BEGINNINGS
        and view is not None
        and view.kind in {Kind.INCIDENT, Kind.NOTICE}
    )


_BEGINNINGS = frozenset({ChangeKind.OPENED, ChangeKind.ACKNOWLEDGED, ChangeKind.BACKFILLED, ChangeKind.SEEN})


def _without_moved(claims: tuple[ClaimView, ...], entry: TimelineEntry) -> tuple[ClaimView, ...]:
    """A claim of a page that has moved goes on under another name."""
    moved = {transition.before for transition in entry.transitions if transition.subject == MOVED}
    return tuple(view for view in claims if view.key not in moved) if moved else claims


def _with(claims: tuple[ClaimView, ...], view: ClaimView) -> tuple[ClaimView, ...]:
    if all(known.key != view.key for known in claims):
        return (*claims, view)
    return tuple(view if known.key == view.key else known for known in claims)


def voices(claims: tuple[ClaimView, ...]) -> tuple[ClaimView, ...]:
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


def _leading(claims: tuple[ClaimView, ...]) -> ClaimView | None:
    """The claim that names the incident: the vendor's own before components, what goes on before what is over.

    Of those that are over it is the one that ended last, so that an end does not change the name.
    """
    order = {Kind.INCIDENT: 0, Kind.MAINTENANCE: 0, Kind.NOTICE: 1, Kind.COMPONENT: 2, Kind.SUSPECTED: 3}
    return min(claims, key=lambda view: (order[view.kind], view.state.is_over, -_ended(view)), default=None)


def _ended(view: ClaimView) -> float:
    return view.resolved_at.timestamp() if view.state.is_over and view.resolved_at else 0.0


def _title(leading: ClaimView, claims: tuple[ClaimView, ...]) -> str:
    if leading.kind is Kind.SUSPECTED:
        return _failing(claims) or leading.title
    if leading.kind is not Kind.COMPONENT:
        return leading.title
    still = [view.title for view in claims if view.kind is Kind.COMPONENT and not view.state.is_over]
    return ", ".join(dict.fromkeys(still)) or leading.title


_IS_FAILING = " is failing"
_MOST_NAMES = 3


def _failing(claims: tuple[ClaimView, ...]) -> str:
    """Name what our witnesses say is failing: all that ever was, so that the name does not flicker."""
    titles = [view.title for view in claims if view.kind is Kind.SUSPECTED]
    names = list(dict.fromkeys(title.removesuffix(_IS_FAILING) for title in titles if title.endswith(_IS_FAILING)))
    if len(names) <= 1:
        return titles[0] if titles else ""
    more = len(names) - _MOST_NAMES
    names = [*names[:_MOST_NAMES], f"{more} more"] if more > 0 else names
    return f"{', '.join(names[:-1])} and {names[-1]} are failing"


def _state(leading: ClaimView, still: list[ClaimView]) -> State:
    """When the vendor calls it over while something of it still fails, we go on watching."""
    if not leading.state.is_over or not still:
        return leading.state
    if leading.kind is Kind.SUSPECTED:
        return State.SUSPECTED
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


def _statement(latest: Statement | None, entry: TimelineEntry) -> Statement | None:
    """The vendor's newest words; an edit changes them only if it is these that were edited.

    What witnesses of ours see is told by their count, and stands beside the vendor's words.
    """
    if entry.who is Who.PROBE and entry.claim is not None and entry.claim.kind is Kind.SUSPECTED:
        return latest
    if entry.kind is ChangeKind.RETRACTED:
        return None if latest and entry.transitions[0].before == latest.text else latest
    if entry.kind is not ChangeKind.EDITED:
        return Statement(text=entry.text, author=entry.author, at=entry.happened_at) if entry.text else latest
    edited = [t for t in entry.transitions if t.subject == "text"]
    if latest is None and edited and entry.text:
        return Statement(text=entry.text, author=entry.author, at=entry.happened_at)
    if latest is None or not edited or edited[0].before not in {latest.text, ""}:
        return latest
    return replace(latest, text=entry.text)
