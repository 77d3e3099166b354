"""One incident as a record of its vendor: from a timeline to a few instants and lengths of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.core.all_clears import AllClear, all_clears, is_vendors
from bot.core.causes import is_headed
from bot.core.stretches import Stretch, stretches
from bot.model import (
    ChangeKind,
    ClaimView,
    Confidence,
    Incident,
    Kind,
    SourceKind,
    State,
    TimelineEntry,
    Who,
)

# Two clocks, and a form that is filled in: less than this is no backdating.
_BACKDATED = timedelta(minutes=1)
_SEES_BY_ITSELF = frozenset({SourceKind.PROBE, SourceKind.HOOK})
_SURE = frozenset({Confidence.MEDIUM, Confidence.HIGH, Confidence.CONFIRMED})
_TWO = 2
# An incident and its first words are written in one go, and dated some milliseconds apart.
ONE_WORD = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Record:
    """An incident with its history, oldest first."""

    incident: Incident
    entries: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """A time between one statement and the next, in which a vendor said nothing."""

    began_at: datetime
    ended_at: datetime

    @property
    def span(self) -> timedelta:
        """How long it was."""
        return self.ended_at - self.began_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What one incident says of its vendor.

    `told_at` is the vendor's first word, `seen_at` when a witness of ours first told of it; `backdated` is by how much
    the vendor says that it began before its first word.  `pauses` lie between one statement and the next while it was
    open, `running` is the one that has not ended.  `cause_after` is how long after the end a root cause came.
    `is_sure` says whether more than a single witness of ours told of it, `is_admitted` that the vendor came to name it
    in another incident, at `told_at`.
    """

    id: str
    is_open: bool
    stretches: tuple[Stretch, ...]
    told_at: datetime | None = None
    seen_at: datetime | None = None
    backdated: timedelta | None = None
    pauses: tuple[Pause, ...] = ()
    running: Pause | None = None
    all_clears: tuple[AllClear, ...] = ()
    cause_after: timedelta | None = None
    is_sure: bool = False
    is_admitted: bool = False

    @property
    def silences(self) -> tuple[timedelta, ...]:
        """How long each pause was."""
        return tuple(pause.span for pause in self.pauses)

    @property
    def lag(self) -> timedelta | None:
        """How much later than us the vendor told of it; less than nothing if it was first."""
        return self.told_at - self.seen_at if self.told_at and self.seen_at else None


def course(record: Record, now: datetime) -> Course:
    """Return what an incident's history says of its vendor, as far as it is known."""
    incident, entries = record.incident, record.entries
    words = tuple(_statements(entries))
    pauses, running = _pauses(words, now if incident.is_open else None)
    gone = (e for e in reversed(entries) if e.kind is ChangeKind.LEFT and e.who is Who.BOT)
    admitted = next(gone, None) if incident.ending is ChangeKind.MERGED else None
    return Course(
        id=incident.id,
        is_open=incident.is_open,
        stretches=tuple(stretches(incident, entries, now)),
        told_at=admitted.recorded_at if admitted else _first_told(incident, entries),
        # What was going on when we began to watch was there before we could have seen it.
        seen_at=None if incident.was_open_at_first_look else _first_seen(incident, entries, admitted),
        backdated=max((span for entry in entries if (span := _backdated(entry))), default=None),
        pauses=pauses,
        running=running,
        all_clears=tuple(all_clears(entries, now)),
        cause_after=_cause_after(incident, entries),
        is_sure=_is_sure(incident, entries),
        is_admitted=admitted is not None,
    )


def _first_seen(
    incident: Incident, entries: Sequence[TimelineEntry], admitted: TimelineEntry | None
) -> datetime | None:
    """Return when a witness of ours first told of it.

    What the vendor counted in later was seen as an incident of its own, and there it counts.
    """
    if admitted is not None:
        return min((view.seen_at for view in admitted.views if view.seen_at), default=None)
    came = {view.key for e in entries if e.kind is ChangeKind.JOINED and e.who is Who.BOT for view in e.views}
    if not came or incident.detected_at is None:
        return incident.detected_at
    began = (e.recorded_at for e in entries if e.who is Who.PROBE and e.claim and e.claim.key not in came)
    return next(began, None)


