"""The team's own incidents: declared once, moved on by anybody, ended by a person, and opened again within a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import actions, cards, fold, forms, ours, replies, routing, steered, steering, witnesses, wording
from bot.core.controls import controls
from bot.core.courses import is_told
from bot.core.escalation import Case, Plans, look
from bot.core.message import plain
from bot.core.ours import Outcome, Terms, Verdict
from bot.core.rules import Escalation, EscalationStep, Match, Route, Service
from bot.core.team import VENDOR, is_ours
from bot.core.verbs import is_id
from bot.model import (
    Action,
    ChangeKind,
    Component,
    Destination,
    Impact,
    Incident,
    Kind,
    Mute,
    Person,
    SourceKind,
    State,
    TimelineEntry,
    Who,
)
from tests.unit.build import LEAD, ONCALL, asked, at, incident, view

HERE, LEADS = Destination("slack", "C1"), Destination("slack", "C2")
BOT = Service(name="Support bot", depends_on=(("acme", None),), owner="@support", fallback_steps=("Set X",))
TERMS = Terms(
    routes=(
        Route(name="bad", match=Match(min_impact=Impact.CRITICAL), to=(LEADS,), go_on=True),
        Route(name="all", to=(HERE,), mention=((Impact.MAJOR, "slack:U1"), (Impact.CRITICAL, "@here"))),
    ),
    services=(BOT,),
)
DECLARE = {"title": "Checkout is down", "text": "Cards are refused.", "impact": Impact.MAJOR}


def declare(minute: float = 0, by: Person = ONCALL, around: tuple[Incident, ...] = (), **said: object) -> Outcome:
    wanted = asked(Action.DECLARE, by, **(DECLARE | said))
    return ours.declare(wanted, around, None, TERMS, at(minute))


def steer(
    one: Incident,
    minute: float,
    action: Action,
    by: object = LEAD,
    recent: tuple[TimelineEntry, ...] = (),
    **said: object,
) -> Outcome:
    return steering.steer(one, asked(action, by, **said), recent, TERMS, at(minute))  # type: ignore[arg-type]


def over(minute: float = 10) -> Incident:
    return steer(declare().incident, minute, Action.RESOLVE).incident


def test_what_is_declared_is_an_incident_of_our_own_told_where_the_routes_say() -> None:
    outcome = declare(services=("Support bot",))
    one = outcome.incident

    assert (one.vendor, one.kind, one.state, one.impact) == (VENDOR, Kind.INCIDENT, State.INVESTIGATING, Impact.MAJOR)
    assert one.id == "ours-checkout-is-down-20260301T1200"
    assert outcome.where == (HERE,)
    assert (one.services, [card.name for card in one.cards]) == (("Support bot",), ["Support bot"])
    assert plain(wording.root(one)).splitlines()[:2] == ["Checkout is down", "Major · investigating"]
    assert "Affects us: Support bot (owner @support)" in plain(wording.root(one))
    assert is_ours(one)
    assert witnesses.testimonies(one.claims) == witnesses.statements(one.claims) == ()


def test_the_first_line_of_the_thread_tells_who_declared_it_and_what_is_known() -> None:
    outcome = declare(services=("Support bot",))
    opened, first = outcome.entries

    assert (opened.quiet, opened.seq, opened.who) == (True, 1, Who.PERSON)
    said = plain(replies.reply(first, outcome.incident)).splitlines()
    assert said[:3] == ["Declared by on-call", "Affects us: Support bot", "“Cards are refused.”"]


def test_the_root_calls_whom_the_route_names_and_a_rise_calls_once_more() -> None:
    outcome = declare()
    raised = steer(outcome.incident, 5, Action.UPDATE, impact=Impact.CRITICAL)

    assert [[call.who for call in entry.calls] for entry in outcome.entries] == [[("slack:U1",)], []]
    assert [call.who for entry in raised.entries for call in entry.calls] == [("@here",)]
    assert raised.where == (LEADS, HERE)
    assert replies.is_broadcast(raised.entries[0])


@pytest.mark.parametrize(
    ("minutes", "by", "title", "verdict"),
    [
        (0.5, ONCALL, "Checkout is down", Verdict.ALREADY),
        (0.5, ONCALL, "checkout is down", Verdict.ALREADY),
        (0.5, ONCALL, "Search is down", Verdict.DONE),
        (0.5, LEAD, "Checkout is down", Verdict.DECLARED),
        (90, LEAD, "Checkout is down", Verdict.DECLARED),
    ],
)
def test_the_same_is_declared_once(minutes: float, by: Person, title: str, verdict: Verdict) -> None:
    first = declare().incident

    assert declare(minutes, by, (first,), title=title).verdict is verdict


def test_what_is_over_is_declared_anew_and_has_a_name_of_its_own() -> None:
    ended = over(0.2)

    again = declare(0.4, LEAD, (ended,))

    assert again.verdict is Verdict.DONE
    assert again.incident.id == f"{ended.id}-2"


@pytest.mark.parametrize("title", ["Ausfall der Küche", "决済が停止", "…", "x" * 300])
def test_every_name_can_be_typed(title: str) -> None:
    assert is_id(declare(title=title).incident.id)


def test_an_update_is_shown_as_the_last_words_with_its_author() -> None:
    one = steer(declare().incident, 5, Action.UPDATE, text="It is the gateway.", state=State.IDENTIFIED).incident

    assert one.latest is not None
    assert (one.latest.text, one.latest.author, one.state) == ("It is the gateway.", "lead", State.IDENTIFIED)
    assert "Critical" not in plain(wording.root(one))


def test_one_word_may_say_several_things_and_each_is_told_in_a_line_of_its_own() -> None:
    wanted = asked(
        Action.UPDATE, LEAD, text="Worse.", impact=Impact.CRITICAL, state=State.IDENTIFIED, title="All is down"
    )
    outcome = steering.steer(declare().incident, wanted, (), TERMS, at(5))

    assert [replies.reply(entry, outcome.incident).headline for entry in outcome.entries] == [
        "Renamed by lead to “All is down”",
        "Impact raised by lead: major → critical",
        "Identified, says lead",
    ]
    assert (outcome.incident.title, outcome.incident.impact) == ("All is down", Impact.CRITICAL)


def test_what_is_so_already_is_not_said_again() -> None:
    first = steer(declare().incident, 5, Action.UPDATE, text="Worse.", impact=Impact.CRITICAL)
    again = steer(first.incident, 6, Action.UPDATE, recent=first.entries, text="Worse.", impact=Impact.CRITICAL)
    other = steer(first.incident, 6, Action.UPDATE, ONCALL, first.entries, text="Worse.")

    assert (again.verdict, again.entries) == (Verdict.ALREADY, ())
    assert other.verdict is Verdict.DONE
    assert steer(first.incident, 7, Action.UPDATE).verdict is Verdict.EMPTY


def test_an_update_that_says_resolved_ends_it() -> None:
    outcome = steer(declare().incident, 5, Action.UPDATE, text="Fixed.", state=State.RESOLVED)

    assert [entry.kind for entry in outcome.entries] == [ChangeKind.RESOLVED]
    assert not outcome.incident.is_open


def test_two_who_resolve_at_once_end_it_once_and_an_ack_that_crosses_opens_nothing() -> None:
    ended = over()
    second = steer(ended, 10, Action.RESOLVE, ONCALL, text="Done.")
    acked = actions.act(ended, asked(Action.ACK), at(10))
    late = steer(ended, 10, Action.UPDATE, text="We found it.", state=State.IDENTIFIED)

    assert (second.verdict, second.entries) == (Verdict.ALREADY, ())
    assert acked.outcome is actions.Outcome.OVER
    assert (late.verdict, late.entries) == (Verdict.OVER, ())
    reply = steered.answered(late, asked(Action.UPDATE, text="We found it."), TERMS, at(10))
    assert [command for _, command in reply.choices] == [
        f"reopen {ended.id} We found it.",
        f"note {ended.id} We found it.",
    ]


def test_it_goes_on_in_the_same_incident_and_nobody_has_it_yet() -> None:
    acked = actions.act(declare().incident, asked(Action.ACK), at(1)).incident
    ended = steer(acked, 10, Action.RESOLVE).incident
    outcome = steer(ended, 20, Action.REOPEN, text="Refused again.")
    one = outcome.incident

    assert (one.id, one.state, one.acked, one.reopened_at) == (ended.id, State.INVESTIGATING, None, at(20))
    assert one.resolved_at is None
    assert replies.is_broadcast(outcome.entries[0])
    assert [call.who for call in outcome.entries[0].calls] == [("slack:U1",)]


def test_what_is_open_again_escalates_anew() -> None:
    plan = Escalation(name="plan", steps=(EscalationStep(timedelta(minutes=5), "slack:C2"),))
    plans = Plans((plan,))
    first = look(Case(incident=declare().incident, told=(HERE,), since=at(0)), plans, at(6))
    ended = steer(first.incident, 10, Action.RESOLVE).incident
    again = steer(ended, 20, Action.REOPEN).incident
    second = look(Case(incident=again, courses=first.courses, told=(HERE, LEADS), since=at(20)), plans, at(26))

    assert [entry.kind for entry in (*first.entries, *second.entries)] == [ChangeKind.ESCALATED, ChangeKind.ESCALATED]


def test_what_is_over_for_too_long_is_declared_anew_and_each_names_the_other() -> None:
    ended = over()
    late = steer(ended, 10 + 24 * 60 + 1, Action.REOPEN, text="Again.")
    wanted = asked(Action.DECLARE, LEAD, **DECLARE)
    new = ours.declare(wanted, (), ended, TERMS, at(1500))

    assert late.verdict is Verdict.LATE
    reply = steered.answered(late, asked(Action.REOPEN, text="Again."), TERMS, at(1500))
    assert "What is over for more than 1 d is not opened again." in plain(reply.message)
    assert reply.choices[0][1] == f"declare Checkout is down: Again. impact=major after={ended.id}"
    assert f"It follows “Checkout is down” ({ended.id})" in plain(replies.reply(new.entries[1], new.incident))
    assert new.old is not None
    assert f"It goes on there: {new.incident.id}" in plain(replies.reply(new.entries[2], new.old))
    assert not new.old.is_open


def foreign(*others: tuple[SourceKind, State]) -> Incident:
    views = [
        replace(
            view(str(number), state), key=f"s{number}|{number}", teller=teller, author=f"probe {number}", evidence="503"
        )
        for number, (teller, state) in enumerate(others)
    ]
    return replace(incident(), claims=tuple(views))


@pytest.mark.parametrize(
    ("one", "against"),
    [
        (foreign((SourceKind.FEED, State.IDENTIFIED)), ["Acme's page still says identified."]),
        (foreign((SourceKind.PROBE, State.SUSPECTED)), ["probe 0 still fails (503)."]),
        (foreign((SourceKind.HOOK, State.SUSPECTED)), ["probe 0 still reports it (503)."]),
        (
            foreign((SourceKind.FEED, State.RESOLVED), (SourceKind.PROBE, State.SUSPECTED)),
            ["probe 1 still fails (503)."],
        ),
        (
            foreign((SourceKind.PEOPLE, State.SUSPECTED), (SourceKind.PROBE, State.SUSPECTED)),
            ["probe 1 still fails (503)."],
        ),
        (
            foreign((SourceKind.TEAM, State.INVESTIGATING), (SourceKind.PROBE, State.INVESTIGATING)),
            ["probe 1 still fails (503)."],
        ),
    ],
)
def test_what_others_see_is_not_the_teams_to_resolve(one: Incident, against: list[str]) -> None:
    outcome = steer(one, 5, Action.RESOLVE, text="It works.")
    said = steered.against(steering.standing_against(one), one, {}, at(5))
    reply = steered.answered(outcome, asked(Action.RESOLVE, text="It works."), TERMS, at(5), said)

    assert (outcome.verdict, outcome.entries) == (Verdict.FOREIGN, ())
    assert said == against
    assert [command for _, command in reply.choices] == [
        "mute acme-1 until resolved",
        "note acme-1 It works.",
        "works acme-1",
    ]


def test_a_suspicion_that_rests_on_peoples_reports_alone_is_the_teams_to_end() -> None:
    two = foreign((SourceKind.PEOPLE, State.SUSPECTED), (SourceKind.PEOPLE, State.SUSPECTED))
    outcome = steer(two, 5, Action.RESOLVE, text="It was us.")

    assert [entry.quiet for entry in outcome.entries] == [True, False]
    assert not outcome.incident.is_open
    assert replies.reply(outcome.entries[1], outcome.incident).headline == "Resolved by lead after 5 min"


def test_a_vendors_incident_is_neither_updated_nor_opened_by_the_team() -> None:
    theirs = foreign((SourceKind.FEED, State.RESOLVED))
    ended = replace(theirs, state=State.RESOLVED, resolved_at=at(1))

    assert steer(foreign((SourceKind.FEED, State.IDENTIFIED)), 5, Action.UPDATE, text="x").verdict is Verdict.FOREIGN
    assert steer(ended, 5, Action.REOPEN).verdict is Verdict.FOREIGN


def test_buttons_say_how_it_goes_on_only_where_the_team_may() -> None:
    mine, theirs = declare().incident, foreign((SourceKind.FEED, State.IDENTIFIED))

    assert [one.label for one in controls(mine)][1:3] == ["Update", "Resolve"]
    assert controls(over())[0].label == "Reopen"
    assert not {Action.UPDATE, Action.RESOLVE, Action.REOPEN} & {one.action for one in controls(theirs)}


def test_while_it_is_muted_the_channel_hears_of_it_only_if_it_becomes_critical() -> None:
    muted = replace(declare().incident, muted=Mute(person="slack:U2", name="lead", at=at(1)))

    assert steer(muted, 5, Action.UPDATE, text="Looking.").entries[0].hushed
    assert not steer(muted, 5, Action.UPDATE, impact=Impact.CRITICAL).entries[0].hushed


def test_whoever_has_it_is_not_asked_how_it_stands_right_after_an_update() -> None:
    acked = actions.act(declare().incident, asked(Action.ACK), at(1)).incident
    one = steer(acked, 20, Action.UPDATE, text="Looking.").incident

    assert one.acked is not None
    assert one.acked.tended_at == at(20)


def test_what_the_team_declares_is_no_word_of_a_vendors() -> None:
    joined = foreign((SourceKind.PROBE, State.SUSPECTED), (SourceKind.TEAM, State.INVESTIGATING))
    suspicion = replace(joined, claims=(replace(joined.claims[0], kind=Kind.SUSPECTED), joined.claims[1]))

    assert not is_told(suspicion)
    assert not is_told(declare().incident)


def test_services_that_are_named_are_matched_by_routes_and_have_their_plan() -> None:
    one = declare(services=("Support bot",)).incident

    assert routing.matches(Match(services=("support bot",)), one, (BOT,))
    assert not routing.matches(Match(services=("support bot",)), declare().incident, (BOT,))
    assert cards.is_owed(one)


def test_a_part_that_a_probe_names_does_not_make_it_a_vendors() -> None:
    one = replace(declare().incident, components=(Component("api", "API"),))

    assert is_ours(one)


WORDS = st.sampled_from(["", "Looking.", "It is the gateway."])
SAID = st.one_of(
    st.tuples(st.just(Action.RESOLVE), WORDS, st.none(), st.none()),
    st.tuples(st.just(Action.REOPEN), WORDS, st.none(), st.none()),
    st.tuples(
        st.just(Action.UPDATE),
        WORDS,
        st.sampled_from([None, *(Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)]),
        st.sampled_from([None, State.IDENTIFIED, State.MONITORING, State.RESOLVED]),
    ),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(SAID, st.sampled_from([ONCALL, LEAD]), st.integers(0, 2_000)), max_size=12))
def test_whatever_is_said_the_incident_is_the_fold_of_its_entries_and_each_has_an_author(said: list) -> None:  # type: ignore[type-arg]
    first = declare()
    one, entries, minute = first.incident, list(first.entries), 1.0
    beginning = replace(one, claims=(), latest=None, last_seq=0, called=())
    for (action, text, impact, state), by, wait in said:
        minute += wait
        outcome = steer(one, minute, action, by, tuple(entries), text=text, impact=impact, state=state)
        again = steer(
            outcome.incident, minute, action, by, (*entries, *outcome.entries), text=text, impact=impact, state=state
        )
        assert again.entries == ()
        assert action is Action.REOPEN or one.is_open or not outcome.incident.is_open
        one, entries = outcome.incident, [*entries, *outcome.entries]

    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert all(entry.author and entry.person for entry in entries)
    folded = fold.fold(beginning, entries)
    assert (folded.state, folded.impact, folded.latest, folded.title) == (one.state, one.impact, one.latest, one.title)


def test_a_form_says_only_what_was_changed() -> None:
    form = forms.updating(steer(declare().incident, 5, Action.UPDATE, state=State.IDENTIFIED).incident)
    untouched = {field.name: [field.value] for field in form.fields if field.value}

    command = forms.filled(form.action, form.about, untouched)

    assert forms.wants(command)
    assert "As it is: identified" in [label for field in form.fields for label, _ in field.options]
