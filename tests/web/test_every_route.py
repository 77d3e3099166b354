"""Everything that is served on the port, as the program itself puts it together: what each may be sent, and how often.

A route that is added without being said here what it is, is a failure.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.slack.connect import Around as Beside
from adapters.slack.connect import Keys, connect
from bot import boards, callers, settings
from bot.store.database import Database, is_ready, migrate, open_database
from bot.vitals import Vitals
from bot.web.gate import Gate, Limits
from bot.web.guard import Guard
from bot.web.guard import Rules as Given
from bot.web.metrics import Prometheus
from bot.web.rationing import Rations
from bot.web.server import application
from bot.web.stack import HEADERS
from tests.adapters.fakedesk import FakeDesk, Kept
from tests.commands.office import ALL, Office
from tests.web.house import SECRET, TOKEN

ROOT = Path(__file__).parents[2]
STRANGER = ("203.0.113.7", 4711)
# No more than this is taken of a body that has no end, with what was under way.
MOST = 3 * 1024 * 1024
CHUNK = b"x" * 65_536
CONFIG = """
[board]
url = "https://sitrep.example"
[[hook]]
name = "alerts"
type = "alertmanager"
token = "${HOOK_TOKEN}"
[[probe]]
name = "job"
type = "heartbeat"
every = "1h"
token = "${HOOK_TOKEN}"
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a route is: whether it is behind the gate, and where it changes something, what proves that once is once."""

    behind: type[Gate | Guard]
    methods: frozenset[str] = frozenset({"GET", "HEAD"})
    once: str = ""


PAGE = Kind(Gate)
NUMBERS = Kind(Guard)
_POSTS = frozenset({"POST"})
_ACTING, _ENTERING = "tests/web/test_acting.py::", "tests/web/test_entering.py::"
# Which route is what; all others are refused.
KINDS: Mapping[str, Kind] = {
    "POST /hooks/{name}": Kind(Guard, _POSTS, "tests/web/test_hooks.py::test_the_same_twice_changes_nothing"),
    "GET /heartbeat/{name}": Kind(Guard, _POSTS | PAGE.methods, "a call says no more than that it came"),
    "GET /heartbeat/{name}/{first}": Kind(Guard, _POSTS | PAGE.methods, "likewise"),
    "GET /heartbeat/{name}/{first}/{second}": Kind(Guard, _POSTS | PAGE.methods, "likewise"),
    "POST /slack/events": Kind(
        Guard, _POSTS, "tests/adapters/test_slack_served.py::test_what_is_sent_again_is_the_same_request_to_the_desk"
    ),
    "GET /slack/install": Kind(Guard),
    "GET /slack/oauth_redirect": Kind(
        Guard, once="tests/adapters/test_slack_workspaces.py::test_an_installation_can_not_be_finished_twice"
    ),
    "GET /healthz": NUMBERS,
    "GET /readyz": NUMBERS,
    "GET /metrics": NUMBERS,
    "GET /enter": PAGE,
    "POST /enter": Kind(Gate, _POSTS, f"{_ENTERING}test_a_link_is_good_once_and_looking_at_it_does_not_use_it_up"),
    "POST /leave": Kind(
        Gate, _POSTS, f"{_ENTERING}test_whoever_leaves_has_no_session_any_more_even_with_the_old_cookie"
    ),
    "POST /incidents/{incident}/do": Kind(
        Gate, _POSTS, f"{_ACTING}test_what_is_pressed_twice_is_done_once_and_is_in_the_record_once"
    ),
}
# Whatever is only looked at: pages, answers to programs, and what pages are made of.
LOOKED_AT = re.compile(
    r"GET /(?:$|events$|static/|incidents|maintenance|operations$|probes/|search$|services|vendors|api(?:/|$))"
)


@dataclass(slots=True)
class Port:
    """All that is served, and how a stranger asks for it."""

    app: Starlette
    routes: tuple[Route, ...]
    limits: Limits
    given: Given
    pulled: int = 0
    never: asyncio.Event = field(default_factory=asyncio.Event)

    async def asks(self, method: str, path: str, body: object = b"", **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=STRANGER)
        async with httpx.AsyncClient(transport=transport, base_url="https://sitrep.example") as client:
            return await client.request(method, path, content=body, headers=headers)  # type: ignore[arg-type]  # whatever httpx takes

    async def endless(self) -> AsyncIterator[bytes]:
        """Send for ever, and count."""
        while True:
            self.pulled += len(CHUNK)
            yield CHUNK
            # An application that takes all would never let anybody stop it.
            if self.pulled > 10 * MOST:
                return

    async def unending(self) -> AsyncIterator[bytes]:
        """Begin, and send nothing more."""
        yield b"{"
        await self.never.wait()

    def posting(self) -> list[Route]:
        return [route for route in self.routes if "POST" in (route.methods or ())]


def named(route: Route) -> str:
    methods = route.methods or set()
    return f"{'GET' if 'GET' in methods else '+'.join(sorted(methods))} {route.path}"


def kind_of(route: Route) -> Kind | None:
    return KINDS.get(named(route)) or (PAGE if LOOKED_AT.match(named(route)) else None)


def address(route: Route) -> str:
    """Return an address that fits a route, of something that there is not."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", "none", route.path)


