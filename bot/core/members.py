"""A burst as its members make it, and what of an incident is told in a burst instead of by itself.

A burst is an incident that makes no claims: its members do.  It is the fold of its timeline like any other, and each
line of it that repeats a member's has that member as it is then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.core.severity import worst
from bot.model import ChangeKind, Destination, Impact, Incident, Kind, Member, State, TimelineEntry

# Where many stand at different stages, all stand where the least advanced does.
_STAGES = (
    State.SUSPECTED,
    State.INVESTIGATING,
    State.UNKNOWN,
    State.IDENTIFIED,
    State.IN_PROGRESS,
    State.VERIFYING,
    State.MONITORING,
    State.SCHEDULED,
)


def member_of(incident: Incident, known: Member | None = None, *, seq: int, to: Iterable[Destination] = ()) -> Member:
    """Return an incident as a burst keeps it, with what it kept of it before."""
    return Member(
        id=incident.id,
        vendor=incident.vendor,
        name=incident.name,
        kind=incident.kind,
        title=incident.title,
        state=incident.state,
        impact=incident.impact,
        peak=incident.peak,
        started_at=incident.started_at,
        first_seen_at=incident.first_seen_at,
        resolved_at=incident.resolved_at,
        starts_at=incident.starts_at,
        ends_at=incident.ends_at,
        url=incident.url,
        components=incident.components,
        ending=incident.ending,
        detected_at=incident.detected_at,
        acknowledged_at=incident.acknowledged_at,
        was_open_at_first_look=incident.was_open_at_first_look,
        acked_by=incident.acked.name if incident.acked else "",
        is_had_with_all=bool(incident.acked and known and known.is_had_with_all),
        planned=known.planned if known else (),
        is_silent=known.is_silent if known else False,
        seq=seq,
        to=tuple(dict.fromkeys((*(known.to if known else ()), *map(str, to)))),
    )


def as_incident(member: Member) -> Incident:
    """Return a member as an incident of its own, for whoever matches or words one."""
    return Incident(
        id=member.id,
        vendor=member.vendor,
        name=member.name,
        kind=member.kind,
        title=member.title,
        state=member.state,
        impact=member.impact,
        peak=member.peak,
        started_at=member.started_at,
        first_seen_at=member.first_seen_at,
        resolved_at=member.resolved_at,
        starts_at=member.starts_at,
        ends_at=member.ends_at,
        url=member.url,
        components=member.components,
        ending=member.ending,
        detected_at=member.detected_at,
        acknowledged_at=member.acknowledged_at,
    )


def each(incident: Incident) -> tuple[Incident, ...]:
    """Return what is to be matched where an incident is: itself, or each of a burst's members that goes on."""
    return tuple(as_incident(one) for one in incident.members if one.is_open) or (incident,)


def folded(burst: Incident, entry: TimelineEntry) -> Incident:
    """Return a burst after a line that speaks of some of its members."""
    named = {member.id: member for member in entry.members}
    if entry.kind is ChangeKind.UNGROUPED and not entry.of:
        members = tuple(member for member in burst.members if member.id not in named)
        ending = ChangeKind.UNGROUPED
    else:
        kept = tuple(named.pop(member.id, member) for member in burst.members)
        members, ending = (*kept, *named.values()), ChangeKind.RESOLVED
    after = whole(burst, members)
    if not after.is_open:
        ends = [member.resolved_at for member in members if member.resolved_at]
        over = max(ends) if ends and ending is ChangeKind.RESOLVED else entry.happened_at
        after = replace(after, resolved_at=over, ending=ending)
    reminded = entry.recorded_at if entry.kind is ChangeKind.REMINDED else after.reminded_at
    return replace(after, reminded_at=reminded, last_seq=entry.seq)


