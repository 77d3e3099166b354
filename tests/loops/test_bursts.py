"""Bursts from a page to the channel: found, told once, kept over restarts and several instances, and taken apart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from bot.core.bursts import Terms
from bot.core.escalation import Plans
from bot.core.health import Health
from bot.core.message import plain
from bot.core.rules import Escalation, EscalationStep, Match, Route
from bot.core.together import Burst, Done, act_on_all, ungroup
from bot.loops.escalate import Escalating, escalate_due
from bot.loops.take_in import Ending, Rules, TakenIn, take_in
from bot.model import Action, Claim, Destination, Impact, Incident, Source, State
from bot.store import attending, bursts, incidents
from bot.store.database import Database
from bot.store.records import history
from bot.store.sources import Watched
from bot.store.tables import ANNOUNCEMENT
from tests.fakes import ManualClock, Posted
from tests.loops.desk import Desk as Delivery
from tests.store.world import OPS
from tests.unit.build import ACME, asked, at, claim, snapshot, update

LEADS = Destination("fake", "leads")
ALL = Route(name="all", to=(OPS,))
RULES = Rules((ALL,), bursts=Terms())
BURST = "acme-burst-20260301T120000"


async def nobody(source: Source, external_id: str) -> Ending:
    del source, external_id
    return Ending.UNREADABLE


def item(number: int, minute: float = 0, *, title: str = "", impact: Impact = Impact.MINOR, words: str = "") -> Claim:
    said = update(f"u{number}", words or f"We look into {number}.", minute)
    return claim(f"i{number}", said, title=title or f"Item {number} fails", started=minute, impact=impact)


def over(number: int, minute: float) -> Claim:
    one = item(number)
    done = update(f"done{number}", "All good.", minute, State.RESOLVED)
    return replace(one, updates=(*one.updates, done), state=State.RESOLVED, resolved_at=at(minute))


@dataclass(slots=True)
class Town:
    """Vendors' pages and a channel."""

    database: Database
    rules: Rules = RULES
    clock: ManualClock = field(default_factory=ManualClock)
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.clock.move(minutes=(at(0) - self.clock.now()).total_seconds() / 60)
        self.delivery = Delivery(self.database, self.clock)

    async def shows(self, minute: float, *claims: Claim, source: Source = ACME) -> TakenIn:
        """Let a page say this at that minute."""
        self.clock.move(minutes=(at(minute) - self.clock.now()).total_seconds() / 60)
        watched = Watched(source=source, health=Health(first_look=at(-99), last_look=at(-1)))
        page = replace(snapshot(minute, *claims), vendor=source.vendor, complete_open_set=False)
        return await take_in(self.database, watched, page, rules=self.rules, follow_up=nobody)

    async def tells(self, address: str = "ops") -> list[Posted]:
        await self.delivery.settles()
        return self.delivery.fake.channels.get(address, [])

    async def headlines(self, address: str = "ops") -> list[str]:
        return [root.headline for root in await self.tells(address)]

    async def now(self, name: str) -> Incident:
        (one,) = [i for i in await incidents.recent_incidents(self.database, 200) if i.id == name]
        return one

    async def does(self, action: Action, name: str = BURST, *only: str) -> Done:
        def decide(known: Burst) -> Done:
            what = asked(action)
            return (
                ungroup(known, only, what, self.clock.now())
                if action is Action.UNGROUP
                else act_on_all(known, what, self.clock.now())
            )

        done = await bursts.act(self.database, name, decide, self.clock.now())
        assert done is not None
        return done


def words(root: Posted) -> list[str]:
    return [plain(one.message) for one in root.thread]


def count(root: Posted, text: str) -> int:
    return sum(said.count(text) for said in words(root))


async def test_forty_in_one_snapshot_are_one_root_from_the_start_with_every_word_once(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n, impact=Impact.MAJOR if n == 7 else Impact.MINOR) for n in range(40)))

    (root,) = await town.tells()

    assert (root.headline, root.before) == ("Acme: 40 incidents at once", [])
    assert "- Item 7 fails · major · investigating" in plain(root.message)
    assert "and 32 more" in plain(root.message)
    assert [count(root, f"“We look into {n}.”") for n in range(40)] == [1] * 40


async def test_those_that_were_told_before_it_was_seen_say_where_they_go_on(database: Database) -> None:
    town = Town(database)
    for n in range(3):
        await town.shows(n / 2, item(n, n / 2))
        await town.tells()
    await town.shows(1.5, item(3, 1.5))
    await town.shows(2, replace(item(0), updates=(*item(0).updates, update("more", "More of 0.", 2))))

    *alone, root = await town.tells()

    assert [one.headline for one in alone] == ["Acme: Item 0 fails", "Acme: Item 1 fails", "Acme: Item 2 fails"]
    assert all(one.thread[-1].headline == "One of many: “Acme: 4 incidents at once”" for one in alone)
    assert all(f"Told together with others, in one thread: {BURST}" in plain(one.message) for one in alone)
    assert root.headline == "Acme: 4 incidents at once"
    assert words(root)[-1].startswith("Item 0 fails · Investigating\n“More of 0.”")
    assert [count(one, "More of 0.") for one in alone] == [0, 0, 0]
    assert count(root, "We look into 0.") == 0


