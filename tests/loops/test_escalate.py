"""What nobody acknowledges reaches those on call: once, whoever dies, restarts or looks at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text, update

from bot.core import actions
from bot.core.actions import Acted, Outcome
from bot.core.escalation import Plans
from bot.core.holding import Ruling
from bot.core.message import Call, Reach
from bot.core.rota import Override, Rotas
from bot.core.rules import Escalation, EscalationStep, Handover, Match, Oncall, Quiet, Route
from bot.core.rules import Person as OnDuty
from bot.errors import UnknownOutcome
from bot.loops.escalate import Escalating, escalate, escalate_due
from bot.model import Action, Asked, ChangeKind, Command, Destination, Impact, Incident, Person, TimelineEntry
from bot.store import attending, incidents, overrides
from bot.store.database import Database
from bot.store.tables import INCIDENT
from tests.fakes import NOON, FakePlatform, ManualClock
from tests.loops.desk import Desk

OPS, LEADS = Destination("slack", "ops"), Destination("slack", "leads")
FIRST, SECOND = OnDuty(name="First engineer", slack="U1"), OnDuty(name="Second engineer", slack="U2")
# 13:00 in Berlin is noon in UTC: the second one takes over at 12:10 UTC.
ROTA = Oncall(name="platform", people=(FIRST, SECOND), handover=Handover(None, time(13, 10)), timezone="Europe/Berlin")
STEPS = (EscalationStep(timedelta(minutes=5), "oncall:platform"), EscalationStep(timedelta(minutes=15), "slack:leads"))
PLANS = Plans(
    (Escalation(name="escalation[1]", match=Match(min_impact=Impact.MAJOR), steps=STEPS),), (), Rotas((ROTA,))
)
ESCALATED = ChangeKind.ESCALATED


@dataclass(slots=True)
class Night:
    """An incident that is told in one channel of Slack's, and one instance after the other that looks after it."""

    database: Database
    clock: ManualClock = field(default_factory=ManualClock)
    plans: Plans = PLANS
    desk: Desk = field(init=False)
    loop: Escalating = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.database, self.clock, make=lambda clock: FakePlatform(clock, name="slack"))
        self.loop = self.instance()

    def instance(self) -> Escalating:
        return Escalating(self.database, self.plans, self.clock, asyncio.Event())

    async def opens(self) -> None:
        await self.desk.opens(to=(OPS,))
        await self.looks()
        await self.desk.settles()

    async def looks(self) -> int:
        return await escalate_due(self.loop)

    async def until(self, minutes: float) -> None:
        """Let time pass and look every minute, telling what is due."""
        while self.clock.now() < NOON + timedelta(minutes=minutes):
            self.clock.move(minutes=1)
            await self.looks()
            await self.desk.settles()

    async def dies(self) -> None:
        """Die in the middle of everything, and begin again as a new process does."""
        await self.desk.restart()
        self.loop = self.instance()
        await attending.everything(self.database, self.clock.now())

    async def acts(self, action: Action, by: str = "U1", span: timedelta | None = None) -> Acted:
        asked = Asked(command=Command(action=action, span=span), person=Person("slack", by, f"Engineer {by}"))
        now = self.clock.now()

        def decide(one: Incident, recent: object) -> Acted:
            del recent
            return actions.act(one, asked, now)

        acted = await incidents.act(self.database, "acme-1", decide, now)
        assert acted is not None
        return acted

    async def timeline(self) -> tuple[TimelineEntry, ...]:
        return await incidents.timeline(self.database, "acme-1")

    async def steps(self) -> list[tuple[float, str]]:
        """Return which steps were taken, each with the minute."""
        found = [one for one in await self.timeline() if one.kind is ESCALATED]
        return [((one.recorded_at - NOON) / timedelta(minutes=1), one.transitions[0].after) for one in found]

    def thread(self, address: str = "ops") -> list[tuple[str, tuple[Call, ...]]]:
        (root,) = self.desk.fake.channels[address]
        return [(one.headline, one.message.calls) for one in root.thread]


BOTH = [(5, "oncall:platform"), (15, "slack:leads")]


