"""What is to be done about an incident that nobody acknowledges, and about one of which whoever has it says nothing.

A plan runs while an incident matches it, is told somewhere, is more than a lone witness' word, and nobody has it or has
muted it.  Only that time counts towards its steps: an acknowledgement stops the clock, and it goes on from there when
that is taken back or lapses.  Each step is done once; what opens again starts anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core import muting, routing
from bot.core.fold import advance
from bot.core.mentions import ROTA, Callers, is_sure, resolved, with_calls
from bot.core.muting import Muting
from bot.core.people import is_hushed, is_muted
from bot.core.rota import NOBODY, Rotas
from bot.core.rules import Escalation, EscalationStep, Route, Service
from bot.model import Calling, ChangeKind, Destination, Incident, Kind, State, TimelineEntry, Transition, Who

AUTHOR = "Sitrep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a plan is with an incident, since that opened last at `episode`.

    It has run for `waited`, and runs again since `running`; `done` are the steps that were taken.
    """

    plan: str
    episode: datetime
    waited: timedelta = timedelta()
    running: datetime | None = None
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plans:
    """What the configuration says about escalating, and who is on call."""

    escalations: tuple[Escalation, ...] = ()
    services: tuple[Service, ...] = ()
    rotas: Rotas = NOBODY
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident to be looked at: how far its plans are, where it is told, and which mutes of its vendor there are.

    `since` is when it was last written, if that was after the last look; None: only time has passed.
    """

    incident: Incident
    courses: tuple[Course, ...] = ()
    told: tuple[Destination, ...] = ()
    since: datetime | None = None
    mutings: tuple[Muting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An incident after a look: new entries, where it is told from now on as well, and when to look again."""

    incident: Incident
    courses: tuple[Course, ...]
    entries: tuple[TimelineEntry, ...] = ()
    destinations: tuple[Destination, ...] = ()
    due_at: datetime | None = None


@dataclass(slots=True)
class _Look:
    """A look under way: the incident as far as it has come, and what came of it."""

    incident: Incident
    told: tuple[Destination, ...]
    now: datetime
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])
    destinations: list[Destination] = field(default_factory=list[Destination])

    def tells(self, entry: TimelineEntry) -> None:
        after = advance(self.incident, entry)
        self.entries.append(replace(entry, hushed=is_hushed(self.incident, after, entry)))
        self.incident = after


def look(case: Case, plans: Plans, now: datetime) -> Outcome:
    """Return what is due by now, done once, and when the next look is due."""
    if not case.incident.is_open:
        return Outcome(incident=case.incident, courses=case.courses)
    looking = _Look(case.incident, case.told, now)
    since = _lapse(looking, case.since)
    _mute(looking, case.mutings, plans)
    known = {course.plan: course for course in case.courses}
    meant = {plan.name for plan in plans.escalations if case.told and _is_worth_it(case.incident, plan, plans.services)}
    after = []
    for plan in plans.escalations:
        course = _moved_on(known.get(plan.name), plan, looking, since, is_meant=plan.name in meant)
        after.append(_taken(course, plan, plans, looking))
        if plan.name in meant:
            _remind(plan, looking)
    found = [_next(course, plan) for course, plan in zip(after, plans.escalations, strict=True)]
    found += [_nudged(plan, looking.incident, now) for plan in plans.escalations if plan.name in meant]
    found += _ends(looking.incident, now)
    return Outcome(
        incident=looking.incident,
        courses=tuple(after),
        entries=tuple(looking.entries),
        destinations=tuple(looking.destinations),
        due_at=min((at for at in found if at is not None), default=None),
    )


def _lapse(looking: _Look, written: datetime | None) -> datetime:
    """Say that an acknowledgement was for a while that is over; returns since when it is as it is."""
    ack, mute, now = looking.incident.acked, looking.incident.muted, looking.now
    changes = [written, mute.until if mute is not None else None, ack.until if ack is not None else None]
    since = max((at for at in changes if at is not None and at <= now), default=now)
    if ack is not None and ack.until is not None and ack.until <= now:
        entry = _entry(ChangeKind.LAPSED, looking, transitions=(Transition("acked", ack.name, ""),))
        looking.tells(replace(entry, happened_at=ack.until))
    return since


def _mute(looking: _Look, mutings: Sequence[Muting], plans: Plans) -> None:
    """Mute it with its vendor, or let it in again; what no channel has heard of calls those whom its root calls."""
    before, entry = looking.incident, muting.settled(looking.incident, mutings, looking.now)
    if entry is None:
        return
    looking.tells(entry)
    if before.untold and not looking.incident.untold:
        callers = Callers(lambda _: looking.told, plans.routes, plans.services, plans.rotas)
        looking.incident, told = with_calls(before, looking.incident, looking.entries[-1:], callers, looking.now)
        looking.entries[-1:] = told


