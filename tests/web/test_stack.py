"""What lies around every answer: headers, limits, and pages in place of those that failed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot import tracing
from bot.core.heartbeat import Call
from bot.store.database import Database, open_database
from bot.web import heartbeats, stack
from bot.web.bodies import Refused
from bot.web.entrance import Entrance
from bot.web.gate import AT_ONCE, AT_WORK, Gate, Limits
from bot.web.rationing import Rations
from bot.web.server import bound, serve
from tests.chaos.proxy import wire
from tests.commands.office import Office
from tests.databases import Postgres, opened
from tests.fakes import NOON, ManualClock
from tests.web.house import TOKEN, configured, open_house

CANARY = "canary-7f3a"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    here = open_database(sqlite_url)
    yield here
    await here.close()


@asynccontextmanager
async def serving(*routes: BaseRoute) -> AsyncIterator[httpx.AsyncClient]:
    listening = bound("127.0.0.1", 0)
    task = asyncio.create_task(serve(routes, listening))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, timeout=20, verify=False) as client:  # noqa: S501  (no certificates)
        yield client
    task.cancel()
    await asyncio.wait([task])


async def fails(request: Request) -> Response:
    raise ValueError(f"{CANARY} {request.url.path}")


async def test_every_answer_has_the_headers_that_browsers_go_by(database: Database, tmp_path: Path) -> None:
    async with open_house(Office(database), configured(tmp_path)) as house, house.browser() as browser:
        answers = [
            await browser.get(path)
            for path in ("/", "/static/board.css", "/healthz", "/readyz", "/metrics", "/no-such", "/enter")
        ]

    for one in answers:
        policy = one.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "server" not in one.headers


async def test_head_is_answered_wherever_get_is(database: Database, tmp_path: Path) -> None:
    async with open_house(Office(database), configured(tmp_path)) as house, house.browser() as browser:
        answers = [await browser.head(path) for path in ("/", "/static/board.js", "/healthz", "/metrics")]

    assert [(one.status_code, one.content) for one in answers] == [(200, b"")] * 4


async def test_people_get_a_page_and_programs_a_line_where_there_is_none(database: Database, tmp_path: Path) -> None:
    async with open_house(Office(database), configured(tmp_path)) as house, house.browser() as browser:
        page = await browser.get("/no-such")
        ways = [await browser.post(path) for path in ("/", "/healthz", "/metrics")]
        line = await browser.get("/no-such", headers={"accept": "application/json"})

    assert (page.status_code, "<h1>There is no such page</h1>" in page.text) == (404, True)
    assert [(one.status_code, {*one.headers["allow"].split(", ")}) for one in ways] == [(405, {"GET", "HEAD"})] * 3
    assert (line.status_code, line.text) == (404, "nothing is served at this address\n")


async def test_a_page_that_fails_is_a_page_with_a_number_that_is_once_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(Route("/fails/{token}", fails)) as client:
        answer = await client.get("/fails/secret-token", headers={"accept": "text/html"})
        line = await client.get("/fails/secret-token", headers={"accept": "*/*"})

    assert (answer.status_code, line.status_code) == (500, 500)
    assert answer.headers["content-security-policy"]
    assert not any(word in answer.text + line.text for word in (CANARY, "Traceback", "ValueError", "secret-token"))
    crashes = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(crashes) == 2
    number = crashes[0].getMessage().partition("number=")[2].partition(" ")[0]
    assert number in answer.text
    assert "secret-token" not in crashes[0].getMessage()
    assert "route=/fails/{token}" in crashes[0].getMessage()


async def test_without_a_database_whoever_calls_is_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    away = open_database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere")

    async def asks(request: Request) -> Response:
        return PlainTextResponse(await away.read(lambda _: "well"))

    async with serving(Route("/hooks/alerts", asks, methods=["POST"])) as client:
        answer = await client.post("/hooks/alerts")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.text.startswith("the database does not answer just now")
    assert [one.levelname for one in caplog.records if "database" in one.getMessage()] == ["WARNING"]


async def test_a_database_that_says_nothing_keeps_nobody_waiting(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "_PATIENCE", 0.3)
    name = postgres.create("migrated")
    async with (
        wire(tmp_path, postgres.folder) as line,
        opened(f"postgresql+asyncpg://postgres@/{name}?host={tmp_path}") as hangs,
    ):

        async def asks(request: Request) -> Response:
            await hangs.write(lambda connection: connection.exec_driver_sql("SELECT 1"))
            return PlainTextResponse("well")

        async with serving(Route("/hooks/alerts", asks, methods=["POST"])) as client:
            before = await client.post("/hooks/alerts")
            line.silence()
            answer = await client.post("/hooks/alerts")
            line.mend()

    assert before.status_code == 200
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_call_that_is_not_written_down_in_time_is_to_be_made_again() -> None:
    async def never(name: str, call: Call) -> None:
        del name, call
        await asyncio.Event().wait()

    async with serving(*heartbeats.routes([heartbeats.Door("backup", TOKEN)], never, ManualClock(), 0.05)) as client:
        answer = await client.get(f"/heartbeat/backup/{TOKEN}")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_at_the_end_whoever_has_no_answer_yet_is_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def slow(request: Request) -> Response:
        begun.set()
        await asyncio.Event().wait()
        return Response()

    listening = bound("127.0.0.1", 0)
    task = asyncio.create_task(serve([Route("/slow", slow)], listening, grace=0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=address, timeout=20, verify=False) as client:  # noqa: S501  (no certificates)
        asked = asyncio.create_task(client.get("/slow"))
        await begun.wait()
        task.cancel()
        answer = await asked
    await asyncio.wait([task])

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not [one for one in caplog.records if one.exc_info]


async def test_nobody_is_sent_where_the_header_host_says() -> None:
    async with serving(Route("/page", fails)) as client:
        answer = await client.get("/page/", headers={"host": "evil.example"})

    assert (answer.status_code, "location" in answer.headers) == (404, False)


async def test_a_page_that_takes_too_long_is_given_up_and_one_that_goes_on_is_not(database: Database) -> None:
    going = asyncio.Event()

    async def slow(request: Request) -> Response:
        await asyncio.Event().wait()
        return Response()

    async def stream(scope: object, receive: object, send: object) -> None:
        response = PlainTextResponse("begun")
        await response(scope, receive, send)  # type: ignore[arg-type]  # as starlette hands them on
        await going.wait()

    entrance = Entrance(database, ManualClock())
    gate = Middleware(Gate, entrance=entrance, limits=Limits(seconds=0.05))
    routes = [Route("/slow", slow), Mount("/stream", app=stream)]
    async with serving(Mount("", routes=routes, middleware=[gate])) as client:
        answer = await client.get("/slow")
        streamed = await client.get("/stream/")
        going.set()

    assert (answer.status_code, answer.text) == (503, "the page took longer than 0.05 s\n")
    assert (streamed.status_code, streamed.text) == (200, "begun")


async def test_so_many_are_answered_at_the_same_time_and_no_more(database: Database) -> None:
    release, waiting = asyncio.Event(), asyncio.Semaphore(0)

    async def waits(request: Request) -> Response:
        waiting.release()
        await release.wait()
        return PlainTextResponse("well")

    gate = Middleware(Gate, entrance=Entrance(database, ManualClock()))
    async with serving(Mount("", routes=[Route("/", waits)], middleware=[gate])) as client:
        first = [asyncio.create_task(client.get("/")) for _ in range(AT_WORK)]
        for _ in range(AT_WORK):
            await waiting.acquire()
        one_more = await client.get("/")
        release.set()
        done = await asyncio.gather(*first)
        again = await client.get("/")

    assert (one_more.status_code, one_more.headers["retry-after"]) == (503, "1")
    assert {one.status_code for one in (*done, again)} == {200}


async def test_who_calls_too_often_is_told_when_to_come_again_and_others_are_not_kept_waiting(
    database: Database,
) -> None:
    async def page(scope: object, receive: object, send: object) -> None:
        pass

    gate = Gate(page, Entrance(database, ManualClock()))

    async def looks(caller: str) -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"host", b"127.0.0.1")],
            "query_string": b"",
            "client": (caller, 1),
        }
        await gate(scope, None, None)  # type: ignore[arg-type]  # it takes and sends nothing

    for _ in range(AT_ONCE):
        await looks("203.0.113.9")
    with pytest.raises(Refused, match="too many calls") as refused:
        await looks("203.0.113.9")
    await looks("203.0.113.10")
    for _ in range(2 * AT_ONCE):
        await looks("127.0.0.1")

    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})


def test_callers_without_number_take_no_memory_without_number() -> None:
    rations = Rations(size=1, per_second=1)

    for number in range(10_000):
        rations.wait(f"caller {number}", NOON)

    assert len(rations.buckets) < 5_000
    assert rations.wait("caller 9999", NOON) == 1
    assert rations.wait("caller 9999", NOON + timedelta(seconds=2)) == 0


class Kept:
    """Traces that stay here: the names of spans with what is known of each at its end."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, tracing.Value]]] = []

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, tracing.Value]) -> Iterator[Noted]:
        noted = Noted(dict(attributes))
        try:
            yield noted
        finally:
            self.spans.append((name, noted.values))


@dataclass(slots=True)
class Noted:
    values: dict[str, tracing.Value]

    def note(self, name: str, value: tracing.Value) -> None:
        self.values[name] = value


async def test_a_request_is_a_span_by_its_route_and_never_by_its_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = Kept()

    async def answers(_request: Request) -> Response:
        return PlainTextResponse("well")

    tracing.begin(kept)
    try:
        async with serving(Route("/well/{token}", answers), Route("/ill/{token}", fails)) as browser:
            await browser.get(f"/well/{CANARY}")
            await browser.get(f"/ill/{CANARY}")
    finally:
        tracing.end()

    assert kept.spans == [
        ("request", {"method": "GET", "route": "/well/{token}", "status": 200}),
        ("request", {"method": "GET", "route": "/ill/{token}", "status": 500}),
    ]
    assert "page failed" in caplog.text
