"""How a week was, vendor by vendor, in numbers that are counted as a vendor's record is.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core import routing, team
from bot.core.courses import Record, course, is_told
from bot.core.report.additions import ended_by, follow_ups
from bot.core.report.material import Addition
from bot.core.rules import Route, Service
from bot.core.scorecard import Scorecard, Watch, scorecard
from bot.core.stretches import Stretch
from bot.model import ChangeKind, Digest, Impact, Incident, Kind, State

MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What is known of a vendor's week: its incidents, when it was watched, and what people added to their reports.

    `probes` are the keys of those that watch it.  `is_cut`: there was more than was read, of somebody.
    """

    vendor: str
    name: str
    records: tuple[Record, ...] = ()
    watch: Watch = field(default_factory=Watch)
    additions: tuple[tuple[Addition, ...], ...] = ()
    probes: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is no vendor, but what the team has declared itself."""
        return self.vendor == team.VENDOR

    @property
    def called(self) -> str:
        """What the vendor is called: as its source says, or its incidents."""
        return self.name or next((one.incident.name for one in self.records), self.vendor)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorWeek:
    """A vendor's week: its record, what is open now, the longest trouble, and what there is to draw."""

    gathered: Gathered
    card: Scorecard
    open: tuple[Incident, ...] = ()
    longest: tuple[timedelta, Incident] | None = None
    follow_ups: int = 0
    told: tuple[Stretch, ...] = ()
    suspected: tuple[Stretch, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened, as far as is known."""
        return not (self.told or self.suspected or self.open or self.card.incidents or self.follow_ups)


def matched(found: Iterable[Gathered], routes: Sequence[Route], services: Sequence[Service]) -> tuple[Gathered, ...]:
    """Return what of a week is told by routes: their vendors, and of these the incidents that they would take."""
    kept = []
    for one in found:
        records = tuple(record for record in one.records if _is_meant(record.incident, routes, services))
        if records or any(_names(route, one.vendor, services) for route in routes):
            kept.append(replace(one, records=records))
    return tuple(kept)


def _is_meant(incident: Incident, routes: Sequence[Route], services: Sequence[Service]) -> bool:
    """Whether a route would have taken it when it was at its worst."""
    found = incident.evidence
    surest = replace(found, confidence=found.surest) if found is not None and found.surest is not None else found
    then = replace(incident, impact=incident.peak, evidence=surest)
    return any(routing.matches(route.match, then, services) for route in routes)


def _names(route: Route, vendor: str, services: Sequence[Service]) -> bool:
    """Whether a route may tell of a vendor at all: one that it names, one that its services need, or any."""
    wanted = {name.lower() for name in route.match.services}
    needed = {on for one in services if one.name.lower() in wanted for on, _ in one.depends_on}
    if route.match.vendors and vendor not in route.match.vendors:
        return False
    return not wanted or vendor in needed


def week_of(gathered: Gathered, digest: Digest) -> VendorWeek:
    """Return how a vendor's week was."""
    since, until = digest.starts_at, digest.ends_at
    records = [one for one in gathered.records if one.incident.ending is not ChangeKind.MERGED]
    card = scorecard(gathered.vendor, gathered.called, records, gathered.watch, until, since=since)
    troubles = [one for one in records if one.incident.kind is not Kind.NOTICE]
    told = [one for one in troubles if gathered.is_ours or is_told(one.incident)]
    lengths = [(span, one.incident) for one in told if (span := _length(one, since, until))]
    return VendorWeek(
        gathered=gathered,
        card=card,
        open=tuple(one.incident for one in records if one.incident.is_open and not _is_planned(one.incident)),
        longest=max(lengths, key=lambda one: one[0], default=None),
        follow_ups=sum(_left_open(additions) for additions in gathered.additions),
        told=tuple(stretch for one in told for stretch in _within(one, since, until)),
        suspected=tuple(stretch for one in troubles if one not in told for stretch in _within(one, since, until)),
    )


def _is_planned(incident: Incident) -> bool:
    return incident.state is State.SCHEDULED


def _within(record: Record, since: datetime, until: datetime) -> Iterator[Stretch]:
    for one in course(record, until).stretches:
        began_at, ended_at = max(one.began_at, since), min(one.ended_at, until)
        if ended_at > began_at:
            yield Stretch(began_at, ended_at, one.impact)


def _length(record: Record, since: datetime, until: datetime) -> timedelta:
    if record.incident.kind is Kind.MAINTENANCE:
        return timedelta()
    spans = (one.ended_at - one.began_at for one in _within(record, since, until) if one.impact is not Impact.NONE)
    return sum(spans, timedelta())


def _left_open(additions: Sequence[Addition]) -> int:
    return sum(ended_by(one, additions) is None for one in follow_ups(additions))


def in_order(weeks: Iterable[VendorWeek]) -> tuple[VendorWeek, ...]:
    """Return those of whom there is anything to tell, the worst first: what is open, how bad, how long."""
    return tuple(sorted((one for one in weeks if not one.is_quiet), key=_badness))


def shown(weeks: Sequence[VendorWeek]) -> tuple[VendorWeek, ...]:
    """Return those that are drawn: the worst first, and then as many of the others as there is room for."""
    calm = sorted((one for one in weeks if one.is_quiet), key=lambda one: one.gathered.called.casefold())
    return (*in_order(weeks), *calm)[:MOST]


def _badness(one: VendorWeek) -> tuple[bool, int, timedelta, int, str]:
    worst = max((impact.rank for impact, _ in one.card.spent), default=0)
    return not one.open, -worst, -one.card.in_trouble, -one.card.incidents, one.gathered.called.casefold()
