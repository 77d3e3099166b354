"""How a week was, vendor by vendor: in numbers that are counted as a vendor's record is, and in words.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import routing, team, wording
from bot.core.answers import cut, listed
from bot.core.courses import Record, Stretch, course, is_told
from bot.core.message import Item, Line, Message, Moment, Part, Tone, line, plain_part
from bot.core.records import by_impact, signed
from bot.core.report.additions import ended_by, follow_ups
from bot.core.report.material import Addition
from bot.core.rules import Route, Service
from bot.core.scorecard import Scorecard, Watch, scorecard
from bot.core.spans import duration
from bot.core.wording import TONES, capital
from bot.model import ChangeKind, Digest, Impact, Incident, Kind, State

MOST = 12
_TITLE, _OPEN, _BLIND = 80, 2, 5
# As much as an embed of Discord's holds with all its marks, as for other digests.
_ROOM = 2_800
_TONES = (Tone.RESOLVED, Tone.NOTICE, Tone.MAINTENANCE, Tone.MINOR, Tone.MAJOR, Tone.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What is known of a vendor's week: its incidents, when it was watched, and what people added to their reports.

    `probes` are the keys of those that watch it.
    """

    vendor: str
    name: str
    records: tuple[Record, ...] = ()
    watch: Watch = field(default_factory=Watch)
    additions: tuple[tuple[Addition, ...], ...] = ()
    probes: tuple[str, ...] = ()

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
    told = [one for one in troubles if is_told(one.incident)]
    lengths = [(span, one.incident) for one in told if (span := _length(one, since, until))]
    return VendorWeek(
        gathered=gathered,
        card=card,
        open=tuple(one.incident for one in records if one.incident.is_open and not _is_planned(one.incident)),
        longest=max(lengths, key=lambda one: one[0], default=None),
        follow_ups=sum(_left_open(additions) for additions in gathered.additions),
        told=tuple(stretch for one in told for stretch in _within(one, since, until)),
        suspected=tuple(
            stretch for one in troubles if not is_told(one.incident) for stretch in _within(one, since, until)
        ),
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
    return tuple(sorted((one for one in weeks if not one.is_quiet), key=_badness, reverse=True))


def shown(weeks: Sequence[VendorWeek]) -> tuple[VendorWeek, ...]:
    """Return those that are drawn: the worst first, and then as many of the others as there is room for."""
    calm = sorted((one for one in weeks if one.is_quiet), key=lambda one: one.gathered.called.casefold())
    return (*in_order(weeks), *calm)[:MOST]


def _badness(one: VendorWeek) -> tuple[bool, int, timedelta, int, str]:
    worst = max((impact.rank for impact, _ in one.card.spent), default=0)
    return bool(one.open), worst, one.card.in_trouble, one.card.incidents, one.gathered.called


def announced(digest: Digest) -> Message:
    """Return the summary of a week before it is counted: nothing of it is ever edited, so it may stand for it."""
    return Message(tone=Tone.NOTICE, headline=title(digest))


def message(digest: Digest, weeks: Sequence[VendorWeek]) -> Message:
    """Return what the summary of a week says."""
    troubled = in_order(weeks)
    calm = [one for one in weeks if one.is_quiet]
    parts = [*_items(troubled), *_calm(calm, troubled), *_unwatched(weeks)]
    # What is over alarms nobody any more; in the list it has the sign of how bad it was.
    going_on = [_tone(one) for one in troubled if one.open]
    tone = max(going_on, key=_TONES.index, default=Tone.NOTICE if troubled else Tone.RESOLVED)
    return Message(tone=tone, headline=f"{title(digest)}: {in_short(weeks)}", parts=tuple(parts))


def in_short(weeks: Sequence[VendorWeek]) -> str:
    """Return in a few words what there was."""
    troubled = in_order(weeks)
    return _counted(troubled) if troubled else _nothing(weeks)


def title(digest: Digest) -> str:
    """Return from when to when a week is, by the clock of its channel."""
    zone = ZoneInfo(digest.clock)
    since, until = digest.starts_at.astimezone(zone), digest.ends_at.astimezone(zone)
    return f"The week {since:%a %-d %b %H:%M} to {until:%a %-d %b %H:%M}"


def _nothing(calm: Sequence[VendorWeek]) -> str:
    if not calm:
        return "nothing was watched"
    known = [one for one in calm if not _missed(one)]
    many = f"{len(calm)} vendors" if len(calm) > 1 else "1 vendor"
    return f"nothing happened at {many}" if len(known) == len(calm) else f"nothing is known to have happened at {many}"


def _counted(troubled: Sequence[VendorWeek]) -> str:
    incidents = sum(one.card.incidents for one in troubled)
    open_now = sum(len(one.open) for one in troubled)
    alone = sum(one.card.unconfirmed + one.card.pending for one in troubled)
    whose = f" of {sum(bool(one.card.incidents) for one in troubled)} vendors" if incidents > 1 else ""
    said = [f"{incidents} incident{'' if incidents == 1 else 's'}{whose}"] if incidents else []
    said += [f"{alone} that only we saw"] if alone else []
    said += [f"{open_now} open now"] if open_now else []
    planned = sum(one.card.maintenances for one in troubled)
    said += [f"{planned} maintenance{'' if planned == 1 else 's'}"] if planned and not said else []
    return ", ".join(said) or "follow-ups are open"


def _tone(one: VendorWeek) -> Tone:
    if one.open:
        return max((wording.tone(incident) for incident in one.open), key=_TONES.index)
    return TONES[one.card.spent[0][0]] if one.card.spent else Tone.NOTICE


def _items(troubled: Sequence[VendorWeek]) -> Iterator[Part]:
    """Give what there is room for, and say whose the rest is."""
    room, shown = _ROOM, 0
    for one in troubled[:MOST]:
        item = Item(_tone(one), cut(one.gathered.called, _TITLE), (counts(one),), tuple(_lines(one)))
        room -= len(plain_part(item))
        if room < 0:
            break
        shown += 1
        yield item
    rest = troubled[shown:]
    if rest:
        yield line(f"And of {len(rest)} more: ", listed([f"{one.gathered.called} ({counts(one)})" for one in rest]))


def counts(one: VendorWeek) -> str:
    """Write how much trouble there was."""
    card = one.card
    if one.gathered.vendor == team.VENDOR:
        declared = len(one.gathered.records)
        return f"{declared} declared by us" + (f", {len(one.open)} open" if one.open else "")
    said = []
    if card.incidents:
        many = "1 incident" if card.incidents == 1 else f"{card.incidents} incidents"
        said.append(f"{many}, {duration(card.in_trouble)} in trouble" if card.in_trouble else f"{many} of no impact")
    alone = card.unconfirmed + card.pending
    said += [f"{alone} that only we saw, {duration(_spent(one.suspected))}"] if alone else []
    if card.maintenances:
        many = "1 maintenance" if card.maintenances == 1 else f"{card.maintenances} maintenances"
        said.append(f"{many}, {duration(card.maintained)}")
    return " · ".join(said) or ("follow-ups are open" if one.follow_ups else "nothing")


def _spent(stretches: Sequence[Stretch]) -> timedelta:
    return sum((one.ended_at - one.began_at for one in stretches), timedelta())


def _lines(one: VendorWeek) -> Iterator[Line]:
    card = one.card
    if len(card.spent) > 1:
        yield line(capital(by_impact(card)))
    if one.longest is not None and card.incidents > 1:
        span, incident = one.longest
        yield line(f"Longest: {duration(span)}, {cut(incident.title, _TITLE)}")
    yield from _lags(card)
    false = len(card.false_clears)
    if false:
        yield line(f"{false} of {card.all_clears} all-clears {'was' if false == 1 else 'were'} false")
    for incident in one.open[:_OPEN]:
        yield line(f"Open: {cut(incident.title, _TITLE)}, since ", Moment(incident.started_at))
    if len(one.open) > _OPEN:
        yield line(f"and {len(one.open) - _OPEN} more open")
    if one.follow_ups:
        yield line(f"{one.follow_ups} follow-up{' is' if one.follow_ups == 1 else 's are'} left open")


def _lags(card: Scorecard) -> Iterator[Line]:
    """Say who told of it first, and by how much."""
    lags = card.lags
    if lags.median is not None and lags.count == 1:
        yield line(f"It told of it {signed(lags.median)}")
    elif lags.median is not None:
        worst = f", at worst {signed(lags.worst.span)}" if lags.worst else ""
        first = f"It was first in {lags.first} of {lags.count}" if lags.first else f"We were first in all {lags.count}"
        yield line(f"{first}: it told {signed(lags.median)} (median){worst}")
    if lags.never:
        yield line(f"It never told of {lags.never} that we were sure of")


def brief(one: VendorWeek) -> str:
    """Write what there was, or that not all is known."""
    missed = f"not watched for {duration(_missed(one))}" if _missed(one) else ""
    said = "nothing known" if missed and one.is_quiet else counts(one)
    return f"{said}, {missed}" if missed else said


def _calm(calm: Sequence[VendorWeek], troubled: Sequence[VendorWeek]) -> Iterator[Line]:
    watched = [one.gathered.called for one in calm if one.card.watched or one.gathered.probes]
    if watched:
        rest = "Nothing at" if troubled else "Watched:"
        yield line(f"{rest} {listed(sorted(watched, key=str.casefold))}")


def _unwatched(weeks: Sequence[VendorWeek]) -> Iterator[Line]:
    """Say whose pages were not read for how long: nobody knows what happened then."""
    blind = [(missed, one.gathered.called) for one in weeks if (missed := _missed(one))]
    blind.sort(key=lambda one: (-one[0], one[1]))
    if blind:
        shown = [f"{name} {duration(span)}" for span, name in blind[:_BLIND]]
        yield line(f"Not watched all the time: {listed(shown, unlisted=len(blind) - len(shown))}")


def _missed(one: VendorWeek) -> timedelta:
    if one.gathered.vendor == team.VENDOR or (one.card.watched_since is None and one.gathered.probes):
        return timedelta()
    return (one.card.until - one.card.since) - one.card.watched + one.card.unwatched
