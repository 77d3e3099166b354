"""Whom announcements call: once at each impact, where the route says so, and nobody for what may be nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from functools import partial

from bot.core import actions
from bot.core.actions import Acted
from bot.core.health import Health
from bot.core.message import Call, Reach
from bot.core.rules import Handover, Match, Oncall, Quiet, Route
from bot.core.rules import Person as OnDuty
from bot.errors import UnknownOutcome
from bot.loops.heed import Heeding, weigh_all
from bot.loops.reading import follow_up
from bot.loops.take_in import Rules, take_in
from bot.model import Action, Asked, Command, Destination, Impact, Incident, Person, Snapshot, Source
from bot.store import incidents, sources
from bot.store.database import Database
from bot.store.sources import Watched
from tests.fakes import FakePlatform, Posted
from tests.loops.acme import component, incident, summary
from tests.loops.desk import Desk
from tests.loops.world import World, acme
from tests.unit.build import at
from tests.unit.witnessing import ONE, TWO, failing

OPS, LEADS = Destination("slack", "ops"), Destination("slack", "leads")
FIRST, SECOND = OnDuty(name="First engineer", slack="U1"), OnDuty(name="Second engineer", slack="U2")
# The second one takes over at 12:10.
ROTA = Oncall(name="platform", people=(FIRST, SECOND), handover=Handover(None, time(12, 10)), timezone="UTC")
MENTION = ((Impact.CRITICAL, "@here"), (Impact.MAJOR, "oncall:platform"))
HERE, ON_CALL, NEXT = Call(Reach.HERE), Call(Reach.PERSON, "U1"), Call(Reach.PERSON, "U2")
LOOKING, FOUND = ("investigating", "We look into it.", 1), ("identified", "We found it.", 8)


def rules(**changed: object) -> Rules:
    route = Route(name="all", to=(OPS,), mention=MENTION)
    return Rules((replace(route, **changed),), oncalls=(ROTA,))  # type: ignore[arg-type]  # whatever a story is about


@dataclass(slots=True)
class Channel:
    """Acme's page, and a channel of Slack's in which it is told."""

    world: World
    rules: Rules
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        make = partial(FakePlatform, name="slack")
        self.desk = Desk(self.world.database, self.world.clock, make=make)

    async def shows(self, *said: tuple[str, str, float], impact: str = "major", minutes: float = 1) -> None:
        """Let the page show an incident, look at it, and tell what is due."""
        over = said[-1][0] == "resolved"
        indicator = {"indicator": "none" if over else impact, "description": "Acme"}
        self.world.shows({**summary(incident("i1", *said, impact=impact)), "status": indicator})
        await self.world.look_in(minutes=minutes)
        await self.desk.settles()

    async def does(self, action: Action) -> None:
        asked = Asked(command=Command(action=action), person=Person("slack", "U1", "on-call"))
        now = self.world.clock.now()

        def decide(one: Incident, recent: object) -> Acted:
            del recent
            return actions.act(one, asked, now)

        await incidents.act(self.world.database, (await self.world.incident()).id, decide, now)
        await self.desk.settles()

    async def sees(self, by: Source, snapshot: Snapshot) -> None:
        watched = Watched(source=by, health=Health(first_look=at(0), last_look=at(0)))
        find = partial(follow_up, self.world.watching.fetcher)
        await take_in(self.world.database, watched, snapshot, rules=self.rules, follow_up=find)
        heeding = Heeding(self.world.database, self.rules, self.world.clock, asyncio.Event())
        await weigh_all(heeding)
        await self.desk.settles()

    def root(self, address: str = "ops") -> Posted:
        return self.desk.fake.channels[address][-1]

    def calls(self, address: str = "ops") -> list[tuple[Call, ...]]:
        """Return whom the root called when it was posted, and then each reply that called anybody."""
        root = self.root(address)
        first = root.before[0] if root.before else root.message
        return [first.calls, *(one.message.calls for one in root.thread if one.message.calls)]


@asynccontextmanager
async def channel(database: Database, found: Rules) -> AsyncIterator[Channel]:
    async with acme(database, rules=found) as world:
        await world.look()
        yield Channel(world, found)


async def test_whoever_is_on_call_is_called_by_the_root_and_by_nothing_routine(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await ops.shows(LOOKING)
        await ops.shows(LOOKING, FOUND, minutes=9)

        assert ops.calls() == [(ON_CALL,)]
        assert len(ops.root().thread) > 0


async def test_the_reply_that_raises_it_calls_and_going_up_and_down_calls_nobody_again(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await ops.shows(LOOKING, impact="minor")
        for impact in ("major", "critical", "minor", "critical", "major", "critical"):
            await ops.shows(LOOKING, impact=impact)

        assert ops.calls() == [(), (ON_CALL,), (HERE,)]


async def test_an_impact_that_is_left_out_takes_what_the_milder_one_says_once(database: Database) -> None:
    async with channel(database, rules(mention=((Impact.MINOR, "@channel"),))) as ops:
        await ops.shows(LOOKING, impact="major")
        await ops.shows(LOOKING, impact="critical")

        assert ops.calls() == [(Call(Reach.ALL),)]


async def test_what_opens_again_calls_again(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await ops.shows(LOOKING)
        await ops.shows(LOOKING, ("resolved", "It is over.", 3), minutes=2)
        await ops.shows(LOOKING, ("resolved", "It is over.", 3), ("investigating", "It is back.", 12), minutes=10)

        assert ops.calls() == [(ON_CALL,), (NEXT,)]
        assert (await ops.world.incident()).reopened_at == ops.world.clock.now()


async def test_a_lone_witness_calls_nobody_and_a_second_one_does(database: Database) -> None:
    async with channel(database, rules(mention=((Impact.MINOR, "@here"),))) as ops:
        await sources.register(database, [ops.world.source, ONE, TWO], ops.world.clock.now())
        ops.world.clock.move(minutes=2)
        await ops.sees(ONE, failing(ONE, 2))
        alone = ops.calls()
        await ops.sees(TWO, failing(TWO, 2))

        assert (alone, ops.calls()) == ([()], [(), (HERE,)])


async def test_the_vendors_word_for_what_a_lone_witness_saw_calls(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await sources.register(database, [ops.world.source, ONE], ops.world.clock.now())
        ops.world.clock.move(minutes=2)
        await ops.sees(ONE, failing(ONE, 2))
        listed = {**incident("i1", ("investigating", "We look into it.", 3)), "components": [component("API")]}
        ops.world.shows(summary(listed))
        await ops.world.look_in(minutes=2)
        await ops.desk.settles()

        assert ops.calls() == [(), (ON_CALL,)]


async def test_what_is_muted_calls_nobody_but_when_it_becomes_critical(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await ops.shows(LOOKING, impact="minor")
        await ops.does(Action.MUTE)
        await ops.shows(LOOKING, impact="major")
        await ops.shows(LOOKING, impact="critical")

        assert ops.calls() == [(), (HERE,)]


async def test_in_quiet_hours_only_what_is_critical_calls(database: Database) -> None:
    async with channel(database, rules(quiet=Quiet(time(11), time(15), "UTC"))) as ops:
        await ops.shows(LOOKING, impact="major")
        await ops.shows(LOOKING, impact="critical")

        assert ops.calls() == [(), (HERE,)]


async def test_only_the_channels_of_the_route_that_says_so_are_called(database: Database) -> None:
    serious = Route(name="serious", match=Match(min_impact=Impact.MAJOR), to=(LEADS,), mention=MENTION, go_on=True)
    both = Rules((serious, Route(name="all", to=(OPS,))), oncalls=(ROTA,))
    async with channel(database, both) as ops:
        await ops.shows(LOOKING, impact="minor")
        await ops.shows(LOOKING, impact="major")

        assert ops.calls() == [()]
        assert ops.calls("leads") == [(), (ON_CALL,)]


async def test_a_root_that_is_posted_twice_calls_the_same_person_and_one_that_replaces_it_nobody(
    database: Database,
) -> None:
    async with channel(database, rules()) as ops:
        ops.desk.fake.fails_with(UnknownOutcome("nobody knows"))
        await ops.shows(LOOKING)
        ops.world.clock.move(minutes=20)
        await ops.desk.settles()
        first = ops.calls()
        ops.desk.fake.deletes_root("ops")
        await ops.shows(LOOKING, FOUND)

        assert (first, ops.root().message.calls) == ([(ON_CALL,)], ())


async def test_nobody_is_called_for_what_is_over_when_it_is_told(database: Database) -> None:
    async with channel(database, rules()) as ops:
        ops.world.shows(summary(incident("i1", LOOKING)))
        await ops.world.look_in(minutes=1)
        await ops.shows(LOOKING, ("resolved", "It is over.", 3), minutes=2)

        assert ops.calls() == [()]


async def test_an_edit_of_the_root_calls_nobody(database: Database) -> None:
    async with channel(database, rules()) as ops:
        await ops.shows(LOOKING)
        await ops.does(Action.ACK)

        assert ops.root().before[0].calls == (ON_CALL,)
        assert ops.root().message.calls == ()
        assert timedelta() < ops.world.clock.now() - at(0)