async def test_those_on_call_are_called_in_the_channel_and_the_leads_hear_it_from_then_on(database: Database) -> None:
    night = Night(database)
    await night.opens()

    await night.until(40)
    await night.desk.restart()
    await night.desk.settles()

    assert await night.steps() == BOTH
    assert night.thread() == [
        ("Escalated to on-call (platform), nobody has acknowledged for 5 min", (Call(Reach.PERSON, "U1"),)),
        ("Escalated to slack:leads, nobody has acknowledged for 15 min", ()),
    ]
    # What was said before is told there too, and calls nobody a second time.
    assert [calls for _, calls in night.thread("leads")] == [(), ()]


async def test_what_is_held_back_is_escalated_from_when_it_is_told(database: Database) -> None:
    night = Night(database)
    quiet = Route(name="route[1]", to=(OPS,), quiet=Quiet(time(11), time(12, 10), "UTC"))
    night.desk.ruling = Ruling((quiet,))
    night.desk.start()
    await night.opens()

    await night.until(40)

    # It was told at 12:10, and looked at a minute later.
    assert await night.steps() == [(16, "oncall:platform"), (26, "slack:leads")]


async def test_who_has_it_instead_is_called(database: Database) -> None:
    night = Night(database)
    instead = Override(rota="platform", person=SECOND, starts=NOON, ends=NOON + timedelta(hours=1), by="lead", at=NOON)
    await overrides.add(database, instead)
    await night.opens()

    await night.until(5)

    assert night.thread()[0][1] == (Call(Reach.PERSON, "U2"),)


async def test_a_message_that_is_sent_twice_calls_the_same_person_after_the_hand_over(database: Database) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=5)
    await night.looks()
    night.desk.fake.fails_with(UnknownOutcome("nobody knows"))
    await night.desk.round()
    await night.dies()

    await night.until(12)

    assert [calls for headline, calls in night.thread() if "on-call" in headline] == [(Call(Reach.PERSON, "U1"),)]


@pytest.mark.parametrize("died_at", range(18))
async def test_whenever_it_dies_every_step_is_taken_once_and_told_once(database: Database, died_at: int) -> None:
    night = Night(database)
    await night.opens()

    for minute in range(20):
        night.clock.move(minutes=1)
        if minute == died_at:
            await night.dies()
        await night.looks()
        if minute == died_at:
            await night.dies()
        await night.desk.settles()

    assert await night.steps() == BOTH
    assert len(night.thread()) == len(BOTH)


async def test_what_was_missed_while_it_was_down_is_done_at_the_start_once(database: Database) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(hours=8)
    await night.dies()

    await night.looks()
    await night.looks()

    assert [to for _, to in await night.steps()] == ["oncall:platform", "slack:leads"]


async def test_one_that_died_before_it_looked_counts_from_when_it_was_written(database: Database) -> None:
    night = Night(database)
    await night.desk.opens(to=(OPS,))
    night.clock.move(minutes=3)
    await night.dies()

    await night.until(6)

    assert await night.steps() == [(5, "oncall:platform")]


@pytest.mark.parametrize("instances", [2, 5])
async def test_of_several_instances_one_escalates(database: Database, instances: int) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=6)
    loops = [night.instance() for _ in range(instances)]

    done = await asyncio.gather(*map(escalate_due, loops))

    assert sum(done) == 1
    assert [loop.announced.is_set() for loop in loops] == [bool(count) for count in done]
    assert [to for _, to in await night.steps()] == ["oncall:platform"]


async def test_of_a_hundred_who_acknowledge_at_once_one_has_it_and_nothing_escalates(database: Database) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=5)

    done = await asyncio.gather(*(night.acts(Action.ACK, by=f"U{number}") for number in range(100)))
    await night.looks()

    outcomes = [one.outcome for one in done]
    assert (outcomes.count(Outcome.DONE), outcomes.count(Outcome.HELD)) == (1, 99)
    assert [one.kind for one in await night.timeline()].count(ChangeKind.ACKED) == 1
    assert await night.steps() == []


async def test_an_acknowledgement_and_a_step_that_cross_end_in_either_order_and_in_nothing_else(
    database: Database,
) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=5)

    await asyncio.gather(night.acts(Action.ACK), *(escalate_due(night.instance()) for _ in range(3)))
    await night.until(60)

    kinds = [one.kind for one in await night.timeline() if one.kind in {ESCALATED, ChangeKind.ACKED}]
    assert kinds in ([ChangeKind.ACKED], [ESCALATED, ChangeKind.ACKED])