def _told_at(entry: TimelineEntry) -> datetime:
    published = entry.claim.published_at if entry.claim else None
    return min(published, entry.recorded_at) if published else entry.recorded_at


def _first_told(incident: Incident, entries: Sequence[TimelineEntry]) -> datetime | None:
    """Return the vendor's first word; of what was linked with it only the incident knows."""
    told = (_told_at(entry) for entry in entries if is_vendors(entry))
    return min(filter(None, (incident.acknowledged_at, *told)), default=None)


def _backdated(entry: TimelineEntry) -> timedelta | None:
    claim = entry.claim
    if not is_vendors(entry) or claim is None or claim.kind is not Kind.INCIDENT:
        return None
    if claim.started_at is None or claim.published_at is None:
        return None
    span = claim.published_at - claim.started_at
    return span if span >= _BACKDATED else None


@dataclass(frozen=True, slots=True)
class _Statement:
    at: datetime
    ends: bool


def _statements(entries: Sequence[TimelineEntry]) -> Iterator[_Statement]:
    """Give what the vendor said while it was going on; neither edits nor what it wrote afterwards."""
    for entry in entries:
        claim = entry.claim
        if not is_vendors(entry) or claim is None or claim.kind is Kind.COMPONENT or entry.quiet:
            continue
        if entry.kind is ChangeKind.EDITED or entry.kind is ChangeKind.POSTMORTEM:
            continue
        if entry.said is not None or entry.kind in {ChangeKind.OPENED, ChangeKind.ACKNOWLEDGED, ChangeKind.RESOLVED}:
            yield _Statement(_told_at(entry) if entry.said is None else entry.happened_at, claim.state.is_over)


def _pauses(words: Sequence[_Statement], now: datetime | None) -> tuple[tuple[Pause, ...], Pause | None]:
    """Return the times between statements, and the one since the last if it still goes on (`now`)."""
    ordered = sorted(words, key=lambda word: (word.at, word.ends))
    pairs = pairwise(ordered)
    found = tuple(Pause(b.at, later.at) for b, later in pairs if not b.ends and later.at - b.at >= ONE_WORD)
    waits = now is not None and bool(ordered) and not ordered[-1].ends
    return found, Pause(ordered[-1].at, max(now, ordered[-1].at)) if waits and now else None


def _cause_after(incident: Incident, entries: Sequence[TimelineEntry]) -> timedelta | None:
    over = incident.resolved_at
    if over is None:
        return None
    words = [entry for entry in entries if is_vendors(entry) and entry.text]
    marked = (e.happened_at for e in words if e.said is State.POSTMORTEM)
    headed = (e.happened_at for e in words if e.happened_at > over and is_headed(e.text))
    first = min((*marked, *headed), default=None)
    return max(first - over, timedelta()) if first is not None else None


def _is_sure(incident: Incident, entries: Sequence[TimelineEntry]) -> bool:
    if any(entry.evidence is not None and entry.evidence.confidence in _SURE for entry in entries):
        return True
    return len(own_claims(incident)) + incident.affected >= _TWO


def own_claims(incident: Incident) -> Sequence[ClaimView]:
    """Return what witnesses of ours that see by themselves claim of an incident."""
    return [view for view in incident.claims if view.teller in _SEES_BY_ITSELF]


def is_told(incident: Incident) -> bool:
    """Whether it is more than a suspicion: the vendor told of it, or it is something of our own.

    That the team has declared it is no word of the vendor's.
    """
    return is_told_by((view.teller, view.kind) for view in incident.claims)


def is_told_by(claims: Iterable[tuple[SourceKind, Kind]]) -> bool:
    """Whether an incident of such claims, by who makes each and of what kind it is, is more than a suspicion."""
    others = ((teller, kind) for teller, kind in claims if teller is not SourceKind.TEAM)
    return any(teller is SourceKind.FEED or kind is not Kind.SUSPECTED for teller, kind in others)
