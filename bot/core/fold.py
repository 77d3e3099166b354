"""An incident is the fold of its timeline: what it is, is what its entries make of it, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.core import members, people, unreported
from bot.core.moving import MOVED
from bot.core.severity import worst
from bot.core.tally import Tallies
from bot.core.totals import Adding, Total, added, summed
from bot.core.witnesses import statements, testimonies
from bot.model import (
    ChangeKind,
    ClaimView,
    Incident,
    Kind,
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
    incident, adding = beginning, Tallies().added
    for entry in entries:
        incident = advance(incident, entry, adding)
    return incident


def advance(incident: Incident, entry: TimelineEntry, adding: Adding = added) -> Incident:
    """Return the incident after one more entry.  Its state is the worst that any of its claims still says.

    Whoever has many to add passes `adding` of the same Tallies each time: that changes nothing but what it costs.
    """
    after = unreported.reckoned(incident, _advance(incident, entry, adding), entry)
    if incident.untold:
        is_kept = people.is_hushed(incident, after, entry) and not people.is_handed_on(entry)
        after = replace(after, untold=not after.is_open or is_kept)
    called = tuple((one.to, one.level) for one in entry.calls if one.level is not None)
    return replace(after, called=(*after.called, *called)) if called else after


def _advance(incident: Incident, entry: TimelineEntry, adding: Adding) -> Incident:
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
    return people.carried_on(incident, _with_claim(incident, entry, adding), entry)


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
        return _with_claims(clocks, claims, summed(claims), entry)
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


def _with_claim(incident: Incident, entry: TimelineEntry, adding: Adding) -> Incident:
    before = _without_moved(incident.claims, entry)
    if entry.claim is None:
        return _with_claims(incident, before, summed(before), entry)
    return _with_claims(incident, *adding(before, entry.claim), entry)


def _with_claims(
    incident: Incident, claims: tuple[ClaimView, ...], total: Total | None, entry: TimelineEntry
) -> Incident:
    if total is None:
        return replace(incident, last_seq=entry.seq)
    leading, is_open = total.leading, total.is_open
    impact = total.impact if is_open else incident.impact
    return replace(
        incident,
        kind=leading.kind,
        title=total.title,
        state=total.state,
        started_at=_started(incident, leading, entry),
        impact=impact,
        peak=worst((incident.peak, impact)),
        resolved_at=None if is_open else total.ended or entry.happened_at,
        starts_at=leading.starts_at,
        ends_at=leading.ends_at,
        url=leading.url or incident.url,
        components=total.components,
        latest=_statement(incident.latest, entry),
        claims=claims,
        ending=None if is_open else _ENDINGS.get(entry.kind, incident.ending or ChangeKind.RESOLVED),
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


def _started(incident: Incident, leading: ClaimView, entry: TimelineEntry) -> datetime:
    """Return when it began: a maintenance as planned, or, if no time was told, when it was no longer to come."""
    if leading.kind is not Kind.MAINTENANCE:
        return incident.started_at
    is_beginning = incident.state is State.SCHEDULED and leading.state is not State.SCHEDULED
    return leading.starts_at or (entry.happened_at if is_beginning else incident.started_at)


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
