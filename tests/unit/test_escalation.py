"""What is done about an incident that nobody acknowledges: as a story, look by look, the minutes counted from noon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import replies
from bot.core.actions import act
from bot.core.escalation import Case, Course, Outcome, Plans, look
from bot.core.fold import advance
from bot.core.message import plain
from bot.core.rota import Rotas
from bot.core.rules import Escalation, EscalationStep, Handover, Match, Oncall, Person
from bot.model import (
    Action,
    ChangeKind,
    Confidence,
    Destination,
    Evidence,
    Impact,
    Incident,
    Kind,
    State,
    TimelineEntry,
)
from tests.unit.build import LEAD, ONCALL, asked, at, entry, incident

OPS, LEADS = Destination("slack", "C1"), Destination("slack", "#leads")
FIRST, SECOND = Person(name="First engineer", slack="U1"), Person(name="Second engineer", slack="U2")
# The second one takes over at 12:10.
ROTA = Oncall(name="platform", people=(FIRST, SECOND), handover=Handover(None, time(12, 10)), timezone="UTC")
STEPS = (EscalationStep(timedelta(minutes=5), "oncall:platform"), EscalationStep(timedelta(minutes=15), "slack:#leads"))
PLAN = Escalation(name="escalation[1]", match=Match(min_impact=Impact.MAJOR), steps=STEPS)
ESCALATED, LAPSED, NUDGED = ChangeKind.ESCALATED, ChangeKind.LAPSED, ChangeKind.NUDGED


@dataclass(slots=True)
class Story:
    """An incident that goes on, and whoever looks at it."""

    incident: Incident = field(default_factory=lambda: replace(incident(impact=Impact.MAJOR), last_seq=1))
    plans: Plans = field(default_factory=lambda: Plans((PLAN,), (), Rotas((ROTA,))))
    told: tuple[Destination, ...] = (OPS,)
    courses: tuple[Course, ...] = ()
    written: datetime | None = field(default_factory=lambda: at(0))
    due_at: datetime | None = None
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])

    def looks(self, minute: float) -> list[ChangeKind]:
        """Look at it, and return what was said."""
        case = Case(incident=self.incident, courses=self.courses, told=self.told, since=self.written)
        found: Outcome = look(case, self.plans, at(minute))
        self.incident, self.courses, self.due_at = found.incident, found.courses, found.due_at
        self.told, self.written = (*self.told, *found.destinations), None
        self.entries += found.entries
        return [one.kind for one in found.entries]

    def lives(self, *minutes: float) -> list[tuple[float, ChangeKind]]:
        """Look at each of these minutes, and return what was said at which."""
        return [(minute, kind) for minute in minutes for kind in self.looks(minute)]

    def does(self, action: Action, minute: float, *, by: object = ONCALL, **rest: object) -> None:
        acted = act(self.incident, asked(action, by, **rest), at(minute))  # type: ignore[arg-type]  # a Person
        assert acted.entries
        self.incident, self.written = acted.incident, at(minute)

    def goes_on(self, minute: float, kind: ChangeKind = ChangeKind.UPDATED, **changed: object) -> None:
        """Let the vendor say something."""
        said = replace(entry(self.incident.last_seq + 1, "News.", kind=kind), recorded_at=at(minute), claim=None)
        self.incident = advance(self.incident, said)
        self.incident = replace(self.incident, **changed)  # type: ignore[arg-type]  # whatever a story is about
        self.written = at(minute)

    def headlines(self) -> list[str]:
        return [replies.reply(one, self.incident).headline for one in self.entries]


EVERY_MINUTE = tuple(range(1, 61))


def test_each_step_is_taken_when_its_time_has_come_and_once() -> None:
    story = Story()

    assert story.lives(*EVERY_MINUTE) == [(5, ESCALATED), (15, ESCALATED)]
    assert "From now on it is told there too." in plain(replies.reply(story.entries[1], story.incident))
    assert story.headlines() == [
        "Escalated to on-call (platform), nobody has acknowledged for 5 min",
        "Escalated to slack:#leads, nobody has acknowledged for 15 min",
    ]


def test_where_it_is_told_already_it_is_said_again_and_nothing_else_begins() -> None:
    story = Story(told=(LEADS,))
    story.lives(15)

    assert "From now on" not in plain(replies.reply(story.entries[1], story.incident))


def test_whoever_is_on_call_then_is_called_wherever_it_is_told() -> None:
    story = Story(told=(OPS, Destination("discord", "7")))
    story.lives(5, 15)

    (first, second) = story.entries
    assert [(one.to, one.who) for one in first.calls] == [("slack:C1", ("slack:U1",)), ("discord:7", ("slack:U1",))]
    assert second.calls == ()
    assert LEADS in story.told


BOTH = frozenset({"slack", "discord"})


@pytest.mark.parametrize(
    ("told", "connected", "begins"),
    [
        ((OPS,), BOTH, []),
        ((Destination("console"),), BOTH, ["slack:U1"]),
        ((Destination("discord", "7"),), {"slack"}, ["slack:U1"]),
        ((Destination("console"),), {"discord"}, []),
    ],
)
def test_where_no_channel_can_call_them_they_get_a_direct_message(
    told: tuple[Destination, ...], connected: set[str], begins: list[str]
) -> None:
    story = Story(told=told, plans=Plans((PLAN,), (), Rotas((ROTA,)), connected=frozenset(connected)))
    story.lives(5)

    assert [str(to) for to in story.told if to not in told] == begins
    said = plain(replies.reply(story.entries[0], story.incident))
    assert ("First engineer gets a direct message on Slack." in said) == bool(begins)


def test_a_channel_that_can_not_be_told_calls_nobody() -> None:
    plans = Plans((PLAN,), (), Rotas((ROTA,)), connected=BOTH)
    case = Case(incident=Story().incident, told=(OPS,), stuck=frozenset({OPS}), since=at(0))

    found = look(case, plans, at(0))
    found = look(replace(case, courses=found.courses, since=None), plans, at(5))

    assert found.destinations == (Destination("slack", "U1"),)


def test_a_direct_message_may_be_asked_for_beside_the_channel_and_begins_once() -> None:
    steps = tuple(EscalationStep(timedelta(minutes=m), "oncall:platform", direct=True) for m in (5, 8))
    story = Story(plans=Plans((replace(PLAN, steps=steps),), (), Rotas((ROTA,)), connected=BOTH))

    assert story.lives(*EVERY_MINUTE[:9]) == [(5, ESCALATED), (8, ESCALATED)]
    assert story.told == (OPS, Destination("slack", "U1"))
    assert [[one.to for one in said.calls] for said in story.entries] == [["slack:C1", "slack:U1"]] * 2


def test_a_step_may_be_a_person_who_is_told_directly_and_called_nowhere_else() -> None:
    steps = (EscalationStep(timedelta(minutes=5), "slack:U2"), EscalationStep(timedelta(minutes=6), "discord:user:9"))
    story = Story(plans=Plans((replace(PLAN, steps=steps),), (), Rotas((ROTA,)), connected=BOTH))
    story.lives(5, 6)

    assert story.headlines() == [
        "Escalated to Second engineer, nobody has acknowledged for 5 min",
        "Escalated to discord:user:9, nobody has acknowledged for 6 min",
    ]
    assert [one.calls for one in story.entries] == [(), ()]
    assert story.told[1:] == (Destination("slack", "U2"), Destination("discord", "user:9"))


def test_after_the_hand_over_the_next_one_is_called() -> None:
    story = Story()
    story.lives(11)

    assert [one.who for one in story.entries[0].calls] == [("slack:U2",)]


def test_the_next_look_is_due_when_the_next_step_is() -> None:
    story = Story()

    due = []
    for minute in (0, 5, 15):
        story.looks(minute)
        due.append(story.due_at)

    assert due == [at(5), at(15), None]


def test_what_was_missed_is_done_at_once_and_once() -> None:
    assert Story().lives(600, 601) == [(600, ESCALATED), (600, ESCALATED)]


def test_an_acknowledgement_stops_it() -> None:
    story = Story()
    story.looks(0)
    story.does(Action.ACK, 4)

    assert story.lives(*EVERY_MINUTE[4:]) == []


def test_after_unack_the_clock_goes_on_where_it_stood() -> None:
    story = Story()
    story.looks(0)
    story.does(Action.ACK, 4)
    story.looks(4)
    story.does(Action.UNACK, 30)

    assert story.lives(*range(30, 60)) == [(31, ESCALATED), (41, ESCALATED)]


def test_an_acknowledgement_for_a_while_lapses_aloud_and_the_clock_goes_on() -> None:
    story = Story()
    story.looks(0)
    story.does(Action.ACK, 3, span=timedelta(minutes=30))

    assert story.lives(*range(3, 60)) == [(33, LAPSED), (35, ESCALATED), (45, ESCALATED)]
    assert replies.is_broadcast(story.entries[0])
    assert story.headlines()[0] == "The acknowledgement by on-call has lapsed: nobody has it now"


def test_one_that_lapsed_while_nobody_looked_has_lapsed_when_it_was_to() -> None:
    story = Story()
    story.looks(0)
    story.does(Action.ACK, 3, span=timedelta(minutes=30))
    story.looks(3)

    assert story.lives(40) == [(40, LAPSED), (40, ESCALATED)]
    assert story.entries[0].happened_at == at(33)


def test_who_acknowledges_again_for_good_has_it_for_good() -> None:
    story = Story()
    story.does(Action.ACK, 3, span=timedelta(minutes=30))
    story.does(Action.ACK, 10)

    assert story.lives(*range(10, 100)) == []


def test_an_acknowledgement_lapses_also_where_nothing_escalates() -> None:
    story = Story(plans=Plans())
    story.does(Action.ACK, 3, span=timedelta(minutes=30))

    assert story.lives(3, 32, 33, 34) == [(33, LAPSED)]
    assert story.due_at is None


def test_a_mute_stops_it_until_it_ends() -> None:
    story = Story()
    story.looks(0)
    story.does(Action.MUTE, 4, span=timedelta(hours=1))

    assert story.lives(*range(4, 100)) == [(64, ChangeKind.UNMUTED), (65, ESCALATED), (75, ESCALATED)]


def test_the_end_stops_it() -> None:
    story = Story()
    story.looks(0)
    story.goes_on(4, state=State.RESOLVED, resolved_at=at(4))

    assert story.lives(*EVERY_MINUTE[4:]) == []
    assert story.due_at is None


def test_what_opens_again_starts_anew() -> None:
    story = Story()
    story.lives(*range(20))
    story.goes_on(20, state=State.RESOLVED, resolved_at=at(20))
    story.looks(20)
    story.goes_on(30, state=State.INVESTIGATING, resolved_at=None, reopened_at=at(30))

    assert story.lives(*range(30, 60)) == [(35, ESCALATED), (45, ESCALATED)]


def test_it_counts_from_when_it_became_worth_it() -> None:
    story = Story(incident=replace(incident(impact=Impact.MINOR), last_seq=1))
    story.lives(*range(10))
    story.goes_on(10, impact=Impact.CRITICAL)

    assert story.lives(*range(10, 40)) == [(15, ESCALATED), (25, ESCALATED)]


def test_what_is_told_nowhere_wakes_nobody() -> None:
    assert Story(told=()).lives(*EVERY_MINUTE) == []


@pytest.mark.parametrize(
    ("confidence", "steps"), [(None, 0), (Confidence.LOW, 0), (Confidence.MEDIUM, 2), (Confidence.HIGH, 2)]
)
def test_a_lone_witness_wakes_nobody(confidence: Confidence | None, steps: int) -> None:
    found = Evidence(confidence=confidence) if confidence else None
    story = Story(incident=replace(incident(impact=Impact.MAJOR, kind=Kind.SUSPECTED), evidence=found, last_seq=1))

    assert len(story.lives(*EVERY_MINUTE)) == steps


@pytest.mark.parametrize(("kinds", "steps"), [((), 0), ((Kind.MAINTENANCE,), 2)])
def test_a_maintenance_wakes_only_who_asked_for_it(kinds: tuple[Kind, ...], steps: int) -> None:
    plan = replace(PLAN, match=Match(kinds=kinds))
    one = replace(incident(kind=Kind.MAINTENANCE, impact=Impact.MAINTENANCE, state=State.IN_PROGRESS), last_seq=1)

    assert len(Story(incident=one, plans=Plans((plan,))).lives(*EVERY_MINUTE)) == steps


def test_a_clock_that_is_put_back_repeats_nothing_and_one_put_forward_leaves_nothing_out() -> None:
    story = Story()

    assert story.lives(0, 6, -60, 3, 6, 14, 3_000, 10) == [(6, ESCALATED), (3_000, ESCALATED)]


def test_whoever_has_it_is_asked_each_time_that_nothing_was_noted_for_long() -> None:
    plan = replace(PLAN, remind_after=timedelta(minutes=30))
    story = Story(plans=Plans((plan,)))
    story.does(Action.ACK, 2)
    first = story.lives(*range(2, 33))
    story.does(Action.NOTE, 40, by=LEAD, text="We fell back to the spare.")

    assert first == [(32, NUDGED)]
    assert story.lives(*range(40, 101)) == [(70, NUDGED), (100, NUDGED)]
    assert story.headlines()[0] == "on-call, how does it stand? Nothing was noted for 30 min"
    assert [one.who for one in story.entries[0].calls] == [("fake:1",)]
    assert not replies.is_broadcast(story.entries[0])


def test_who_muted_it_too_is_not_asked() -> None:
    story = Story(plans=Plans((replace(PLAN, remind_after=timedelta(minutes=30)),)))
    story.does(Action.ACK, 2)
    story.does(Action.MUTE, 3)

    assert story.lives(*EVERY_MINUTE) == []


MOVES = st.sampled_from(("ack", "snooze", "unack", "mute", "unmute", "note", "wait"))


@given(st.lists(st.tuples(MOVES, st.integers(0, 20)), max_size=30), st.booleans())
def test_whatever_people_do_each_step_is_taken_at_most_once_and_only_while_nobody_has_it(
    moves: Sequence[tuple[str, int]],
    looks_seldom: bool,  # noqa: FBT001  (drawn)
) -> None:
    story, minute = Story(), 0
    spans = {"snooze": timedelta(minutes=7), "mute": timedelta(minutes=9)}
    names = {"snooze": Action.ACK, "ack": Action.ACK, "unack": Action.UNACK, "mute": Action.MUTE}
    names |= {"unmute": Action.UNMUTE, "note": Action.NOTE}
    for move, wait in moves:
        if move in names:
            acted = act(story.incident, asked(names[move], span=spans.get(move), text="A note."), at(minute))
            story.incident = acted.incident
            story.written = at(minute) if acted.entries else story.written
        for passed in range(wait if looks_seldom else 0, wait + 1):
            before = story.incident
            said = story.looks(minute + passed)
            has_it = before.acked is not None and LAPSED not in said
            assert not (has_it and ESCALATED in said)
        minute += wait
    story.looks(minute)

    done = [key for one in story.entries if one.kind is ESCALATED for key in (one.transitions[0].after,)]
    assert len(done) == len(set(done))
    assert story.due_at is None or story.due_at > at(minute)
