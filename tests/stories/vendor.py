"""A vendor with a status page, an API and a model, all on real sockets; what becomes of them the story says."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.e2e.statuspage import Incident, StatusPage, Update
from tests.probes.localllm import LLM, openai_error, serving
from tests.servers import Answer, Server, serve

HERE = "127.0.0.1"
PARTS = ("Chat Completions", "ChatGPT", "Login", "us-east-1", "eu-west-1")
# So that no connection outlives a network that is lost.
_CLOSE = {"Connection": "close"}


@dataclass(slots=True)
class Stopwatch:
    """Times what is asked: nothing takes any time but what the asked one says that it takes."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(slots=True)
class Network(AbstractResolver):
    """Our own way out: every name leads here while it is there, and no name is known while it is not."""

    is_there: bool = True

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        if not self.is_there:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        flags = socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host=HERE, port=port, family=socket.AF_INET, proto=0, flags=flags)]

    async def reaches(self, _address: str) -> bool:
        return self.is_there

    async def close(self) -> None:
        pass


@dataclass(slots=True)
class Page:
    """The vendor's status page, made with Statuspage; the story opens one incident after the other."""

    board: StatusPage
    server: Server
    readable: bool = True

    def posts(
        self, title: str, body: str, *, component: str = "", impact: str = "major", began: datetime | None = None
    ) -> None:
        """Open an incident, dated back to when it `began` if that is said."""
        affected = {component: "partial_outage"} if component else {}
        one = self.board.opens(title, impact, body, **affected)
        one.began, one.started = one.began, began
        self.show()

    @property
    def last(self) -> Incident:
        return self.board.incidents[-1]

    def says(self, state: str, body: str, *, component: str = "") -> None:
        """Write an update; with a component that the incident affects from then on, if that is said."""
        self.last.affects(**({component: "partial_outage"} if component else {}))
        self.last.says(state, body)
        self.show()

    def raises(self, impact: str) -> None:
        self.last.becomes(impact)
        self.show()

    def edits(self, body: str) -> None:
        """Write the last update anew."""
        self.last.edits(self.last.updates[-1], body)
        self.show()

    def retracts(self, number: int = -2) -> None:
        """Take an update off the page."""
        self.last.updates.pop(number)
        self.show()

    def resolves(self, body: str) -> None:
        self.last.vanishes(body)
        self.show()

    def writes_afterwards(self, title: str, body: str, began: datetime, ended: datetime) -> None:
        """Write down an incident that is over already."""
        one = self.board.opens(title, "major", "We saw errors.")
        one.updates = [Update(f"{one.id}u0", "resolved", body, self.board.moment())]
        one.started, one.status, one.ended = began, "resolved", ended
        self.show()

    def turns(self, component: str, status: str) -> None:
        """Give a component another colour, without a word."""
        self.board.components[component] = status
        self.show()

    def vanishes(self) -> None:
        """Answer nothing but errors."""
        self.readable = False
        self.show()

    def comes_back(self) -> None:
        self.readable = True
        self.show()

    def show(self) -> None:
        if not self.readable:
            self.server.answers = {path: Answer(status=503, headers=_CLOSE) for path in self.server.answers}
            return
        documents = self.board.documents()
        self.server.answers = {path: Answer.json(one, headers=_CLOSE) for path, one in documents}


@dataclass(slots=True)
class Api:
    """An API that answers 200 until it does not; by path, where only a part of it fails."""

    stopwatch: Stopwatch
    url: str = ""
    takes: float = 0.3
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    asked: int = 0

    def breaks(self, status: int = 503, path: str = "*") -> None:
        self.statuses[path] = status

    def works(self) -> None:
        self.statuses.clear()
        self.takes = 0.3

    def slows(self, seconds: float) -> None:
        self.takes = seconds

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked += 1
        self.stopwatch.passes(self.takes)
        status = self.statuses.get(request.path, self.statuses.get("*", 200))
        return web.json_response({"object": "list"}, status=status, headers=_CLOSE)


@dataclass(slots=True)
class Model:
    """A model behind an API that streams; how it misbehaves, the story says."""

    stopwatch: Stopwatch
    llm: LLM = field(default_factory=LLM)
    takes: float = 0.6
    asked: int = 0

    def __post_init__(self) -> None:
        self.llm.before = self._think

    def _think(self) -> None:
        self.asked += 1
        self.stopwatch.passes(self.takes)

    def works(self) -> None:
        self.takes, self.llm.says = 0.6, ("po", "ng")
        self.llm.refusal = self.llm.breaks_after = None

    def slows(self, seconds: float) -> None:
        self.takes = seconds

    def answers(self, *tokens: str) -> None:
        self.llm.says = tokens

    def breaks(self, status: int = 503) -> None:
        self.llm.refusal = openai_error(status, "server_error", "server_error")

    def breaks_off(self) -> None:
        self.llm.breaks_after = 1

    def runs_out_of_quota(self) -> None:
        self.llm.refusal = openai_error(429, "insufficient_quota", "insufficient_quota")

    def refuses_the_key(self) -> None:
        self.llm.refusal = openai_error(401, "invalid_api_key", message="Incorrect API key provided.")


@dataclass(slots=True)
class Vendor:
    """All that a vendor has; `places` says where it is, for a configuration."""

    page: Page
    api: Api
    model: Model
    places: dict[str, str]


@asynccontextmanager
async def vendor(name: str, now: Callable[[], datetime], stopwatch: Stopwatch) -> AsyncIterator[Vendor]:
    """Serve a page, an API and a model until the block ends."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serve())
        board = StatusPage(name, now, dict.fromkeys(PARTS, "operational"))
        page = Page(board, server)
        page.show()
        api, model = Api(stopwatch), Model(stopwatch)
        await stack.enter_async_context(_serving(api))
        await stack.enter_async_context(serving(model.llm))
        ports = {"page": server.url, "api": api.url, "llm": model.llm.url}
        places = {f"{{{name}.{what}}}": f"http://{what}.{name}.test:{_port(url)}" for what, url in ports.items()}
        yield Vendor(page, api, model, places)


@asynccontextmanager
async def _serving(api: Api) -> AsyncIterator[None]:
    runner = web.ServerRunner(web.Server(api.respond), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    api.url = f"http://{HERE}:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


def _port(url: str) -> str:
    return url.rpartition(":")[2]