async def test_what_was_not_sent_yet_is_told_in_the_burst_alone(database: Database) -> None:
    town = Town(database)
    for n in range(4):
        await town.shows(n / 2, item(n, n / 2))

    (root,) = await town.tells()

    assert root.headline == "Acme: 4 incidents at once"
    assert [count(root, f"“We look into {n}.”") for n in range(4)] == [1] * 4


async def test_it_is_over_when_all_are_over_and_the_channel_hears_that_once(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(4)))
    await town.tells()
    await town.shows(10, *(over(n, 10) for n in range(3)))
    await town.tells()
    await town.shows(20, over(3, 20))

    (root,) = await town.tells()

    assert "Resolved · was minor · lasted 20 min" in plain(root.message)
    assert [one.headline for one in root.thread if one.message.broadcast] == ["All 4 are over, after 20 min"]
    assert plain(root.message).count("✓ resolved") == 4


async def test_a_restart_in_the_middle_loses_and_doubles_nothing(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(6)))
    town.delivery.fake.loses_the_answer()
    await town.delivery.round()
    await town.delivery.restart()
    await town.shows(1, *(item(n, 1) for n in range(6, 9)))
    town.clock.move(minutes=2)

    (root,) = await town.tells()

    assert root.headline == "Acme: 9 incidents at once"
    assert [count(root, f"“We look into {n}.”") for n in range(9)] == [1] * 9


async def test_two_instances_that_see_the_same_make_one_burst(database: Database) -> None:
    town = Town(database)
    items = [item(n) for n in range(6)]

    await asyncio.gather(town.shows(0, *items), town.shows(0, *items), town.shows(0, *items))

    assert await town.headlines() == ["Acme: 6 incidents at once"]


async def test_people_and_pages_that_change_it_at_the_same_time_wait_for_each_other(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(8)))

    def more(n: int, number: int) -> Claim:
        return replace(item(n), updates=(*item(n).updates, update(f"m{number}", f"More {number} of {n}.", 1)))

    said = [town.shows(1, *(more(n, number) for n in range(number % 3, 8, 3))) for number in range(12)]
    done = [town.does(action) for action in (Action.ACK, Action.MUTE, Action.UNMUTE, Action.UNACK) for _ in range(3)]
    alone = [town.does(Action.UNGROUP, f"acme-i{n}", f"acme-i{n}") for n in (1, 6)]
    await asyncio.gather(*said, *done, *alone)

    burst = await town.now(BURST)
    assert [member.id for member in burst.members] == [f"acme-i{n}" for n in (0, 2, 3, 4, 5, 7)]
    lines = await incidents.timeline(database, BURST)
    repeated = [(entry.of, entry.members[0].seq) for entry in lines if entry.of]
    assert len(repeated) == len(set(repeated))
    assert [entry.seq for entry in lines] == list(range(1, burst.last_seq + 1))


async def test_vendors_on_one_platform_that_fail_at_once_are_told_together(database: Database) -> None:
    town = Town(database)
    names = ("Alpha", "Beta", "Gamma", "Delta")
    pages = [replace(ACME, key=n, vendor=n.lower(), name=n, runs_on="aws" if n != "Delta" else "") for n in names]
    said = "Our provider AWS has trouble."

    await asyncio.gather(*(town.shows(0, item(n, words=said), source=one) for n, one in enumerate(pages)))

    assert await town.headlines() == ["On AWS: 4 incidents at once"]
    assert "- Beta: Item 1 fails · minor · investigating" in plain((await town.tells())[0].message)


async def test_each_channel_has_one_root_with_what_routes_lead_there(database: Database) -> None:
    serious = Route(name="serious", match=Match(min_impact=Impact.MAJOR), to=(LEADS,), go_on=True)
    town = Town(database, Rules((serious, ALL), bursts=Terms()))

    await town.shows(0, *(item(n, impact=Impact.MAJOR if n < 2 else Impact.MINOR) for n in range(6)))

    assert await town.headlines() == ["Acme: 6 incidents at once"]
    assert await town.headlines("leads") == ["Acme: 2 incidents at once"]
    (root,) = await town.tells("leads")
    assert [count(root, f"“We look into {n}.”") for n in range(6)] == [1, 1, 0, 0, 0, 0]


async def test_who_is_called_is_called_once_for_all(database: Database) -> None:
    loud = replace(ALL, mention=((Impact.MINOR, "@here"),))
    town = Town(database, Rules((loud,), bursts=Terms()))
    await town.shows(0, *(item(n) for n in range(5)))
    await town.tells()
    await town.shows(1, *(item(n, 1) for n in range(5, 8)))

    (root,) = await town.tells()

    first, *_ = root.before
    assert len(first.calls) == 1
    assert [one.message.calls for one in root.thread if one.message.calls] == []


