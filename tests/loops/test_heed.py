"""What time alone brings about: witnesses are weighed anew, silent vendors are called silent; once, whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from bot.commands.desk import Desk
from bot.core.chat_routes import ChatRoute
from bot.core.health import Health
from bot.loops.heed import Heeding, call_silent, weigh_all
from bot.loops.reading import follow_up
from bot.loops.take_in import take_in
from bot.model import ChangeKind, Confidence, Destination, PageSays, Person, Ref, Snapshot, Source
from bot.store import announcements, chat_routes, incidents, lookups, polls, sources
from bot.store.commits import write_incidents
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.sources import Watched
from tests.commands.office import Office
from tests.fakes import ManualClock
from tests.loops.acme import SUMMARY, incident, summary
from tests.loops.world import ALL_TO_OPS, World, acme, acme_at
from tests.servers import Answer
from tests.unit.build import at
from tests.unit.witnessing import ONE, failing, passing

ONCALL = Person("fake", "1", "on-call")
BEGUN = incident("i1", ("investigating", "We look into it. Next update in 30 minutes.", 1))


@asynccontextmanager
async def watched(database: Database) -> AsyncIterator[World]:
    """Acme's page, which has been read once, when all was well."""
    async with acme(database, watched=lambda url: acme_at(url, "feed:acme")) as world:
        await world.look()
        yield world


async def sees(world: World, by: Source, snapshot: Snapshot) -> None:
    """Take in what a witness of ours sees, as every snapshot is."""
    await take_in(
        world.database,
        Watched(source=by, health=Health(first_look=at(0), last_look=at(0))),
        snapshot,
        rules=ALL_TO_OPS,
        follow_up=partial(follow_up, world.watching.fetcher),
    )


def heeding(world: World) -> Heeding:
    return Heeding(world.database, ALL_TO_OPS, world.clock, asyncio.Event())


async def test_a_suspicion_is_weighed_at_once_and_announced(database: Database) -> None:
    async with watched(database) as world:
        world.clock.move(minutes=2)
        await sees(world, ONE, failing(ONE, 2))
        found = (await world.incident()).evidence

        assert found is not None
        assert (found.confidence, found.failing, found.page) == (Confidence.LOW, 1, PageSays.NOTHING)
        assert await world.is_due()
        assert await weigh_all(heeding(world)) == 0


async def test_a_page_that_can_no_longer_be_read_is_not_called_silent_about_it(database: Database) -> None:
    async with watched(database) as world:
        world.clock.move(minutes=2)
        await sees(world, ONE, failing(ONE, 2))
        world.answers(SUMMARY, Answer(status=503))
        await world.look()
        loop = heeding(world)

        assert await weigh_all(loop) == 1
        found = (await world.incident()).evidence
        assert found is not None
        assert found.page is PageSays.UNREADABLE
        assert await weigh_all(loop) == 0


async def test_a_vendor_that_breaks_its_promise_is_called_silent_once(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(BEGUN))
        await world.look_in(minutes=2)
        loop = heeding(world)
        assert await call_silent(loop) == 0

        await world.look_in(minutes=36)
        told = [await call_silent(loop) for _ in range(3)]

        assert told == [1, 0, 0]
        assert (await world.told())[-1] is ChangeKind.SILENT


async def test_nobody_is_called_silent_whose_page_can_not_be_read(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(BEGUN))
        await world.look_in(minutes=2)
        world.answers(SUMMARY, Answer(status=503))
        await world.look_in(minutes=36)

        assert await call_silent(heeding(world)) == 0

        world.shows(summary(BEGUN))
        await world.look_in(minutes=10)
        assert await call_silent(heeding(world)) == 1


async def read(world: World, key: str) -> None:
    """Note that another page of Acme's was read just now, and shows nothing."""
    other = replace(world.source, key=key, url=f"{world.source.url}/other")
    now = world.clock.now()
    await sources.add(world.database, other, now)
    look = Look(key=key, fence=0, health=Health(first_look=now, last_look=now), due_at=at(100_000))
    await polls.record(world.database, [look])


async def test_a_vendor_is_not_called_silent_because_another_page_of_it_can_be_read(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(BEGUN))
        await world.look_in(minutes=2)
        world.answers(SUMMARY, Answer(status=503))
        await read(world, "feed:acme-2")
        await world.look_in(minutes=36)

        assert await call_silent(heeding(world)) == 0

        world.shows(summary(BEGUN))
        await world.look_in(minutes=10)
        assert await call_silent(heeding(world)) == 1


