from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from bot.core.health import Gap, Health
from bot.model import Component, Impact, Page, Source
from bot.store import incidents, sources
from bot.store.database import Database
from bot.store.sources import Watched
from bot.store.tables import GAP, SOURCE
from tests.databases import meanwhile, opened
from tests.store.world import LEASE, NOW, WELL, claim, decision, incident, later, look, memory, source

ELSEWHERE = "https://elsewhere.acme.example"
PAGE = Page(indicator=Impact.MINOR, components=(Component("c1", "API"),), url="https://status.acme.example")


async def claimed(
    database: Database, owner: str = "one", now: datetime = NOW, *, limit: int = 100
) -> tuple[Watched, ...]:
    return await sources.claim_due(database, owner, now, limit=limit, lease=LEASE)


async def registered(database: Database, *keys: str, now: datetime = NOW) -> None:
    await sources.register(database, [source(key) for key in keys], now)


async def gaps(database: Database) -> list[str]:
    return list(await database.read(lambda connection: connection.execute(select(GAP.c.reason)).scalars().all()))


def names(watched: Iterable[Watched]) -> set[str]:
    return {one.source.key for one in watched}


async def test_a_new_source_is_due_at_once_and_nothing_is_known_of_it(database: Database) -> None:
    await registered(database, "acme")

    assert await sources.next_due(database, NOW) == NOW
    assert await claimed(database) == (Watched(source=source(), health=Health(), fence=1),)


async def test_a_source_is_not_due_before_its_time(database: Database) -> None:
    await registered(database, "acme", now=later(seconds=1))

    assert await claimed(database) == ()
    assert names(await claimed(database, now=later(seconds=1))) == {"acme"}


async def test_one_claims_no_more_than_it_has_room_for_the_longest_due_first(database: Database) -> None:
    await registered(database, "a", now=later(seconds=2))
    await sources.add(database, source("b"), NOW)
    await sources.add(database, source("c"), later(seconds=1))

    assert names(await claimed(database, now=later(seconds=9), limit=2)) == {"b", "c"}


async def test_what_one_has_claimed_another_does_not_get(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "one")

    assert await claimed(database, "another") == ()
    assert await sources.next_due(database, NOW) is None


async def test_two_instances_that_claim_at_the_same_time_share_the_sources(database_url: str) -> None:
    keys = [f"acme-{number}" for number in range(60)]
    async with opened(database_url) as one, opened(database_url) as another:
        await registered(one, *keys)
        turns = (claimed(instance, name, limit=5) for _ in range(12) for instance, name in ((one, "1"), (another, "2")))
        got = [watched.source.key for turn in await asyncio.gather(*turns) for watched in turn]

    assert sorted(got) == sorted(keys)


async def test_an_instance_does_not_wait_for_another_that_is_just_claiming(postgres_url: str) -> None:
    async with opened(postgres_url) as one:
        await registered(one, "a", "b")

        def work(connection: Connection) -> set[str]:
            connection.execute(select(SOURCE.c.key).where(SOURCE.c.key == "a").with_for_update())
            return names(meanwhile(postgres_url, claimed))

        assert await one.write(work) == {"b"}


async def test_a_lease_that_has_run_out_is_free_for_others(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "one")

    (again,) = await claimed(database, "another", NOW + LEASE)

    assert again.fence == 2


