"""From a page's bytes to what is to be announced, on real databases and from a real server."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import wording
from bot.core.health import ALERT_INTERVAL
from bot.core.message import plain
from bot.core.rules import Match, Route, Service
from bot.loops.reading import read
from bot.loops.take_in import PATIENCE, Rules
from bot.loops.watch import LEASE, look_at
from bot.model import ChangeKind, Impact, Source, State
from bot.store import announcements, incidents, polls, sources
from bot.store.database import Database
from bot.store.incidents import LeaseLost
from tests.loops.acme import SUMMARY, alone, component, incident, listed, summary
from tests.loops.world import OPS, World, acme, acme_at
from tests.servers import Answer

INTERVAL = timedelta(seconds=30)
OWN_PAGE = "/api/v2/incidents/i1.json"
LIST = "/api/v2/incidents.json"
MAINTENANCES = "/api/v2/scheduled-maintenances.json"
BROKEN = Answer(status=500)

BEGUN = ("investigating", "Some requests fail.", 1.0)
FOUND = ("identified", "We found the cause.", 5.0)
OVER = ("resolved", "All is well again.", 9.0)


async def with_an_incident(world: World) -> None:
    """Look at a page where all is well, and again when an incident has begun."""
    await world.look()
    world.shows(summary(incident("i1", BEGUN)))
    await world.look_in(minutes=1)


async def with_an_incident_that_vanished(world: World) -> None:
    await with_an_incident(world)
    world.shows(summary())


async def test_a_new_incident_is_written_down_and_due(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident(world)

        assert (await world.incident()).state is State.INVESTIGATING
        assert await world.told() == [ChangeKind.OPENED, ChangeKind.UPDATED]
        assert await world.last_words() == "Some requests fail."
        assert await world.is_due()
        assert world.watching.announced.is_set()


async def test_a_quiet_page_is_nothing_to_tell(database: Database) -> None:
    async with acme(database) as world:
        await world.look()

        assert await incidents.recent_incidents(database, 10) == ()
        assert not world.watching.announced.is_set()


async def test_what_is_open_at_the_first_look_is_told_as_going_on(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN, FOUND))) as world:
        world.clock.move(hours=3)
        await world.look()

        found = await world.incident()
        assert found.was_open_at_first_look
        assert (world.clock.now() - found.started_at) == timedelta(hours=2, minutes=59)
        assert await world.is_due()


async def test_what_was_over_at_the_first_look_is_not_told(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN, OVER))) as world:
        world.clock.move(hours=3)
        await world.look()

        assert await incidents.recent_incidents(database, 10) == ()


async def test_every_new_word_is_told_once(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident(world)
        world.shows(summary(incident("i1", BEGUN, FOUND)))
        await world.look_in(minutes=5)

        assert [entry.text for entry in await world.timeline()] == ["", "Some requests fail.", "We found the cause."]


async def test_the_same_body_again_is_nothing_new(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        world.shows(summary(incident("i1", BEGUN)), etag=False)
        await world.look()
        before = (await world.timeline(), await world.incident())
        await world.look_in(minutes=1)

        assert (await world.timeline(), await world.incident()) == before
        assert len(world.server.hits) == 2


async def test_an_unchanged_body_is_not_even_parsed(database: Database) -> None:
    async with acme(database) as world:
        world.shows(summary(updated=1), etag=False)
        await world.look()
        world.shows(summary(updated=2), etag=False)

        reading = await read(world.watching.fetcher, await world.watched(), world.clock.now)

        assert reading.snapshot is None


async def test_a_page_that_says_unmodified_has_been_looked_at(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        await world.look_in(minutes=1)

        assert "if-none-match" in world.server.hits[1].headers
        assert (await world.watched()).health.last_look == world.clock.now()


async def test_an_incident_that_vanished_is_looked_up_and_ends_with_the_vendors_last_words(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, alone(incident("i1", BEGUN, FOUND, OVER)))
        await world.look_in(minutes=10)

        assert (await world.incident()).state is State.RESOLVED
        assert await world.last_words() == "All is well again."
        assert world.server.paths[-2:] == [SUMMARY, OWN_PAGE]


async def test_an_incident_without_a_page_of_its_own_is_found_in_the_list(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(LIST, listed(incident("i2", BEGUN, OVER), incident("i1", BEGUN, OVER)))
        await world.look_in(minutes=10)

        assert (await world.incident()).state is State.RESOLVED
        assert world.server.paths[-3:] == [SUMMARY, OWN_PAGE, LIST]


async def test_an_incident_that_is_nowhere_any_more_is_withdrawn(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        await world.look_in(minutes=10)

        assert (await world.told())[-1] is ChangeKind.WITHDRAWN
        assert not (await world.incident()).is_open
        assert world.server.paths[-3:] == [OWN_PAGE, LIST, MAINTENANCES]


async def test_an_incident_that_the_summary_only_forgot_stays_open(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, alone(incident("i1", BEGUN)))
        before = await world.told()
        await world.look_in(minutes=2)

        assert (await world.incident()).is_open
        assert await world.told() == before


@pytest.mark.parametrize(
    "answer",
    [BROKEN, Answer.html(), Answer(body=""), Answer.never()],
    ids=["an-error", "html", "empty", "no-answer"],
)
async def test_a_follow_up_that_can_not_be_read_proves_nothing(database: Database, answer: Answer) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, answer)
        world.loses_patience()
        before = await world.told()
        await world.look_in(minutes=2)

        assert (await world.incident()).is_open
        assert await world.told() == before
        assert await world.pause() == ALERT_INTERVAL


async def test_how_an_incident_ended_is_asked_again_although_the_page_is_unchanged(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, BROKEN)
        await world.look_in(minutes=2)
        world.answers(OWN_PAGE, alone(incident("i1", BEGUN, OVER)))
        await world.look_in(seconds=12)

        assert (await world.incident()).state is State.RESOLVED
        assert await world.last_words() == "All is well again."


async def test_an_incident_whose_end_can_not_be_learnt_is_given_up_after_some_time(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, BROKEN)
        await world.look_in(minutes=2)
        world.clock.move(seconds=PATIENCE.total_seconds() - 1)
        await world.look()
        still_open = (await world.incident()).is_open
        await world.look_in(seconds=12)

        assert still_open
        assert (await world.told())[-1] is ChangeKind.WITHDRAWN


async def test_an_incident_that_comes_back_is_asked_for_anew_when_it_vanishes_again(database: Database) -> None:
    """The patience of the first time is not counted against the second."""
    async with acme(database) as world:
        await with_an_incident_that_vanished(world)
        world.answers(OWN_PAGE, BROKEN)
        await world.look_in(minutes=2)
        world.shows(summary(incident("i1", BEGUN, FOUND)))
        await world.look_in(minutes=9)
        world.shows(summary())
        await world.look_in(minutes=2)

        assert (await world.incident()).is_open


UNREADABLE = {
    "an-error": Answer(status=500),
    "html": Answer.html(),
    "empty": Answer(body=""),
    "no-answer": Answer.never(),
    "not-json": Answer(body="{"),
    "another-payload": Answer.json({"page": {"id": "acme"}}),
    "another-page": Answer.json(summary(page="somebody-else")),
    "no-components": Answer.json(summary(components=())),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_page_that_can_not_be_believed_is_stale_and_its_last_state_stands(
    database: Database, answer: Answer
) -> None:
    async with acme(database) as world:
        await with_an_incident(world)
        before = await world.watched()
        told = await world.told()
        world.answers(SUMMARY, answer)
        world.loses_patience()
        await world.look_in(minutes=1)

        after = await world.watched()
        assert after.health.is_stale
        assert after.health.last_look == before.health.last_look
        assert (after.page, after.page_id, after.in_trouble) == (before.page, before.page_id, True)
        assert (await world.incident()).is_open
        assert await world.told() == told


async def test_the_operator_is_told_once_that_a_page_is_lost_and_once_that_it_is_back(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database) as world:
        await world.look()
        world.answers(SUMMARY, BROKEN)
        for _ in range(5):
            await world.look_in(minutes=10)
        world.shows(summary())
        for _ in range(3):
            await world.look_in(minutes=10)

    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == [
        "can not read Acme: HTTP 500; last good look: 2026-03-01 12:00 UTC",
        "can read Acme again, after 5 failures",
    ]


async def test_one_lost_look_is_not_worth_a_word(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with acme(database) as world:
        world.answers(SUMMARY, BROKEN)
        await world.look()
        world.shows(summary())
        await world.look_in(minutes=1)

        assert await world.gaps() == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_the_time_in_which_nobody_watched_is_written_down_once_it_is_over(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.answers(SUMMARY, BROKEN)
        for _ in range(3):
            await world.look_in(minutes=10)
        during = await world.gaps()
        world.shows(summary())
        await world.look_in(minutes=10)
        await world.look_in(minutes=10)

        assert during == []
        assert await world.gaps() == [(timedelta(0), timedelta(minutes=40), "HTTP 500")]


async def test_a_page_that_answers_unmodified_after_a_gap_is_back(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.answers(SUMMARY, BROKEN)
        await world.look_in(minutes=10)
        await world.look_in(minutes=10)
        world.shows(summary())
        await world.look_in(minutes=10)

        assert "if-none-match" in world.server.hits[-1].headers
        assert not (await world.watched()).health.is_stale
        assert len(await world.gaps()) == 1


async def test_an_incident_that_went_on_and_ended_while_nobody_could_watch_is_told_in_order(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident(world)
        world.answers(SUMMARY, BROKEN)
        await world.look_in(minutes=1)
        world.shows(summary(incident("i1", BEGUN, FOUND, OVER)))
        await world.look_in(minutes=10)

        assert [entry.text for entry in await world.timeline()][1:] == [BEGUN[1], FOUND[1], OVER[1]]
        assert (await world.told())[-1] is ChangeKind.RESOLVED


async def test_a_quiet_page_is_looked_at_in_its_interval(database: Database) -> None:
    async with acme(database) as world:
        await world.look()

        assert await world.pause() == INTERVAL


async def test_a_page_in_trouble_is_looked_at_more_often_changed_or_not(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident(world)
        when_new = await world.pause()
        await world.look_in(seconds=12)
        when_unchanged = await world.pause()

        assert (when_new, when_unchanged) == (ALERT_INTERVAL, ALERT_INTERVAL)


async def test_an_interval_that_somebody_asked_for_holds_in_trouble_too(database: Database) -> None:
    async with acme(database) as world:
        await sources.register(database, [replace(world.source, exact=True)], world.clock.now())
        await with_an_incident(world)
        when_new = await world.pause()
        await world.look_in(minutes=1)

        assert (when_new, await world.pause()) == (INTERVAL, INTERVAL)


async def test_a_component_in_trouble_without_a_word_is_trouble_too(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.shows(summary(components=(component("API", "major_outage"), component("Website"))))
        await world.look_in(minutes=1)

        assert await world.pause() == ALERT_INTERVAL


async def test_a_page_whose_trouble_is_over_is_looked_at_in_its_interval_again(database: Database) -> None:
    async with acme(database) as world:
        await with_an_incident(world)
        world.shows(summary(incident("i1", BEGUN, OVER)))
        await world.look_in(minutes=10)

        assert await world.pause() == INTERVAL


async def test_a_page_that_can_not_be_read_is_asked_less_and_less_often(database: Database) -> None:
    async with acme(database) as world:
        world.answers(SUMMARY, BROKEN)
        pauses = []
        for _ in range(8):
            await world.look()
            pauses.append(await world.pause())
            world.clock.move(seconds=pauses[-1].total_seconds())

        assert pauses == sorted(pauses)
        assert pauses[0] >= timedelta(seconds=5)
        assert timedelta(minutes=2) < pauses[-1] <= timedelta(minutes=5)


async def test_a_page_that_asks_for_time_gets_it(database: Database) -> None:
    async with acme(database) as world:
        world.answers(SUMMARY, Answer(status=429, headers={"Retry-After": "120"}))
        await world.look()

        assert await world.pause() == timedelta(seconds=120)


async def test_a_page_that_stays_fresh_for_a_minute_is_not_asked_before(database: Database) -> None:
    async with acme(database) as world:
        world.answers(SUMMARY, Answer.json(summary(), headers={"Cache-Control": "max-age=60"}))
        await world.look()

        assert await world.pause() == timedelta(seconds=60)


async def test_what_a_component_does_without_a_word_from_the_vendor_is_told_too(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.shows(summary(components=(component("API", "major_outage"), component("Website"))))
        await world.look_in(minutes=1)
        begun = await world.incident()
        world.shows(summary())
        await world.look_in(minutes=5)

        assert (begun.is_open, begun.impact) == (True, Impact.MAJOR)
        assert (await world.told())[-1] is ChangeKind.RESOLVED


async def test_an_incident_goes_where_the_routes_say_and_nowhere_else(database: Database) -> None:
    rules = Rules((Route(name="critical", match=Match(min_impact=Impact.CRITICAL), to=(OPS,)),))
    async with acme(database, rules=rules) as world:
        await with_an_incident(world)
        before = await announcements.of_incident(database, (await world.incident()).id)
        world.shows(summary(incident("i1", BEGUN, FOUND, impact="critical")))
        await world.look_in(minutes=5)

        after = await announcements.of_incident(database, (await world.incident()).id)
        assert (before, [one.destination for one in after]) == ((), [OPS])


async def test_our_services_that_depend_on_it_are_named_in_the_root(database: Database) -> None:
    services = (
        Service(name="Support bot", depends_on=(("acme", "API"),)),
        Service(name="Checkout", depends_on=(("acme", None),)),
        Service(name="Billing", depends_on=(("acme", "Website"), ("bolt", None))),
    )
    rules = Rules((Route(name="all", to=(OPS,)),), services)
    async with acme(database, rules=rules) as world:
        await world.look()
        world.shows(summary(components=(component("API", "major_outage"), component("Website"))))
        await world.look_in(minutes=1)

        found = await world.incident()
        assert found.services == ("Support bot", "Checkout")
        assert "Affects us: Support bot, Checkout" in plain(wording.root(found))


async def test_a_watch_of_one_component_lets_the_others_pass_by(database: Database) -> None:
    def api_only(url: str) -> Source:
        return replace(acme_at(url), components=("API",))

    async with acme(database, watched=api_only) as world:
        await world.look()
        world.shows(summary(components=(component("API"), component("Website", "major_outage"))))
        await world.look_in(minutes=1)

        assert await announcements.of_incident(database, (await world.incident()).id) == ()


async def test_one_incident_on_two_addresses_of_a_vendor_is_one_incident_and_told_once(database: Database) -> None:
    async with acme(database) as world:
        await sources.add(database, acme_at(world.server.url + "/", "mirror"), world.clock.now())
        await world.look()
        world.shows(summary(incident("i1", BEGUN, FOUND)))
        await world.look_in(minutes=5)

        timeline = await world.timeline()
        assert [entry.text for entry in timeline if entry.text and not entry.quiet] == [BEGUN[1], FOUND[1]]


async def test_two_looks_that_find_the_same_incident_at_once_make_one_of_it(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        await sources.add(database, acme_at(world.server.url + "/", "mirror"), world.clock.now())
        due = await polls.claim_due(database, "test", world.clock.now(), limit=2, lease=LEASE)

        await asyncio.gather(*(look_at(world.watching, watched) for watched in due))

        timeline = await world.timeline()
        assert [entry.text for entry in timeline if entry.text and not entry.quiet] == [BEGUN[1]]
        assert len(await announcements.of_incident(database, (await world.incident()).id)) == 1


async def test_an_old_look_that_comes_too_late_changes_nothing(database: Database) -> None:
    """An instance that was asleep must not tell yesterday's news as today's."""
    async with acme(database) as world:
        await with_an_incident(world)
        world.clock.move(minutes=1)
        (slow,) = await polls.claim_due(database, "slow", world.clock.now(), limit=1, lease=LEASE)
        world.shows(summary(incident("i1", BEGUN, OVER)))
        await world.look_in(minutes=9)
        world.shows(summary(incident("i1", BEGUN, FOUND)))

        with pytest.raises(LeaseLost):
            await look_at(world.watching, slow)

        assert (await world.incident()).state is State.RESOLVED
