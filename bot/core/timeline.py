"""Changes become timeline entries: what is told, whose doing it was, and when it was said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import people
from bot.core.claims import is_own
from bot.core.correlate import Attachment
from bot.core.fold import advance
from bot.core.totals import Adding, added, voices
from bot.core.witnesses import is_witness, overlap, testimonies
from bot.model import (
    Change,
    ChangeKind,
    Claim,
    ClaimView,
    ComponentStatus,
    Incident,
    Kind,
    Source,
    SourceKind,
    State,
    TimelineEntry,
    Transition,
    Who,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one snapshot adds: new entries, oldest first, and every incident that they touch, as it is now."""

    entries: tuple[TimelineEntry, ...]
    incidents: Mapping[str, Incident]


def tell(
    changes: Iterable[Change],
    attachments: Mapping[str, Attachment],
    incidents: Mapping[str, Incident],
    *,
    source: Source,
    now: datetime,
    baseline: bool = False,
    adding: Adding = added,
) -> Told:
    """Return the entries that `changes` amount to, and the incidents after them; for `adding` see `fold.advance`."""
    after: dict[str, Incident] = {}
    entries: list[TimelineEntry] = []
    theirs = {one.incident for one in attachments.values()}
    meant = [incident for name, incident in incidents.items() if name in theirs]
    for change in _one_by_one(tuple(changes), meant, source):
        attachment = attachments.get(change.claim.external_id)
        if attachment is None:
            continue
        incident = after.get(attachment.incident) or incidents.get(attachment.incident)
        if incident is None:
            incident = _begin(attachment.incident, change.claim, source, now, baseline=baseline)
            opened = _entry(replace(change, kind=ChangeKind.OPENED, update=None), incident, source, now)
            incident = _told(entries, incident, opened, adding)
            if change.kind is ChangeKind.OPENED:
                after[incident.id] = incident
                continue
        seen = _as_seen_by(change, incident, attachment, source)
        quiet = _is_quiet(seen, incident, attachment, source) or _is_said(seen, entries, source)
        entry = replace(_entry(seen, incident, source, now), quiet=quiet)
        after[incident.id] = _told(entries, incident, entry, adding)
    return Told(tuple(entries), after)


def _one_by_one(changes: tuple[Change, ...], meant: Iterable[Incident], source: Source) -> Iterator[Change]:
    """Give every change the state that its claim had when it was said, not the one it has come to since.

    `meant` are the incidents that the claims belong to, each of which may have thousands of others from other sources.
    Several updates found at once were written one after the other: what came before the end was not the end.
    """
    last = {change.claim.external_id: number for number, change in enumerate(changes)}
    keys = {claim_key(source, change.claim) for change in changes}
    mine = [view for incident in meant for view in incident.claims if view.key in keys]
    states, impacts = {view.key: view.state for view in mine}, {view.key: view.impact for view in mine}
    for number, change in enumerate(changes):
        claim, key = change.claim, claim_key(source, change.claim)
        said = _state_then(change, changes[number + 1 :], states.get(key))
        if said is None or number == last[claim.external_id] or change.kind not in _BEFORE_THE_END:
            yield change
            continue
        states[key] = said
        # Of what is over a page shows no impact any more; that says nothing of the time before.
        impact = impacts.get(key, claim.impact) if claim.state.is_over else claim.impact
        yield replace(change, claim=replace(claim, state=said, impact=impact, resolved_at=None))


_BEFORE_THE_END = frozenset(
    {
        ChangeKind.OPENED,
        ChangeKind.UPDATED,
        ChangeKind.EDITED,
        ChangeKind.RENAMED,
        ChangeKind.IMPACT_CHANGED,
        ChangeKind.COMPONENTS_CHANGED,
    }
)


def _state_then(change: Change, later: Sequence[Change], before: State | None) -> State | None:
    """Return the state that the words of `change` name, or the one before, or that of the words next to come.

    None if that is not an open one: then nothing of it came before the end.
    """
    said: State | None = change.update.state if change.kind is ChangeKind.UPDATED and change.update else None
    over = change.claim.resolved_at
    if said is State.UNKNOWN and change.update is not None and over is not None and change.update.at > over:
        # Words of no phase that are dated after the end were written then.
        return None
    if said is None or said is State.UNKNOWN:
        mine = (c.update.state for c in later if c.claim.external_id == change.claim.external_id and c.update)
        said = before or next((state for state in mine if state is not State.UNKNOWN), None)
    return None if said is None or said.is_over else said