async def test_what_a_look_leaves_behind_is_there_at_the_next_one(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    left = replace(
        look(), page=PAGE, page_id="p1", endpoint="https://status.acme.example/x", validators='{"etag": "1"}'
    )
    await sources.record(database, [left])

    (watched,) = await claimed(database, now=later(seconds=30))

    assert watched == Watched(
        source=source(),
        health=WELL,
        had_components=True,
        page_id="p1",
        endpoint="https://status.acme.example/x",
        validators='{"etag": "1"}',
        fence=2,
    )


async def test_a_look_that_found_nothing_new_leaves_the_page_as_it_was(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await sources.record(database, [replace(look(), page=PAGE, page_id="p1", validators="{}")])
    await claimed(database, now=later(seconds=30))

    await sources.record(database, [look(fence=2, due_at=later(seconds=60))])

    (watched,) = await sources.all_watched(database)
    assert (watched.page, watched.page_id, watched.validators) == (PAGE, "p1", "{}")
    assert await sources.next_due(database, NOW) == later(seconds=60)


async def test_a_recorded_look_gives_its_source_back(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "one")
    await sources.record(database, [look(due_at=later(seconds=1))])

    assert names(await claimed(database, "another", later(seconds=1))) == {"acme"}


@pytest.mark.parametrize("page", [None, PAGE], ids=["nothing-new", "new-page"])
async def test_a_look_whose_lease_was_lost_leaves_nothing(database: Database, page: Page | None) -> None:
    await registered(database, "acme")
    await claimed(database, "slow")
    await claimed(database, "quick", NOW + LEASE)
    late = replace(look(fence=1), page=page, gap=Gap(NOW, later(minutes=1), "HTTP 500"))

    await sources.record(database, [late])

    (watched,) = await sources.all_watched(database)
    assert (watched.health, watched.page) == (Health(), None)
    assert await gaps(database) == []
    assert await claimed(database, "third", NOW + LEASE) == ()


async def test_a_gap_is_written_once(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)

    await sources.record(database, [replace(look(), gap=Gap(NOW, later(minutes=1), "HTTP 500"))])

    assert await gaps(database) == ["HTTP 500"]


async def test_many_looks_are_recorded_in_one_go(database: Database) -> None:
    keys = [f"acme-{number}" for number in range(50)]
    await registered(database, *keys)
    await claimed(database)

    await sources.record(database, [look(key) for key in keys])

    assert await sources.next_due(database, NOW) == later(seconds=30)
    assert {watched.health.last_look for watched in await sources.all_watched(database)} == {NOW}


async def test_a_source_that_is_no_longer_watched_is_not_due_but_remembered(database: Database) -> None:
    await registered(database, "acme", "other")
    await registered(database, "other")

    assert names(await claimed(database)) == {"other"}
    assert names(await sources.all_watched(database)) == {"other"}

    await registered(database, "acme", "other")

    assert names(await sources.all_watched(database)) == {"acme", "other"}


async def test_a_source_that_is_watched_again_is_looked_at_at_once(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await sources.record(database, [look(due_at=later(hours=1))])
    await registered(database)
    await registered(database, "acme", now=later(minutes=1))

    (watched,) = await claimed(database, now=later(minutes=1))

    assert watched.health == WELL


async def test_a_source_registered_again_as_it_was_keeps_its_turn(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await sources.record(database, [replace(look(), page_id="p1", validators="{}")])
    await registered(database, "acme", now=later(seconds=5))

    (watched,) = await claimed(database, now=later(seconds=30))

    assert (watched.page_id, watched.validators) == ("p1", "{}")
    assert await claimed(database, now=later(seconds=29)) == ()


async def test_a_source_with_another_address_is_read_as_if_for_the_first_time(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    left = replace(look(), page=PAGE, page_id="p1", endpoint="https://status.acme.example/x", validators="{}")
    await sources.record(database, [left])
    await sources.register(database, [source(url=ELSEWHERE)], later(seconds=1))

    (watched,) = await claimed(database, now=later(seconds=1))

    assert watched.source.url == ELSEWHERE
    assert (watched.page_id, watched.endpoint, watched.validators) == (None, None, None)
    assert not watched.had_components


async def test_a_look_at_an_old_address_leaves_nothing_at_the_new_one(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await sources.register(database, [source(url=ELSEWHERE)], later(seconds=1))

    await sources.record(database, [replace(look(fence=1), page_id="p1", validators="{}")])

    (watched,) = await claimed(database, now=later(seconds=1))
    assert (watched.page_id, watched.validators) == (None, None)


async def test_several_instances_may_register_the_same_sources_at_once(database_url: str) -> None:
    keys = [f"acme-{number}" for number in range(20)]
    async with opened(database_url) as one, opened(database_url) as another:
        await asyncio.gather(*(registered(instance, *keys) for instance in (one, another) * 3))

        assert len(await sources.all_watched(one)) == len(keys)


async def test_adding_a_source_leaves_the_others_watched(database: Database) -> None:
    await registered(database, "acme")

    added = await sources.add(database, source("other"), NOW)

    assert added.source.key == "other"
    assert names(await sources.all_watched(database)) == {"acme", "other"}


async def test_a_source_added_again_comes_with_what_is_remembered_of_it(database: Database) -> None:
    await sources.add(database, source(), NOW)
    await sources.record(database, [replace(look(fence=0), page_id="p1")])

    assert (await sources.add(database, source(), later(minutes=1))).page_id == "p1"


async def test_a_source_with_an_open_claim_is_in_trouble(database: Database) -> None:
    await registered(database, "acme", "other")
    await incidents.commit(database, decision(incident(), claims={"1": memory(claim())}, attachments={"1": "acme-1"}))

    troubled = {watched.source.key: watched.in_trouble for watched in await claimed(database)}

    assert troubled == {"acme": True, "other": False}


async def test_a_start_frees_what_an_earlier_run_held(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "killed")

    await sources.release_all(database)

    assert names(await claimed(database, "started")) == {"acme"}


async def test_sources_are_listed_by_name(database: Database) -> None:
    listed = [Source(key=key, vendor="acme", name=name, format="f", url="u") for key, name in (("1", "B"), ("2", "A"))]
    await sources.register(database, listed, NOW)

    assert [watched.source.name for watched in await sources.all_watched(database)] == ["A", "B"]
