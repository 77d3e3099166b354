"""What other programs are told over HTTP: on real sockets, by a Sitrep that has lived through something."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from openapi_spec_validator import validate

from bot.core.routing import ours
from bot.core.rules import Service
from bot.model import Source
from bot.plugins import format_named
from bot.store.database import open_database
from bot.web.api.openapi import document
from bot.web.board.pages import Board
from tests.databases import sqlite_in
from tests.fakes import ManualClock
from tests.stories import configs, kin
from tests.stories.kin import Asked
from tests.stories.world import LEAD, ONCALL, World, living

DOCUMENT = json.loads(document())


async def lived(world: World) -> None:
    """Live through what there is to tell of: both clocks, an end, something declared, something planned."""
    world.has(configs.API, configs.BOT)
    await kin.pass_by(3, world)
    world.api.breaks(503)
    await kin.pass_by(5, world)
    world.page.posts("Errors", "We look into it.", component="Chat Completions")
    await kin.pass_by(3, world)
    world.page.resolves("All is well.")
    world.api.works()
    await kin.pass_by(6, world)
    await world.types("declare Checkout is down: cards are refused. impact=major", ONCALL)
    await world.types("ack ours-checkout", LEAD)
    world.page.posts("Logins fail", "We look into that too.", component="Login", impact="critical")
    await kin.pass_by(2, world)


@dataclass(frozen=True, slots=True)
class Lived:
    """A database in which all that has happened, and what time it is there."""

    file: Path
    now: datetime
    services: tuple[Service, ...]


@pytest.fixture(scope="session")
def once(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live through it once: it takes seconds."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copyfile(migrated_file, folder / "sitrep.db")

    async def live() -> Lived:
        async with living(folder, sqlite_in(folder)) as world:
            await lived(world)
            return Lived(folder / "sitrep.db", world.clock.now(), ours(world.settings().services))

    return asyncio.run(live())


@pytest.fixture
async def asked(once: Lived) -> AsyncIterator[Asked]:
    database = open_database(sqlite_in(once.file.parent))
    async with kin.serving(Board(database, ManualClock(once.now), once.services)) as found:
        yield found
    await database.close()


def misfits(path: str, answer: Any) -> list[str]:
    """Return where an answer is not what the document promises."""
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    checked = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in checked.iter_errors(answer)]


def test_the_document_is_one() -> None:
    validate(DOCUMENT)


async def test_every_answer_is_as_the_document_promises(asked: Asked) -> None:
    (incident, *_) = (await asked.json("/api/v1/incidents?vendor=openai"))["incidents"]
    wrong, read = {}, set()
    for path in DOCUMENT["paths"]:
        address = path.replace("{id}", incident["id"]).replace("{vendor}", "openai")
        wrong[path] = misfits(path, await asked.json(address))
        read.add(path)

    assert {path: found for path, found in wrong.items() if found} == {}
    assert len(read) > 20


async def test_what_has_not_changed_is_not_sent_again_and_has_the_same_name(asked: Asked) -> None:
    for path in ("/api/v2/summary.json", "/incidents.atom", "/api/v1/incidents", "/api/openapi.json"):
        first = await asked.get(path, accept_encoding="identity")
        again = await asked.get(path, accept_encoding="gzip")
        known = await asked.get(path, if_none_match=f'"another", {first.headers["etag"]}')
        dated = await asked.get(path, if_modified_since=first.headers["last-modified"])
        long_ago = await asked.get(path, if_modified_since="Sun, 01 Feb 2026 12:00:00 GMT")
        other = await asked.get(path, if_none_match='W/"another"', if_modified_since=first.headers["last-modified"])

        assert first.content == again.content
        assert first.headers["etag"] == again.headers["etag"] == known.headers["etag"]
        assert first.headers["etag"].startswith('W/"')
        assert [one.status_code for one in (known, dated, long_ago, other)] == [304, 304, 200, 200]
        assert known.content == b""
        assert again.headers.get("content-encoding") == ("gzip" if len(first.content) >= 1_000 else None)


async def test_only_the_status_page_and_the_feed_may_be_read_by_any_web_page(asked: Asked) -> None:
    page, feed, own = [await asked.get(path) for path in ("/api/v2/status.json", "/incidents.atom", "/api/v1/status")]
    before = await asked.asks("OPTIONS", "/api/v2/summary.json")
    head = await asked.asks("HEAD", "/api/v2/summary.json")
    wrote = await asked.asks("POST", "/api/v2/summary.json")

    assert page.headers["access-control-allow-origin"] == feed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in own.headers
    assert (before.status_code, before.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")
    assert (head.status_code, head.content, wrote.status_code) == (200, b"", 405)
    assert head.headers["etag"] == (await asked.get("/api/v2/summary.json")).headers["etag"]


PROBLEMS = {
    "/api/v1/incidents?state=ajar": (400, "state: “ajar” is none of open, over, all"),
    "/api/v1/incidents?colour=red": (400, "no parameter is called “colour”"),
    "/api/v1/incidents?limit=0": (400, "limit: “0” is no number from 1 to 200"),
    "/api/v1/incidents?since=noon": (400, "since: “noon” is no time"),
    "/api/v1/incidents?after=nowhere": (400, "after: take it from the address"),
    "/api/v1/incidents?kind=incident&kind=notice": (400, "kind: given more than once"),
    "/api/v1/status?loud=yes": (400, "it takes none"),
    "/api/v1/incidents/none": (404, "no incident has this id"),
    "/api/v1/vendors/none": (404, "no vendor of this name is watched"),
    "/vendors/none/api/v2/summary.json": (404, "no vendor called “none” is watched"),
    "/api/v2/status.json?vendor=openai,none": (404, "no vendor called “none” is watched"),
    "/vendors/none/incidents.atom": (404, "no vendor of this name is watched"),
    "/api/v2/incidents/none.json": (404, "no incident has this id"),
    "/api/v2/nothing.json": (404, "there is nothing at /api/v2/nothing.json"),
}


async def test_what_can_not_be_answered_is_a_problem_that_says_why(asked: Asked) -> None:
    strange = await asked.get("/api/v2/summary.json", host="a b")
    told = {path: await asked.get(path) for path in PROBLEMS}

    assert {path: one.status_code for path, one in told.items()} == {path: code for path, (code, _) in PROBLEMS.items()}
    assert {one.headers["content-type"] for one in (*told.values(), strange)} == {"application/problem+json"}
    assert [path for path, one in told.items() if PROBLEMS[path][1] not in one.json()["detail"]] == []
    assert (strange.status_code, strange.json()["detail"]) == (400, "the Host header names no host")


async def test_incidents_come_a_page_at_a_time_and_by_what_they_are(asked: Asked) -> None:
    every = (await asked.json("/api/v1/incidents"))["incidents"]
    found, address = [], "/api/v1/incidents?limit=1"
    while address:
        page = await asked.json(address)
        found += page["incidents"]
        address = page["next"]
    titles = {
        query: [one["title"] for one in (await asked.json(f"/api/v1/incidents?{query}"))["incidents"]]
        for query in ("state=open&vendor=openai", "vendor=ours", "min_impact=critical", "until=2026-03-01T12:10:00Z")
    }

    assert found == every
    assert [one["title"] for one in every] == ["Logins fail", "Checkout is down", "Errors"]
    assert titles == {
        "state=open&vendor=openai": ["Logins fail"],
        "vendor=ours": ["Checkout is down"],
        "min_impact=critical": ["Logins fail"],
        "until=2026-03-01T12:10:00Z": ["Errors"],
    }


async def test_the_feed_is_read_by_sitrep_itself(asked: Asked) -> None:
    source = Source(key="feed:kin", vendor="kin", name="Kin", format="feed", url=f"{asked.address}/incidents.atom")
    body = (await asked.get("/incidents.atom")).content
    snapshot = format_named("feed").parse(body, source)
    page = (await asked.json("/api/v2/incidents.json"))["incidents"]
    listed = {one["id"]: one for one in page}

    assert {claim.external_id for claim in snapshot.incidents} == set(listed)
    for claim in snapshot.incidents:
        there = listed[claim.external_id]
        assert claim.title == there["name"]
        assert claim.is_open == (there["status"] != "resolved")
        assert [one.body for one in claim.updates] == [one["body"] for one in reversed(there["incident_updates"])]


async def test_links_lead_where_the_board_is_said_to_be(tmp_path: Path, sqlite_url: str) -> None:
    async with living(tmp_path, sqlite_url) as world:
        world.has('[board]\nurl = "https://sitrep.example.com/"')
        world.page.posts("Errors", "We look into it.", component="Login")
        async with kin.published(world) as found:
            page = await found.json("/vendors/openai/api/v2/summary.json")
            feed = await found.get("/vendors/openai/incidents.atom")
            moved = await found.get("/vendors/openai/incidents/openai-openai00")

    assert page["page"]["url"] == "https://sitrep.example.com/vendors/openai"
    assert page["incidents"][0]["shortlink"] == "https://sitrep.example.com/incidents/openai-openai00"
    assert 'rel="self" type="application/atom+xml" href="https://sitrep.example.com/vendors/openai/inc' in feed.text
    assert moved.headers["location"].endswith("/incidents/openai-openai00")
