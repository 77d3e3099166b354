"""An incident's history told again, each line with the incident as it was then, for a report to read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.courses import Course, Record, course
from bot.core.fold import advance
from bot.core.report.material import Material, Watched
from bot.core.witnesses import statements, testimonies
from bot.model import ChangeKind, ClaimView, Incident, Kind, SourceKind, TimelineEntry, Who

_TOLD_BY_READING = frozenset({ChangeKind.ACKNOWLEDGED, ChangeKind.BACKFILLED})


@dataclass(frozen=True, slots=True)
class Story:
    """What a report reads from.  `records` are the incident itself, or the members of a burst."""

    material: Material
    now: datetime
    records: tuple[Record, ...]
    courses: tuple[Course, ...]
    then: tuple[tuple[TimelineEntry, Incident], ...]

    @property
    def incident(self) -> Incident:
        """What it is about."""
        return self.material.incident

    @property
    def views(self) -> tuple[ClaimView, ...]:
        """All that anybody claims of it."""
        return tuple(view for record in self.records for view in record.incident.claims)

    @property
    def posted(self) -> tuple[ClaimView, ...]:
        """What the vendor has written, apart from what only its page shows."""
        return statements(self.views)

    @property
    def seen(self) -> tuple[ClaimView, ...]:
        """What our own witnesses claim."""
        return testimonies(self.views)

    @property
    def is_accused(self) -> bool:
        """Whether a vendor is to tell of it: it is no trouble of our own."""
        feeds = any(one.source.kind is SourceKind.FEED for one in self.material.sources)
        told = any(view.teller is SourceKind.FEED for view in self.views)
        named = any(one.source.vendor_name for one in self.material.sources)
        return feeds or told or named

    @property
    def over_at(self) -> datetime:
        """When it ended, or the time of the report while it goes on."""
        return self.incident.resolved_at or self.now

    def source(self, key: str) -> Watched | None:
        """Return the source that a claim comes from."""
        name = key.partition("|")[0]
        return next((one for one in self.material.sources if one.source.key == name), None)


def story(material: Material, now: datetime) -> Story:
    """Return what there is to tell."""
    records = material.members or (Record(material.incident, material.entries),)
    courses = tuple(course(record, now) for record in records)
    return Story(material, now, records, courses, tuple(retold(material.incident, material.entries)))


def retold(incident: Incident, entries: Sequence[TimelineEntry]) -> Iterator[tuple[TimelineEntry, Incident]]:
    """Give each line of a history with the incident as it was after it: what is said of it must have been true then."""
    if not entries:
        return
    then = _beginning(incident, entries[0])
    for entry in entries:
        then = advance(then, entry)
        yield entry, then


def _beginning(incident: Incident, first: TimelineEntry) -> Incident:
    view = first.claim
    blank = Incident(
        id=incident.id,
        vendor=incident.vendor,
        name=incident.name,
        kind=view.kind if view else incident.kind,
        title=view.title if view else incident.title,
        state=first.state,
        impact=first.impact,
        peak=first.impact,
        started_at=incident.started_at,
        first_seen_at=incident.first_seen_at,
        was_open_at_first_look=incident.was_open_at_first_look,
        cause=incident.cause,
        runs_on=incident.runs_on,
    )
    return replace(blank, services=incident.services, cards=incident.cards)


def happened(entry: TimelineEntry) -> datetime:
    """Return when what a line tells came about, so that lines stand in the order of the world.

    A vendor has posted something before we read it; that it is silent is found when it has been for long.
    """
    if entry.kind is ChangeKind.SILENT:
        return entry.recorded_at
    published = entry.claim.published_at if entry.claim and entry.kind in _TOLD_BY_READING else None
    return min(published, entry.happened_at) if published else entry.happened_at


def is_vendors(entry: TimelineEntry) -> bool:
    """Whether the vendor says it, through a feed."""
    return entry.who is Who.VENDOR and entry.claim is not None and entry.claim.teller is SourceKind.FEED


def is_planned(incident: Incident) -> bool:
    """Whether it is a maintenance."""
    return incident.kind is Kind.MAINTENANCE


def first(times: Iterable[datetime | None]) -> datetime | None:
    """Return the first of some times, as far as they are known."""
    return min((at for at in times if at is not None), default=None)


def last(times: Iterable[datetime | None]) -> datetime | None:
    """Return the last of some times, as far as they are known."""
    return max((at for at in times if at is not None), default=None)
