"""Who has an incident, by a colleague's word: it is assigned, handed over, or somebody is called to it by hand.

Who is called is decided with the entry that says so, as by an escalation that nobody asked for; here a person asks, so
neither a lone witness nor a mute keeps anybody from being called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import summoning, whom
from bot.core.actions import SAME_NOTE, SAME_PRESS, Outcome, deed
from bot.core.escalation import Case, Course, Plans, current, is_for, left, waited, with_done
from bot.core.fold import advance
from bot.core.rules import Escalation, EscalationStep
from bot.core.rules import Person as OnDuty
from bot.core.summoning import ROTA, Summons
from bot.core.whom import Meant
from bot.model import Action, Asked, ChangeKind, Destination, Incident, TimelineEntry, Transition, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What came of it: new entries, how far the plans are then, and where it is told from now on as well.

    `meant` is who it is about: one, or all who may be meant where that is not clear.  `is_called` tells whether they
    could be called.
    """

    outcome: Outcome
    incident: Incident
    entries: tuple[TimelineEntry, ...] = ()
    courses: tuple[Course, ...] = ()
    destinations: tuple[Destination, ...] = ()
    meant: tuple[Meant, ...] = ()
    is_called: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """An incident, what somebody asks to be done with it, and what they may not know: plans and last entries."""

    case: Case
    asked: Asked
    plans: Plans
    now: datetime
    recent: Sequence[TimelineEntry] = ()

    @property
    def incident(self) -> Incident:
        """Return the incident as it was before."""
        return self.case.incident

    def comes_to(self, outcome: Outcome, meant: Sequence[Meant] = ()) -> Handed:
        """Return that nothing was done, and why."""
        return Handed(outcome=outcome, incident=self.incident, courses=self.case.courses, meant=tuple(meant))

    def did(self, entry: TimelineEntry, *, meant: Sequence[Meant] = (), begins: Sequence[Destination] = ()) -> Handed:
        """Return that it was done."""
        return Handed(
            outcome=Outcome.DONE,
            incident=advance(self.incident, entry),
            entries=(entry,),
            courses=self.case.courses,
            destinations=tuple(begins),
            meant=tuple(meant),
        )


def hand(asking: Asking) -> Handed:
    """Return what comes of what is asked: the same once more adds nothing."""
    if asking.asked.command.action is Action.ESCALATE:
        return _escalated(asking)
    is_note = asking.asked.command.action is Action.HANDOVER and not asking.asked.command.query
    if not asking.incident.is_open and not is_note:
        return asking.comes_to(Outcome.OVER)
    if asking.asked.command.action is Action.HANDOVER and not asking.asked.command.text.strip():
        return asking.comes_to(Outcome.EMPTY)
    return _noted(asking) if is_note else _given(asking)


def _given(asking: Asking) -> Handed:
    command = asking.asked.command
    meant = whom.people(command.query, asking.plans.rotas, asking.asked.person, asking.now)
    if len(meant) != 1:
        return asking.comes_to(Outcome.UNCLEAR, meant)
    keys = _keys(meant[0].person, asking.asked)
    ack = asking.incident.acked
    has_it = ack is not None and any(map(ack.is_by, keys))
    if command.action is Action.ASSIGN and ack is not None and has_it and ack.until is None:
        return asking.comes_to(Outcome.ALREADY, meant)
    if command.action is Action.HANDOVER and _is_repeated(asking, meant[0].person.name):
        return asking.comes_to(Outcome.ALREADY, meant)
    had = (Transition("from", ack.person, ack.name),) if ack is not None and not has_it else ()
    return _gives(asking, meant[0], keys, had)


def _gives(asking: Asking, to: Meant, keys: tuple[str, ...], had: tuple[Transition, ...]) -> Handed:
    """Return that somebody has it from now on; they are called, unless they have asked for it themselves."""
    kind = ChangeKind.ASSIGNED if asking.asked.command.action is Action.ASSIGN else ChangeKind.HANDED_OVER
    reach, is_self = asking.case.reach(asking.plans), asking.asked.person.key in keys
    found = Summons(to=to.person.name) if is_self else summoning.of_person(to.person, reach)
    direct = tuple(one for one in found.transitions("") if one.subject == "direct")
    entry = deed(asking.incident, asking.asked, kind, asking.now)
    entry = replace(
        entry,
        transitions=(Transition("to", "\n".join(keys), to.person.name), *had, *direct),
        calls=found.calls(reach.told),
    )
    done = asking.did(entry, meant=(to,), begins=found.begins)
    return replace(done, is_called=is_self or reach.is_reached(keys))


def _keys(person: OnDuty, asked: Asked) -> tuple[str, ...]:
    """Return by which ids somebody is known, that of the platform on which they were named first."""
    found = tuple(sorted(person.keys, key=lambda key: not key.startswith(f"{asked.person.platform}:")))
    return found or (asked.person.key,)


