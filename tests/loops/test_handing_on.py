"""Who hands an incident on, presses at once with others, or dies in between: one truth, each deed once, told once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.commands.handing import Handing
from bot.core.actions import Outcome
from bot.core.escalation import Plans
from bot.core.message import Call, Reach
from bot.core.replies import reply
from bot.loops.escalate import escalate_due
from bot.model import Action, Asked, ChangeKind, Command, Destination, Impact, Person
from bot.store import announcements, incidents, parking
from bot.store.database import Database
from bot.store.lookups import Brief
from tests.fakes import NOON, FakePlatform
from tests.loops.test_escalate import OPS, PLANS, Night

FIRST = Destination("slack", "U1")
CONNECTED = replace(PLANS, connected=frozenset({"slack"}))
BRIEF = Brief("acme-1", "acme", "Acme", "Errors", Impact.MAJOR, NOON)
TAKEN, ASSIGNED, ESCALATED = ChangeKind.TAKEN, ChangeKind.ASSIGNED, ChangeKind.ESCALATED


async def hands(night: Night, action: Action, to: str = "", by: str = "U1", text: str = "") -> str:
    command = Command(action=action, query=to, text=text)
    asked = Asked(command=command, person=Person("slack", by, f"Engineer {by}"))
    _, reply = await Handing(night.database, night.plans).do(asked, BRIEF, night.clock.now())
    return reply.message.headline


async def kinds(night: Night) -> list[ChangeKind]:
    return [one.kind for one in await night.timeline()]


async def test_of_a_hundred_who_take_it_over_at_once_one_has_it(database: Database) -> None:
    night = Night(database)
    await night.opens()
    await night.acts(Action.ACK, by="U0")

    done = await asyncio.gather(*(night.acts(Action.TAKE, by=f"U{number}") for number in range(1, 101)))
    await night.desk.settles()

    assert [one.outcome for one in done].count(Outcome.DONE) == 1
    assert (await kinds(night)).count(TAKEN) == 1
    (taken,) = [one for one in await night.timeline() if one.kind is TAKEN]
    assert night.thread()[-1][0] == f"Taken over by {taken.author} from Engineer U0"


async def test_a_hundred_who_give_it_to_the_same_person_give_it_once(database: Database) -> None:
    night = Night(database)
    await night.opens()

    said = await asyncio.gather(
        *(hands(night, Action.ASSIGN, "Second engineer", by=f"U{number + 10}") for number in range(100))
    )
    await night.desk.settles()

    assert (said.count("Assigned to Second engineer"), said.count("Second engineer has it already")) == (1, 99)
    assert (await kinds(night)).count(ASSIGNED) == 1
    assert [calls for _, calls in night.thread()] == [(Call(Reach.PERSON, "U2"),)]


async def test_a_crowd_of_acks_takes_and_gifts_comes_to_one_truth(database: Database) -> None:
    night = Night(database)
    await night.opens()

    await asyncio.gather(
        *(night.acts(Action.ACK, by=f"U{number}") for number in range(3, 36)),
        *(night.acts(Action.TAKE, by=f"U{number}") for number in range(3, 36)),
        *(hands(night, Action.ASSIGN, "First engineer", by=f"U{number}") for number in range(3, 37)),
    )
    await night.desk.settles()

    found = await night.timeline()
    assert [one.seq for one in found] == list(range(1, len(found) + 1))
    (told,) = await announcements.of_incident(database, "acme-1")
    assert told.last_seq == len(found)
    # Each of the deeds stands there once, whoever did it.
    assert len({(one.kind, one.person) for one in found[1:]}) == len(found) - 1
    (incident,) = await incidents.recent_incidents(database, 1)
    last = reply(found[-1], incident).headline
    shown = night.desk.fake.root("ops").message
    holder = next(part for part in shown.parts if "engineer" in str(part) or "Engineer" in str(part))
    assert last in str(holder)


@pytest.mark.parametrize("instances", [1, 3])
async def test_a_step_that_is_due_and_asked_for_at_once_is_taken_once(database: Database, instances: int) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=5)

    loops = (escalate_due(night.instance()) for _ in range(instances))
    await asyncio.gather(*(hands(night, Action.ESCALATE, by=f"U{number}") for number in range(20)), *loops)
    await night.until(60)

    steps = [to for _, to in await night.steps()]
    assert sorted(steps) == ["oncall:platform", "slack:leads"]
    assert len(night.thread()) == 2


async def test_what_was_taken_by_hand_is_not_taken_again_by_whoever_starts_later(database: Database) -> None:
    night = Night(database)
    await night.opens()
    assert await hands(night, Action.ESCALATE) == "Escalated to on-call (platform)"
    await night.dies()

    await night.until(60)

    assert await night.steps() == [(0, "oncall:platform"), (15, "slack:leads")]
    assert night.thread()[0] == ("Escalated to on-call (platform) by Engineer U1", (Call(Reach.PERSON, "U1"),))


def on_the_console(database: Database) -> Night:
    """Return a night in which only the terminal tells it, and Slack is connected."""
    night = Night(database, plans=CONNECTED)
    night.desk.others = (FakePlatform(night.clock, name="console"),)
    night.desk.start()
    return night


async def opens_there(night: Night) -> None:
    await night.desk.opens(to=(Destination("console"),))
    await night.looks()
    await night.desk.settles()


@pytest.mark.parametrize("died_at", [None, *range(3, 9)])
async def test_whoever_no_channel_can_call_is_told_directly_once_whenever_it_dies(
    database: Database, died_at: int | None
) -> None:
    night = on_the_console(database)
    await opens_there(night)

    for minute in range(1, 10):
        night.clock.move(minutes=1)
        if minute == died_at:
            night.desk.fake.crashes_after_posting()
            await night.desk.begins()
            await night.dies()
        await night.looks()
        if minute == died_at:
            await night.dies()
        await night.desk.settles_in(seconds=1)
    night.clock.move(minutes=2)
    await night.desk.settles()

    (root,) = night.desk.fake.channels["U1"]
    assert [one.headline for one in root.thread] == [
        "Escalated to on-call (platform), nobody has acknowledged for 5 min"
    ]
    assert [one.message.broadcast for one in root.thread] == [True]


async def test_there_the_root_is_kept_current_and_what_is_routine_is_not_told(database: Database) -> None:
    night = on_the_console(database)
    await opens_there(night)
    await night.desk.says("We are looking.", "We look on.")
    await night.until(5)
    before = night.desk.fake.root("U1").message

    await night.acts(Action.ACK, by="U7")
    (night.desk.incidents["acme-1"],) = await incidents.recent_incidents(database, 1)
    await night.desk.says("It is the database.")
    await night.desk.settles()

    root = night.desk.fake.root("U1")
    assert len(root.thread) == 1
    assert "We look on." in str(before)
    assert "It is the database." in str(root.message)
    assert "Acknowledged by Engineer U7" in str(root.message)


async def test_who_takes_no_direct_messages_is_shown_and_everything_else_goes_on(database: Database) -> None:
    night = on_the_console(database)
    await opens_there(night)
    night.desk.fake.forbids("U1")

    await night.until(20)

    (parked,) = await parking.troubled(database)
    assert (str(parked.destination), parked.error) == ("slack:U1", "no access to U1")
    assert [to for _, to in await night.steps()] == ["oncall:platform", "slack:leads"]
    assert len(night.desk.fake.channels["leads"]) == 1


async def test_who_is_given_it_and_can_not_be_called_is_told_directly(database: Database) -> None:
    night = on_the_console(database)
    await opens_there(night)

    assert await hands(night, Action.ASSIGN, "Second engineer") == "Assigned to Second engineer"
    await night.desk.settles()
    await hands(night, Action.HANDOVER, "Second engineer", text="Watch the queue.")
    await night.desk.settles()

    (root,) = night.desk.fake.channels["U2"]
    assert [one.headline for one in root.thread] == [
        "Assigned to Second engineer by Engineer U1",
        "Handover from Engineer U1 to Second engineer",
    ]


async def test_a_place_that_tells_it_is_not_told_twice(database: Database) -> None:
    night = Night(database, plans=Plans(connected=frozenset({"slack"})))
    await night.opens()

    await hands(night, Action.ESCALATE, str(OPS.platform) + ":C1")
    await hands(night, Action.ESCALATE, "slack:C1", by="U2")
    await night.desk.settles()

    assert len(night.desk.fake.channels["C1"]) == 1
    assert (await kinds(night)).count(ESCALATED) == 1
