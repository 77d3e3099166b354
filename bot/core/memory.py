"""What we remember of one source: every claim it ever made, and every version of every update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.core.claims import COMPONENT_PREFIX, PAGE_ID, is_own, read_together
from bot.model import Claim, Component, ComponentStatus, Impact, Kind, Snapshot, State, Update

# A component that flickers belongs to the trouble it had a moment ago.
SAME_EPISODE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Memory:
    """One claim as last seen, with the union of all its updates, and the keys of all their versions.

    `missing_since` is when a complete snapshot first failed to list it without our learning how it ended.
    """

    claim: Claim
    seen: frozenset[str] = frozenset()
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that earlier snapshots of a source left behind.  `first_look` is None before the first one.

    `untold` are those of its claims that have not become an incident.
    """

    first_look: datetime | None = None
    last_look: datetime | None = None
    claims: Mapping[str, Memory] = field(default_factory=dict[str, Memory])
    untold: frozenset[str] = frozenset()


# In the keys that are remembered: what was taken back, and has been told so.
_RETRACTED = "retracted|"


def retracted(memory: Memory, claim: Claim) -> tuple[Update, ...]:
    """Return the updates that a vendor has taken back: listed before, and now missing from among older ones.

    A window forgets its oldest first; what is missing although something older is listed was taken out.  It is told
    once; should it be shown again, it is known.
    """
    if not claim.updates:
        return ()
    listed = {update.id for update in claim.updates}
    oldest = min(update.at for update in claim.updates)
    return tuple(
        update
        for update in memory.claim.updates
        if update.id not in listed and update.at > oldest and _RETRACTED + update.id not in memory.seen
    )


def version_key(update: Update) -> str:
    """Return what makes this version of an update new: its id, its state and its words."""
    digest = blake2b(update.body.encode(), digest_size=8).hexdigest()
    return f"{update.id}|{update.state}|{digest}"


def awaited(known: Known, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the ids of open incidents that a complete snapshot no longer lists: to be looked up one by one."""
    if not snapshot.complete_open_set:
        return ()
    listed = {claim.external_id for claim in snapshot.incidents} | snapshot.gone
    return tuple(
        external_id
        for external_id, memory in known.claims.items()
        if memory.claim.is_open and external_id not in listed and not is_own(external_id)
    )


def apply(known: Known, snapshot: Snapshot, now: Mapping[str, Claim] | None = None) -> Known:
    """Return what is known once `snapshot` has been taken in; `diff` of the two is then empty.

    `now` is what `read_together` returns, for callers that have it already.
    """
    claims = dict(known.claims)
    now = read_together(snapshot) if now is None else now
    for external_id, claim in now.items():
        claims[external_id] = _merged(claims.get(external_id), claim, snapshot)
    for external_id, memory in known.claims.items():
        closed = ended(memory.claim, snapshot, now)
        if closed is not None:
            claims[external_id] = Memory(closed, memory.seen)
    for external_id in awaited(known, snapshot):
        memory = known.claims[external_id]
        claims[external_id] = replace(memory, missing_since=memory.missing_since or snapshot.taken_at)
    return Known(known.first_look or snapshot.taken_at, snapshot.taken_at, claims)


def ended(claim: Claim, snapshot: Snapshot, now: Mapping[str, Claim]) -> Claim | None:
    """Return `claim` closed if `snapshot`, which no longer makes it, shows that it is over; else None.

    A window that forgets proves nothing, and neither does an absence that has not been looked up.
    """
    if claim.external_id in now or not claim.is_open:
        return None
    if claim.external_id in snapshot.gone or (is_own(claim.external_id) and _is_disproved(claim, snapshot, now)):
        over = State.COMPLETED if claim.kind is Kind.MAINTENANCE else State.RESOLVED
        return replace(claim, state=over, resolved_at=snapshot.taken_at)
    return None


def superseded_by(claim: Claim, now: Mapping[str, Claim]) -> Claim | None:
    """Return the open incident that has come to explain a claim which we had made from a component alone."""
    open_incidents = [c for c in now.values() if c.is_open and not is_own(c.external_id) and c.state != State.SCHEDULED]
    if claim.external_id == PAGE_ID:
        candidates = [c for c in now.values() if c.is_open and c.state is not State.SCHEDULED]
    else:
        component = claim.external_id.removeprefix(COMPONENT_PREFIX)
        candidates = [c for c in open_incidents if any(part.id == component for part in c.components)]
    return candidates[0] if candidates else None


def _is_disproved(claim: Claim, snapshot: Snapshot, now: Mapping[str, Claim]) -> bool:
    if not snapshot.complete_open_set:
        return False
    if claim.external_id == PAGE_ID:
        return snapshot.indicator is not Impact.UNKNOWN or superseded_by(claim, now) is not None
    component = claim.external_id.removeprefix(COMPONENT_PREFIX)
    statuses = [c.status for c in snapshot.components if c.id == component]
    return bool(snapshot.components) and ComponentStatus.UNKNOWN not in statuses


def _merged(memory: Memory | None, claim: Claim, snapshot: Snapshot) -> Memory:
    seen = frozenset(version_key(update) for update in claim.updates)
    before = memory.claim if memory else None
    if is_own(claim.external_id):
        same = before is not None and is_same_episode(before, snapshot)
        claim = replace(claim, started_at=before.started_at if same and before else snapshot.taken_at)
    if memory is None:
        return Memory(claim, seen)
    seen |= {_RETRACTED + update.id for update in retracted(memory, claim)}
    listed = {update.id for update in claim.updates}
    forgotten = tuple(update for update in memory.claim.updates if update.id not in listed)
    updates = tuple(sorted(forgotten + claim.updates, key=lambda update: update.at))
    return Memory(enriched(replace(claim, updates=updates), memory.claim, snapshot), memory.seen | seen)


def enriched(claim: Claim, before: Claim, snapshot: Snapshot) -> Claim:
    """Return `claim` with what a poorer listing of the same incident leaves out but an earlier one told.

    An update without words does not take back those that it had.  Components that are no longer listed are as
    the page shows them now, unless a maintenance of them has yet to begin.
    """
    words = {update.id: update.body for update in before.updates}
    return replace(
        claim,
        components=claim.components or _as_shown(before.components, claim, snapshot),
        updates=tuple(u if u.body else replace(u, body=words.get(u.id, "")) for u in claim.updates),
        started_at=claim.started_at or before.started_at,
        published_at=claim.published_at or before.published_at,
        url=claim.url or before.url,
        starts_at=claim.starts_at or before.starts_at,
        ends_at=claim.ends_at or before.ends_at,
    )


def _as_shown(some: tuple[Component, ...], claim: Claim, snapshot: Snapshot) -> tuple[Component, ...]:
    if not some or claim.state is State.SCHEDULED:
        return some
    page = {component.id: component for component in snapshot.components}
    return tuple(page.get(component.id, component) for component in some)


def is_same_episode(before: Claim, snapshot: Snapshot) -> bool:
    """Whether a component that is in trouble again continues what it had before."""
    if before.is_open or before.resolved_at is None or snapshot.taken_at is None:
        return before.is_open
    return snapshot.taken_at - before.resolved_at <= SAME_EPISODE