def _told(entries: list[TimelineEntry], incident: Incident, entry: TimelineEntry, adding: Adding) -> Incident:
    after = advance(incident, entry, adding)
    hushed = people.is_hushed(incident, after, entry)
    entries.append(replace(entry, state=after.state, impact=after.impact, hushed=hushed))
    return after


def _begin(incident: str, claim: Claim, source: Source, now: datetime, *, baseline: bool) -> Incident:
    begun = claim.started_at or claim.published_at or now
    start = claim.starts_at or begun if claim.kind is Kind.MAINTENANCE else min(begun, now)
    return Incident(
        id=incident,
        vendor=source.vendor,
        name=source.whose,
        kind=claim.kind,
        title=claim.title,
        state=claim.state,
        impact=claim.impact,
        peak=claim.impact,
        started_at=start,
        first_seen_at=now,
        was_open_at_first_look=baseline,
    )


def _as_seen_by(change: Change, incident: Incident, attachment: Attachment, source: Source) -> Change:
    """Return the change as the incident's readers see it: one claim of several opens or ends differently."""
    if change.kind is ChangeKind.OPENED and is_witness(source) and incident.claims:
        again = () if incident.is_open else (Transition("again", incident.state, change.claim.state),)
        return replace(change, kind=ChangeKind.SEEN, transitions=again)
    if change.kind is ChangeKind.OPENED and attachment.acknowledges:
        return replace(change, kind=ChangeKind.ACKNOWLEDGED)
    if (
        change.kind in {ChangeKind.OPENED, ChangeKind.REOPENED}
        and incident.is_open
        and is_own(change.claim.external_id)
    ):
        return replace(change, kind=ChangeKind.COMPONENTS_CHANGED, transitions=_joining(change.claim, incident))
    if change.kind is ChangeKind.OPENED and attachment.new is False:
        return replace(change, kind=ChangeKind.UPDATED)
    ends = change.kind in {ChangeKind.RESOLVED, ChangeKind.WITHDRAWN, ChangeKind.MERGED}
    others = _still_open(incident, claim_key(source, change.claim), source) if ends else ()
    if not others:
        return change
    if not is_witness(source) and all(view.teller is SourceKind.PEOPLE for view in others):
        # What people had reported before is over with it; that it is, is said when that is seen to.
        return replace(change, kind=ChangeKind.UPDATED) if change.kind is ChangeKind.RESOLVED else change
    return _ended_in_part(change, tuple(dict.fromkeys(view.title for view in others)))


def _joining(claim: Claim, incident: Incident) -> tuple[Transition, ...]:
    """A component that the incident had listed already has not joined: it goes on."""
    listed = {component.id: component.status.value for component in incident.components}
    return tuple(Transition(c.name, listed.get(c.id, ""), c.status) for c in claim.components)


def _ended_in_part(change: Change, others: tuple[str, ...]) -> Change:
    """Say that one claim of several is over, and that the incident is not."""
    if change.kind is ChangeKind.RESOLVED and is_own(change.claim.external_id):
        back = tuple(Transition(c.name, c.status, ComponentStatus.OPERATIONAL) for c in change.claim.components)
        return replace(change, kind=ChangeKind.COMPONENTS_CHANGED, transitions=back)
    if change.kind is ChangeKind.MERGED:
        return change
    still = Transition("still", change.kind, ", ".join(others))
    return replace(change, kind=ChangeKind.UPDATED, transitions=(*change.transitions, still))


def _still_open(incident: Incident, key: str, source: Source) -> tuple[ClaimView, ...]:
    """Return the other claims that go on; of probes that go on, to one of many that passes again, one is enough."""
    if source.kind is SourceKind.PROBE:
        goes_on = (v for v in reversed(incident.claims) if v.teller is source.kind and v.key != key)
        other = next((view for view in goes_on if not view.state.is_over), None)
        if other is not None:
            return (other,)
    return tuple(view for view in voices(incident.claims) if view.key != key and not view.state.is_over)


