"""What is to be done about an incident that nobody acknowledges, and about one of which whoever has it says nothing.

A plan runs while an incident matches it, is told somewhere, is more than a lone witness' word, and nobody has it or has
muted it.  Only that time counts towards its steps: an acknowledgement stops the clock, and it goes on from there when
that is taken back or lapses.  Each step is done once; what opens again starts anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core import direct, muting, routing, summoning
from bot.core.fold import advance
from bot.core.lines import by_bot
from bot.core.mentions import Callers, is_sure, with_calls
from bot.core.muting import Muting
from bot.core.people import is_hushed, is_muted
from bot.core.rota import NOBODY, Rotas
from bot.core.rules import Escalation, EscalationStep, Route, Service
from bot.core.summoning import Reach
from bot.model import ChangeKind, Destination, Incident, Kind, State, TimelineEntry, Transition


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
    """What the configuration says about escalating, and who is on call.

    `connected` are the platforms on which people can be written to, `places` all that something may be told in.
    """

    escalations: tuple[Escalation, ...] = ()
    services: tuple[Service, ...] = ()
    rotas: Rotas = NOBODY
    connected: frozenset[str] = frozenset()
    places: frozenset[Destination] = frozenset()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident to be looked at: how far its plans are, where it is told, and which mutes of its vendor there are.

    `stuck` are places where it can not be told just now.  `since` is when it was last written, if that was after the
    last look; None: only time has passed.
    """

    incident: Incident
    courses: tuple[Course, ...] = ()
    told: tuple[Destination, ...] = ()
    stuck: frozenset[Destination] = frozenset()
    since: datetime | None = None
    mutings: tuple[Muting, ...] = ()

    def reach(self, plans: Plans) -> Reach:
        """Return where people can be told of it."""
        return Reach(told=self.told, stuck=self.stuck, connected=plans.connected)


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
    reach: Reach
    now: datetime
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])
    destinations: list[Destination] = field(default_factory=list[Destination])

    def tells(self, entry: TimelineEntry) -> None:
        after = advance(self.incident, entry)
        self.entries.append(replace(entry, hushed=is_hushed(self.incident, after, entry)))
        self.incident = after

    def begins(self, places: Sequence[Destination]) -> None:
        self.destinations += places
        self.reach = replace(self.reach, told=(*self.reach.told, *places))


def look(case: Case, plans: Plans, now: datetime) -> Outcome:
    """Return what is due by now, done once, and when the next look is due."""
    if not case.incident.is_open:
        return Outcome(incident=case.incident, courses=case.courses)
    looking = _Look(case.incident, case.reach(plans), now)
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
        callers = Callers(lambda _: looking.reach.told, plans.routes, plans.services, plans.rotas)
        looking.incident, told = with_calls(before, looking.incident, looking.entries[-1:], callers, looking.now)
        looking.entries[-1:] = told


def _is_worth_it(incident: Incident, plan: Escalation, services: Iterable[Service]) -> bool:
    """Whether anybody is to be woken for it by this plan."""
    return incident.state is not State.SCHEDULED and is_sure(incident) and is_for(plan, incident, services)


def is_for(plan: Escalation, incident: Incident, services: Iterable[Service]) -> bool:
    """Whether a plan is for an incident: for maintenances only where they are asked for by name."""
    if incident.kind is Kind.MAINTENANCE and Kind.MAINTENANCE not in plan.match.kinds:
        return False
    return routing.matches(plan.match, incident, services)


def _moved_on(course: Course | None, plan: Escalation, looking: _Look, since: datetime, *, is_meant: bool) -> Course:
    """Return a plan's course with its clock running if it should, and standing still if not."""
    incident = looking.incident
    course = current(course, plan, incident)
    if is_meant and incident.acked is None and not is_muted(incident, looking.now):
        return course if course.running else replace(course, running=since)
    if course.running is None:
        return course
    stopped = max(_stopped(incident, since), course.running)
    return replace(course, running=None, waited=course.waited + (stopped - course.running))


def current(course: Course | None, plan: Escalation, incident: Incident) -> Course:
    """Return how far a plan is since the incident last opened; at its beginning, if that was since."""
    episode = incident.reopened_at or incident.first_seen_at
    return course if course and course.episode == episode else Course(plan=plan.name, episode=episode)


def _stopped(incident: Incident, since: datetime) -> datetime:
    return incident.acked.at if incident.acked else incident.muted.at if incident.muted else since


def _taken(course: Course, plan: Escalation, plans: Plans, looking: _Look) -> Course:
    """Take every step that is due, each once."""
    for step in left(course, plan):
        at = _at(course, step)
        if at is None or at > looking.now:
            break
        found = summoning.of_step(step, plans.rotas, looking.reach, looking.now)
        looking.tells(_escalated(found, course, plan, looking))
        looking.begins(found.begins)
        course = with_done(course, step)
    return course


def waited(course: Course, now: datetime) -> timedelta:
    """Return for how long a plan has run by now."""
    return course.waited + (now - (course.running or now))


def left(course: Course, plan: Escalation) -> Sequence[EscalationStep]:
    """Return the steps that were not taken yet."""
    return [step for step in plan.steps if _key(step) not in course.done]


def with_done(course: Course, step: EscalationStep) -> Course:
    """Return a course with one more step taken: it is not taken again."""
    return replace(course, done=(*course.done, _key(step)))


def _key(step: EscalationStep) -> str:
    return f"{step.after.total_seconds():g} {step.notify}"


def _at(course: Course, step: EscalationStep) -> datetime | None:
    return course.running + step.after - course.waited if course.running is not None else None


def _next(course: Course, plan: Escalation) -> datetime | None:
    return next((_at(course, step) for step in left(course, plan)), None)


def _escalated(found: summoning.Summons, course: Course, plan: Escalation, looking: _Look) -> TimelineEntry:
    """Return what is said, and who is called."""
    to, *more = found.transitions(plan.name)
    lasted = Transition("waited", "", str(int(waited(course, looking.now).total_seconds())))
    entry = _entry(ChangeKind.ESCALATED, looking, transitions=(to, lasted, *more))
    return replace(entry, calls=found.calls(looking.reach.told))


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
    who = incident.acked.keys or (incident.acked.person,)
    looking.tells(replace(entry, calls=direct.calls(who, looking.reach.told)))


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
    return replace(by_bot(looking.incident, kind, looking.now), transitions=transitions)
