from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from bot.core.health import Gap, Health, missed
from bot.model import Page
from bot.store import incidents, polls, sources
from bot.store.database import Database
from bot.store.sources import Watched
from bot.store.tables import GAP, POLL
from tests.databases import meanwhile, opened
from tests.store.watching import ELSEWHERE, PAGE, claimed, names, registered
from tests.store.world import LEASE, NOW, WELL, claim, decision, incident, later, look, memory, source


async def gaps(database: Database) -> list[str]:
    return list(await database.read(lambda connection: connection.execute(select(GAP.c.reason)).scalars().all()))


async def test_a_new_source_is_due_at_once_and_nothing_is_known_of_it(database: Database) -> None:
    await registered(database, "acme")

    assert await polls.next_due(database, NOW) == NOW
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
    assert await polls.next_due(database, NOW) is None


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
            connection.execute(select(POLL.c.source).where(POLL.c.source == "a").with_for_update())
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
    await polls.record(database, [left])

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
    await polls.record(database, [replace(look(), page=PAGE, page_id="p1", validators="{}")])
    await claimed(database, now=later(seconds=30))

    await polls.record(database, [look(fence=2, due_at=later(seconds=60))])

    (watched,) = await sources.all_watched(database)
    assert (watched.page, watched.page_id, watched.validators) == (PAGE, "p1", "{}")
    assert await polls.next_due(database, NOW) == later(seconds=60)


async def test_a_recorded_look_gives_its_source_back(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "one")
    await polls.record(database, [look(due_at=later(seconds=1))])

    assert names(await claimed(database, "another", later(seconds=1))) == {"acme"}


@pytest.mark.parametrize("page", [None, PAGE], ids=["nothing-new", "new-page"])
async def test_a_look_whose_lease_was_lost_leaves_nothing(database: Database, page: Page | None) -> None:
    await registered(database, "acme")
    await claimed(database, "slow")
    await claimed(database, "quick", NOW + LEASE)
    late = replace(look(fence=1), page=page, gap=Gap(NOW, later(minutes=1), "HTTP 500"))

    await polls.record(database, [late])

    (watched,) = await sources.all_watched(database)
    assert (watched.health, watched.page) == (Health(), None)
    assert await gaps(database) == []
    assert await claimed(database, "third", NOW + LEASE) == ()


async def test_a_gap_is_written_once(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)

    await polls.record(database, [replace(look(), gap=Gap(NOW, later(minutes=1), "HTTP 500"))])

    assert await gaps(database) == ["HTTP 500"]


async def test_many_looks_are_recorded_in_one_go(database: Database) -> None:
    keys = [f"acme-{number}" for number in range(50)]
    await registered(database, *keys)
    await claimed(database)

    await polls.record(database, [look(key) for key in keys])

    assert await polls.next_due(database, NOW) == later(seconds=30)
    assert {watched.health.last_look for watched in await sources.all_watched(database)} == {NOW}


async def test_a_source_with_an_open_claim_is_in_trouble(database: Database) -> None:
    await registered(database, "acme", "other")
    await incidents.commit(database, decision(incident(), claims={"1": memory(claim())}, attachments={"1": "acme-1"}))

    troubled = {watched.source.key: watched.in_trouble for watched in await claimed(database)}

    assert troubled == {"acme": True, "other": False}


async def test_a_page_without_components_had_none(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await polls.record(database, [replace(look(), page=replace(PAGE, components=()))])

    (watched,) = await claimed(database, now=later(seconds=30))

    assert not watched.had_components


# Whoever changes a long row is told so.
ALARM = {
    "sqlite": ("CREATE TRIGGER alarm BEFORE UPDATE ON source BEGIN SELECT RAISE(ABORT, 'a long row'); END",),
    "postgresql": (
        "CREATE FUNCTION alarm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a long row'; END $$",
        "CREATE TRIGGER alarm BEFORE UPDATE ON source FOR EACH ROW EXECUTE FUNCTION alarm()",
    ),
}


def alarm(connection: Connection) -> None:
    for statement in ALARM[connection.dialect.name]:
        connection.exec_driver_sql(statement)


async def test_a_poll_that_finds_nothing_new_leaves_the_long_rows_alone(database: Database) -> None:
    await registered(database, "acme")
    await database.write(alarm)
    lost = replace(look(fence=2), health=missed(WELL, "HTTP 500", NOW), due_at=later(seconds=60))

    await claimed(database)
    await polls.record(database, [look()])
    await claimed(database, now=later(seconds=30))
    await polls.record(database, [lost])
    await claimed(database, now=later(seconds=60))
    await polls.record(database, [replace(look(fence=3), gap=Gap(NOW, later(minutes=1), "HTTP 500"))])
    await sources.release_all(database)

    assert await gaps(database) == ["HTTP 500"]


async def test_a_poll_that_finds_another_page_writes_it(database: Database) -> None:
    await registered(database, "acme")
    await database.write(alarm)

    with pytest.raises(DBAPIError, match="a long row"):
        await polls.record(database, [replace(look(fence=0), page=PAGE)])


async def test_instances_that_record_and_register_the_same_sources_do_not_wait_for_each_other_for_ever(
    database_url: str,
) -> None:
    keys = [f"acme-{number}" for number in range(40)]
    async with opened(database_url) as one, opened(database_url) as another:
        await registered(one, *keys)
        for turn in range(5):
            due = await claimed(one)
            looks = [replace(look(w.source.key, w.fence), page=PAGE if n % 2 else None) for n, w in enumerate(due)]
            moved = [source(key, f"{ELSEWHERE}/{turn}") for key in keys]
            await asyncio.gather(
                polls.record(one, looks[::-1]),
                sources.register(another, moved, NOW),
                sources.register(one, moved[::-1], NOW),
            )

        assert {watched.source.url for watched in await claimed(one)} == {f"{ELSEWHERE}/4"}
        assert {watched.page for watched in await sources.all_watched(one)} == {None}


async def test_a_source_that_is_changed_while_it_is_recorded_waits_for_its_turn(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as another:
        await registered(one, "acme")

        def work(connection: Connection) -> asyncio.Task[None]:
            connection.execute(select(POLL.c.source).with_for_update())
            changed = asyncio.create_task(sources.register(another, [source(url=ELSEWHERE)], NOW))
            while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                assert not changed.done()
            assert polls.write(connection, replace(look(fence=0), page=PAGE))
            return changed

        await (await asyncio.wait_for(one.write(work), timeout=20))

        (watched,) = await sources.all_watched(one)
        assert (watched.source.url, watched.page, watched.fence) == (ELSEWHERE, None, 1)