def _is_worth_it(incident: Incident, plan: Escalation, services: Iterable[Service]) -> bool:
    """Whether anybody is to be woken for it by this plan: maintenances only where they are asked for by name."""
    if incident.state is State.SCHEDULED or not is_sure(incident):
        return False
    if incident.kind is Kind.MAINTENANCE and Kind.MAINTENANCE not in plan.match.kinds:
        return False
    return routing.matches(plan.match, incident, services)


def _moved_on(course: Course | None, plan: Escalation, looking: _Look, since: datetime, *, is_meant: bool) -> Course:
    """Return a plan's course with its clock running if it should, and standing still if not."""
    incident = looking.incident
    episode = incident.reopened_at or incident.first_seen_at
    if course is None or course.episode != episode:
        course = Course(plan=plan.name, episode=episode)
    if is_meant and incident.acked is None and not is_muted(incident, looking.now):
        return course if course.running else replace(course, running=since)
    if course.running is None:
        return course
    stopped = max(_stopped(incident, since), course.running)
    return replace(course, running=None, waited=course.waited + (stopped - course.running))


def _stopped(incident: Incident, since: datetime) -> datetime:
    return incident.acked.at if incident.acked else incident.muted.at if incident.muted else since


def _taken(course: Course, plan: Escalation, plans: Plans, looking: _Look) -> Course:
    """Take every step that is due, each once."""
    for step in _left(course, plan):
        at = _at(course, step)
        if at is None or at > looking.now:
            break
        looking.tells(_escalated(step, course, plan, plans, looking))
        if not step.notify.startswith(ROTA):
            looking.destinations.append(Destination.parse(step.notify))
        course = replace(course, done=(*course.done, _key(step)))
    return course


def _left(course: Course, plan: Escalation) -> Sequence[EscalationStep]:
    return [step for step in plan.steps if _key(step) not in course.done]


def _key(step: EscalationStep) -> str:
    return f"{step.after.total_seconds():g} {step.notify}"


def _at(course: Course, step: EscalationStep) -> datetime | None:
    return course.running + step.after - course.waited if course.running is not None else None


def _next(course: Course, plan: Escalation) -> datetime | None:
    return next((_at(course, step) for step in _left(course, plan)), None)


def _escalated(step: EscalationStep, course: Course, plan: Escalation, plans: Plans, looking: _Look) -> TimelineEntry:
    """Return what is said, and who is called: whoever is on call when it is written."""
    waited = looking.now - (course.running or looking.now) + course.waited
    name = step.notify.removeprefix(ROTA)
    person = plans.rotas.on_call(name, looking.now) if name != step.notify else None
    who = resolved(step.notify, plans.rotas, looking.now) if person else ()
    entry = _entry(
        ChangeKind.ESCALATED,
        looking,
        transitions=(
            Transition("to", plan.name, step.notify),
            Transition("waited", "", str(int(waited.total_seconds()))),
            *((Transition("person", "", person.name),) if person else ()),
            *((Transition("begins", "", step.notify),) if _begins(step, looking) else ()),
        ),
    )
    return replace(entry, calls=_calls(who, looking))


def _begins(step: EscalationStep, looking: _Look) -> bool:
    """Whether it is told in one more place from now on."""
    return not step.notify.startswith(ROTA) and Destination.parse(step.notify) not in looking.told


def _calls(who: tuple[str, ...], looking: _Look) -> tuple[Calling, ...]:
    """Call somebody wherever it is told by now: a channel that joins later hears of it, and calls nobody."""
    return tuple(Calling(who=who, to=str(to)) for to in looking.told) if who else ()


def _remind(plan: Escalation, looking: _Look) -> None:
    """Ask whoever has it how it stands, in the thread, if nothing was noted for long."""
    incident, due = looking.incident, _nudged(plan, looking.incident, looking.now)
    if due is None or due > looking.now or incident.acked is None:
        return
    silent = looking.now - (incident.acked.tended_at or incident.acked.at)
    entry = _entry(
        ChangeKind.NUDGED,
        looking,
        transitions=(Transition("silent", incident.acked.name, str(int(silent.total_seconds()))),),
    )
    looking.tells(replace(entry, calls=_calls((incident.acked.person,), looking)))


def _nudged(plan: Escalation, incident: Incident, now: datetime) -> datetime | None:
    """Return when whoever has it is to be asked; None if that is never."""
    if plan.remind_after is None or incident.acked is None or is_muted(incident, now):
        return None
    return (incident.acked.tended_at or incident.acked.at) + plan.remind_after


def _ends(incident: Incident, now: datetime) -> list[datetime]:
    """Return when what people asked for ends by itself."""
    ends = (one.until for one in (incident.acked, incident.muted) if one is not None)
    return [at for at in ends if at is not None and at > now]


def _entry(kind: ChangeKind, looking: _Look, *, transitions: tuple[Transition, ...]) -> TimelineEntry:
    incident = looking.incident
    return TimelineEntry(
        incident=incident.id,
        seq=incident.last_seq + 1,
        happened_at=looking.now,
        recorded_at=looking.now,
        who=Who.BOT,
        author=AUTHOR,
        kind=kind,
        state=incident.state,
        impact=incident.impact,
        transitions=transitions,
    )
