"""A page that has moved to another platform: what was open on the old one goes on on the new, as far as can be known.

No id survives a move.  One incident is taken for another of the same kind if both have the same title and began
within a day, or began in the same minute at parts of the same name; a component is known by its name.  Where an id
is found again, nothing has moved but the address.  What a window does not list would be open for ever: it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.core.claims import COMPONENT_PREFIX, is_own
from bot.core.memory import Known, Memory, version_key
from bot.model import Change, ChangeKind, Claim, Kind, Snapshot, State, Transition, Update

# Titles are used again: "Elevated error rates" of last week is another trouble.
SAME_TITLE = timedelta(days=1)
SAME_START = timedelta(minutes=1)
# The subject of the transition that tells under which name a claim was known before.
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Move:
    """What is known after a move, `names` of claims by their old ones, and what there is to say of it.

    `left` are the old claims, closed without a word; `gone` are those of which the new page will never tell.
    """

    known: Known
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    changes: tuple[Change, ...] = ()
    left: Mapping[str, Memory] = field(default_factory=dict[str, Memory])
    gone: frozenset[str] = frozenset()


def moved(known: Known, snapshot: Snapshot, now: Mapping[str, Claim], source: str) -> Move:
    """Return what is known once a source's page has moved; its first snapshot there is a baseline."""
    going_on = {name: one for name, one in known.claims.items() if one.claim.is_open and name not in now}
    if any(name in now and not is_own(name) for name in known.claims):
        return Move(known)
    names = _names(going_on, snapshot, now)
    claims = {name: one for name, one in known.claims.items() if name not in names}
    changes = []
    for old, new in names.items():
        claims[new] = _renamed(known.claims[old], new, snapshot, now.get(new))
        if old not in known.untold:
            told = (Transition(MOVED, f"{source}|{old}", f"{source}|{new}"),)
            changes.append(Change(kind=ChangeKind.UPDATED, claim=claims[new].claim, transitions=told))
    untold = frozenset(names.get(name, name) for name in known.untold)
    return Move(
        known=Known(None, known.last_look, claims, untold),
        names=names,
        changes=tuple(changes),
        left={old: _closed(known.claims[old], snapshot) for old in names},
        gone=frozenset() if snapshot.complete_open_set else frozenset(going_on.keys() - names.keys()),
    )


def _names(going_on: Mapping[str, Memory], snapshot: Snapshot, now: Mapping[str, Claim]) -> dict[str, str]:
    """Return under which name each claim goes on; each new one is the heir of one old one."""
    parts = {_folded(part.name): f"{COMPONENT_PREFIX}{part.id}" for part in snapshot.components}
    names: dict[str, str] = {}
    for old, memory in sorted(going_on.items()):
        if is_own(old):
            heirs: Iterable[str] = filter(None, (parts.get(_folded(memory.claim.title)),))
        else:
            theirs = [claim for claim in now.values() if not is_own(claim.external_id)]
            by_title = (claim.external_id for claim in theirs if _has_same_title(memory.claim, claim))
            by_start = (claim.external_id for claim in theirs if _has_same_start(memory.claim, claim))
            heirs = (*by_title, *by_start)
        heir = next((name for name in heirs if name not in names.values()), None)
        if heir is not None:
            names[old] = heir
    return names


def _has_same_title(old: Claim, new: Claim) -> bool:
    if _is_planned(old) != _is_planned(new) or _folded(old.title) != _folded(new.title):
        return False
    return old.started_at is None or new.started_at is None or abs(old.started_at - new.started_at) <= SAME_TITLE


def _has_same_start(old: Claim, new: Claim) -> bool:
    if _is_planned(old) != _is_planned(new) or old.started_at is None or new.started_at is None:
        return False
    parts, others = ({_folded(part.name) for part in claim.components} for claim in (old, new))
    return abs(old.started_at - new.started_at) <= SAME_START and bool(parts & others)


def _renamed(memory: Memory, name: str, snapshot: Snapshot, claim: Claim | None) -> Memory:
    """Return what is remembered of a claim under its new name: what had been said then is not news."""
    listed = (*snapshot.components, *(claim.components if claim else ()))
    ids = {_folded(part.name): part.id for part in listed}
    mine = memory.claim
    known = tuple(replace(part, id=ids[key]) for part in mine.components if (key := _folded(part.name)) in ids)
    said = tuple(update for update in (claim.updates if claim else ()) if _was_said(update, mine))
    # Their old names are on no page any more: that is not to say that they were taken back.
    updates = said if claim else mine.updates
    return Memory(
        replace(mine, external_id=name, components=known, updates=updates),
        memory.seen | frozenset(version_key(one) for one in said),
    )


def _was_said(update: Update, before: Claim) -> bool:
    last = before.updates[-1].at if before.updates else None
    same = any(one.state is update.state and one.body == update.body for one in before.updates)
    return same or (last is not None and update.at <= last)


def _closed(memory: Memory, snapshot: Snapshot) -> Memory:
    over = State.COMPLETED if _is_planned(memory.claim) else State.RESOLVED
    return Memory(replace(memory.claim, state=over, resolved_at=snapshot.taken_at), memory.seen)


def _is_planned(claim: Claim) -> bool:
    return claim.kind is Kind.MAINTENANCE


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
