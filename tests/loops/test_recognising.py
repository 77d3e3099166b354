"""Watches whose format nobody named, and pages that change their platform while they are watched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import ParseError
from bot.loops.reading import FAITHFUL
from bot.loops.recognising import read_once
from bot.model import AUTO, Source
from bot.store.database import Database
from tests.feeds.samples import body
from tests.loops.acme import SUMMARY, incident, summary
from tests.loops.world import World, acme, acme_at
from tests.servers import Answer

BEGUN = ("investigating", "Some requests fail.", 1.0)
PROXY = "/proxy/127.0.0.1"


def nameless(url: str) -> Source:
    return replace(acme_at(url), format=AUTO)


async def until_it_is_looked_for_again(world: World) -> None:
    for _ in range(FAITHFUL):
        await world.look_in(hours=1)


async def test_the_format_is_found_out_at_the_first_look_and_remembered(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        asked = len(world.server.hits)
        await world.look_in(minutes=1)

        watched = await world.watched()
        assert (watched.source.format, watched.source.url) == ("statuspage", world.server.url)
        assert watched.page_address == world.server.url
        assert (await world.incident()).title == "Errors"
        assert world.server.paths[asked:] == [SUMMARY]


async def test_a_page_that_no_format_reads_is_stale_with_the_reason_and_is_tried_again(database: Database) -> None:
    async with acme(database, watched=nameless) as world:
        world.answers(SUMMARY, Answer.html())
        await world.look()
        failed = (await world.watched()).health
        world.shows(summary())
        await world.look_in(hours=1)

        assert "no format reads anything there" in failed.failure
        assert (await world.watched()).source.format == "statuspage"


async def test_a_page_that_changes_its_platform_is_followed_where_nobody_named_the_format(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, watched=nameless) as world:
        await world.look()
        world.answers(SUMMARY, Answer.html())
        world.answers(PROXY, Answer(body=body("incidentio", "native-quiet")))
        await until_it_is_looked_for_again(world)
        await world.look()

        watched = await world.watched()
        assert (watched.source.format, watched.health.failures) == ("incidentio", 0)
        assert "Acme's page speaks incidentio now" in caplog.text
        assert "it is read as that from now on" in caplog.text


async def test_where_somebody_named_the_format_they_are_told_and_nothing_is_guessed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, summary(incident("i1", BEGUN))) as world:
        await world.look()
        told = await world.told()
        world.answers(SUMMARY, Answer.html())
        world.answers(PROXY, Answer(body=body("incidentio", "native-quiet")))
        await until_it_is_looked_for_again(world)

        watched = await world.watched()
        assert watched.source.format == "statuspage"
        assert "speaks incidentio now" in watched.health.failure
        assert "change the watch" in caplog.text
        assert (await world.told()) == told


@pytest.mark.parametrize("answer", [Answer(status=503), Answer.never()])
async def test_a_server_that_is_merely_down_has_not_changed_its_platform(database: Database, answer: Answer) -> None:
    async with acme(database, watched=nameless) as world:
        await world.look()
        world.loses_patience()
        world.answers(SUMMARY, answer)
        world.answers(PROXY, Answer(body=body("incidentio", "native-quiet")))
        await until_it_is_looked_for_again(world)

        assert (await world.watched()).source.format == "statuspage"
        assert PROXY not in world.server.paths[-1:]


async def test_it_is_looked_for_once_and_not_at_every_failure(database: Database) -> None:
    async with acme(database) as world:
        await world.look()
        world.answers(SUMMARY, Answer.html())
        await until_it_is_looked_for_again(world)
        asked = len(world.server.hits)
        for _ in range(3):
            await world.look_in(hours=1)

        assert set(world.server.paths[asked:]) == {SUMMARY}


async def test_somebody_who_is_not_watched_is_found_out_too(database: Database) -> None:
    async with acme(database) as world:
        for form in (AUTO, "no-such-format"):
            asked = replace(acme_at(world.server.url), format=form)
            found = await read_once(world.watching.fetcher, asked, world.clock.now)

            assert found.format == "statuspage"
        world.answers(SUMMARY, Answer.html())
        with pytest.raises(ParseError, match="no format reads anything"):
            await read_once(world.watching.fetcher, replace(acme_at(world.server.url), format=AUTO), world.clock.now)
