"""What is planned, by whom and when, and whom here it touches.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from bot.core import routing
from bot.core.answers import cut
from bot.core.rules import Service
from bot.core.windows import Window, occurrences
from bot.core.wording import capital, ending, has_not_begun, words
from bot.model import ChangeKind, Claim, Impact, Incident, Kind, Source, State

# What has no end is taken to last so long where it matters whether two things are at once.
UNTOLD = timedelta(hours=1)
_WORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One maintenance.  `uid` and `revision` are those of a calendar: the one never changes, the other only grows.

    Without `vendor` it is one of our own.  `services` are those that depend on what it is about.
    """

    uid: str
    revision: int
    changed_at: datetime
    vendor: str
    name: str
    title: str
    starts: datetime
    ends: datetime | None
    state: State
    word: str
    is_over: bool = False
    is_off: bool = False
    incident: str = ""
    url: str | None = None
    components: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    words: str = ""

    @property
    def last(self) -> datetime:
        """When it ends, or may be taken to."""
        return self.ends or self.starts + UNTOLD


@dataclass(frozen=True, slots=True)
class Conflict:
    """A service whose vendor is being worked on while the one that is to stand in is, too; from when to when."""

    service: str
    vendor: Event
    stand_in: Event
    starts: datetime
    ends: datetime


def of_incident(incident: Incident, changed_at: datetime, services: Iterable[Service]) -> Event | None:
    """Return a maintenance that is told of; None for one that goes on in another, or of which no time was told."""
    starts = incident.starts_at or incident.started_at
    if not incident.claims or (incident.state is State.SCHEDULED and incident.starts_at is None):
        return None
    is_off = incident.ending is ChangeKind.WITHDRAWN or has_not_begun(incident)
    ends = incident.ends_at
    if incident.resolved_at is not None and not is_off:
        ends = incident.resolved_at
    return Event(
        uid=_uid(incident.vendor, incident.claims[0].key.partition("|")[2]),
        revision=incident.last_seq,
        changed_at=changed_at,
        vendor=incident.vendor,
        name=incident.name,
        title=incident.title,
        starts=starts,
        ends=ends if ends and ends > starts else None,
        state=incident.state,
        word=capital(words(incident.state)) if incident.is_open else ending(incident),
        is_over=not incident.is_open,
        is_off=is_off,
        incident=incident.id,
        url=incident.url,
        components=tuple(part.name for part in incident.components),
        services=_touched(incident, services),
        words=cut(incident.latest.text, _WORDS) if incident.latest else "",
    )


def of_claim(source: Source, claim: Claim, services: Iterable[Service]) -> Event | None:
    """Return a maintenance that is so far off that nobody was told of it yet."""
    if claim.starts_at is None:
        return None
    last = claim.updates[-1] if claim.updates else None
    return Event(
        uid=_uid(source.vendor, claim.external_id),
        revision=0,
        changed_at=last.at if last else claim.published_at or claim.starts_at,
        vendor=source.vendor,
        name=source.whose,
        title=claim.title,
        starts=claim.starts_at,
        ends=claim.ends_at if claim.ends_at and claim.ends_at > claim.starts_at else None,
        state=claim.state,
        word=capital(words(claim.state)),
        url=claim.url,
        components=tuple(part.name for part in claim.components),
        services=_touched(_as_incident(source, claim), services),
        words=cut(last.body, _WORDS) if last else "",
    )


def of_windows(windows: Iterable[Window], since: datetime, until: datetime) -> tuple[Event, ...]:
    """Return each time of that span at which we work on something ourselves."""
    return tuple(
        Event(
            uid=_uid("ours", f"{window.name}|{starts.isoformat()}"),
            revision=0,
            changed_at=starts,
            vendor="",
            name="Our own",
            title=window.name,
            starts=starts,
            ends=ends,
            state=State.SCHEDULED,
            word="Configured",
            components=window.probes,
        )
        for window in windows
        for starts, ends in occurrences(window, since, until)
    )


def _as_incident(source: Source, claim: Claim) -> Incident:
    began = claim.starts_at or claim.started_at or datetime.min.replace(tzinfo=UTC)
    return Incident(
        id="",
        vendor=source.vendor,
        name=source.whose,
        kind=Kind.MAINTENANCE,
        title=claim.title,
        state=claim.state,
        impact=Impact.MAINTENANCE,
        peak=Impact.MAINTENANCE,
        started_at=began,
        first_seen_at=began,
        components=claim.components,
    )


def _touched(incident: Incident, services: Iterable[Service]) -> tuple[str, ...]:
    return tuple(one.name for one in routing.ours(services) if routing.depends(one, incident))


def _uid(vendor: str, name: str) -> str:
    return f"{blake2b(f'{vendor}|{name}'.encode(), digest_size=16).hexdigest()}@sitrep"


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return what begins first, first; of what several sources tell, one."""
    ordered = sorted(events, key=lambda one: (one.starts, one.name.lower(), one.title, -one.revision))
    return tuple({one.uid: one for one in reversed(ordered)}.values())[::-1]


def conflicts(events: Sequence[Event], services: Iterable[Service], now: datetime) -> tuple[Conflict, ...]:
    """Return where a vendor and its stand-in are worked on at the same time, from now on."""
    to_come = [one for one in events if one.vendor and not one.is_over and one.last > now]
    found = []
    for service in routing.ours(services):
        mine = [one for one in to_come if service.name in one.services]
        others = [one for one in to_come if one.vendor == service.fallback_vendor]
        for one in mine:
            for other in others:
                starts, ends = max(one.starts, other.starts), min(one.last, other.last)
                if starts < ends and one.uid != other.uid:
                    found.append(Conflict(service.name, one, other, starts, ends))
    return tuple(found)


def by_day(events: Iterable[Event]) -> tuple[tuple[date, tuple[Event, ...]], ...]:
    """Return events, which are in order, by the day (UTC) on which they begin."""
    return tuple((day, tuple(some)) for day, some in groupby(events, key=lambda one: _day(one.starts)))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month, or of the week that it begins or ends in, and what is on then."""

    day: date
    is_of_month: bool
    is_today: bool
    events: tuple[Event, ...]


def month(events: Sequence[Event], first: date, today: date) -> tuple[tuple[Cell, ...], ...]:
    """Return the weeks of the month that begins on `first`, Monday first, with what is on each day."""
    start = first - timedelta(days=first.weekday())
    busy = _by_day(events, start, start + timedelta(days=42))
    weeks: list[tuple[Cell, ...]] = []
    while not weeks or start.month == first.month:
        days = (start + timedelta(days=n) for n in range(7))
        weeks.append(tuple(Cell(d, d.month == first.month, d == today, tuple(busy.get(d, ()))) for d in days))
        start += timedelta(days=7)
    return tuple(weeks)


def _by_day(events: Iterable[Event], since: date, until: date) -> Mapping[date, Sequence[Event]]:
    """Return what is on each day (UTC) of a time; what ends at midnight is not on the day that begins then."""
    found: dict[date, list[Event]] = {}
    for one in events:
        day, last = max(_day(one.starts), since), min(_day(one.last - timedelta(microseconds=1)), until)
        while day <= last:
            found.setdefault(day, []).append(one)
            day += timedelta(days=1)
    return found


def beginning(text: str, today: date) -> date:
    """Return the first day of a month that is written `2026-03`, or of this one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def shifted(first: date, months: int) -> date:
    """Return the first day of the month so many months later, within what a calendar knows."""
    number = min(max(first.year * 12 + first.month - 1 + months, 12), 9999 * 12 + 11)
    return first.replace(year=number // 12, month=number % 12 + 1)
