"""What is over gets its report into its threads: once, whoever dies or comes too late, and again with its cause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.core.afterwards import Terms, Written
from bot.core.message import File, plain
from bot.core.report.material import Material
from bot.core.rules import Route
from bot.errors import PermanentFailure, TemporaryFailure
from bot.loops.attach import Attaching, attach
from bot.loops.batch import Batch
from bot.loops.deliver import Delivering, start_due
from bot.loops.report import Reporting, report_due
from bot.loops.revisit import Revisiting, visit_due
from bot.loops.take_in import Rules
from bot.model import Destination
from bot.store import announcements, incidents, parking
from bot.store.announcements import Outcome
from bot.store.database import Database
from tests.databases import opened
from tests.fakes import CarryingPlatform, FakePlatform, Posted
from tests.loops.acme import alone, incident, summary
from tests.loops.world import ALL_TO_OPS, OPS, World, acme

LOOKS, FIXED = ("investigating", "We look.", 0.0), ("resolved", "All is well.", 30.0)
CAUSE = ("postmortem", "A certificate ran out.", 100.0)
OWN_PAGE = "/api/v2/incidents/1.json"


def wrote(material: Material, now: datetime) -> Written:
    """A report that says how much it knows of, and when it was made."""
    known = f"{len(material.entries)} lines, {material.incident.state}, as of {now:%H:%M}"
    return Written(files=(File(f"{material.incident.id}.md", "text/markdown", known.encode()),))


@dataclass(slots=True)
class Told:
    """Acme's page, the channel that is told of it, and the loops between them."""

    world: World
    fake: FakePlatform
    delivering: Delivering
    reporting: Reporting
    results: Batch[Outcome] = field(init=False)

    def __post_init__(self) -> None:
        self.results = Batch(partial(announcements.record, self.world.database), pause=0)

    async def ended(self) -> None:
        """Let an incident begin, be told, and end."""
        self.world.shows(summary(incident("1", LOOKS)))
        await self.passes(minutes=1)
        self.world.answers(OWN_PAGE, alone(incident("1", LOOKS, FIXED)))
        self.world.shows(summary())
        await self.passes(minutes=30)

    async def explained(self) -> None:
        """Let the vendor say why, two hours later."""
        self.world.answers(OWN_PAGE, alone(incident("1", LOOKS, FIXED, CAUSE)))
        watching = self.world.watching
        self.world.clock.move(hours=2)
        await visit_due(
            Revisiting(
                self.world.database, watching.fetcher, watching.rules, self.world.clock, self.reporting.announced
            )
        )
        await self.passes(minutes=1)

    async def passes(self, **span: float) -> None:
        """Let time pass, and every loop do what is due then."""
        await self.world.look_in(**span)
        await report_due(self.reporting)
        await self.settles()

    async def settles(self) -> None:
        while await start_due(self.delivering, self.results):
            await asyncio.wait([task for tasks in self.delivering.under_way.values() for task in tasks])
            await self.results.flush()

    @property
    def reports(self) -> list[Posted]:
        thread = self.fake.root("ops").thread
        return [one for one in thread if one.headline.startswith("The report")]

    @property
    def files(self) -> list[str]:
        return [file.content.decode() for one in self.reports for file in one.message.files]


@asynccontextmanager
async def told(
    database: Database, fake: type[FakePlatform] = CarryingPlatform, rules: Rules = ALL_TO_OPS
) -> AsyncIterator[Told]:
    async with acme(database, rules=rules) as world:
        there = fake(world.clock)
        await world.look()
        delivering = Delivering(database, {"fake": there}, world.clock, "one", lambda: 1.0, asyncio.Event())
        delivering.report = partial(attach, Attaching(database, wrote))
        yield Told(world, there, delivering, Reporting(database, Terms(), world.clock, asyncio.Event()))


@pytest.fixture
async def file(sqlite_url: str) -> AsyncIterator[Database]:
    """A database in a file: what is not about several instances is the same on any."""
    async with opened(sqlite_url) as database:
        yield database


