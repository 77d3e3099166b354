"""What is new in a snapshot, and why it is said.

Every rule about feeds that forget, repeat, rename, edit, back-fill and contradict themselves is here, in
`claims` (what a snapshot says, its parts read together) and in `memory` (what earlier ones left behind).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.claims import is_own, read_together
from bot.core.memory import Known, Memory, ended, enriched, is_same_episode, retracted, superseded_by, version_key
from bot.model import (
    Change,
    ChangeKind,
    Claim,
    Component,
    ComponentStatus,
    Kind,
    Snapshot,
    State,
    Transition,
    Update,
)

_OPERATIONAL = ComponentStatus.OPERATIONAL.value
# A feed that tells no state says nothing about whether an old item still goes on.
OLD_NEWS = timedelta(hours=24)
# At the first look, a maintenance that begins later than this is no news yet: some pages list a hundred of them.
FAR_OFF = timedelta(hours=48)
# What ended longer ago than this before our last look was written down afterwards.
BACKFILL_MARGIN = timedelta(minutes=10)


def diff(known: Known, snapshot: Snapshot, now: Mapping[str, Claim] | None = None) -> tuple[Change, ...]:
    """Return the changes that lead from `known` to `snapshot`, in the order in which to tell them.

    The first snapshot of a source is a baseline: what is open is opened, what is over is not mentioned.
    An incident that a window no longer shows is not a change; one that a complete snapshot no longer
    shows is a change only once it has been looked up (`Snapshot.gone`, or listed again with its end).
    `now` is what `read_together` returns, for callers that have it already.
    """
    now = read_together(snapshot) if now is None else now
    changes: list[Change] = []
    # What is over comes last: whether an incident ends with it depends on what else is in trouble by then.
    for claim in sorted(now.values(), key=lambda claim: not claim.is_open):
        memory = known.claims.get(claim.external_id)
        if memory is None or _is_near_now(claim, known, snapshot):
            changes += _first_seen(claim, known, snapshot)
        else:
            changes += _continued(memory, claim, snapshot)
    for memory in known.claims.values():
        closed = ended(memory.claim, snapshot, now)
        if closed is not None:
            changes.append(_closed(closed, snapshot, now))
    return tuple(changes)


def _first_seen(claim: Claim, known: Known, snapshot: Snapshot) -> list[Change]:
    if claim.is_open and known.first_look is None and (_is_old_news(claim, snapshot) or _is_far_off(claim, snapshot)):
        return []
    if claim.is_open:
        words = [Change(kind=ChangeKind.UPDATED, claim=claim, update=update) for update in claim.updates]
        return [Change(kind=ChangeKind.OPENED, claim=claim), *words]
    if _is_backfilled(claim, known):
        return _afterwards(claim, snapshot) if known.first_look else []
    return [Change(kind=ChangeKind.OPENED, claim=claim), *_endings(claim, claim.updates)]


def _afterwards(claim: Claim, snapshot: Snapshot) -> list[Change]:
    """What is written down when it is over is no news, unless it explains something that we saw ourselves."""
    end = claim.resolved_at or _last_word(claim)
    if claim.published_at is None or claim.kind is Kind.SUSPECTED or snapshot.taken_at is None or end is None:
        return []
    if snapshot.taken_at - end > OLD_NEWS:
        return []
    words = [Change(kind=ChangeKind.POSTMORTEM, claim=claim, update=update) for update in claim.updates]
    return [Change(kind=ChangeKind.BACKFILLED, claim=claim), *words]


def _is_near_now(claim: Claim, known: Known, snapshot: Snapshot) -> bool:
    """Whether it is a maintenance that was no news when it was first seen, and is now."""
    is_untold = claim.external_id in known.untold and claim.state is State.SCHEDULED and claim.starts_at is not None
    return is_untold and not _is_far_off(claim, snapshot)


def _is_far_off(claim: Claim, snapshot: Snapshot) -> bool:
    """A maintenance that was announced long ago for some later week is told when it draws near."""
    if claim.state is not State.SCHEDULED or claim.starts_at is None or snapshot.taken_at is None:
        return False
    return claim.starts_at - snapshot.taken_at > FAR_OFF


def _is_old_news(claim: Claim, snapshot: Snapshot) -> bool:
    """An item without a state that was already old when we first looked is history, not news."""
    if claim.state is not State.UNKNOWN or snapshot.taken_at is None:
        return False
    spoken = _last_word(claim)
    return spoken is None or snapshot.taken_at - spoken > OLD_NEWS


def _is_backfilled(claim: Claim, known: Known) -> bool:
    """Whether an incident that is over was never news: it ended before we looked, or before it was written."""
    end = claim.resolved_at or _last_word(claim)
    if known.first_look is None or known.last_look is None or end is None:
        return True
    if claim.published_at is not None and end < claim.published_at:
        return True
    return end <= max(known.first_look, known.last_look - BACKFILL_MARGIN)


def _last_word(claim: Claim) -> datetime | None:
    return claim.updates[-1].at if claim.updates else claim.published_at or claim.started_at


def _continued(memory: Memory, claim: Claim, snapshot: Snapshot) -> list[Change]:
    before = memory.claim
    if is_own(claim.external_id):
        return _component_continued(before, claim, snapshot)
    claim = enriched(claim, before, snapshot)
    new = tuple(u for u in claim.updates if version_key(u) not in memory.seen)
    edits = [change for u in new if (change := _edit(before, claim, u)) is not None]
    fresh = tuple(u for u in new if all(u.id != known.id for known in before.updates))
    taken_back = [_retraction(claim, update) for update in retracted(memory, claim)]
    return [*_redescribed(before, claim, snapshot), *taken_back, *edits, *_spoken(before, claim, fresh)]


def _retraction(claim: Claim, update: Update) -> Change:
    return Change(kind=ChangeKind.RETRACTED, claim=claim, transitions=(Transition("text", update.body, ""),))


def _redescribed(before: Claim, claim: Claim, snapshot: Snapshot) -> list[Change]:
    """Title, impact and components: said one by one, so that nothing is said twice."""
    changes = []
    if before.title != claim.title:
        renamed = (Transition("title", before.title, claim.title),)
        changes.append(Change(kind=ChangeKind.RENAMED, claim=claim, transitions=renamed))
    if before.impact != claim.impact and claim.is_open:
        turned = (Transition("impact", before.impact, claim.impact),)
        changes.append(Change(kind=ChangeKind.IMPACT_CHANGED, claim=claim, transitions=turned))
    if claim.is_open and claim.kind is Kind.MAINTENANCE and _window(before) != _window(claim):
        shifted = (Transition("window", *(" to ".join(_window(c)) for c in (before, claim))),)
        changes.append(Change(kind=ChangeKind.UPDATED, claim=claim, transitions=shifted))
    moved = component_transitions(before.components, claim.components, snapshot.components)
    if moved and claim.is_open:
        changes.append(Change(kind=ChangeKind.COMPONENTS_CHANGED, claim=claim, transitions=moved))
    return changes


def _window(claim: Claim) -> tuple[str, str]:
    return (claim.starts_at.isoformat() if claim.starts_at else "", claim.ends_at.isoformat() if claim.ends_at else "")


def component_transitions(
    before: tuple[Component, ...], after: tuple[Component, ...], page: tuple[Component, ...] = ()
) -> tuple[Transition, ...]:
    """Return who joined (`before` empty), who left (`after` empty) and whose status moved.

    One that left because the `page` shows it well again has not merely left.
    """
    old = {component.id: component for component in before}
    new = {component.id: component for component in after}
    moved = [Transition(c.name, old[c.id].status, c.status) for c in after if c.id in old]
    joined = [Transition(c.name, "", c.status) for c in after if c.id not in old]
    gone = [component for component in before if component.id not in new]
    # A page may have as many components as incidents: it is gone through only for those that it is asked about.
    well = {component.id for component in (page if gone else ()) if component.status is ComponentStatus.OPERATIONAL}
    left = [Transition(c.name, c.status, _OPERATIONAL if c.id in well else "") for c in gone]
    changed = (t for t in (*joined, *moved, *left) if t.before != t.after)
    return tuple(sorted(changed, key=lambda t: (t.subject, t.before, t.after)))


def _edit(before: Claim, claim: Claim, update: Update) -> Change | None:
    for earlier in before.updates:
        if earlier.id == update.id:
            texts = (Transition("text", earlier.body, update.body), Transition("state", earlier.state, update.state))
            changed = tuple(t for t in texts if t.before != t.after)
            return Change(kind=ChangeKind.EDITED, claim=claim, update=update, transitions=changed)
    return None


def _spoken(before: Claim, claim: Claim, fresh: tuple[Update, ...]) -> list[Change]:
    """Tell the vendor's new words, and with which of them the incident ended or began again."""
    if before.is_open and claim.is_open:
        words = [Change(kind=ChangeKind.UPDATED, claim=claim, update=update) for update in fresh]
        return words or _silent_step(before, claim)
    if before.is_open:
        return _endings(claim, fresh)
    if not claim.is_open:
        return [Change(kind=ChangeKind.POSTMORTEM, claim=claim, update=update) for update in fresh]
    *earlier, last = fresh or (None,)
    late = [Change(kind=ChangeKind.POSTMORTEM, claim=claim, update=update) for update in earlier]
    return [*late, Change(kind=ChangeKind.REOPENED, claim=claim, update=last)]


