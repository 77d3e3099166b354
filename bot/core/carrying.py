"""What a burst makes of what its members say: every line of theirs once, in one thread.

The channel hears the beginning, whatever makes the whole worse, and the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import members
from bot.core.fold import advance
from bot.core.lines import by_bot
from bot.core.people import WITH, is_hushed
from bot.model import Calling, ChangeKind, Destination, Incident, Member, State, TimelineEntry, Who

# Several that begin at one time are reminded of in one breath: the channel hears the first.
SAME_BREATH = timedelta(minutes=10)
_WORDS = frozenset({ChangeKind.UPDATED, ChangeKind.ACKNOWLEDGED, ChangeKind.REOPENED})
_GIVEN = frozenset({ChangeKind.ACKED, ChangeKind.TAKEN, ChangeKind.ASSIGNED, ChangeKind.UNACKED, ChangeKind.LAPSED})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member as it is now, the lines of its timeline that may be new to its burst, and where it is to be told."""

    incident: Incident
    entries: tuple[TimelineEntry, ...]
    to: tuple[Destination, ...] = ()


@dataclass(slots=True)
class _Way:
    """A burst on its way: as far as it has come, and the lines that it got."""

    burst: Incident
    entries: list[TimelineEntry]

    def tells(self, entry: TimelineEntry) -> Incident:
        """Add a line; returns the burst before it."""
        before, after = self.burst, advance(self.burst, entry)
        hushed = entry.hushed or is_hushed(before, after, entry)
        self.entries.append(replace(entry, state=after.state, impact=after.impact, hushed=hushed))
        self.burst = after
        return before


def carried(burst: Incident, arrivals: Sequence[Arrival]) -> tuple[Incident, tuple[TimelineEntry, ...]]:
    """Return a burst with what is new of its members, and the lines of its own timeline that tell it.

    It says by itself when the last of them is over.
    """
    way = _Way(_concerning(burst, arrivals), [])
    by_id = {one.incident.id: one for one in arrivals}
    for line in sorted((e for one in arrivals for e in one.entries), key=_in_time):
        arrival = by_id[line.incident]
        known = _known(way.burst, line.incident)
        if line.seq <= (known.seq if known else _before(arrival.incident)):
            continue
        before = way.tells(_repeated(line, arrival, known, way.burst))
        if before.is_open and not way.burst.is_open:
            way.tells(_over(way.burst, line))
    return way.burst, tuple(way.entries)


def _in_time(line: TimelineEntry) -> tuple[datetime, datetime, str, int]:
    return line.recorded_at, line.happened_at, line.incident, line.seq


def _known(burst: Incident, name: str) -> Member | None:
    return next((member for member in burst.members if member.id == name), None)


def _before(incident: Incident) -> int:
    """Return the last line that a newcomer has told by itself."""
    first = incident.elsewhere[-1][0] if incident.elsewhere else 1
    # That it has come is told as well.
    return 0 if first == 1 else first - 2


def _concerning(burst: Incident, arrivals: Sequence[Arrival]) -> Incident:
    """Return the burst with everything of ours that suffers with any of them."""
    every = (burst, *(one.incident for one in arrivals))
    services = dict.fromkeys(name for one in every for name in one.services)
    cards = {card.name: card for one in every for card in one.cards}
    return replace(burst, services=tuple(services), cards=tuple(cards.values()))


def _repeated(line: TimelineEntry, arrival: Arrival, known: Member | None, burst: Incident) -> TimelineEntry:
    member = replace(
        _then(line, arrival, known),
        is_silent=_is_silent(line, known),
        planned=_planned(line, known),
        is_had_with_all=known is not None and known.is_had_with_all and not _is_given(line),
    )
    entry = replace(
        line,
        incident=burst.id,
        seq=burst.last_seq + 1,
        of=member.id,
        members=(member,),
        quiet=line.quiet or _is_told(line, known, burst),
        views=(),
        calls=calls_above(line.calls, burst),
    )
    lifts = _lifts(entry, burst)
    return replace(entry, hushed=not lifts, quiet=entry.quiet or (not lifts and _is_mere_beginning(line, arrival)))