def _noted(asking: Asking) -> Handed:
    if _is_repeated(asking):
        return asking.comes_to(Outcome.ALREADY)
    return asking.did(deed(asking.incident, asking.asked, ChangeKind.HANDED_OVER, asking.now))


def _is_repeated(asking: Asking, to: str = "") -> bool:
    """Whether they have said the very same just before, and to the same."""
    person, text = asking.asked.person.key, asking.asked.command.text.strip()
    mine = (one for one in asking.recent if one.kind is ChangeKind.HANDED_OVER and one.person == person)
    same = (one for one in mine if (one.text, _to(one)) == (text, to))
    return any(asking.now - one.recorded_at < SAME_NOTE for one in same)


def _to(entry: TimelineEntry) -> str:
    return next((one.after for one in entry.transitions if one.subject == "to"), "")


def _escalated(asking: Asking) -> Handed:
    if not asking.incident.is_open:
        return asking.comes_to(Outcome.OVER)
    return _to_target(asking) if asking.asked.command.query else _to_next(asking)


def _to_next(asking: Asking) -> Handed:
    """Take the next step of a plan, that which would come soonest; it counts as taken."""
    plans = [one for one in asking.plans.escalations if is_for(one, asking.incident, asking.plans.services)]
    if not plans:
        return asking.comes_to(Outcome.NO_PLAN)
    if any(_is_recent(one, asking) and one.transitions[0].before for one in asking.recent):
        return asking.comes_to(Outcome.ALREADY)
    steps = [(step, plan) for plan in plans for step in left(_course(asking, plan), plan)]
    if not steps:
        return asking.comes_to(Outcome.ALL_DONE)
    step, plan = min(steps, key=lambda one: one[0].after - waited(_course(asking, one[1]), asking.now))
    return _taken(asking, step, plan)


def _taken(asking: Asking, step: EscalationStep, plan: Escalation) -> Handed:
    reach = asking.case.reach(asking.plans)
    found = summoning.of_step(step, asking.plans.rotas, reach, asking.now)
    done = _summoned(asking, found, plan.name)
    others = tuple(one for one in asking.case.courses if one.plan != plan.name)
    return replace(done, courses=(*others, with_done(_course(asking, plan), step)))


def _course(asking: Asking, plan: Escalation) -> Course:
    known = next((one for one in asking.case.courses if one.plan == plan.name), None)
    return current(known, plan, asking.incident)


def _to_target(asking: Asking) -> Handed:
    """Tell whoever is named, or call them."""
    said, plans = asking.asked.command.query, asking.plans
    reach = asking.case.reach(plans)
    to = whom.place(said, asking.asked.person, plans.places)
    if to is not None:
        can_be = to in plans.places or to.platform in plans.connected
        found = summoning.of_place(to, plans.rotas, reach)
        return _told(asking, found) if can_be else asking.comes_to(Outcome.UNREACHED)
    meant = whom.people(said, plans.rotas, asking.asked.person, asking.now)
    if len(meant) != 1:
        return asking.comes_to(Outcome.UNCLEAR, meant)
    if not reach.is_reached(meant[0].person.keys):
        return asking.comes_to(Outcome.UNREACHED, meant)
    found = summoning.of_person(meant[0].person, reach)
    return _told(asking, replace(found, to=f"{ROTA}{meant[0].duty}") if meant[0].duty else found, meant)


def _told(asking: Asking, found: Summons, meant: Sequence[Meant] = ()) -> Handed:
    """Tell them, once; what a step of a plan is for counts as that step."""
    if any(_is_recent(one, asking) and one.transitions[0].after == found.to for one in asking.recent):
        return asking.comes_to(Outcome.ALREADY, meant)
    for plan in asking.plans.escalations:
        step = next((one for one in left(_course(asking, plan), plan) if one.notify == found.to), None)
        if step is not None and is_for(plan, asking.incident, asking.plans.services):
            return replace(_taken(asking, step, plan), meant=tuple(meant))
    return _summoned(asking, found, "", meant)


def _summoned(asking: Asking, found: Summons, plan: str, meant: Sequence[Meant] = ()) -> Handed:
    entry = deed(asking.incident, asking.asked, ChangeKind.ESCALATED, asking.now)
    calls = found.calls(asking.case.told)
    entry = replace(entry, text="", transitions=found.transitions(plan), calls=calls)
    return asking.did(entry, meant=meant, begins=found.begins)


def _is_recent(one: TimelineEntry, asking: Asking) -> bool:
    """Whether somebody has escalated it by hand a moment ago: a press that arrives twice is one."""
    is_by_hand = one.kind is ChangeKind.ESCALATED and one.who is Who.PERSON
    return is_by_hand and asking.now - one.recorded_at < SAME_PRESS