def _silent_step(before: Claim, claim: Claim) -> list[Change]:
    """A state that moved without a word is told too."""
    if before.state == claim.state:
        return []
    step = (Transition("state", before.state, claim.state),)
    return [Change(kind=ChangeKind.UPDATED, claim=claim, transitions=step)]


def _endings(claim: Claim, fresh: tuple[Update, ...]) -> list[Change]:
    """The first update that says it is over carries the resolution; what follows is a late word."""
    end = next((n for n, update in enumerate(fresh) if update.state.is_over), len(fresh))
    words = [Change(kind=ChangeKind.UPDATED, claim=claim, update=update) for update in fresh[:end]]
    last = fresh[end] if end < len(fresh) else None
    late = [Change(kind=ChangeKind.POSTMORTEM, claim=claim, update=update) for update in fresh[end + 1 :]]
    return [*words, Change(kind=ChangeKind.RESOLVED, claim=claim, update=last), *late]


def _component_continued(before: Claim, claim: Claim, snapshot: Snapshot) -> list[Change]:
    if not before.is_open:
        again = is_same_episode(before, snapshot)
        return [Change(kind=ChangeKind.REOPENED if again else ChangeKind.OPENED, claim=claim)]
    moved = component_transitions(before.components, claim.components)
    if moved:
        return [Change(kind=ChangeKind.COMPONENT_CHANGED, claim=claim, transitions=moved)]
    if before.impact == claim.impact:
        return []
    turned = (Transition("impact", before.impact, claim.impact),)
    return [Change(kind=ChangeKind.IMPACT_CHANGED, claim=claim, transitions=turned)]


def _closed(claim: Claim, snapshot: Snapshot, now: Mapping[str, Claim]) -> Change:
    if not is_own(claim.external_id):
        return Change(kind=ChangeKind.WITHDRAWN, claim=claim)
    host = superseded_by(claim, now)
    if host is not None:
        return Change(kind=ChangeKind.MERGED, claim=claim, transitions=(Transition("claim", "", host.external_id),))
    listed = claim.kind is not Kind.COMPONENT or any(
        c.id == component.id for c in snapshot.components for component in claim.components
    )
    return Change(kind=ChangeKind.RESOLVED if listed or not claim.components else ChangeKind.WITHDRAWN, claim=claim)
