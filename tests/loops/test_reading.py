"""Pages that take more than one document: read together, each with what is remembered of it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from bot.feeds import statuspage
from bot.loops.reading import parsed
from bot.model import ComponentStatus, Impact, Snapshot, Source
from bot.store.database import Database
from tests.loops.world import World, acme, acme_at
from tests.servers import Answer

SUMMARY, COMPONENTS = "/v3/summary.json", "/v3/components.json"


def instatus(url: str) -> Source:
    return replace(acme_at(url), format="instatus")


PAGE = {"name": "Acme", "url": "https://status.acme.example", "status": "UP"}
INCIDENT = {
    "id": "cm0000000000000000000001",
    "name": "API errors",
    "started": "2026-03-01T11:55:00.000Z",
    "status": "IDENTIFIED",
    "impact": "MAJOROUTAGE",
    "url": "https://status.acme.example/cm0000000000000000000001",
    "updatedAt": "2026-03-01T11:58:00.000Z",
}
PARTS = [{"id": "c1", "name": "API", "description": "", "status": "OPERATIONAL", "group": None}]
QUIET = Answer.json({"page": PAGE}, etag=True)


def shows(world: World) -> None:
    world.answers(SUMMARY, Answer.json({"page": PAGE, "activeIncidents": [INCIDENT]}, etag=True))
    world.answers(COMPONENTS, Answer.json({"components": PARTS}, etag=True))


async def names(world: World) -> set[str]:
    page = (await world.watched()).page
    return {part.name for part in page.components} if page else set()


async def test_documents_that_belong_together_are_one_snapshot(database: Database) -> None:
    async with acme(database, watched=instatus) as world:
        shows(world)
        await world.look()

        assert await names(world) == {"API"}
        assert (await world.incident()).is_open
        assert world.server.paths == [SUMMARY, COMPONENTS]


async def test_while_neither_changes_neither_is_read(database: Database) -> None:
    async with acme(database, watched=instatus) as world:
        shows(world)
        await world.look()
        told = await world.told()
        await world.look_in(minutes=1)

        assert [hit.headers.get("if-none-match") is not None for hit in world.server.hits[2:]] == [True, True]
        assert await world.told() == told


async def test_when_one_changes_both_are_read(database: Database) -> None:
    async with acme(database, watched=instatus) as world:
        shows(world)
        await world.look()
        before = await names(world)
        world.answers(SUMMARY, QUIET)
        await world.look_in(minutes=1)

        assert world.server.paths[2:5] == [SUMMARY, COMPONENTS, COMPONENTS]
        assert await names(world) == before
        page = (await world.watched()).page
        assert page is not None
        assert page.indicator is not Impact.CRITICAL


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(status=503), Answer.html(), Answer(body="{}")])
async def test_what_stands_beside_a_page_and_can_not_be_read_is_left_out(database: Database, answer: Answer) -> None:
    async with acme(database, watched=instatus) as world:
        shows(world)
        world.answers(COMPONENTS, answer)
        await world.look()

        assert (await world.watched()).health.failures == 0
        assert (await world.incident()).is_open


@pytest.mark.parametrize(("size", "is_long"), [(100, False), (600 * 1024, True)])
async def test_what_takes_long_to_read_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, *, size: int, is_long: bool
) -> None:
    readers, parse = [], statuspage.parse

    def noted(body: bytes, source: Source) -> Snapshot:
        readers.append(threading.current_thread())
        return parse(body, source)

    monkeypatch.setattr(statuspage, "parse", noted)
    page = {"page": {"id": "acme12345678", "name": "Acme"}, "incidents": [], "filler": "x" * size}

    snapshot = await parsed(statuspage, json.dumps(page).encode(), acme_at("https://status.acme.example"))

    assert snapshot.page_name == "Acme"
    assert [reader is not threading.main_thread() for reader in readers] == [is_long]


async def test_components_that_can_not_be_read_any_more_are_no_recovery(database: Database) -> None:
    async with acme(database, watched=instatus) as world:
        shows(world)
        await world.look()
        world.answers(SUMMARY, QUIET)
        world.answers(COMPONENTS, Answer(status=503))
        await world.look_in(minutes=1)

        watched = await world.watched()
        assert "lists no components" in watched.health.failure
        assert watched.page is not None
        assert any(part.status is not ComponentStatus.UNKNOWN for part in watched.page.components)
        assert (await world.incident()).is_open
