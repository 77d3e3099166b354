"""When a vendor called an incident over, whether it was, and when our own witnesses saw that it was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import ChangeKind, ClaimView, Kind, SourceKind, State, TimelineEntry, Who

# A witness needs a few checks to see that something is well again: less than this after an all-clear is not held
# against the vendor.
STILL_FAILING = timedelta(minutes=5)
# The words by which a vendor calls something over; what it writes afterwards is no such word.
ENDS = frozenset({State.RESOLVED, State.COMPLETED})
_SEES_BY_ITSELF = frozenset({SourceKind.PROBE, SourceKind.HOOK})


@dataclass(frozen=True, slots=True)
class AllClear:
    """When a vendor called an incident over; false if it opened it again, or our witnesses went on failing."""

    at: datetime
    was_seen: bool = False
    was_reopened: bool = False

    @property
    def is_false(self) -> bool:
        """Whether it was not over."""
        return self.was_seen or self.was_reopened


def all_clears(entries: Sequence[TimelineEntry], now: datetime) -> Iterator[AllClear]:
    """Give every time that the vendor called an incident of its own over."""
    sick = tuple(failing(entries, now))
    for key in _keys(entries):
        clear: datetime | None = None
        is_open = False
        for entry in entries:
            claim = entry.claim
            if claim is None or claim.key != key or claim.kind is not Kind.INCIDENT:
                continue
            if is_open and claim.state.is_over and not is_withdrawn(entry):
                clear = _called_over(entry, claim)
            elif clear is not None and not claim.state.is_over:
                yield AllClear(clear, _went_on(clear, sick), was_reopened=True)
                clear = None
            is_open = not claim.state.is_over
        if clear is not None:
            yield AllClear(clear, _went_on(clear, sick))


def _went_on(clear: datetime, sick: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether a witness of ours went on failing for well longer than it takes to see that all is well."""
    return any(begun <= clear and end - clear >= STILL_FAILING for begun, end in sick)


def _called_over(entry: TimelineEntry, claim: ClaimView) -> datetime:
    """Return when a vendor said that it was over, which may be later than it dates the end."""
    return entry.happened_at if entry.said in ENDS or claim.resolved_at is None else claim.resolved_at


def is_withdrawn(entry: TimelineEntry) -> bool:
    """Whether a vendor lists something no longer: nobody has said that it is over."""
    gone = (one.before == ChangeKind.WITHDRAWN for one in entry.transitions if one.subject == "still")
    return entry.kind is ChangeKind.WITHDRAWN or any(gone)


def _keys(entries: Sequence[TimelineEntry]) -> Iterator[str]:
    """Give the vendor's claims; of several sources that tell of the same thing only the first."""
    first: dict[str, str] = {}
    for entry in entries:
        if is_vendors(entry) and entry.claim is not None:
            first.setdefault(entry.claim.key.partition("|")[2], entry.claim.key)
    yield from first.values()


def failing(entries: Sequence[TimelineEntry], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the times during which a witness that sees by itself told of a failure.

    People are no such witness: that nobody reports it any more is known only when the last report has faded.
    """
    since: dict[str, datetime] = {}
    passed: set[str] = set()
    for entry in entries:
        for claim in _seen(entry):
            if entry.kind is not ChangeKind.LEFT and not claim.state.is_over:
                first = claim.started_at or entry.recorded_at
                since.setdefault(claim.key, entry.recorded_at if claim.key in passed else first)
            elif claim.key in since:
                passed.add(claim.key)
                yield since.pop(claim.key), claim.resolved_at or entry.recorded_at
            elif entry.kind is ChangeKind.JOINED and claim.started_at and claim.resolved_at:
                yield claim.started_at, claim.resolved_at
    for begun in since.values():
        yield begun, now


def _seen(entry: TimelineEntry) -> Iterator[ClaimView]:
    """Give what witnesses say in a line, or have said of what came or went with it."""
    views = (*([entry.claim] if entry.claim else ()), *entry.views)
    return (view for view in views if view.teller in _SEES_BY_ITSELF)


def is_vendors(entry: TimelineEntry) -> bool:
    """Whether a vendor says it, through a feed."""
    return entry.who is Who.VENDOR and entry.claim is not None and entry.claim.teller is SourceKind.FEED
