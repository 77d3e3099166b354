"""What a person does to a burst: to all of its members at once, or so that some of them go on by themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.actions import Acted, Outcome, act
from bot.core.fold import advance
from bot.core.lines import by_holder, by_person
from bot.core.members import member_of
from bot.core.wording import headline
from bot.model import Action, Asked, ChangeKind, Destination, Incident, Member, TimelineEntry, Transition

# Of these each member has a line of its own: whoever has all has each, also when it goes on by itself later.
FOR_EACH = frozenset({Action.ACK, Action.UNACK, Action.TAKE, Action.MUTE, Action.UNMUTE})


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst and all its members as they are, with the last lines of its timeline."""

    burst: Incident
    members: tuple[Incident, ...]
    recent: tuple[TimelineEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: how it is answered, all that was changed, the lines, and where what goes on alone is told."""

    acted: Acted
    incidents: Mapping[str, Incident] = field(default_factory=dict[str, Incident])
    entries: tuple[TimelineEntry, ...] = ()
    destinations: Mapping[str, Sequence[Destination]] = field(default_factory=dict[str, Sequence[Destination]])


def act_on_all(known: Burst, asked: Asked, now: datetime) -> Done:
    """Return what becomes of a burst and of its members; the thread is told once.

    A member that somebody else has stays theirs.
    """
    acted = act(known.burst, asked, now, known.recent)
    each = tuple(act(one, asked, now) for one in known.members if one.is_open and not _is_anothers(one, known, asked))
    done = tuple(one for one in each if one.entries)
    if acted.outcome is Outcome.ALREADY and done:
        # Some have come since: they are meant as well, and that needs no words.
        quiet = replace(by_person(known.burst, ChangeKind.ACKED, asked, now), quiet=True)
        acted = Acted(Outcome.DONE, known.burst, (quiet,)) if asked.command.action is Action.ACK else acted
    if not acted.entries:
        return Done(acted)
    caught_up = _caught_up(known.burst, [one.incident for one in done])
    entry = replace(acted.entries[0], members=caught_up)
    burst = advance(known.burst, entry)
    acted = replace(acted, incident=burst, entries=(entry,))
    changed = {burst.id: burst, **{one.incident.id: one.incident for one in done}}
    return Done(acted, changed, (entry, *(line for one in done for line in one.entries)))


def _is_anothers(one: Incident, known: Burst, asked: Asked) -> bool:
    """Whether what is given back is had by somebody else than has the whole."""
    if asked.command.action is not Action.UNACK or one.acked is None or known.burst.acked is None:
        return False
    return not _is_had_with_all(one, known.burst) and one.acked.person != known.burst.acked.person


def _is_had_with_all(one: Incident, burst: Incident) -> bool:
    """Whether whoever has a member has it because they had all, before these were given to somebody else."""
    return any(member.is_had_with_all for member in burst.members if member.id == one.id)


def _caught_up(burst: Incident, after: Sequence[Incident]) -> tuple[Member, ...]:
    """Return members as the burst keeps them, once it has their last lines."""
    known = {member.id: member for member in burst.members}
    found = (member_of(one, known[one.id], seq=one.last_seq) for one in after if one.id in known)
    return tuple(replace(one, is_had_with_all=bool(one.acked_by)) for one in found)


def ungroup(known: Burst, named: Collection[str], asked: Asked, now: datetime) -> Done:
    """Return a burst without those named, or without all that go on; each of them goes on in a thread of its own.

    What is over stays in the list.
    """
    leaving = [one for one in known.members if one.is_open and (not named or one.id in named)]
    there = {member.id: member for member in known.burst.members}
    leaving = [one for one in leaving if one.id in there]
    if not leaving:
        is_over = any(not one.is_open for one in known.members if not named or one.id in named)
        return Done(Acted(Outcome.OVER if is_over else Outcome.NOTHING, known.burst))
    entry = replace(
        by_person(known.burst, ChangeKind.UNGROUPED, asked, now), members=tuple(there[one.id] for one in leaving)
    )
    burst = advance(known.burst, entry)
    entry = replace(entry, state=burst.state, impact=burst.impact)
    group = (Transition("burst", known.burst.id, headline(known.burst)),)
    lines = [replace(by_person(one, ChangeKind.UNGROUPED, asked, now), transitions=group) for one in leaving]
    after = {one.id: advance(one, line) for one, line in zip(leaving, lines, strict=True)}
    given = [line for one in after.values() if (line := _given(one, known.burst, now)) is not None]
    after |= {line.incident: advance(after[line.incident], line) for line in given}
    to = {one.id: tuple(map(Destination.parse, there[one.id].to)) for one in leaving}
    return Done(Acted(Outcome.DONE, burst, (entry,)), {burst.id: burst, **after}, (entry, *lines, *given), to)


def _given(one: Incident, burst: Incident, now: datetime) -> TimelineEntry | None:
    """Return the line by which whoever was given the whole has what goes on by itself, unless somebody has that."""
    ack = burst.acked
    is_anothers = one.acked is not None and not _is_had_with_all(one, burst)
    if ack is None or is_anothers or ack.way not in {ChangeKind.ASSIGNED, ChangeKind.HANDED_OVER}:
        return None
    return by_holder(one, ack, now)
