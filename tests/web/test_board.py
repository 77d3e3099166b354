"""The first pages of the board, as they come over a socket: what they say, and what strangers can not make of them."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import insert, update

from bot import boards
from bot.core.health import Gap
from bot.errors import StoreUnavailable
from bot.model import ClaimView, Component, ComponentStatus, Impact, Incident, Page, Source, SourceKind, Statement
from bot.store import incidents, polls, sources
from bot.store.database import Database
from bot.store.polls import Look
from bot.store.tables import PROBE_MINUTE, SOURCE
from bot.web.board.live import Pulse
from bot.web.board.pages import Board
from tests.databases import opened
from tests.fakes import NOON, ManualClock
from tests.store.world import WELL, decision, entry
from tests.store.world import incident as store_incident
from tests.store.world import source as store_source

EVIL = "<script>alert('name')</script> \u202e{{ 7 * 7 }} & Co"
ACME = replace(store_source(url="https://user:hunter2@status.acme.example/api?key=s3cret"), key="feed:acme")
PROBE = Source(
    key="probe:acme-api",
    vendor="acme",
    name="acme-api",
    format="http",
    url="https://user:hunter2@api.acme.example/v1?key=s3cret",
    kind=SourceKind.PROBE,
    components=("API",),
    vendor_name="Acme",
)
SHOWN = Page(
    indicator=Impact.MAJOR,
    components=(
        Component("1", "API", ComponentStatus.MAJOR_OUTAGE, group="Core"),
        Component("2", "Website", ComponentStatus.OPERATIONAL, group="Core"),
    ),
    url="https://status.acme.example",
)
Get = Callable[..., Awaitable[httpx.Response]]


@asynccontextmanager
async def looking(database: Database) -> AsyncIterator[Get]:
    """Serve the board for the length of the block, and give what gets a page of it."""
    async with (
        boards.shown(database, ManualClock(), 0) as url,
        # Certificates that nobody asks for take longer to read than all the rest.
        httpx.AsyncClient(base_url=url, timeout=20, verify=False, headers={"accept": "text/html"}) as client,  # noqa: S501  (likewise)
    ):
        yield client.get


async def watched(database: Database, *some: Source, page: Page = SHOWN) -> None:
    """Watch some, and have looked at each a hundred days ago, and just now."""
    await sources.register(database, some, NOON - timedelta(days=100))
    since = NOON - timedelta(days=100)
    gap = Gap(NOON - timedelta(days=30), NOON - timedelta(days=28), "no answer")
    for one in some:
        health = replace(WELL, first_look=since, last_look=NOON, last_try=NOON)
        shown = page if one.kind is SourceKind.FEED else None
        look = Look(key=one.key, fence=0, health=health, due_at=NOON, page=shown, gap=gap)
        await polls.record(database, [look])


async def happened(database: Database, one: Incident) -> None:
    """Let the vendor tell of an incident."""
    view = ClaimView(key="feed:acme|1", kind=one.kind, title=one.title, state=one.state, impact=one.impact)
    one = replace(one, claims=(view,))
    said = replace(entry(1, one.id), impact=one.impact, state=one.state, happened_at=one.started_at)
    await incidents.commit(database, decision(one, entries=(said,)))


@pytest.fixture
async def get(sqlite_url: str) -> AsyncIterator[Get]:
    """Give a board on which Acme is in trouble, with everything that may be hostile being that."""
    async with opened(sqlite_url) as database:
        await watched(database, replace(ACME, name=EVIL))
        words = Statement(text="<img src=x onerror=alert('words')>", author=EVIL, at=NOON)
        trouble = replace(store_incident(), title=EVIL, name=EVIL, url="javascript:alert(1)", latest=words)
        await happened(database, replace(trouble, started_at=NOON - timedelta(minutes=5)))
        async with looking(database) as getting:
            yield getting


async def test_a_fresh_install_says_that_nothing_was_read_yet(sqlite_url: str) -> None:
    async with opened(sqlite_url) as database, looking(database) as getting:
        home, vendors = await getting("/"), await getting("/vendors")

    assert "Nothing has been read yet" in home.text
    assert "Nobody is watched yet" in vendors.text


async def test_the_first_page_says_at_the_top_how_things_are_and_then_what_is_the_matter(get: Get) -> None:
    page = (await get("/")).text

    assert "<title>Sitrep</title>" in page
    assert re.search(r"<h1[^>]*>.* 1 of 1 not operational</h1>", page)
    assert page.index("1 of 1 not operational") < page.index("since") < page.index("Page made at")
    assert 'datetime="2026-03-01T11:55:00Z"' in page


@pytest.mark.parametrize("path", ["/", "/vendors", "/vendors/acme"])
async def test_what_strangers_write_stays_text(get: Get, path: str) -> None:
    page = (await get(path)).text

    assert "&lt;script&gt;alert(&#39;name&#39;)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    assert not re.search(r"<img|<script>|\u202e|href=\"javascript:|<[^>]*\s(on\w+|style)=", page)


async def test_a_list_of_vendors_can_be_narrowed_and_asked_for_nonsense(get: Get) -> None:
    found = [await get(f"/vendors?{asked}") for asked in ("q=acme", "q=zzz", "page=99", "page=-1", "sort=%00&show=x")]

    assert [answer.status_code for answer in found] == [200] * 5
    assert ["/vendors/acme" in answer.text for answer in found] == [True, False, True, True, True]


async def test_ninety_days_are_drawn_and_told(get: Get) -> None:
    page = (await get("/vendors")).text

    told = "90 days: 88 days without trouble, 1 day with trouble, 1 day not watched. 1 Mar: major 5 min."
    assert told in page
    assert 'fill="url(#hatch)"' in page


async def test_a_vendors_page_has_its_parts_its_days_and_no_secret(get: Get) -> None:
    page = (await get("/vendors/acme")).text

    assert 'href="#day-2026-03-01"' in page
    assert 'id="day-2026-03-01"' in page
    assert "1 of 2 not operational" in page
    assert "https://status.acme.example/api" in page
    assert not re.search("hunter2|s3cret", page)


async def test_who_is_not_there_is_not_found(get: Get) -> None:
    answers = [await get(path) for path in ("/vendors/nobody", "/probes/probe:none", "/nowhere")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert all("<h1" in answer.text for answer in answers)


async def test_what_pages_link_to_is_kept_for_as_long_as_it_is_the_same(get: Get) -> None:
    (sheet,) = re.findall(r'href="(/static/board\.css\?\w+)"', (await get("/")).text)

    assert "immutable" in (await get(sheet)).headers["cache-control"]
    assert (await get("/static/board.css")).headers["cache-control"] == "max-age=300"


async def test_a_probes_page_has_what_its_checks_came_to_and_no_secret(database: Database) -> None:
    await watched(database, ACME, PROBE)
    checks = {"source": PROBE.key, "checks": 2, "slow": 0, "latency": 0.4, "slowest": 0.3}
    minutes = [{**checks, "minute": NOON - timedelta(minutes=n), "failures": int(n == 7)} for n in range(1, 50)]
    hours = [{**checks, "minute": NOON - timedelta(days=d), "failures": 0} for d in range(3, 20)]
    await database.write(lambda connection: connection.execute(insert(PROBE_MINUTE), [*minutes, *hours]))

    async with looking(database) as getting:
        pages = [await getting(f"/probes/probe:acme-api?range={back}") for back in ("24h", "7d", "90d")]
        vendor = await getting("/vendors/acme")

    assert "1 of 98 checks failed (1.0 %); a pass took 0.2 s on average, 0.3 s at most." in pages[0].text
    assert "1 of 108 checks failed" in pages[1].text
    assert "1 of 132 checks failed" in pages[2].text
    assert "1 of 132 checks failed in 18 days" in vendor.text
    assert not [page for page in (*pages, vendor) if re.search("hunter2|s3cret", page.text)]


async def test_pages_say_the_same_on_either_engine(database: Database) -> None:
    await watched(database, ACME)
    await happened(database, replace(store_incident(), started_at=NOON - timedelta(minutes=5)))
    await database.write(lambda connection: connection.execute(update(SOURCE).values(active=True)))

    async with looking(database) as getting:
        pages = [(await getting(path)).text for path in ("/", "/vendors?sort=trouble", "/vendors/acme")]

    assert ["not operational" in pages[0], "5 min in trouble" in pages[1], "major 5 min" in pages[2]] == [True] * 3


async def test_where_the_port_is_taken_the_demo_has_another(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with opened(sqlite_url) as database, boards.shown(database, ManualClock(), port) as url:
            assert not url.endswith(f":{port}/")


async def test_a_database_that_is_away_ends_the_boards_loop_with_its_own_error_and_nothing_runs_on() -> None:
    async def version() -> str:
        return ""

    before, clock = asyncio.all_tasks(), ManualClock(NOON)
    async with opened("postgresql+asyncpg://sitrep@127.0.0.1:1/sitrep") as away:
        loop = asyncio.create_task(boards.current(Board(away, clock), Pulse(version)))
        await clock.until_someone_sleeps()
        clock.move(seconds=1)

        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(loop, 20)
        assert asyncio.all_tasks() == before