def _is_mere_beginning(line: TimelineEntry, arrival: Arrival) -> bool:
    """Whether the words with which it began follow at once, so that they tell that it did."""
    follows = any(one.text and not one.quiet for one in arrival.entries if one.seq == line.seq + 1)
    return line.kind is ChangeKind.OPENED and follows


def _then(line: TimelineEntry, arrival: Arrival, known: Member | None) -> Member:
    """Return the member as it was after a line."""
    now = members.member_of(arrival.incident, known, seq=line.seq, to=arrival.to)
    if line.seq == arrival.incident.last_seq:
        return now
    over = line.state.is_over
    return replace(now, state=line.state, impact=line.impact, resolved_at=line.happened_at if over else None)


def _is_silent(line: TimelineEntry, known: Member | None) -> bool:
    if line.kind is ChangeKind.SILENT:
        return True
    return known is not None and known.is_silent and not (line.kind in _WORDS and line.who is Who.VENDOR)


def _is_given(line: TimelineEntry) -> bool:
    """Whether somebody has it by itself from then on, or nobody any more."""
    if line.kind is ChangeKind.HANDED_OVER:
        return any(change.subject == "to" for change in line.transitions)
    return line.kind in _GIVEN


def _planned(line: TimelineEntry, known: Member | None) -> tuple[str, ...]:
    told = tuple(change.subject for change in line.transitions) if line.kind is ChangeKind.CARD else ()
    return tuple(dict.fromkeys((*(known.planned if known else ()), *told)))


def _is_told(line: TimelineEntry, known: Member | None, burst: Incident) -> bool:
    """Whether the thread has it for another member's sake, or for the sake of all."""
    if line.kind is ChangeKind.LAPSED:
        return known is not None and known.is_had_with_all
    if line.kind is ChangeKind.SILENT:
        vendor = known.vendor if known else ""
        return any(one.is_silent and one.is_open and one.vendor == vendor for one in burst.members)
    if line.kind in {ChangeKind.MUTED, ChangeKind.UNMUTED}:
        # The whole says it of itself, where all of it is that vendor's.
        with_all = any(one.subject == WITH and known and one.after == known.name for one in line.transitions)
        return with_all and all(one.vendor == burst.vendor for one in burst.members if one.is_open)
    planned = {name for one in burst.members for name in one.planned}
    return line.kind is ChangeKind.CARD and {change.subject for change in line.transitions} <= planned


def calls_above(calls: Iterable[Calling], burst: Incident) -> tuple[Calling, ...]:
    """Return who is to be called: in each destination once, and nobody for what somebody was called for already."""
    called = {to: max(level.rank for where, level in burst.called if where == to) for to, _ in burst.called}
    found = {one.to: one for one in sorted(calls, key=_level)}
    return tuple(one for one in found.values() if one.level is None or _level(one) > called.get(one.to, -1))


def _level(one: Calling) -> int:
    return one.level.rank if one.level is not None else -1


def _lifts(entry: TimelineEntry, burst: Incident) -> bool:
    """Whether the channel hears it: it makes the whole worse, or begins it anew."""
    if entry.hushed or entry.quiet:
        return False
    after = advance(burst, entry)
    if after.state is State.SCHEDULED and entry.kind is not ChangeKind.REMINDED:
        return False
    if entry.kind is ChangeKind.REMINDED:
        return burst.reminded_at is None or entry.recorded_at - burst.reminded_at >= SAME_BREATH
    return bool(entry.calls) or after.impact.rank > burst.impact.rank or (after.is_open and not burst.is_open)


def _over(burst: Incident, last: TimelineEntry) -> TimelineEntry:
    return replace(
        by_bot(burst, ChangeKind.RESOLVED, last.recorded_at), happened_at=burst.resolved_at or last.happened_at
    )
