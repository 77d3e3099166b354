"""Whose an incident is: taken over, given, handed over with words, and who is called to it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import given as answers
from bot.core import histories, replies, wording
from bot.core.actions import Outcome, act
from bot.core.escalation import Case, Course, Plans, look
from bot.core.fold import fold
from bot.core.handing import Asking, Handed, hand
from bot.core.message import plain
from bot.core.rota import Override, Rotas
from bot.core.rules import Escalation, EscalationStep, Handover, Match, Oncall
from bot.core.rules import Person as OnDuty
from bot.model import (
    Action,
    Asked,
    ChangeKind,
    Command,
    Destination,
    Impact,
    Incident,
    Kind,
    Person,
    State,
    TimelineEntry,
)
from tests.unit.build import at, incident

OPS, LEADS, HERE = Destination("slack", "C1"), Destination("slack", "#leads"), Destination("discord", "7")
ANNA, BEN = OnDuty(name="First engineer", slack="U1", discord="5"), OnDuty(name="Second engineer", slack="U2")
FAR = OnDuty(name="Far engineer", discord="9")
PLATFORM = Oncall(name="platform", people=(ANNA, BEN), handover=Handover(0, time(9)), timezone="UTC")
DATA = Oncall(name="data", people=(FAR,), handover=Handover(0, time(9)), timezone="UTC")
STEPS = (
    EscalationStep(timedelta(minutes=5), "oncall:platform"),
    EscalationStep(timedelta(minutes=15), "slack:#leads"),
)
PLAN = Escalation(name="escalation[1]", match=Match(min_impact=Impact.MAJOR), steps=STEPS)
PLANS = Plans((PLAN,), (), Rotas((PLATFORM,)), connected=frozenset({"slack"}), places=frozenset({OPS, LEADS}))
ONCALL, LEAD, OTHER = Person("slack", "U1", "on-call"), Person("slack", "U7", "lead"), Person("slack", "U8", "other")
TERMINAL = Person("console", "somebody at the terminal", "root")
MENTION = "<@U7|lead>"


@dataclass(slots=True)
class Story:
    """An incident that people hand to each other."""

    incident: Incident = field(default_factory=lambda: replace(incident(impact=Impact.MAJOR), last_seq=1))
    plans: Plans = PLANS
    told: tuple[Destination, ...] = (OPS,)
    stuck: frozenset[Destination] = frozenset()
    courses: tuple[Course, ...] = ()
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])
    begun: Incident | None = None

    def __post_init__(self) -> None:
        self.begun = self.incident

    def case(self) -> Case:
        return Case(incident=self.incident, courses=self.courses, told=self.told, stuck=self.stuck)

    def does(self, action: Action, minute: float, by: Person = ONCALL, **rest: object) -> Outcome:
        asked = Asked(command=Command(action=action, **rest), person=by)  # type: ignore[arg-type]  # whatever it is about
        acted = act(self.incident, asked, at(minute), self.entries)
        self._moves_on(acted.incident, acted.entries)
        return acted.outcome

    def hands(self, action: Action, to: str = "", minute: float = 5, by: Person = ONCALL, text: str = "") -> Handed:
        asked = Asked(command=Command(action=action, query=to, text=text), person=by)
        done = hand(Asking(case=self.case(), asked=asked, plans=self.plans, now=at(minute), recent=self.entries))
        self.courses = done.courses
        self.told = tuple(dict.fromkeys((*self.told, *done.destinations)))
        self._moves_on(done.incident, done.entries)
        return done

    def looks(self, minute: float) -> list[str]:
        found = look(self.case(), self.plans, at(minute))
        self.courses, self.told = found.courses, (*self.told, *found.destinations)
        self._moves_on(found.incident, found.entries)
        return [one.transitions[0].after for one in found.entries]

    def _moves_on(self, after: Incident, entries: Sequence[TimelineEntry]) -> None:
        self.incident = after
        self.entries += entries

    def thread(self) -> list[str]:
        return [replies.reply(one, self.incident).headline for one in self.entries]

    def last(self) -> str:
        return plain(replies.reply(self.entries[-1], self.incident))

    def root(self) -> str:
        return plain(wording.root(self.incident))

    def called(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(one.to, one.who) for one in self.entries[-1].calls]


def answer(done: Handed, action: Action, query: str = "", text: str = "") -> str:
    asked = Asked(command=Command(action=action, query=query, text=text), person=ONCALL)
    reply = answers.answered(done, asked, at(6))
    return "\n".join((plain(reply.message), *(command for _, command in reply.choices)))


def test_what_somebody_has_is_taken_over_only_by_who_says_so() -> None:
    story = Story()
    story.does(Action.ACK, 1)

    assert story.does(Action.ACK, 2, by=LEAD) is Outcome.HELD
    assert story.does(Action.TAKE, 2, by=LEAD) is Outcome.DONE
    assert story.thread()[-1] == "Taken over by lead from on-call"
    assert "Taken over by lead from on-call at 2026-03-01 12:02 UTC" in story.root()


def test_who_takes_what_they_have_changes_nothing_and_what_nobody_has_is_acknowledged() -> None:
    story = Story()

    assert story.does(Action.TAKE, 1) is Outcome.DONE
    assert story.does(Action.TAKE, 2) is Outcome.ALREADY
    assert story.thread() == ["Acknowledged by on-call"]


def test_of_two_who_take_it_over_at_once_the_first_has_it() -> None:
    story = Story()
    story.does(Action.ACK, 1)
    story.does(Action.TAKE, 2, by=LEAD)

    assert story.does(Action.TAKE, 2.1, by=OTHER) is Outcome.HELD
    assert story.does(Action.TAKE, 3, by=OTHER) is Outcome.DONE
    assert story.thread()[1:] == ["Taken over by lead from on-call", "Taken over by other from lead"]


@pytest.mark.parametrize(
    ("to", "name", "key"),
    [
        (MENTION, "lead", "slack:U7"),
        ("second", "Second engineer", "slack:U2"),
        ("oncall:platform", "Second engineer", "slack:U2"),
        ("on-call", "Second engineer", "slack:U2"),
        ("platform", "Second engineer", "slack:U2"),
    ],
)
def test_it_is_given_to_somebody_who_is_called_once(to: str, name: str, key: str) -> None:
    story = Story()

    done = story.hands(Action.ASSIGN, to)

    assert done.outcome is Outcome.DONE
    assert story.thread() == [f"Assigned to {name} by on-call"]
    assert story.called() == [("slack:C1", (key,))]
    assert f"Assigned to {name} by on-call at 2026-03-01 12:05 UTC" in story.root()
    assert not replies.is_broadcast(story.entries[-1])
    assert answer(done, Action.ASSIGN).startswith(f"Assigned to {name}\n")


def test_who_has_a_duty_is_asked_for_when_it_is_written() -> None:
    instead = Override(rota="platform", person=ANNA, starts=at(0), ends=at(60), by="lead", at=at(0))
    story = Story(plans=replace(PLANS, rotas=Rotas((PLATFORM,), (instead,))))

    story.hands(Action.ASSIGN, "on-call", by=LEAD)

    assert story.thread() == ["Assigned to First engineer by lead"]


def test_given_twice_it_is_given_once_and_who_has_it_may_act_under_any_of_their_ids() -> None:
    story = Story(told=(OPS, HERE))
    story.hands(Action.ASSIGN, "First engineer", by=LEAD)

    done = story.hands(Action.ASSIGN, "First engineer", 6, by=OTHER)

    assert answer(done, Action.ASSIGN).startswith("First engineer has it already\n")
    assert story.does(Action.ACK, 7, by=Person("discord", "5", "anna")) is Outcome.ALREADY
    assert story.does(Action.ACK, 7, by=LEAD) is Outcome.HELD
    assert story.does(Action.ACK, 8, span=timedelta(minutes=30)) is Outcome.DONE
    assert story.does(Action.ACK, 9, by=Person("discord", "5", "anna"), span=timedelta(hours=1)) is Outcome.DONE
    assert story.does(Action.UNACK, 10, by=LEAD) is Outcome.DONE
    assert len(story.entries) == 4


def test_whoever_had_it_before_is_told_of() -> None:
    story = Story()
    story.does(Action.ACK, 1, by=OTHER)

    story.hands(Action.ASSIGN, "second")

    assert story.last() == "Assigned to Second engineer by on-call\nother had it before."


def test_who_gives_it_to_themselves_calls_nobody() -> None:
    story = Story()

    story.hands(Action.ASSIGN, "me", by=LEAD)
    story.hands(Action.ASSIGN, "me", 6, by=TERMINAL)

    assert story.thread() == ["Assigned to lead by lead", "Assigned to root by root"]
    assert [one.calls for one in story.entries] == [(), ()]
    assert story.incident.acked is not None
    assert story.incident.acked.is_by(TERMINAL.key)


@pytest.mark.parametrize("told", [(), (HERE,)])
def test_who_can_not_be_called_in_a_channel_gets_a_direct_message(told: tuple[Destination, ...]) -> None:
    story = Story(told=told)

    done = story.hands(Action.ASSIGN, "second")

    assert done.destinations == (Destination("slack", "U2"),)
    assert "Second engineer gets a direct message on Slack." in story.last()
    assert ("slack:U2", ("slack:U2",)) in story.called()


def test_who_can_not_be_called_at_all_is_to_be_told_by_a_person() -> None:
    story = Story(plans=replace(PLANS, rotas=Rotas((DATA,))))

    done = story.hands(Action.ASSIGN, "far")

    assert "Far engineer can not be called from here: tell them yourself." in answer(done, Action.ASSIGN)


def test_of_several_who_are_called_so_one_is_chosen_and_of_several_duties_too() -> None:
    story = Story(plans=replace(PLANS, rotas=Rotas((PLATFORM, DATA))))

    people, duties = story.hands(Action.ASSIGN, "engineer"), story.hands(Action.ASSIGN, "on-call")

    assert story.entries == []
    assert answer(people, Action.ASSIGN, "engineer").endswith(
        "\nassign acme-1 to First engineer\nassign acme-1 to Second engineer\nassign acme-1 to Far engineer"
    )
    assert answer(duties, Action.ASSIGN, "on-call").endswith(
        "\nassign acme-1 to oncall:platform\nassign acme-1 to oncall:data"
    )
    nobody = answer(story.hands(Action.ASSIGN, "nobody {0}"), Action.ASSIGN, "nobody {0}", "a {b} c")
    assert nobody.startswith("Nobody who can be called is “nobody {0}”")


def test_a_handover_is_a_note_of_its_own_and_makes_it_theirs() -> None:
    story = Story()
    story.does(Action.ACK, 1)

    done = story.hands(Action.HANDOVER, MENTION, text="We switched over. Tell support at noon.")

    assert story.last().startswith(
        "Handover from on-call to lead\n“We switched over. Tell support at noon.”\n— on-call"
    )
    assert "Handed over to lead by on-call at 2026-03-01 12:05 UTC" in story.root()
    assert story.called() == [("slack:C1", ("slack:U7",))]
    assert "We switched over." not in story.root()
    assert "Handover from on-call to lead\n“We switched over." in plain(
        histories.details(story.incident, story.entries).message
    )
    assert answer(done, Action.HANDOVER).startswith("Handed over to lead\n")


def test_a_handover_to_nobody_by_name_leaves_it_whose_it_is_and_counts_as_a_note() -> None:
    story = Story()
    story.does(Action.ACK, 1)
    again = [story.hands(Action.HANDOVER, "", minute, text="It is quiet.").outcome for minute in (5, 6, 20)]

    assert again == [Outcome.DONE, Outcome.ALREADY, Outcome.DONE]
    assert story.thread() == ["Acknowledged by on-call", *["Handover note by on-call"] * 2]
    assert "Acknowledged by on-call" in story.root()
    assert story.incident.acked is not None
    assert story.incident.acked.tended_at == at(20)


def test_the_same_words_for_somebody_else_are_another_handover() -> None:
    story = Story()

    said = [
        story.hands(Action.HANDOVER, to, minute, text="Watch it.").outcome
        for to, minute in (("first", 1), ("first", 2), ("second", 3))
    ]

    assert said == [Outcome.DONE, Outcome.ALREADY, Outcome.DONE]
    assert story.incident.acked is not None
    assert story.incident.acked.name == "Second engineer"


def test_words_may_be_left_behind_when_it_is_over_and_nothing_else() -> None:
    story = Story(incident=replace(incident(state=State.RESOLVED, impact=Impact.MAJOR), resolved_at=at(1), last_seq=1))

    for action in (Action.ASSIGN, Action.HANDOVER, Action.ESCALATE):
        done = story.hands(action, "second", text="Words.")
        assert answer(done, action).startswith("Already resolved: nothing was changed")
    assert story.does(Action.TAKE, 6) is Outcome.OVER
    assert story.hands(Action.HANDOVER, "", text="Words.").outcome is Outcome.DONE


def test_to_be_given_it_stops_the_clock_and_to_give_it_back_lets_it_go_on() -> None:
    story = Story()
    story.looks(0)
    story.hands(Action.ASSIGN, "second", 4, by=LEAD)
    assert [story.looks(minute) for minute in (5, 30)] == [[], []]
    story.does(Action.UNACK, 30)

    assert [story.looks(minute) for minute in (30, 31, 41)] == [[], ["oncall:platform"], ["slack:#leads"]]


def test_by_hand_the_next_step_is_taken_once_and_the_clock_does_not_take_it_again() -> None:
    story = Story()
    story.looks(0)

    done = story.hands(Action.ESCALATE, minute=2)
    too_soon = story.hands(Action.ESCALATE, minute=2.5, by=LEAD)

    assert story.thread() == ["Escalated to on-call (platform) by on-call"]
    assert story.called() == [("slack:C1", ("slack:U2",))]
    assert replies.is_broadcast(story.entries[-1])
    assert "Escalated to on-call (platform)\n" in answer(done, Action.ESCALATE)
    assert answer(too_soon, Action.ESCALATE).startswith("It was escalated a moment ago")
    assert [story.looks(minute) for minute in (5, 15)] == [[], ["slack:#leads"]]
    assert answer(story.hands(Action.ESCALATE, minute=20), Action.ESCALATE).startswith(
        "Every step of its plan was taken"
    )


def test_by_hand_each_of_the_steps_is_taken_in_its_order() -> None:
    story = Story()

    first, second, third = (story.hands(Action.ESCALATE, minute=minute) for minute in (1, 3, 5))

    assert [one.outcome for one in (first, second, third)] == [Outcome.DONE, Outcome.DONE, Outcome.ALL_DONE]
    assert second.destinations == (LEADS,)
    assert story.last() == "Escalated to slack:#leads by on-call\nFrom now on it is told there too."


def test_without_a_plan_it_says_so_and_whom_one_may_call() -> None:
    for plans in (Plans(), replace(PLANS, escalations=(replace(PLAN, match=Match(min_impact=Impact.CRITICAL)),))):
        done = Story(plans=plans).hands(Action.ESCALATE)

        assert answer(done, Action.ESCALATE).startswith("There is no plan for it\n")
        assert "`escalate to on-call`" in answer(done, Action.ESCALATE)


@pytest.mark.parametrize(
    ("to", "said", "called", "begins"),
    [
        ("oncall:platform", "Escalated to on-call (platform) by lead", ("slack:U2",), ()),
        ("first engineer", "Escalated to First engineer by lead", ("slack:U1", "discord:5"), ()),
        ("<@U9|somebody>", "Escalated to somebody by lead", ("slack:U9",), ()),
        ("slack:#leads", "Escalated to slack:#leads by lead", (), (LEADS,)),
        ("#leads", "Escalated to slack:#leads by lead", (), (LEADS,)),
        ("<#C5|other>", "Escalated to slack:C5 by lead", (), (Destination("slack", "C5"),)),
        ("slack:U2", "Escalated to Second engineer by lead", (), (Destination("slack", "U2"),)),
        ("slack:C1", "Escalated to slack:C1 by lead", (), ()),
    ],
)
def test_whoever_is_named_is_called_or_told_now(
    to: str, said: str, called: tuple[str, ...], begins: tuple[Destination, ...]
) -> None:
    story = Story(plans=replace(PLANS, escalations=()))

    done = story.hands(Action.ESCALATE, to, by=LEAD)
    again = story.hands(Action.ESCALATE, to, 5.5, by=LEAD)

    assert story.thread() == [said]
    assert {who for _, who in story.called()} == ({called} if called else set())
    assert done.destinations == begins
    assert again.outcome is Outcome.ALREADY


@pytest.mark.parametrize("to", ["discord:7", "far", "pagerduty", "pagerduty:other"])
def test_where_nothing_can_be_told_it_says_so(to: str) -> None:
    story = Story(plans=replace(PLANS, rotas=Rotas((DATA,))))

    done = story.hands(Action.ESCALATE, to)

    assert story.entries == []
    assert answer(done, Action.ESCALATE, to).startswith(
        ("Far engineer can not be told from here", f"{to} can not be told", f"Nobody who can be called is “{to}”")
    )


def test_whom_a_plan_would_call_next_is_not_called_by_it_again() -> None:
    story = Story()
    story.looks(0)
    story.hands(Action.ESCALATE, "oncall:platform", 2)

    assert [story.looks(minute) for minute in (5, 15)] == [[], ["slack:#leads"]]


def test_of_two_plans_that_step_is_taken_which_would_come_sooner() -> None:
    slow = replace(PLAN, name="escalation[2]", steps=(EscalationStep(timedelta(minutes=4), "slack:C9"),))
    story = Story(plans=replace(PLANS, escalations=(PLAN, slow)))
    story.looks(0)

    story.hands(Action.ESCALATE, minute=1)
    story.hands(Action.ESCALATE, "#leads", minute=3)

    assert story.thread() == ["Escalated to slack:C9 by on-call", "Escalated to slack:#leads by on-call"]
    assert [story.looks(minute) for minute in (5, 15)] == [["oncall:platform"], []]


def test_who_asks_for_it_calls_also_for_what_a_lone_witness_says_and_for_what_is_muted() -> None:
    story = Story(incident=replace(incident(impact=Impact.MAJOR, kind=Kind.SUSPECTED), last_seq=1))
    story.does(Action.MUTE, 1)

    story.hands(Action.ESCALATE)

    assert story.called() == [("slack:C1", ("slack:U2",))]
    assert not story.entries[-1].hushed


def test_a_channel_that_is_stuck_calls_nobody() -> None:
    story = Story(stuck=frozenset({OPS}))

    assert story.hands(Action.ESCALATE).destinations == (Destination("slack", "U2"),)


DEEDS = st.sampled_from(("ack", "take", "unack", "assign", "handover", "note", "escalate", "call"))
WHO = st.sampled_from((ONCALL, LEAD, OTHER))


@given(st.lists(st.tuples(DEEDS, WHO, st.integers(0, 12)), max_size=25))
def test_whatever_people_do_one_has_it_or_nobody_and_each_step_is_taken_once(
    moves: Sequence[tuple[str, Person, int]],
) -> None:
    story, minute = Story(), 0
    for move, by, wait in moves:
        minute += wait
        if move in {"ack", "take", "unack"}:
            story.does({"ack": Action.ACK, "take": Action.TAKE, "unack": Action.UNACK}[move], minute, by=by)
        elif move in {"assign", "handover"}:
            action = Action.ASSIGN if move == "assign" else Action.HANDOVER
            story.hands(action, MENTION, minute, by=by, text=f"Words of {by.name}.")
        elif move == "note":
            story.hands(Action.HANDOVER, "", minute, by=by, text="Words.")
        else:
            story.hands(Action.ESCALATE, "" if move == "escalate" else "second", minute, by=by)
        story.looks(minute)

    assert story.begun is not None
    assert fold(story.begun, story.entries) == story.incident
    assert [one.seq for one in story.entries] == list(range(2, 2 + len(story.entries)))
    taken = [
        one.transitions[0].after
        for one in story.entries
        if one.kind is ChangeKind.ESCALATED and one.transitions[0].before
    ]
    assert len(taken) == len(set(taken))
