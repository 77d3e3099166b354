"""An incident's history told again, each line with the incident as it was then, for a report to read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import team
from bot.core.courses import Course, Record, course
from bot.core.elsewhere import Elsewhere, as_it_went, elsewhere
from bot.core.fold import advance
from bot.core.report.material import Material, Watched
from bot.core.tally import Tallies
from bot.core.witnesses import statements, testimonies
from bot.model import ClaimView, Incident, Kind, SourceKind, TimelineEntry, Who


@dataclass(frozen=True, slots=True)
class Story:
    """What a report reads from.  `records` are the incident itself, or the members of a burst.

    Of what went on `elsewhere` as part of another, `incident` is as it was when it went.
    """

    material: Material
    now: datetime
    incident: Incident
    records: tuple[Record, ...]
    courses: tuple[Course, ...]
    then: tuple[tuple[TimelineEntry, Incident], ...]
    elsewhere: Elsewhere | None = None

    @property
    def views(self) -> tuple[ClaimView, ...]:
        """All that anybody claims of it."""
        return tuple(view for record in self.records for view in record.incident.claims)

    @property
    def posted(self) -> tuple[ClaimView, ...]:
        """What the vendor has written, apart from what only its page shows; Sitrep is no vendor."""
        return () if self.incident.vendor == team.SITREP else statements(self.views)

    @property
    def seen(self) -> tuple[ClaimView, ...]:
        """What our own witnesses claim."""
        return testimonies(self.views)

    @property
    def is_accused(self) -> bool:
        """Whether a vendor is to tell of it: it is no trouble of our own, nor one of Sitrep itself."""
        if self.incident.vendor == team.SITREP:
            return False
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
    incident = as_it_went(material.incident, material.entries)
    records = material.members or (Record(incident, material.entries),)
    courses = tuple(course(record, now) for record in records)
    then = tuple(retold(material.incident, material.entries))
    return Story(material, now, incident, records, courses, then, elsewhere(material.incident, material.entries))


def retold(incident: Incident, entries: Sequence[TimelineEntry]) -> Iterator[tuple[TimelineEntry, Incident]]:
    """Give each line of a history with the incident as it was after it: what is said of it must have been true then."""
    if not entries:
        return
    then, adding = _beginning(incident, entries[0]), Tallies().added
    for entry in entries:
        then = advance(then, entry, adding)
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