async def test_an_acknowledgement_for_a_while_lapses_aloud_and_it_goes_on(database: Database) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=3)
    await night.acts(Action.ACK, span=timedelta(minutes=30))

    await night.until(60)

    assert await night.steps() == [(35, "oncall:platform"), (45, "slack:leads")]
    said = [headline for headline, _ in night.thread()]
    assert said[:2] == [
        "Acknowledged by Engineer U1 for 30 min",
        "The acknowledgement by Engineer U1 has lapsed: nobody has it now",
    ]


async def test_a_clock_that_is_put_back_or_forward_repeats_nothing_and_leaves_nothing_out(database: Database) -> None:
    night = Night(database)
    await night.opens()

    for hours in (0.1, -2, 2, 30, -40, 41):
        night.clock.move(hours=hours)
        await night.looks()

    assert [to for _, to in await night.steps()] == ["oncall:platform", "slack:leads"]


async def test_a_plan_that_is_written_later_counts_from_the_start_with_it(database: Database) -> None:
    night = Night(database, plans=Plans())
    await night.opens()
    await night.until(60)
    night.plans = PLANS
    await night.dies()
    await night.looks()

    await night.until(70)

    assert await night.steps() == [(65, "oncall:platform")]


async def test_the_loop_looks_every_second_and_asks_for_nothing_when_nothing_is_open(database: Database) -> None:
    night = Night(database)
    await night.desk.opens(to=(OPS,))
    task = asyncio.create_task(escalate(night.loop))
    try:
        pause = await night.clock.until_someone_sleeps()
        night.clock.move(minutes=5)
        await night.clock.until_someone_sleeps()
    finally:
        task.cancel()
        await asyncio.wait([task])

    assert pause == timedelta(seconds=1)
    assert await night.steps() == [(5, "oncall:platform")]


@pytest.mark.parametrize(
    ("opens_at", "called"),
    [
        # In the night to 29 March 2:30 is left out: the hand-over is at 3:30 summer time, 1:30 UTC.
        ("2026-03-29T01:29:00Z", "U2"),
        ("2026-03-29T01:30:00Z", "U1"),
        # In the night to 25 October 2:30 comes twice: the hand-over is at the first, 0:30 UTC, and not at 1:30 again.
        ("2026-10-25T00:29:00Z", "U2"),
        ("2026-10-25T00:30:00Z", "U1"),
        ("2026-10-25T01:30:00Z", "U1"),
    ],
)
async def test_in_the_nights_in_which_the_clock_is_changed_the_right_one_is_called(
    database: Database, opens_at: str, called: str
) -> None:
    nights = replace(ROTA, handover=Handover(None, time(2, 30)), starts=date.fromisoformat(opens_at[:10]))
    night = Night(
        database,
        clock=ManualClock(datetime.fromisoformat(opens_at)),
        plans=replace(PLANS, rotas=Rotas((nights,))),
    )

    # It has been open for weeks, by its vendor's account.
    await night.opens()

    assert night.thread()[0][1] == (Call(Reach.PERSON, called),)


async def test_however_much_is_written_what_is_due_comes_to_its_turn(database: Database) -> None:
    night = Night(database)
    await night.opens()
    night.clock.move(minutes=5)
    for number in range(attending.AT_ONCE_MOST + 5):
        await night.desk.opens(f"acme-{number + 2}", to=(OPS,))

    await night.looks()

    assert await night.steps() == [(5, "oncall:platform")]


async def test_one_that_can_not_be_looked_at_does_not_keep_the_others_waiting(database: Database) -> None:
    night = Night(database)
    await night.opens()
    await night.desk.opens("acme-2", to=(OPS,))
    broken = update(INCIDENT).where(INCIDENT.c.id == "acme-2").values(courses="no courses")
    await database.write(lambda connection: connection.execute(broken))

    await night.until(5)

    assert await night.steps() == [(5, "oncall:platform")]


async def test_what_is_due_is_found_by_an_index(database: Database) -> None:
    night = Night(database)
    await night.opens()
    query = select(INCIDENT.c.id).where(INCIDENT.c.attend_at <= NOON).order_by(INCIDENT.c.attend_at).limit(100)
    if not database.is_sqlite:
        return
    asked = text(f"EXPLAIN QUERY PLAN {query.compile(compile_kwargs={'literal_binds': True})}")

    plan = await database.read(lambda connection: str(connection.execute(asked).all()))

    assert "incident_attend" in plan
