"""A watched page that moves: to another platform, another host, another page, or to nothing that can be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.replies import reply
from bot.loops.reading import FAITHFUL
from bot.loops.recognising import AGAIN
from bot.model import AUTO, ChangeKind, Source, State
from bot.store import incidents, sources
from bot.store.database import Database
from tests.feeds.samples import body
from tests.loops.acme import SUMMARY, Json, alone, at, component, incident, listed, summary
from tests.loops.world import World, acme
from tests.loops.world import acme_at as named
from tests.servers import Answer, serve

BEGUN = ("investigating", "Some requests fail.", 1.0)
INSTATUS = "/v3/summary.json"
PROXY = "/proxy/127.0.0.1"


def nameless(url: str) -> Source:
    return replace(named(url), format=AUTO)


def instatus(*claims: Mapping[str, object]) -> Json:
    return {
        "page": {"name": "Acme", "url": "https://status.acme.example", "status": "HASISSUES" if claims else "UP"},
        "activeIncidents": list(claims),
    }


def there(title: str = "Errors", minutes: float = 1.0, key: str = "cm8acme", state: str = "INVESTIGATING") -> Json:
    return {"id": key, "name": title, "started": at(minutes), "status": state, "impact": "MAJOROUTAGE", "url": ""}


async def moves(world: World, answers: Mapping[str, Answer | Json]) -> None:
    """Let the page answer HTML where its document was, and these elsewhere, until that is noticed and read."""
    world.answers(SUMMARY, Answer.html())
    for path, answer in answers.items():
        world.answers(path, answer)
    for _ in range(FAITHFUL):
        await world.look_in(hours=1)
    await world.look()


async def all_incidents(world: World) -> list[str]:
    return [f"{one.title}: {one.state}" for one in await incidents.recent_incidents(world.database, 100)]


async def test_an_incident_that_the_new_platform_lists_too_goes_on_and_is_not_told_twice(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        await moves(world, {INSTATUS: instatus(there())})

        assert await all_incidents(world) == ["Errors: investigating"]
        assert (await world.told())[:2] == [ChangeKind.OPENED, ChangeKind.UPDATED]
        assert ChangeKind.WITHDRAWN not in await world.told()
        assert [one.key for one in (await world.incident()).claims] == ["acme|cm8acme"]


async def test_the_thread_says_that_the_page_has_moved_and_the_end_is_told_there(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        await moves(world, {INSTATUS: instatus(there())})
        moved = next(entry for entry in await world.timeline() if any(t.subject == "moved" for t in entry.transitions))
        world.answers(INSTATUS, instatus(there(state="RESOLVED")))
        await world.look_in(hours=1)

        said = reply(moved, await world.incident())
        assert "has moved to another platform: this goes on there" in str(said)
        assert (await world.incident()).state is State.RESOLVED
        assert (await world.told())[-1] is ChangeKind.RESOLVED


async def test_an_incident_that_the_new_platform_does_not_list_is_withdrawn_and_never_stuck(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        await moves(world, {INSTATUS: instatus()})

        assert (await world.told())[-1] is ChangeKind.WITHDRAWN
        assert not (await world.incident()).is_open
        assert "0 open incidents go on there, 1 are no longer listed" in caplog.text


async def test_a_new_trouble_on_the_new_platform_is_told_as_its_own(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        await moves(world, {INSTATUS: instatus(there("Mail is late", 90, "cm8mail"), there())})

        assert sorted(await all_incidents(world)) == ["Errors: investigating", "Mail is late: investigating"]


async def test_the_same_title_of_last_week_is_another_trouble(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        await moves(world, {INSTATUS: instatus(there(minutes=-7 * 24 * 60))})

        assert sorted(await all_incidents(world)) == ["Errors: investigating", "Errors: resolved"]


async def test_words_that_were_told_before_the_move_are_not_told_again(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        told = await world.told()
        page = json.loads(body("incidentio", "imitated-summary-outage"))
        later = incident("01J0000000000000000000JN02", BEGUN, ("identified", "A bad deploy.", 200.0))
        world.answers(SUMMARY, {**page, "incidents": [later]})
        for _ in range(FAITHFUL):
            await world.look_in(hours=1)
        await world.look()

        texts = [entry.text for entry in await world.timeline()]
        assert texts.count("Some requests fail.") == told.count(ChangeKind.UPDATED) == 1
        assert texts.count("A bad deploy.") == 1
        assert len(await all_incidents(world)) == 1


async def test_a_component_in_trouble_is_known_by_its_name(database: Database) -> None:
    broken = component("API", "major_outage")
    async with acme(database, summary(components=[broken, component("Website")]), watched=nameless) as world:
        await world.look()
        listed = {"components": [{"id": "cm8api", "name": "API", "status": "MAJOROUTAGE", "group": None}]}
        await moves(world, {INSTATUS: instatus(), "/v3/components.json": listed})
        going_on = await all_incidents(world)
        listed["components"][0]["status"] = "OPERATIONAL"
        world.answers("/v3/components.json", listed)
        await world.look_in(hours=1)

        assert going_on == ["API: investigating"]
        assert await all_incidents(world) == ["API: resolved"]


async def test_old_items_of_a_feed_are_no_storm_of_incidents(database: Database) -> None:
    old = "".join(
        f"<item><title>{'[Resolved] ' if n % 2 else ''}Trouble {n}</title><guid>{n}</guid>"
        f"<pubDate>Mon, {n:02} Feb 2026 10:00:00 GMT</pubDate></item>"
        for n in range(1, 25)
    )
    feed = Answer.feed(f"<rss version='2.0'><channel><title>Acme</title>{old}</channel></rss>")
    async with acme(database, watched=nameless) as world:
        await world.look()
        await moves(world, {"/history.rss": feed})
        at_first = await world.watched()
        for _ in range(AGAIN + 1):
            await world.look_in(hours=1)

        assert at_first.source.format == "statuspage"
        assert "speaks feed now" in at_first.health.failure
        assert (await world.watched()).source.format == "feed"
        assert (await world.watched()).health.failures == 0
        assert await all_incidents(world) == []


async def test_a_feed_is_not_gone_over_to_while_the_page_may_come_back(database: Database) -> None:
    async with acme(database, watched=nameless) as world:
        await world.look()
        await moves(world, {"/history.atom": Answer.feed(body("statuspage-atom", "atom"))})
        world.shows(summary(incident("i1", BEGUN)))
        await world.look_in(hours=1)

        watched = await world.watched()
        assert (watched.source.format, watched.health.failures) == ("statuspage", 0)
        assert await all_incidents(world) == ["Errors: investigating"]


async def test_a_page_that_can_be_read_no_more_keeps_its_last_state_and_what_it_is_now_is_told_once_and_shown(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world:
        await world.look()
        told = await world.told()
        await moves(world, {"/": Answer.html('<meta name="generator" content="cState v5.5.1">')})
        await world.look_in(hours=1)
        await world.look_in(hours=1)

        watched = await world.watched()
        assert (await world.told(), (await world.incident()).is_open) == (told, True)
        assert "is no statuspage page any more: it is a cState page" in watched.health.failure
        assert caplog.text.count("is no statuspage page any more") == 1


async def test_where_somebody_named_the_format_health_goes_on_saying_what_was_found(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=named) as world:
        await world.look()
        told = await world.told()
        await moves(world, {PROXY: Answer(body=body("incidentio", "native-outage"))})
        await world.look_in(hours=1)
        await world.look_in(hours=1)

        assert "speaks incidentio now" in (await world.watched()).health.failure
        assert await world.told() == told


async def test_health_tells_that_a_server_is_down_even_if_its_page_had_changed(database: Database) -> None:
    async with acme(database, watched=named) as world:
        await world.look()
        await moves(world, {PROXY: Answer(body=body("incidentio", "native-outage"))})
        world.answers(SUMMARY, Answer(status=503))
        await world.look_in(hours=1)

        assert (await world.watched()).health.failure == "HTTP 503"


@pytest.mark.parametrize("is_named", [True, False])
async def test_another_page_at_the_same_address_is_not_believed_and_not_followed(
    database: Database, *, is_named: bool
) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=named if is_named else nameless) as world:
        await world.look()
        told = await world.told()
        world.shows(summary(page="stranger"))
        for _ in range(FAITHFUL + 2):
            await world.look_in(hours=1)

        health = (await world.watched()).health
        assert "the page is another one now (id stranger, before acme)" in health.failure
        assert "remove the watch and add it again" in health.failure
        assert (await world.told(), (await world.incident()).is_open) == (told, True)


async def test_a_page_that_moves_to_another_host_and_platform_is_found_there(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    page = {INSTATUS: Answer.json(instatus(there())), "/": Answer.html()}
    async with (
        serve(page) as new,
        acme(database, summary(incident("i1", BEGUN)), watched=nameless) as world,
    ):
        await world.look()
        for path in ("/", SUMMARY):
            world.answers(path, Answer.redirect(f"{new.url}{path}", 301))
        for _ in range(FAITHFUL):
            await world.look_in(hours=1)
        await world.look()

        watched = await world.watched()
        assert (watched.source.format, watched.source.url) == ("instatus", new.url)
        assert await all_incidents(world) == ["Errors: investigating"]
        assert f"speaks instatus now, at {new.url}" in caplog.text


async def test_a_watch_that_was_given_another_address_tells_nothing_twice_either(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=named) as world:
        await world.look()
        world.answers(INSTATUS, instatus(there()))
        changed = replace(named(world.server.url), format="instatus")
        await sources.register(database, [changed], world.clock.now())
        await world.look()

        assert await all_incidents(world) == ["Errors: investigating"]


async def test_a_page_that_was_never_understood_has_not_changed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with acme(database, watched=nameless) as world:
        await moves(world, {})

        assert "any more" not in caplog.text
        assert "no format reads anything there" in (await world.watched()).health.failure


async def test_a_page_that_says_that_it_lives_elsewhere_is_read_there_and_the_operator_hears_where_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    page = summary(incident("i1", BEGUN))
    async with serve({SUMMARY: Answer.json(page)}) as new, acme(database, page, watched=named) as world:
        await world.look()
        told = await world.told()
        elsewhere = new.url.replace("127.0.0.1", "localhost")
        world.answers(SUMMARY, Answer.redirect(f"{elsewhere}{SUMMARY}", 301))
        for _ in range(3):
            await world.look_in(hours=1)

        assert caplog.text.count("its page says it lives at localhost now; check the watch") == 1
        assert await world.told() == told
        assert (await world.watched()).health.failures == 0


async def test_a_watch_that_is_only_looked_at_more_often_has_not_moved(database: Database) -> None:
    async with acme(database, summary(incident("i1", BEGUN)), watched=named) as world:
        await world.look()
        over = incident("i1", BEGUN, ("resolved", "Fixed.", 30))
        new = incident("i2", BEGUN, ("resolved", "Short.", 40), title="Mail is late")
        world.shows(summary())
        world.answers("/api/v2/incidents/i1.json", alone(over))
        world.answers("/api/v2/incidents.json", listed(new, over))
        often = replace(named(world.server.url), interval=timedelta(seconds=12))
        world.clock.move(hours=1)
        await sources.register(database, [often], world.clock.now())
        await world.look()

        assert (await world.told())[-1] is ChangeKind.RESOLVED


async def test_the_same_page_at_another_of_its_addresses_has_not_moved(database: Database) -> None:
    first = incident("i1", BEGUN)
    async with acme(database, summary(first, incident("i2", BEGUN, title="Mail is late")), watched=named) as world:
        await world.look()
        world.shows(summary(first))
        world.answers(
            "/api/v2/incidents/i2.json", alone(incident("i2", BEGUN, ("resolved", "Fixed.", 30), title="Mail is late"))
        )
        await sources.register(database, [named(f"{world.server.url}/history")], world.clock.now())
        await world.look_in(minutes=40)

        assert sorted(await all_incidents(world)) == ["Errors: investigating", "Mail is late: resolved"]