def whole(burst: Incident, members: Sequence[Member]) -> Incident:
    """Return a burst as these members make it: as bad as the worst, and over when all are."""
    still = [member for member in members if member.is_open]
    impact = worst((member.impact for member in still), default=burst.impact)
    over = State.COMPLETED if burst.kind is Kind.MAINTENANCE else State.RESOLVED
    urls = {member.url for member in members}
    starts = [member.starts_at for member in members if member.starts_at]
    ends = [member.ends_at for member in members if member.ends_at]
    return replace(
        burst,
        title=_named(burst, members),
        state=min((member.state for member in still), key=_STAGES.index, default=over),
        impact=impact,
        peak=worst((burst.peak, *(member.peak for member in members))),
        started_at=min((member.started_at for member in members), default=burst.started_at),
        resolved_at=None if still else burst.resolved_at,
        ending=None if still else burst.ending,
        starts_at=min(starts, default=None),
        ends_at=max(ends, default=None),
        url=urls.pop() if len(urls) == 1 else None,
        members=tuple(members),
    )


def _named(burst: Incident, members: Sequence[Member]) -> str:
    if len(members) == 1:
        return members[0].title
    return title(burst.kind, len(members)) if members else burst.title


def title(kind: Kind, count: int) -> str:
    """Name a burst by how many it holds."""
    return f"{count} planned maintenances" if kind is Kind.MAINTENANCE else f"{count} incidents at once"


def regrouped(incident: Incident, entry: TimelineEntry) -> Incident:
    """Return an incident that is told in a burst from this line on, or by itself again and then for good.

    In a burst all of it is told, if it was never told by itself.
    """
    if entry.kind is ChangeKind.UNGROUPED:
        told = tuple((first, last or entry.seq - 1) for first, last in incident.elsewhere)
        return replace(incident, burst="", elsewhere=told, apart=True, last_seq=entry.seq)
    start = 1 if entry.quiet else entry.seq + 1
    elsewhere = (*incident.elsewhere, (start, None))
    return replace(incident, burst=entry.transitions[0].before, elsewhere=elsewhere, last_seq=entry.seq)


def is_kept_back(incident: Incident) -> bool:
    """Whether an incident is told in a burst alone, and has no message of its own."""
    return bool(incident.burst) and _is_elsewhere(incident, 1)


def _is_elsewhere(incident: Incident, seq: int) -> bool:
    return any(first <= seq and (last is None or seq <= last) for first, last in incident.elsewhere)


def told_at(incident: Incident, entries: Sequence[TimelineEntry], to: Destination) -> tuple[TimelineEntry, ...]:
    """Return what one channel is told by an incident: not what a burst tells, nor of members that it does not want."""
    if not incident.cause:
        return tuple(entry for entry in entries if not _is_elsewhere(incident, entry.seq))
    in_part = _is_in_part(incident, to)
    return tuple(e for e in entries if not in_part or not e.of or str(to) in e.members[0].to)


def seen_at(incident: Incident, to: Destination) -> Incident:
    """Return a burst as one channel has it: with the members that routes lead there.

    Where no route leads, somebody has asked for the whole of it.
    """
    if not _is_in_part(incident, to):
        return incident
    shown = tuple(member for member in incident.members if str(to) in member.to)
    return incident if len(shown) == len(incident.members) else _in_part(incident, shown)


def shows(burst: Incident, name: str, to: Destination) -> bool:
    """Whether a channel that is told of a burst is shown this member of it."""
    return any(member.id == name for member in seen_at(burst, to).members)


def with_place(burst: Incident, names: Collection[str], to: Destination) -> Incident:
    """Return a burst of which a channel is shown these members as well."""
    after = (
        replace(one, to=(*one.to, str(to))) if one.id in names and str(to) not in one.to else one
        for one in burst.members
    )
    return replace(burst, members=tuple(after))


def _in_part(burst: Incident, shown: Sequence[Member]) -> Incident:
    part = whole(replace(burst, impact=Impact.NONE, peak=Impact.NONE), shown)
    if part.is_open or not burst.is_open:
        return part
    ends = [member.resolved_at for member in shown if member.resolved_at]
    return replace(part, resolved_at=max(ends, default=None), ending=ChangeKind.RESOLVED)


def told_whole(burst: Incident, places: Iterable[Destination]) -> Incident:
    """Return a burst of which somebody is told as a whole, whichever of its members routes lead there later."""
    return replace(burst, whole_at=tuple(dict.fromkeys((*burst.whole_at, *map(str, places)))))


def _is_in_part(burst: Incident, to: Destination) -> bool:
    return str(to) not in burst.whole_at and any(str(to) in member.to for member in burst.members)