async def test_silences_that_can_not_be_judged_are_not_in_the_way_of_others(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(BEGUN))
        await world.look_in(minutes=2)
        one = await world.incident()
        assert one.latest is not None
        earlier = replace(one.latest, at=at(0))
        lost = [replace(one, id=f"lost-{number}", vendor="lost", latest=earlier) for number in range(100)]
        await database.write(lambda connection: write_incidents(connection, lost, {}))
        await world.look_in(minutes=36)

        assert await call_silent(heeding(world)) == 1


async def test_what_is_never_to_be_said_is_not_asked_for_ever(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(incident("i1", ("investigating", "We look into it.", 1))))
        await world.look_in(minutes=2)
        loop = heeding(world)
        await world.look_in(minutes=30)
        await call_silent(loop)

        assert await lookups.of_root(world.database, "fake", Ref("none")) is None
        world.clock.move(minutes=1)
        assert await call_silent(loop) == 0


# Linking, with the real desk.


def desk(world: World) -> Desk:
    office = Office(world.database, ManualClock(world.clock.now()))
    return office.desk


async def test_two_incidents_become_one_and_two_again(database: Database) -> None:
    async with watched(database) as world:
        world.clock.move(minutes=2)
        await sees(world, ONE, failing(ONE, 2))
        listed = {**BEGUN, "components": [{"id": "mail", "name": "Mail", "status": "partial_outage"}]}
        world.shows(summary(listed))
        await world.look_in(minutes=20)
        suspicion = next(i for i in await incidents.open_incidents(database) if "api" in i.id)

        said = await desk(world).say(f"join {suspicion.id} to acme-i1", ONCALL)
        assert said.reply.message.headline == "Linked: it goes on in the second one's thread"
        assert [i.id for i in await incidents.open_incidents(database)] == ["acme-i1"]

        said = await desk(world).say("unlink acme-i1", ONCALL)
        assert said.reply.message.headline == "Unlinked: they are two now"
        assert {i.id for i in await incidents.open_incidents(database)} == {suspicion.id, "acme-i1"}

        await sees(world, ONE, passing(ONE, 30, since=2))
        assert [i.id for i in await incidents.open_incidents(database)] == ["acme-i1"]


async def test_an_incident_of_our_own_that_is_unlinked_is_announced_where_the_other_was(database: Database) -> None:
    async with watched(database) as world:
        world.clock.move(minutes=2)
        await sees(world, ONE, failing(ONE, 2))
        listed = {**BEGUN, "components": [{"id": "api", "name": "API", "status": "partial_outage"}]}
        world.shows(summary(listed))
        await world.look_in(minutes=20)
        (one,) = await incidents.open_incidents(database)

        await desk(world).say(f"unlink {one.id}", ONCALL)
        office = Office(database, ManualClock(world.clock.now()))
        delivery = await office.tells()

        assert len(await incidents.open_incidents(database)) == 2
        assert any("API is failing" in str(message) for message in delivery.fake.channels["ops"])


async def test_linking_with_nobody_is_answered(database: Database) -> None:
    async with watched(database) as world:
        world.shows(summary(BEGUN))
        await world.look_in(minutes=2)

        answers = [await desk(world).say(words, ONCALL) for words in ("join acme-i1 to nobody-01JM3", "unlink acme-i1")]

        assert [one.reply.message.headline for one in answers] == [
            "No open incident is called “nobody-01JM3”",
            "There is nothing to unlink in it",
        ]


async def test_a_channel_that_asked_for_it_hears_of_what_is_weighed_anew(database: Database) -> None:
    async with watched(database) as world:
        world.clock.move(minutes=2)
        await sees(world, ONE, failing(ONE, 2))
        (name,) = [one.id for one in await incidents.open_incidents(database)]
        here = Destination("fake", "C5")
        route = ChatRoute(vendor="acme", name="Acme", to=here, place="C5", key="fake:1", by="on-call", at=at(2))
        await chat_routes.put(database, route)
        world.answers(SUMMARY, Answer(status=503))
        await world.look()

        await weigh_all(heeding(world))

        assert here in [one.destination for one in await announcements.of_incident(database, name)]