@pytest.fixture
async def port(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Port]:
    database = open_database(sqlite_url)
    await migrate(database)
    yield put_together(database, tmp_path)
    await database.close()


def put_together(database: Database, folder: Path) -> Port:
    """Return the port as `bot/compose.py` has it, with everything configured that is served."""
    (folder / "sitrep.toml").write_text(CONFIG)
    environ = {"HOOK_TOKEN": TOKEN, "SITREP_BOARD_SECRET": SECRET, "SITREP_BOARD_TOKEN": TOKEN}
    chosen = replace(settings.load(None, environ, folder), port=0)
    office, loops = Office(database), callers.Loops()

    async def revive(platform: str) -> None:
        del platform

    keys = Keys(signing_secret=SECRET, client_id="1.2", client_secret="made-up", bot_token="xoxb-made-up")
    chat = connect(keys, FakeDesk(), Beside(office.clock.now, revive, Kept()))
    around = callers.Around(database, ALL, office.clock, asyncio.Event(), ())
    others = [*chat.routes, *callers.routes(chosen, around, loops)]
    vitals = Vitals(partial(is_ready, database))
    boards.serve(chosen, boards.Around(database, office.clock, office.desk, vitals, Prometheus()), others, loops)
    web = loops["web"]
    assert isinstance(web, partial)
    web.args[1].close()
    routes = tuple(one for one in web.args[0] if isinstance(one, Route))
    assert len(routes) == len(web.args[0])
    gates = [route.app for route in routes if isinstance(route.app, Gate)]
    guards = [route.app for route in routes if isinstance(route.app, Guard)]
    return Port(application(routes), routes, gates[0]._limits, guards[0]._rules)


async def test_every_route_is_known_and_behind_what_limits_it(port: Port) -> None:
    assert [named(route) for route in port.routes if kind_of(route) is None] == []
    assert KINDS.keys() - {named(route) for route in port.routes} == set()
    for route in port.routes:
        kind = kind_of(route)
        assert kind is not None
        # Who asks beforehand whether a page of theirs may ask is answered too, and nothing else happens.
        methods = (route.methods or set()) - {"OPTIONS"}
        assert (named(route), type(route.app), methods) == (named(route), kind.behind, set(kind.methods))
        assert bool(kind.once) == bool(kind.methods - PAGE.methods or "oauth" in route.path)


@pytest.mark.parametrize("proof", sorted(kind.once for kind in KINDS.values() if "::" in kind.once))
def test_what_changes_something_has_its_proof_that_once_is_once(proof: str) -> None:
    path, _, name = proof.partition("::")

    assert re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8"))


async def test_no_body_is_read_without_end(port: Port) -> None:
    """Neither of somebody who is known nor of a stranger, and nowhere that takes none."""
    for route in port.routes:
        for headers in ({"authorization": f"Bearer {TOKEN}"}, {"x-sitrep-signature": "v1=0", "sec-fetch-site": "none"}):
            port.pulled = 0
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            form = {"content-type": "application/x-www-form-urlencoded"} | headers
            path = "/heartbeat/job" if "heartbeat" in route.path else address(route).replace("none", "alerts")
            if path == "/events":  # it has no end of its own, and reads nothing
                continue
            answer = await port.asks(method, path, port.endless(), **form)

            assert port.pulled <= MOST, named(route)
            assert answer.status_code < 600


async def test_no_body_is_waited_for_without_end(port: Port) -> None:
    """Hooks and heartbeats, which read by themselves, have the same test in their own files."""
    port.limits.seconds = port.given.seconds = 0.05
    for route in port.posting():
        if not route.path.startswith(("/hooks/", "/heartbeat/")):
            form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
            answer = await port.asks("POST", address(route), port.unending(), **form)

            assert answer.status_code in {303, 401, 403, 408, 503}, (named(route), answer.text)


async def test_whoever_calls_too_often_is_told_when_to_come_again(port: Port) -> None:
    for route in port.routes:
        port.limits.looking = port.limits.entering = port.given.calling = Rations(1, 0.1)
        method = "GET" if "GET" in (route.methods or ()) else "POST"
        path = address(route)
        if path == "/events":
            port.limits.looking.wait(STRANGER[0], port.given.clock.now())
        else:
            await port.asks(method, path)
        again = await port.asks(method, path)

        assert (named(route), again.status_code, again.headers.get("retry-after")) == (named(route), 429, "10")


async def test_every_answer_has_the_headers_whatever_it_is(port: Port) -> None:
    statuses = set()
    for route in port.routes:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            if route.path == "/events" and method == "GET":
                continue
            answer = await port.asks(method, address(route), b"[")
            statuses.add(answer.status_code)

            assert [name for name in HEADERS if name.decode() not in answer.headers] == [], (method, named(route))
            assert answer.status_code != 500, (method, named(route))
            assert "server" not in answer.headers
    assert statuses >= {200, 401, 403, 404, 405}
