"""What becomes of an incident when somebody acts on it: new entries, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import cards
from bot.core.fold import advance
from bot.core.lengths import FOR_GOOD
from bot.core.lines import by_person
from bot.core.people import is_muted
from bot.model import Action, Asked, ChangeKind, Incident, Mute, TimelineEntry, Transition, Witness

# The same press arrives twice when an answer was lost; this much later it is meant again.
SAME_PRESS = timedelta(minutes=1)
SAME_NOTE = timedelta(minutes=10)
# Who takes it over sooner than this after somebody else did has not seen that yet.
CROSSED = timedelta(seconds=10)


class Outcome(StrEnum):
    """What came of it; all but DONE leave everything as it was."""

    DONE = "done"
    ALREADY = "already"
    HELD = "held"
    OVER = "over"
    NOTHING = "nothing"
    EMPTY = "empty"
    UNCLEAR = "unclear"
    UNREACHED = "unreached"
    NO_PLAN = "no_plan"
    ALL_DONE = "all_done"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Acted:
    """The entries that were added, the incident after them, and how that is to be answered.

    ALREADY: this very person has done this very thing before.  HELD: somebody else has acknowledged it.
    OVER: it came when the incident was over.  NOTHING: there is nothing to undo.  EMPTY: no words were given.
    UNCLEAR: nobody is called so, or several.  UNREACHED: who is meant can not be told from here.  NO_PLAN, ALL_DONE:
    no plan is for this incident, or every step of it was taken.
    """

    outcome: Outcome
    incident: Incident
    entries: tuple[TimelineEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    incident: Incident
    asked: Asked
    now: datetime
    recent: Sequence[TimelineEntry]

    def did(self, kind: ChangeKind) -> TimelineEntry:
        return deed(self.incident, self.asked, kind, self.now)


def deed(incident: Incident, asked: Asked, kind: ChangeKind, now: datetime) -> TimelineEntry:
    """Return the entry that says who did what, when, and in which words."""
    return replace(by_person(incident, kind, asked, now), text=asked.command.text.strip())


def act(incident: Incident, asked: Asked, now: datetime, recent: Sequence[TimelineEntry] = ()) -> Acted:
    """Return what `asked` makes of `incident`; `recent` are its last entries, to know a repetition by.

    Doing it once more adds nothing.  Nothing that a person does opens or ends an incident.
    """
    found = _ACTIONS[asked.command.action](_Case(incident, asked, now, recent))
    if isinstance(found, Outcome):
        return Acted(found, incident)
    return Acted(Outcome.DONE, advance(incident, found), (found,))


_Result = TimelineEntry | Outcome


def _ack(case: _Case) -> _Result:
    if not case.incident.is_open:
        return Outcome.OVER
    span, ack = case.asked.command.span, case.incident.acked
    until = case.now + span if span is not None else None
    if ack is not None and not ack.is_by(case.asked.person.key):
        return Outcome.HELD
    if ack is not None and _is_same(ack.until, until):
        return Outcome.ALREADY
    return replace(case.did(ChangeKind.ACKED), until=until)


def _take(case: _Case) -> _Result:
    """Of several who press at once the first has it: the others are told so, and may press again."""
    ack = case.incident.acked
    if not case.incident.is_open:
        return Outcome.OVER
    if ack is None:
        return case.did(ChangeKind.ACKED)
    if ack.is_by(case.asked.person.key):
        return Outcome.ALREADY
    if ack.way is ChangeKind.TAKEN and case.now - ack.at < CROSSED:
        return Outcome.HELD
    return replace(case.did(ChangeKind.TAKEN), transitions=(Transition("from", ack.person, ack.name),))


def _unack(case: _Case) -> _Result:
    if not case.incident.is_open:
        return Outcome.OVER
    return Outcome.NOTHING if case.incident.acked is None else case.did(ChangeKind.UNACKED)


def _note(case: _Case) -> _Result:
    entry = case.did(ChangeKind.NOTED)
    if not entry.text:
        return Outcome.EMPTY
    said = (
        before
        for before in case.recent
        if (before.kind, before.person, before.text) == (entry.kind, entry.person, entry.text)
    )
    return Outcome.ALREADY if any(case.now - before.recorded_at < SAME_NOTE for before in said) else entry


def _mute(case: _Case) -> _Result:
    if not case.incident.is_open:
        return Outcome.OVER
    command, mute = case.asked.command, case.incident.muted
    until = case.now + command.span if command.span is not None else None
    is_for_good = command.when == FOR_GOOD
    if mute is not None and is_muted(case.incident, case.now) and _is_as_long(mute, until, is_for_good=is_for_good):
        return Outcome.ALREADY
    transitions = (Transition(FOR_GOOD, "", "yes"),) if is_for_good else ()
    return replace(case.did(ChangeKind.MUTED), until=until, transitions=transitions)


def _is_as_long(mute: Mute, until: datetime | None, *, is_for_good: bool) -> bool:
    return not mute.muting and mute.for_good == is_for_good and _is_same(mute.until, until)


def _is_same(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < SAME_PRESS


def _unmute(case: _Case) -> _Result:
    if case.incident.muted is None:
        return Outcome.NOTHING if case.incident.is_open else Outcome.OVER
    # One whose time has passed is no news; the root is put right all the same.
    return replace(case.did(ChangeKind.UNMUTED), quiet=not is_muted(case.incident, case.now))


def _affected(case: _Case) -> _Result:
    return _witness(case, ChangeKind.AFFECTED)


def _works(case: _Case) -> _Result:
    return _witness(case, ChangeKind.WORKS)


def _witness(case: _Case, kind: ChangeKind) -> _Result:
    """Everybody is counted once: a room full of them must not fill the thread; only what they say in words is told.

    Who says the same again, a while later, is counted as of now.
    """
    if not case.incident.is_open:
        return Outcome.OVER
    entry = case.did(kind)
    last = next((w for w in case.incident.witnesses if w.person == case.asked.person.key), None)
    if last is not None and last.is_affected == (kind is ChangeKind.AFFECTED) and not _has_news(case, entry, last):
        return Outcome.ALREADY
    return replace(entry, quiet=not entry.text)


def _has_news(case: _Case, entry: TimelineEntry, last: Witness) -> bool:
    if entry.text:
        said = (b for b in case.recent if (b.kind, b.person, b.text) == (entry.kind, entry.person, entry.text))
        return all(case.now - before.recorded_at >= SAME_NOTE for before in said)
    return last.at is not None and case.now - last.at >= SAME_NOTE


def _fallback_on(case: _Case) -> _Result:
    """A measure that was taken is a fact, also when the end came first; and nothing that a person does reopens."""
    wanted = cards.meant(case.incident, case.asked.command.query)
    off = [one for one in wanted if cards.current(case.incident, one) is None]
    return cards.switch(case.did(ChangeKind.FALLBACK_ON), case.incident, off) if off else Outcome.ALREADY


def _fallback_off(case: _Case) -> _Result:
    wanted = cards.meant(case.incident, case.asked.command.query)
    if case.asked.command.query == "":
        wanted = tuple(one.card for one in case.incident.fallbacks)
    on = [one for one in wanted if cards.current(case.incident, one) is not None]
    if on:
        return cards.switch(case.did(ChangeKind.FALLBACK_OFF), case.incident, on)
    return Outcome.ALREADY if case.incident.fallbacks else Outcome.NOTHING


def _link(case: _Case) -> _Result:
    url = case.asked.command.url
    if not url:
        return Outcome.EMPTY
    if any(before.url == url for before in case.recent):
        return Outcome.ALREADY
    return replace(case.did(ChangeKind.LINKED), url=url)


_ACTIONS: Mapping[Action, Callable[[_Case], _Result]] = {
    Action.ACK: _ack,
    Action.UNACK: _unack,
    Action.TAKE: _take,
    Action.NOTE: _note,
    Action.MUTE: _mute,
    Action.UNMUTE: _unmute,
    Action.AFFECTED: _affected,
    Action.WORKS: _works,
    Action.FALLBACK_ON: _fallback_on,
    Action.FALLBACK_OFF: _fallback_off,
    Action.LINK: _link,
}
# What is done to an incident; everything else only asks.
DEEDS = frozenset(_ACTIONS)
