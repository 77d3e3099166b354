from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, event

from bot.model import Source
from bot.store import polls, sources
from bot.store.database import Database
from bot.store.sources import MOVED
from tests.databases import opened
from tests.store.watching import ELSEWHERE, PAGE, claimed, names, registered
from tests.store.world import NOW, WELL, later, look, source


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
    await polls.record(database, [look(due_at=later(hours=1))])
    await registered(database)
    await registered(database, "acme", now=later(minutes=1))

    (watched,) = await claimed(database, now=later(minutes=1))

    assert watched.health == WELL


async def test_a_source_registered_again_as_it_was_keeps_its_turn(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await polls.record(database, [replace(look(), page_id="p1", validators="{}")])
    await registered(database, "acme", now=later(seconds=5))

    (watched,) = await claimed(database, now=later(seconds=30))

    assert (watched.page_id, watched.validators) == ("p1", "{}")
    assert await claimed(database, now=later(seconds=29)) == ()


async def test_a_source_with_another_address_is_read_as_if_for_the_first_time(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    left = replace(look(), page=PAGE, page_id="p1", endpoint="https://status.acme.example/x", validators="{}")
    await polls.record(database, [left])
    await sources.register(database, [source(url=ELSEWHERE)], later(seconds=1))

    (watched,) = await claimed(database, now=later(seconds=1))

    assert watched.source.url == ELSEWHERE
    assert (watched.page_id, watched.endpoint, watched.validators) == (None, MOVED, None)
    assert not watched.had_components


async def test_a_look_at_an_old_address_leaves_nothing_at_the_new_one(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database)
    await sources.register(database, [source(url=ELSEWHERE)], later(seconds=1))

    await polls.record(database, [replace(look(fence=1), page_id="p1", validators="{}")])

    (watched,) = await claimed(database, now=later(seconds=1))
    assert (watched.page_id, watched.validators) == (None, None)


async def test_several_instances_may_register_the_same_sources_at_once(database_url: str) -> None:
    keys = [f"acme-{number}" for number in range(20)]
    async with opened(database_url) as one, opened(database_url) as another:
        await asyncio.gather(*(registered(instance, *keys) for instance in (one, another) * 3))

        assert len(await sources.all_watched(one)) == len(keys)
        assert names(await claimed(another)) == set(keys)


async def test_however_many_are_registered_no_statement_has_as_many_parameters(database: Database) -> None:
    """SQLite takes 32,766 (https://sqlite.org/limits.html), PostgreSQL's driver 32,767."""
    most = 0

    def note(_c: object, _cursor: object, _statement: str, parameters: Any, _context: object, many: bool) -> None:  # noqa: FBT001  (SQLAlchemy's)
        nonlocal most
        most = max(most, *map(len, parameters)) if many else max(most, len(parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for number in (400, 100, 300):
            await sources.register(database, [source(f"feed:{n}") for n in range(number)], NOW)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert 0 < most < 100
    assert len(await sources.all_watched(database)) == 300


async def test_adding_a_source_leaves_the_others_watched(database: Database) -> None:
    await registered(database, "acme")

    added = await sources.add(database, source("other"), NOW)

    assert added.source.key == "other"
    assert names(await sources.all_watched(database)) == {"acme", "other"}


async def test_a_source_added_again_comes_with_what_is_remembered_of_it(database: Database) -> None:
    await sources.add(database, source(), NOW)
    await polls.record(database, [replace(look(fence=0), page_id="p1")])

    assert (await sources.add(database, source(), later(minutes=1))).page_id == "p1"


async def test_a_start_frees_what_an_earlier_run_held(database: Database) -> None:
    await registered(database, "acme")
    await claimed(database, "killed")

    await sources.release_all(database)

    assert names(await claimed(database, "started")) == {"acme"}


async def test_sources_are_listed_by_name(database: Database) -> None:
    listed = [Source(key=key, vendor="acme", name=name, format="f", url="u") for key, name in (("1", "B"), ("2", "A"))]
    await sources.register(database, listed, NOW)

    assert [watched.source.name for watched in await sources.all_watched(database)] == ["A", "B"]
