"""What to do instead: told once, switched by people, and never the cause of anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import cards, histories, replies, wording
from bot.core.access import Access
from bot.core.actions import Outcome, act
from bot.core.fold import advance, fold
from bot.core.grammar import parse
from bot.core.message import plain
from bot.core.rules import Service
from bot.model import (
    Action,
    Asked,
    ChangeKind,
    Command,
    Confidence,
    Evidence,
    Incident,
    Kind,
    Person,
    State,
    TimelineEntry,
)
from tests.unit.build import at, component, down, incident

ONCALL, LEAD = Person("slack", "U1", "on-call"), Person("discord", "2", "lead")
BOT = Service(
    name="Support bot",
    depends_on=(("acme", "API"),),
    owner="@support",
    runbook="https://wiki.example.com/bot",
    fallback_vendor="bolt",
    fallback_name="Bolt",
    fallback_steps=("Set PROVIDER=bolt",),
)
SEARCH = Service(name="Search", depends_on=(("acme", None),), fallback_steps=("Use the old index",))
PLAIN = Service(name="Checkout", depends_on=(("acme", None),))


def touching(*services: Service, **changed: object) -> Incident:
    base = replace(incident(down("API")), last_seq=3)
    return replace(cards.with_services(base, services), **changed)  # type: ignore[arg-type]  # what a test is about


def asked(action: Action, by: Person = ONCALL, query: str = "") -> Asked:
    return Asked(command=Command(action=action, query=query), person=by)


def acted(one: Incident, action: Action, minute: float, by: Person = ONCALL, query: str = "") -> Incident:
    return act(one, asked(action, by, query), at(minute)).incident


def shown(one: Incident) -> str:
    return plain(wording.root(one))


def test_the_root_says_whom_it_affects_whose_they_are_and_where_the_runbook_is() -> None:
    text = shown(touching(BOT, PLAIN))

    assert "Affects us: Support bot (owner @support), Checkout" in text
    assert "Runbook: Support bot (https://wiki.example.com/bot)" in text


@pytest.mark.parametrize(
    ("changed", "lead"),
    [
        ({}, "Affects us"),
        ({"state": State.RESOLVED, "resolved_at": at(9)}, "Affected us"),
        ({"kind": Kind.SUSPECTED, "state": State.SUSPECTED}, "May affect us"),
        ({"kind": Kind.SUSPECTED, "state": State.RESOLVED, "resolved_at": at(9)}, "May have affected us"),
        ({"kind": Kind.MAINTENANCE, "state": State.SCHEDULED, "starts_at": at(60)}, "Will affect us"),
        (
            {"kind": Kind.MAINTENANCE, "state": State.COMPLETED, "starts_at": at(60), "resolved_at": at(9)},
            "Would have affected us",
        ),
    ],
)
def test_no_more_is_said_than_is_known_of_whom_it_affects(changed: dict[str, object], lead: str) -> None:
    assert f"\n{lead}: Checkout" in shown(touching(PLAIN, **changed))


def test_the_plans_are_owed_once_and_only_of_what_the_vendor_shows_or_what_is_likely() -> None:
    def seen(confidence: Confidence) -> Incident:
        found = Evidence(confidence=confidence, failing=1, asked=3)
        return touching(BOT, kind=Kind.SUSPECTED, state=State.SUSPECTED, evidence=found)

    assert cards.is_owed(touching(BOT))
    assert not cards.is_owed(touching(PLAIN))
    assert not cards.is_owed(touching(BOT, state=State.RESOLVED))
    assert not cards.is_owed(touching(BOT, kind=Kind.MAINTENANCE))
    assert [cards.is_owed(seen(c)) for c in (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)] == [False, True, True]
    entry = cards.handed_out(touching(BOT), {"bolt": "operational"}, at(4))
    assert entry is not None
    assert cards.handed_out(advance(touching(BOT), entry), {}, at(5)) is None


@pytest.mark.parametrize(
    ("conditions", "word"),
    [({"bolt": "operational"}, "operational"), ({}, "can not be told"), ({"bolt": "major"}, "major")],
)
def test_the_card_says_owner_steps_and_how_the_fallback_was_at_that_time(conditions: dict[str, str], word: str) -> None:
    one = touching(BOT, SEARCH, PLAIN)
    entry = cards.handed_out(one, conditions, at(4))
    assert entry is not None

    said = replies.reply(entry, one)

    assert plain(said).splitlines() == [
        "What to do instead",
        "Support bot · owner @support",
        f"Fallback: Bolt · {word}, as of 2026-03-01 12:04 UTC",
        "1. Set PROVIDER=bolt",
        "Runbook (https://wiki.example.com/bot)",
        "Search",
        "1. Use the old index",
    ]
    assert [control.label for control in said.controls] == ["Fallback activated", "Back to normal"]
    assert not said.broadcast


def test_switching_over_is_shown_with_name_and_time_and_done_once() -> None:
    one = acted(touching(BOT), Action.FALLBACK_ON, 12)

    again = act(one, asked(Action.FALLBACK_ON, LEAD), at(13))

    assert "Fallback activated by on-call at 2026-03-01 12:12 UTC (Support bot)" in shown(one)
    assert (again.outcome, again.entries, again.incident) == (Outcome.ALREADY, (), one)


def test_switching_back_keeps_both_times_and_can_be_done_anew() -> None:
    back = acted(acted(touching(BOT), Action.FALLBACK_ON, 12), Action.FALLBACK_OFF, 40, LEAD)

    both = "Fallback activated by on-call at 2026-03-01 12:12 UTC (Support bot)"
    assert f"{both}; back to normal at 2026-03-01 12:40 UTC (lead)" in shown(back)
    assert act(back, asked(Action.FALLBACK_OFF), at(41)).outcome is Outcome.ALREADY
    assert len(acted(back, Action.FALLBACK_ON, 50).fallbacks) == 2


def test_nothing_is_switched_back_that_was_not_switched_over() -> None:
    assert act(touching(BOT), asked(Action.FALLBACK_OFF), at(1)).outcome is Outcome.NOTHING


def test_one_service_can_be_switched_alone() -> None:
    one = acted(touching(BOT, SEARCH), Action.FALLBACK_ON, 12, query="Search")

    assert [f.card for f in one.fallbacks] == ["Search"]
    assert [f.card for f in acted(one, Action.FALLBACK_ON, 13, LEAD).fallbacks] == ["Search", "Support bot"]


def test_people_may_switch_over_where_nothing_was_planned() -> None:
    one = acted(touching(PLAIN), Action.FALLBACK_ON, 12)

    assert "Fallback activated by on-call at 2026-03-01 12:12 UTC\n" in shown(one) + "\n"
    assert acted(one, Action.FALLBACK_OFF, 13).fallbacks[0].back_at == at(13)


def test_a_switch_that_crosses_the_end_is_kept_and_never_reopens() -> None:
    over = touching(BOT, state=State.RESOLVED, resolved_at=at(11))

    late = acted(over, Action.FALLBACK_ON, 12)

    assert (late.state, late.resolved_at) == (State.RESOLVED, at(11))
    assert "Fallback activated by on-call at 2026-03-01 12:12 UTC (Support bot); not back to normal yet" in shown(late)
    assert [c.action for c in wording.root(late).controls] == [Action.FALLBACK_OFF, Action.NOTE, Action.DETAILS]
    assert acted(late, Action.FALLBACK_OFF, 13).state is State.RESOLVED


def test_the_button_offers_what_makes_sense_now() -> None:
    def offered(one: Incident) -> list[Action]:
        switches = {Action.FALLBACK_ON, Action.FALLBACK_OFF}
        return [c.action for c in wording.root(one).controls if c.action in switches]

    assert offered(touching(PLAIN)) == []
    assert offered(touching(BOT)) == [Action.FALLBACK_ON]
    assert offered(acted(touching(BOT), Action.FALLBACK_ON, 12)) == [Action.FALLBACK_OFF]


def test_the_incident_is_the_fold_of_what_people_switched() -> None:
    one = touching(BOT)
    entries: list[TimelineEntry] = []
    after = one
    for action, minute in ((Action.FALLBACK_ON, 1), (Action.FALLBACK_OFF, 2), (Action.FALLBACK_ON, 3)):
        done = act(after, asked(action), at(minute))
        entries += done.entries
        after = done.incident

    assert fold(one, entries) == after
    assert [e.kind for e in entries] == [ChangeKind.FALLBACK_ON, ChangeKind.FALLBACK_OFF, ChangeKind.FALLBACK_ON]
    assert [replies.reply(e, after).headline for e in entries[:2]] == [
        "Fallback activated by on-call",
        "Back to normal, says on-call",
    ]


def test_the_details_say_what_to_do_as_it_is_now() -> None:
    one = touching(BOT)

    text = plain(histories.details(one, (), cards.plans(one, {"bolt": "minor"}, at(9))).message)

    assert "Fallback: Bolt · minor, as of 2026-03-01 12:09 UTC" in text


@pytest.mark.parametrize("typed", ["fallback on acme-1", "incident fallback on acme-1", "fallback activated acme-1"])
def test_switching_over_is_typed(typed: str) -> None:
    assert parse(typed) == Command(action=Action.FALLBACK_ON, incident="acme-1")


def test_switching_back_is_typed_and_the_word_alone_shows_the_plan() -> None:
    assert parse("back to normal") == Command(action=Action.FALLBACK_OFF)
    assert parse("acme-api-20260301T1202 fallback off") == Command(
        action=Action.FALLBACK_OFF, incident="acme-api-20260301T1202"
    )
    assert parse("fallback") == Command(action=Action.DETAILS)


def test_only_responders_say_that_they_have_switched_over() -> None:
    access = Access(responders=("slack:U1",))

    assert access.permits(ONCALL, Action.FALLBACK_ON)
    assert not access.permits(LEAD, Action.FALLBACK_OFF)


def test_a_service_that_needs_another_part_is_not_touched() -> None:
    other = replace(BOT, depends_on=(("acme", "Website"), ("bolt", None)))

    assert touching(other).cards == ()
    assert cards.with_services(replace(incident(component("Website"))), (other,)).services == ("Support bot",)