async def test_it_comes_once_when_it_has_been_over_for_a_while(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        await here.passes(minutes=9)
        early = list(here.reports)
        await here.passes(minutes=2)
        await here.passes(hours=5)

        assert early == []
        assert here.files == ["3 lines, resolved, as of 12:42"]
        assert not here.reports[0].message.broadcast


async def test_it_comes_again_with_the_cause(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        await here.passes(minutes=11)
        await here.explained()
        await here.passes(minutes=11)

        assert [one.headline for one in here.reports] == [
            "The report of this incident",
            "The report, now with what was added later",
        ]
        assert here.files[1].startswith("4 lines, ")


async def test_of_several_instances_one_decides_it(database: Database, database_url: str) -> None:
    async with told(database) as here, opened(database_url) as second:
        await here.ended()
        here.world.clock.move(minutes=11)
        other = Reporting(second, Terms(), here.world.clock, asyncio.Event())
        counts = await asyncio.gather(*(report_due(one) for one in (here.reporting, other) * 2))
        await here.settles()

        assert sum(counts) == len(here.reports) == 1


async def test_an_answer_that_was_lost_makes_no_second_one(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        here.fake.loses_the_answer()
        await here.passes(minutes=11)
        await here.passes(minutes=11)

        assert len(here.reports) == 1


async def test_a_second_try_sends_the_same_report(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        here.fake.fails_with(TemporaryFailure("HTTP 503"))
        await here.passes(minutes=11)
        await here.passes(minutes=7)

        assert here.files == ["3 lines, resolved, as of 12:42"]


async def test_it_is_made_once_for_all_channels(file: Database) -> None:
    made: list[datetime] = []

    def counts(material: Material, now: datetime) -> Written:
        made.append(now)
        return wrote(material, now)

    rules = Rules((Route(name="all", to=(OPS, Destination("fake", "leads"))),))
    async with told(file, rules=rules) as here:
        here.delivering.report = partial(attach, Attaching(file, counts))
        await here.ended()
        await here.passes(minutes=11)

        assert len(made) == 1
        assert [one.message.files for one in here.fake.root("leads").thread if one.message.files] == [
            here.reports[0].message.files
        ]


async def test_what_can_not_be_made_is_said_and_holds_nothing_up(file: Database) -> None:
    async def fails(*_: object) -> Written:
        raise ZeroDivisionError

    async with told(file) as here:
        here.delivering.report = fails
        await here.ended()
        await here.passes(minutes=11)
        await here.explained()

        assert "It could not be made just now" in plain(here.reports[0].message)
        assert CAUSE[1] in plain(here.fake.root("ops").thread[-1].message)


async def test_what_has_opened_again_before_it_could_be_sent_has_none_until_it_is_over(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        here.fake.hangs_for("ops")
        here.world.clock.move(minutes=11)
        await report_due(here.reporting)
        here.world.shows(summary(incident("1", LOOKS, FIXED, ("investigating", "Again.", 42))))
        await here.world.look_in(minutes=1)
        here.fake.answers_again()
        await here.settles()

        assert here.reports == []
        assert "Again." in plain(here.fake.root("ops").thread[-1].message)


async def test_what_ended_while_its_only_channel_was_closed_has_its_report_when_that_opens(file: Database) -> None:
    async with told(file) as here:
        here.fake.fails_with(PermanentFailure("the bot is not in the channel"))
        await here.ended()
        await here.passes(minutes=11)
        await parking.revive(file, here.world.clock.now())
        await here.passes(minutes=1)
        await here.passes(minutes=2)

        assert len(here.files) == 1


async def test_where_nothing_can_be_attached_it_is_no_news(file: Database) -> None:
    async with told(file, FakePlatform) as here:
        await here.ended()
        await here.passes(minutes=11)

        assert here.reports == []
        assert await announcements.next_due(file, here.world.clock.now(), ["fake"]) is None


async def test_what_was_over_at_the_first_look_has_none(file: Database) -> None:
    async with acme(file, summary(incident("1", LOOKS, FIXED))) as world:
        reporting = Reporting(file, Terms(after=timedelta(seconds=1)), world.clock, asyncio.Event())
        await world.look()
        world.clock.move(hours=1)

        assert await report_due(reporting) == 0


async def test_what_was_reported_is_not_due_any_more(file: Database) -> None:
    async with told(file) as here:
        await here.ended()
        await here.passes(minutes=11)
        (one,) = await incidents.recent_incidents(file, 9)

        assert one.reported == one.last_seq
        assert one.unreported_since is None
