"""What is marked on the two clocks of an incident: first words, ends, and what people here did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import replies
from bot.core.team import is_ours
from bot.core.witnesses import statements
from bot.core.wording import capital, words
from bot.model import ChangeKind, Incident, Kind, SourceKind, TimelineEntry

MOST = 12
_DEEDS = frozenset(
    {
        ChangeKind.ACKED,
        ChangeKind.UNACKED,
        ChangeKind.TAKEN,
        ChangeKind.ASSIGNED,
        ChangeKind.HANDED_OVER,
        ChangeKind.ESCALATED,
        ChangeKind.LAPSED,
        ChangeKind.FALLBACK_ON,
        ChangeKind.FALLBACK_OFF,
        ChangeKind.MUTED,
    }
)
_ENDS = {
    ChangeKind.RESOLVED: "called it over",
    ChangeKind.WITHDRAWN: "lists it no more",
    ChangeKind.REOPENED: "opened it again",
    ChangeKind.POSTMORTEM: "wrote of the cause",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One instant on one of the two clocks, and what happened then."""

    at: datetime
    words: str
    is_ours: bool
    number: int = 0


def marks(incident: Incident, entries: Sequence[TimelineEntry], we_saw_it_end: datetime | None) -> tuple[Mark, ...]:
    """Return what is to be marked, by time: the first words and the ends always, of the deeds as many as fit."""
    fixed = [*_firsts(incident), *_ends(entries)]
    if we_saw_it_end is not None and not incident.is_open:
        fixed.append(Mark(we_saw_it_end, "We see it no more", is_ours=True))
    room = max(MOST - len(fixed), 0)
    deeds = [
        Mark(entry.happened_at, replies.reply(entry, incident).headline, is_ours=True)
        for entry in entries
        if entry.kind in _DEEDS and not entry.of
    ]
    return tuple(sorted([*fixed[:MOST], *deeds[:room]], key=lambda mark: mark.at))


def _firsts(incident: Incident) -> Iterator[Mark]:
    if incident.detected_at is not None:
        yield Mark(incident.detected_at, "We saw it", is_ours=True)
    elif not is_ours(incident) and not incident.cause:
        yield Mark(incident.first_seen_at, "We first read of it", is_ours=True)
    if incident.acknowledged_at is not None and statements(incident.claims):
        yield Mark(incident.acknowledged_at, f"{incident.name} wrote of it first", is_ours=False)


def _ends(entries: Sequence[TimelineEntry]) -> Iterator[Mark]:
    """Give each time that the vendor, or the team, called it over, or opened it anew."""
    before = ""
    for entry in entries:
        view = entry.claim
        if view is None or view.teller not in {SourceKind.FEED, SourceKind.TEAM} or entry.of:
            continue
        said = _ENDS.get(entry.kind, "")
        if not said and entry.kind is ChangeKind.UPDATED and any(one.subject == "still" for one in entry.transitions):
            said = "called it over"
        if not said and view.kind is Kind.MAINTENANCE and view.state.value != before:
            said = f"said {words(view.state)}" if before else ""
        before = view.state.value
        if said:
            at = view.resolved_at if said == "called it over" and view.resolved_at else entry.happened_at
            yield Mark(min(at, entry.recorded_at), f"{capital(entry.author)} {said}", is_ours=False)