def _is_quiet(change: Change, incident: Incident, attachment: Attachment, source: Source) -> bool:
    """Whether there is nothing to say: another source says it, or another claim of this incident goes on for it."""
    # That nobody here says any more what others still say is no news.
    if source.kind is SourceKind.PEOPLE and any(one.subject == "still" for one in change.transitions):
        return True
    if is_witness(source):
        return _is_one_of_many(change, incident, source)
    if attachment.echo or (change.kind is ChangeKind.COMPONENTS_CHANGED and not change.transitions):
        return True
    if change.kind is not ChangeKind.MERGED:
        return False
    others = (view for view in voices(incident.claims) if view.key != claim_key(source, change.claim))
    parts = {component.id for component in change.claim.components}
    return any(not view.state.is_over and parts <= {component.id for component in view.components} for view in others)


def _is_one_of_many(change: Change, incident: Incident, source: Source) -> bool:
    """Whether a witness says what another of its sort goes on saying: the count of them is told, not each."""
    if change.kind is ChangeKind.OPENED:
        return False
    # Who spoke last is likeliest to go on: of thousands only a few are looked at.
    key = claim_key(source, change.claim)
    others = (v for v in reversed(incident.claims) if not v.state.is_over and v.key != key and testimonies((v,)))
    if change.kind is not ChangeKind.SEEN:
        return any(others)
    mine = change.claim.components
    return any(v.teller is source.kind and (v.components == mine or overlap(v.components, mine)) for v in others)


def _is_said(change: Change, entries: Sequence[TimelineEntry], source: Source) -> bool:
    """Whether that a witness sees it too, which has just been told with what it sees, was all that it says."""
    last = entries[-1] if entries else None
    if last is None or last.kind is not ChangeKind.SEEN or change.kind is not ChangeKind.UPDATED:
        return False
    mine = last.claim is not None and last.claim.key == claim_key(source, change.claim)
    said = change.update.body if change.update else ""
    return mine and said.rstrip(".").casefold() == change.claim.evidence.casefold()


def claim_key(source: Source, claim: Claim) -> str:
    """Return the name of a claim among all sources."""
    return f"{source.key}|{claim.external_id}"


def _entry(change: Change, incident: Incident, source: Source, now: datetime) -> TimelineEntry:
    return TimelineEntry(
        incident=incident.id,
        seq=incident.last_seq + 1,
        happened_at=_happened_at(change, now),
        recorded_at=now,
        who=Who.PROBE if is_witness(source) else Who.VENDOR,
        author=source.name,
        kind=change.kind,
        state=incident.state,
        impact=incident.impact,
        text=change.update.body if change.update else "",
        said=change.update.state if change.update else None,
        transitions=change.transitions,
        claim=view_of(change.claim, source, now),
        evidence=incident.evidence if any(t.subject == "still" for t in change.transitions) else None,
    )


def _happened_at(change: Change, now: datetime) -> datetime:
    """Return when it was said, or came about: never later than now, whatever a page has for its planned end."""
    return min(_told_at(change, now), now)


def _told_at(change: Change, now: datetime) -> datetime:
    claim = change.claim
    if change.kind is ChangeKind.OPENED:
        return claim.published_at or claim.started_at or now
    if change.update is not None and change.kind is not ChangeKind.EDITED:
        return change.update.at
    if change.kind is ChangeKind.RESOLVED:
        return claim.resolved_at or now
    return now


def view_of(claim: Claim, source: Source, now: datetime) -> ClaimView:
    """Return what an incident keeps of `claim`; what is over by `now` has not ended later."""
    return ClaimView(
        key=claim_key(source, claim),
        kind=claim.kind,
        title=claim.title,
        state=claim.state,
        impact=claim.impact,
        components=claim.components,
        url=claim.url,
        started_at=claim.started_at,
        resolved_at=claim.resolved_at and min(claim.resolved_at, now),
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        published_at=claim.published_at,
        teller=source.kind,
        author="" if source.kind is SourceKind.FEED else source.name,
        evidence=claim.evidence,
    )
