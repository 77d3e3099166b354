"""The pages of incidents, search, services, maintenance and operations, over a real socket: what each of them says."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from bot.core.calling import CallerView
from bot.store.database import open_database
from bot.web.board import views
from bot.web.board.beside import Beside
from bot.web.board.pages import Board
from bot.web.server import bound, serve
from tests.board import showcase
from tests.fakes import NOON, ManualClock

TOKEN = "a-secret-that-nobody-guesses"
Get = Callable[[str], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A file in which there is one of everything; nobody writes to it any more."""
    file = tmp_path_factory.mktemp("board") / "sitrep.db"
    shutil.copy(migrated_file, file)

    async def fill() -> None:
        database = open_database(f"sqlite+aiosqlite:///{file}")
        await showcase.show(database, NOON)
        await showcase.park(database)
        await database.close()

    asyncio.run(fill())
    return file


async def callers() -> tuple[CallerView, ...]:
    late = ("It has not called in for 3 h.",)
    return (CallerView(name="Nightly backup", vendor=None, condition="late", words=late, is_well=False),)


@pytest.fixture
async def get(shown: Path) -> AsyncIterator[Get]:
    database = open_database(f"sqlite+aiosqlite:///{shown}")
    beside = Beside(callers=callers, platforms=lambda: ("Slack: the bot token was revoked",), since=NOON)
    board = Board(database, ManualClock(), showcase.SERVICES, "https://board.example")
    socket = bound("127.0.0.1", 0)
    serving = asyncio.create_task(serve(views.routes(board, beside), socket))
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{socket.getsockname()[1]}", timeout=20, verify=False)  # noqa: S501  (nobody asks for certificates, and they take long to read)
    try:
        yield client.get
    finally:
        await client.aclose()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await database.close()


def said(answer: httpx.Response) -> str:
    """Return what a page says, as one line of text."""
    body = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


