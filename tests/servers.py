"""Local servers to test against: real sockets on 127.0.0.1, and every answer is yours.

    async with serve({"/api/v2/summary.json": Answer.json({"page": {}}, etag=True)}) as server:
        ...fetch(server.url + "/api/v2/summary.json")
        server.answers["/api/v2/summary.json"] = Answer(status=503)

        assert server.paths == ["/api/v2/summary.json"]

A list of answers is given one by one, the last one for ever.  Nothing here looks at a clock: an
answer that is late waits `until` an event is set.  One server can be many hosts: `//host/path` is what
only that name answers, with a query or without, and `//host/*` what it answers everywhere else.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256

from aiohttp import web

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a path answers.  With `etag` it also answers 304 to whoever knows it already."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    etag: bool = False
    until: asyncio.Event | None = None

    @classmethod
    def json(cls, value: object, *, etag: bool = False, headers: Mapping[str, str] | None = None) -> Answer:
        return cls(body=json.dumps(value), etag=etag, headers=headers or {})

    @classmethod
    def html(cls, body: str = "<!doctype html><title>Sorry</title>") -> Answer:
        return cls(body=body, content_type="text/html; charset=utf-8")

    @classmethod
    def feed(cls, body: bytes | str, *, etag: bool = False) -> Answer:
        return cls(body=body, content_type="application/atom+xml", etag=etag)

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> Answer:
        return cls(status=status, headers={"Location": location})

    @classmethod
    def never(cls) -> Answer:
        """Return the answer of a server that takes the request and says nothing."""
        return cls(until=asyncio.Event())

    @property
    def content(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body

    @property
    def tag(self) -> str:
        """Return the weak etag that `etag=True` sends."""
        return f'W/"{sha256(self.content).hexdigest()[:16]}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request that has come; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Server:
    """A running server: what it answers, what it was asked, and how many it answers right now."""

    answers: dict[str, Answer | Sequence[Answer]]
    url: str = ""
    hits: list[Hit] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    busy: int = 0
    busiest: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits]

    async def wait_for_hits(self, number: int) -> list[Hit]:
        """Return all hits as soon as there are that many."""
        while len(self.hits) < number:
            self._news.clear()
            await self._news.wait()
        return self.hits

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        self.connections.add(request.transport)
        self.hits.append(await _hit(request))
        self._news.set()
        answer = self._next(request)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            if answer.until:
                await answer.until.wait()
        finally:
            self.busy -= 1
        return _response(request, answer)

    def _next(self, request: web.BaseRequest) -> Answer:
        host = f"//{request.host.partition(':')[0]}"
        names = (f"{host}{request.path_qs}", f"{host}{request.path}", request.path, f"{host}/*")
        name = next((name for name in names if name in self.answers), request.path)
        answer = self.answers.get(name, Answer(status=404, body="{}"))
        if isinstance(answer, Answer):
            return answer
        first, *rest = answer
        if rest:
            self.answers[name] = rest
        return first


@asynccontextmanager
async def serve(
    answers: Mapping[str, Answer | Sequence[Answer]] | None = None, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Serve the answers by path until the block ends; other paths are 404."""
    server = Server(dict(answers or {}))
    runner = web.ServerRunner(web.Server(server._respond, handler_cancellation=True), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, _HOST, 0, ssl_context=tls).start()
    server.url = f"{'https' if tls else 'http'}://{_HOST}:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serve_raw(script: bytes | Script) -> AsyncIterator[str]:
    """Serve bytes as they are, for answers that no decent server gives; yield the url.

    Bytes are written once the request has come, then the connection is closed.  A script is given
    reader and writer after the request.
    """

    talks: set[asyncio.Task[None] | None] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        # Cancelled is a script that would have talked, or been silent, for ever.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await reader.readuntil(b"\r\n\r\n")
            await _play(script, reader, writer)
        writer.close()

    server = await asyncio.start_server(talk, _HOST, 0)
    try:
        yield f"http://{_HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in filter(None, talks):
            task.cancel()
        await server.wait_closed()


async def _play(script: bytes | Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if callable(script):
        await script(reader, writer)
        return
    writer.write(script)
    await writer.drain()


async def _hit(request: web.BaseRequest) -> Hit:
    return Hit(
        method=request.method,
        path=request.path,
        query=request.query_string,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )


def _response(request: web.BaseRequest, answer: Answer) -> web.Response:
    headers = dict(answer.headers)
    if answer.etag:
        headers["ETag"] = answer.tag
        if request.headers.get("If-None-Match") == answer.tag:
            return web.Response(status=304, headers=headers)
    headers.setdefault("Content-Type", answer.content_type)
    return web.Response(status=answer.status, body=answer.content, headers=headers)
