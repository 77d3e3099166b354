"""A server of the worst manners: whatever it was sent it repeats, in its body, its headers and its redirects.

The first part of a path says how: `/503/…`, `/html/…`, `/cut/…`, `/elsewhere/…`, `/gone/…`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aiohttp import web

HERE = "127.0.0.1"


@dataclass(slots=True)
class Mirror:
    """It runs at `url`; `asked` are the paths that were asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list[str])

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def was_asked(self, *manners: str) -> bool:
        return all(any(path.startswith(f"/{manner}/") for path in self.asked) for manner in manners)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode(errors="replace")  # what is sent to it may be packed
        heard = f"{request.raw_path} {unquote(request.raw_path)} {dict(request.headers)} {body}"
        self.asked.append(request.path)
        manner = request.path.split("/")[1]
        headers = {"X-Heard": quote(heard, safe=" :/@"), "ETag": f'"{quote(heard)[:200]}"'}
        if manner == "gone" and request.transport is not None:
            request.transport.abort()
        if manner == "elsewhere":
            raise web.HTTPFound(f"/500/there?{quote(heard)}", headers=headers)
        if manner == "cut":
            return web.Response(body=f'{{"page": {json.dumps(heard)}', content_type="application/json", headers=headers)
        if manner == "html":
            return web.Response(text=f"<!doctype html><h1>{heard}</h1>", content_type="text/html", headers=headers)
        said = {"error": {"message": heard, "code": heard, "type": heard}, "message": heard, "errors": [heard]}
        return web.json_response(said, status=int(manner) if manner.isdigit() else 500, headers=headers)


@asynccontextmanager
async def mirror() -> AsyncIterator[Mirror]:
    """Run one until the block ends."""
    one = Mirror()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", one.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    one.url = f"http://{HERE}:{runner.addresses[0][1]}"
    try:
        yield one
    finally:
        await runner.cleanup()


@asynccontextmanager
async def parrot() -> AsyncIterator[str]:
    """Run a server that repeats what it hears on a bare connection, and hangs up; gives its address."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"550 " + await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(repeat, HERE, 0)
    async with server:
        yield f"{HERE}:{server.sockets[0].getsockname()[1]}"