class Elements(HTMLParser):
    """Which elements a page has, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


async def ids(get: Get, query: str = "") -> list[str]:
    return re.findall(r'href="/incidents/([^"/?]+)"', (await get(f"/incidents{query}")).text)


async def incident(get: Get, beginning: str) -> str:
    return next(one for one in await ids(get, "?kind=all") if one.startswith(beginning))


async def test_the_list_has_the_newest_first_and_counts_them(get: Get) -> None:
    page = await get("/incidents")

    assert "15 incidents, planned maintenance aside" in said(page)
    assert "GitHub told of it 6 min after us · on-call has it · our probe fails" in said(page)


async def test_the_list_is_narrowed_as_people_type(get: Get) -> None:
    assert {one.split("-")[0] for one in await ids(get, "?vendor=GPT")} == {"openai"}
    assert len(await ids(get, "?first=ours&state=open")) == 2
    assert await ids(get, "?vendor=nobody") == []
    assert "No incident is like that" in said(await get("/incidents?impact=critical&to=2001-01-01"))


async def test_an_incident_is_told_on_both_clocks_with_who_says_what(get: Get) -> None:
    page = await get(f"/incidents/{await incident(get, 'openai-api-20260227')}")

    words = said(page)
    assert "Resolved · was critical · lasted 1 h" in words
    assert "By our clock 1 h 19 min" in words
    assert "Who was first OpenAI told of it 16 min after us" in words
    assert "vendor: OpenAI" in words
    assert "a person here: on-call" in words
    assert "our probe: openai-api" in words
    assert re.search(r"<del>.*The next update follows within 30 minutes\.</del>", page.text)
    assert page.text.count('role="img"') == 2


async def test_the_timeline_reads_in_either_order(get: Get) -> None:
    name = await incident(get, "openai-api-20260227")
    newest, oldest = [
        re.findall(r'id="line-(\d+)"', (await get(f"/incidents/{name}?order={order}")).text)
        for order in ("newest", "oldest")
    ]

    assert newest == oldest[::-1]
    assert oldest == sorted(oldest, key=int)


async def test_the_beginning_of_an_id_leads_to_its_incident_or_to_those_that_may_be_meant(get: Get) -> None:
    one = await get("/incidents/github-gone")
    many = await get("/incidents/openai")
    none = await get("/incidents/nobody<b>")

    assert (one.status_code, one.headers["location"]) == (302, f"/incidents/{await incident(get, 'github-gone')}")
    assert (many.status_code, many.headers["location"]) == (302, "/search?q=openai")
    assert (none.status_code, "nobody&lt;b&gt;" in none.text) == (404, True)


async def test_a_burst_lists_its_members_and_each_of_them_leads_back(get: Get) -> None:
    burst = await incident(get, "fastly-burst")
    member = re.findall(r"/incidents/(fastly-at-[^\"/]+)\"", (await get(f"/incidents/{burst}")).text)[0]

    assert "One of 4 incidents at once" in said(await get(f"/incidents/{member}"))
    assert f"/incidents/{burst}" in (await get(f"/incidents/{member}")).text


async def test_its_report_is_there_in_three_dresses_and_its_picture_beside_it(get: Get) -> None:
    at = f"/incidents/{await incident(get, 'openai-api-20260227')}"
    html, md, data, svg = [await get(at + end) for end in ("/report", "/report.md", "/report.json", "/picture.svg")]
    probes = await get(at + "/probes.svg")

    assert "<h1>" in html.text
    assert "script" not in html.headers["content-security-policy"]
    assert md.text.startswith("<!--") or md.text.startswith("#")
    assert data.json()
    assert svg.text.startswith("<svg")
    # Both clocks are drawn on the page itself.
    assert (">We see<" in svg.text, ">We see<" in probes.text) == (True, False)
    assert f'src="{at}/probes.svg"' in (await get(at)).text
    assert (await get("/incidents/nobody/report")).status_code == 404


@pytest.mark.parametrize("page", ["/incidents", "/search?q=alert", "/maintenance", "/services", "/operations"])
async def test_what_strangers_write_is_shown_and_does_nothing(get: Get, page: str) -> None:
    evil = [f"/incidents/{one}" for one in await ids(get, "?vendor=evil")] if page == "/incidents" else []
    for path in (page, *evil, *(f"{one}/report" for one in evil)):
        elements = Elements((await get(path)).text)

        assert not elements.handlers
        assert not {"b", "u", "i", "iframe"} & elements.tags
        assert not [link for link in elements.links if not link.startswith(("/", "?", "#", "https://status."))]


async def test_search_finds_vendors_components_services_and_words_and_goes_straight_to_what_is_named(get: Get) -> None:
    straight = {
        "chatgpt": "/vendors/openai",
        "GitHub": "/vendors/github",
        "support bot": "/services/support-bot",
        await incident(get, "github-gone"): f"/incidents/{await incident(get, 'github-gone')}",
    }

    for typed, where in straight.items():
        answer = await get(f"/search?q={typed}")
        assert (answer.status_code, answer.headers.get("location")) == (302, where)
    assert "OpenAI has uploads eu-west-1" in said(await get("/search?q=eu-west"))
    assert "github-gone" in said(await get("/search?q=github-go"))
    assert "load balancer" in said(await get("/search?q=balancer"))


async def test_a_slip_of_the_finger_is_taken_for_what_was_said(get: Get) -> None:
    assert "Search for “balancer”" in said(await get("/search?q=balancr"))
    assert "/vendors/cloudflare" in (await get("/search?q=cloudflar")).text
    assert "Nothing is called so" in said(await get("/search?q=%25%00zzqqxx"))


async def test_services_stand_as_what_they_need_and_a_page_says_what_hit_each(get: Get) -> None:
    words = said(await get("/services"))
    page = said(await get("/services/checkout"))

    assert words.index("Checkout") < words.index("Support bot")
    assert "Needs GitHub · API: major outage" in page
    assert "4 incidents in the last 90 days" in page
    assert "No plan is written" in page
    assert (await get("/services/nobody")).status_code == 404


async def test_maintenances_are_told_by_day_and_by_month(get: Get) -> None:
    words = said(await get("/maintenance"))

    assert words.index("Index rebuild") < words.index("To come") < words.index("Certificates are renewed")
    assert "Anthropic" in said(await get("/maintenance?vendor=claude&month=2026-03"))
    assert "Twilio" not in said(await get("/maintenance?vendor=claude"))
    assert (await get("/maintenance?month=0000-99")).status_code == 200


async def test_a_calendar_reads_them_and_is_told_when_nothing_has_changed(get: Get) -> None:
    first = await get("/maintenance.ics")
    events = Calendar.from_ical(first.content).walk("VEVENT")
    one = Calendar.from_ical((await get("/maintenance.ics?vendor=twilio")).content).walk("VEVENT")

    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len({str(event["UID"]) for event in events}) == len(events) == 4
    assert [str(event["SUMMARY"]) for event in one] == ["Twilio: Index rebuild"]
    assert first.headers["etag"] == (await get("/maintenance.ics")).headers["etag"]


async def test_operations_say_what_is_stuck_what_can_not_be_read_and_what_to_do(get: Get) -> None:
    page = await get("/operations")

    words = said(page)
    assert "parked: channel_not_found: there is no channel C0123456789" in words
    assert "let the bot into the channel again" in words
    assert "Sentry can not be read since" in words
    assert "Nightly backup: It has not called in for 3 h." in words
    assert "Slack: the bot token was revoked" in words
    assert "nobody looked: Sitrep was not running" in words
    assert "SQLite" in words
    assert TOKEN not in page.text
    assert "https://api." not in page.text