async def test_nobody_is_woken_but_once_for_all(database: Database) -> None:
    town = Town(database)
    plan = Escalation(name="plan", steps=(EscalationStep(at(5) - at(0), str(LEADS)),))
    escalating = Escalating(database, Plans((plan,)), town.clock, asyncio.Event())
    await attending.everything(database, town.clock.now())
    for n in range(3):
        await town.shows(n / 2, item(n, n / 2))
        await town.tells()
        await escalate_due(escalating)
    await town.shows(1.5, *(item(n, 1.5) for n in range(3, 8)))
    await escalate_due(escalating)
    town.clock.move(minutes=9)

    assert await escalate_due(escalating) == 1
    assert await town.headlines("leads") == ["Acme: 8 incidents at once"]


async def test_whoever_has_it_has_every_member(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(4)))
    await town.does(Action.ACK)

    (root,) = await town.tells()

    assert "Acknowledged by on-call" in plain(root.message)
    assert [one.headline for one in root.thread][-1] == "Acknowledged by on-call"
    assert count(root, "Acknowledged by on-call") == 1
    assert (await town.now("acme-i2")).acked is not None


async def test_ungrouped_one_goes_on_in_a_thread_of_its_own_and_nothing_is_said_twice(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(5)))
    await town.tells()
    await town.does(Action.UNGROUP, "acme-i2", "acme-i2")
    await town.shows(5, replace(item(2), updates=(*item(2).updates, update("more", "More of 2.", 5))))
    await town.shows(6, *(item(n, 6) for n in range(5, 8)))

    burst, alone, *others = await town.tells()

    assert burst.headline == "Acme: 4 incidents at once"
    assert burst.thread[-1].headline == "on-call took one out: it goes on by itself"
    assert alone.headline == "Acme: Item 2 fails"
    assert [one.headline for one in alone.thread] == [
        "on-call took it out of “Acme: 5 incidents at once”",
        "Investigating",
    ]
    assert count(burst, "More of 2.") == 0
    assert [one.headline for one in others] == [f"Acme: Item {n} fails" for n in (5, 6, 7)]


async def test_all_of_it_ungrouped_is_told_apart_for_good(database: Database) -> None:
    town = Town(database)
    for n in range(3):
        await town.shows(n / 2, item(n, n / 2))
        await town.tells()
    await town.shows(1.5, item(3, 1.5))
    await town.tells()
    await town.does(Action.UNGROUP)
    await town.shows(2, item(4, 2))

    roots = await town.tells()

    assert sorted(root.headline for root in roots) == [
        "Acme: 4 incidents at once",
        *(f"Acme: Item {n} fails" for n in range(5)),
    ]
    assert "Ungrouped" in plain(next(root for root in roots if "at once" in root.headline).message)
    assert "Told together" not in "".join(plain(root.message) for root in roots)


async def test_the_record_counts_each_member_and_no_burst(database: Database) -> None:
    town = Town(database)
    await town.shows(0, *(item(n) for n in range(5)))

    found = await history(database, "acme", at(-60), at(60))

    assert sorted(record.incident.id for record in found.records) == [f"acme-i{n}" for n in range(5)]


async def test_a_member_that_gets_worse_for_another_channel_brings_the_burst_there(database: Database) -> None:
    serious = Route(name="serious", match=Match(min_impact=Impact.MAJOR), to=(LEADS,), go_on=True)
    town = Town(database, Rules((serious, ALL), bursts=Terms()))
    await town.shows(0, *(item(n) for n in range(4)))
    assert await town.headlines("leads") == []

    await town.shows(3, item(1, impact=Impact.MAJOR))

    assert await town.headlines("leads") == ["Acme: Item 1 fails"]
    assert await town.headlines() == ["Acme: 4 incidents at once"]
    assert await _announced(database, "acme-i1") == []


async def _announced(database: Database, name: str) -> list[str]:
    query = select(ANNOUNCEMENT.c.destination).where(ANNOUNCEMENT.c.incident == name)
    found: Iterable[str] = await database.read(lambda connection: connection.execute(query).scalars().all())
    return list(found)


async def test_switched_off_every_incident_has_a_root_of_its_own(database: Database) -> None:
    town = Town(database, replace(RULES, bursts=Terms(at_least=0)))

    await town.shows(0, *(item(n) for n in range(5)))

    assert sorted(await town.headlines()) == [f"Acme: Item {n} fails" for n in range(5)]


async def test_who_was_told_of_the_whole_goes_on_seeing_all_of_it(database: Database) -> None:
    serious = Route(name="serious", match=Match(min_impact=Impact.MAJOR), to=(LEADS,), go_on=True)
    town = Town(database, Rules((serious, ALL), bursts=Terms()))
    plan = Escalation(name="plan", steps=(EscalationStep(at(5) - at(0), str(LEADS)),))
    escalating = Escalating(database, Plans((plan,)), town.clock, asyncio.Event())
    await town.shows(0, *(item(n) for n in range(4)))
    await town.tells()
    await escalate_due(escalating)
    town.clock.move(minutes=6)
    await escalate_due(escalating)
    whole = await town.headlines("leads")

    await town.shows(8, item(1, impact=Impact.MAJOR))

    assert whole == await town.headlines("leads") == ["Acme: 4 incidents at once"]
