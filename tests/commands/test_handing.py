"""`take`, `assign`, `handover`, `escalate`, as somebody types them, and what they are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.core.access import Access
from bot.core.escalation import Plans
from bot.core.message import Reply
from bot.core.rota import Override, Rotas
from bot.core.rules import Escalation, EscalationStep, Handover, Oncall
from bot.core.rules import Person as OnDuty
from bot.model import ChangeKind, Mute, Person
from bot.store import incidents, overrides
from bot.store.database import Database
from tests.commands.office import LEAD, ONCALL, Office, commands, text
from tests.unit.build import at

FIRST, SECOND = OnDuty(name="First engineer", slack="U1"), OnDuty(name="Second engineer", slack="U2", discord="9")
PLATFORM = Oncall(name="platform", people=(FIRST, SECOND), handover=Handover(0, time(9)), timezone="UTC")
PLAN = Escalation(name="escalation[1]", steps=(EscalationStep(timedelta(minutes=5), "oncall:platform"),))
PLANS = Plans((PLAN,), (), Rotas((PLATFORM,)), connected=frozenset({"slack"}))
SOMEBODY = Person("slack", "U7", "somebody")
VENDOR_MUTED = Mute(person="fake:2", name="lead", at=at(0), muting=1, of="Acme")


@pytest.fixture
def office(database: Database) -> Office:
    return with_plans(Office(database))


def with_plans(office: Office, plans: Plans = PLANS) -> Office:
    office.desk.rotas, office.desk.plans = plans.rotas.rotas, plans
    return office


async def kinds(office: Office) -> list[ChangeKind]:
    return [one.kind for one in await incidents.timeline(office.database, "acme-1")][1:]


async def test_who_acknowledges_what_somebody_has_is_offered_to_take_it_over(office: Office) -> None:
    await office.opens()
    await office.says("ack")

    held = await office.says("ack", by=LEAD)

    assert "on-call has it already" in text(held)
    assert held.choices == (("Take over", "take acme-1"),)
    assert await kinds(office) == [ChangeKind.ACKED]
    taken = await office.says(commands(held)[0], by=LEAD)
    assert text(taken).startswith("You have it\n")
    assert "Taken over by lead from on-call at 2026-03-01 12:00 UTC" in text(taken)
    assert "You have it already" in text(await office.says("take over", by=LEAD))


async def test_whoever_is_on_call_when_it_is_asked_is_meant(office: Office) -> None:
    await office.opens()
    now = office.clock.now()
    ends = now + timedelta(hours=1)
    instead = Override(rota="platform", person=FIRST, starts=now, ends=ends, by="lead", at=now)
    await overrides.add(office.database, instead)

    assert text(await office.says("assign to on-call")).startswith("Assigned to First engineer\n")
    office.clock.move(hours=2)
    assert text(await office.says("assign to oncall:platform")).startswith("Assigned to Second engineer\n")


async def test_one_of_several_is_chosen_and_then_it_is_done(office: Office) -> None:
    await office.opens()

    reply = await office.says("handover to engineer: it is {quiet}")

    assert commands(reply) == [
        "handover acme-1 to First engineer: it is {quiet}",
        "handover acme-1 to Second engineer: it is {quiet}",
    ]
    assert text(await office.says(commands(reply)[1])).startswith("Handed over to Second engineer\n")
    (entry,) = (await incidents.timeline(office.database, "acme-1"))[1:]
    assert (entry.text, entry.kind) == ("it is {quiet}", ChangeKind.HANDED_OVER)


async def test_names_stand_in_words_in_place_of_ids(office: Office) -> None:
    await office.opens()

    await office.says("handover: ask <@U7|somebody> about <https://a.example/b|a.example>")

    assert (await incidents.timeline(office.database, "acme-1"))[-1].text == "ask @somebody about https://a.example/b"


async def test_who_is_called_is_due_at_once_and_urgent(office: Office) -> None:
    await office.opens()
    office.due.clear()

    assert "Escalated to on-call (platform)" in text(await office.says("escalate", by=SOMEBODY))

    assert office.due.is_set()
    assert "Every step of its plan was taken already" in text(await later(office, "escalate"))


async def later(office: Office, words: str) -> Reply:
    office.clock.move(minutes=2)
    return await office.says(words)


async def test_what_can_not_be_done_is_said_and_changes_nothing(office: Office) -> None:
    await office.opens()
    with_plans(office, replace(PLANS, escalations=()))

    assert "There is no plan for it" in text(await office.says("escalate"))
    assert "Nobody who can be called is “nobody”" in text(await office.says("escalate to nobody"))
    assert "discord:7 can not be told from here" in text(await office.says("escalate to discord:7"))
    assert "No open incident is called “acme-9”" in text(await office.says("assign acme-9 to me"))
    assert await kinds(office) == []


async def test_at_a_terminal_one_may_take_it_oneself(office: Office) -> None:
    await office.opens()
    root = Person("console", "root", "root")

    assert text(await office.says("assign to me", by=root)).startswith("Assigned to root\n")
    assert text(await office.says("unack", by=root)).startswith("Taken back")


@pytest.mark.parametrize("words", ["take", "assign to me", "handover: quiet", "escalate"])
async def test_only_responders_may(database: Database, words: str) -> None:
    office = with_plans(Office(database, access=Access(responders=(LEAD.key,))))
    await office.opens()

    assert text(await office.says(words, by=ONCALL)).startswith("Only responders may ")
    assert "Only responders" not in text(await office.says(words, by=LEAD))


@pytest.mark.parametrize("words", ["assign acme-1 to second", "escalate acme-1", "handover acme-1: quiet"])
async def test_of_several_incidents_the_one_that_is_named_is_meant(office: Office, words: str) -> None:
    await office.opens()
    await office.opens("acme-2")

    await office.says(words)

    assert len(await kinds(office)) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("escalate", "Escalated to on-call (platform) by on-call"),
        ("assign to oncall:platform", "Assigned to Second engineer by on-call"),
        ("handover to oncall:platform: it is theirs", "Handover from on-call to Second engineer"),
    ],
)
async def test_what_began_muted_is_told_to_whoever_it_is_handed_to(office: Office, words: str, told: str) -> None:
    await office.opens(untold=True, muted=VENDOR_MUTED)

    await office.says(words)
    delivery = await office.tells()

    (root,) = delivery.fake.channels["ops"]
    assert told in [one.headline for one in root.thread]


@pytest.mark.parametrize("words", ["ack", "take", "note nothing of ours", "handover: nothing of ours"])
async def test_what_began_muted_stays_so_whoever_has_it(office: Office, words: str) -> None:
    await office.opens(untold=True, muted=VENDOR_MUTED)

    await office.says(words)
    delivery = await office.tells()

    assert delivery.fake.channels == {}
