"""The REST API at /api/v10: https://docs.discord.com/developers/reference.

Every call goes the same way: what it asks, what was planned to go wrong before it, whose token, how often, the route
itself, what was planned to go wrong after it, the answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.localdiscord import routes
from tests.localdiscord.breaking import VIA, broken, faulty
from tests.localdiscord.calls import Answer, Asked, Call, Journal, Sent
from tests.localdiscord.errors import INVALID_FORM, DiscordError, Json
from tests.localdiscord.faults import JSON, Fault, Faults, rate_limited
from tests.localdiscord.pace import Pace, Verdict
from tests.localdiscord.routes import Route
from tests.localdiscord.world import World

_FILE = re.compile(r"files\[(\d+)\]")
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")


@dataclass(slots=True)
class Api:
    world: World
    faults: Faults
    pace: Pace
    journal: Journal
    # What a test wants to know of every call before it is worked on.
    watch: Callable[[Call], None] | None = None
    under_way: set[asyncio.Task[web.StreamResponse]] = field(default_factory=set[asyncio.Task[web.StreamResponse]])

    async def close(self) -> None:
        """Lose what is under way still."""
        for one in self.under_way:
            one.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        path = "/" + request.match_info["path"]
        match = routes.found(request.method, path)
        route, parts = match or (None, {})
        call = Call(
            route=route.name if route else "unknown",
            verb=request.method,
            path=path,
            template=route.template if route else "",
            parts=parts,
            query=dict(request.query),
            at=self.world.clock.seconds(),
            token=request.headers.get("Authorization", ""),
        )
        self.journal.note(call)
        try:
            return await self._answered(request, call, route)
        except (ConnectionError, web.RequestPayloadError):
            # The client went away, as one does that is killed.
            raise
        except Exception as crash:
            # Ours, not a fault that was planned: the end of `local_discord` raises it.
            self.journal.crashes.append(crash)
            raise
        finally:
            self.journal.changed()

    async def _answered(self, request: web.Request, call: Call, route: Route | None) -> web.StreamResponse:
        try:
            call.body, call.files = await _body(request)
        except DiscordError as refused:
            return _json(call, refused.answer, refused.status)
        fault = call.fault = self.faults.next(call.route, call.args)
        if fault is not None and fault.way:
            coming = asyncio.create_task(self._arriving(request, call, route, fault.way))
            self.under_way.add(coming)
            coming.add_done_callback(self.under_way.discard)
            # Whoever gives up cancels his request, and not what he has sent.
            return await asyncio.shield(coming)
        return await self._met(request, call, route, fault)

    async def _arriving(self, request: web.Request, call: Call, route: Route | None, way: float) -> web.StreamResponse:
        await asyncio.sleep(way)
        call.at = self.world.clock.seconds()
        return await self._met(request, call, route, None)

    async def _met(
        self, request: web.Request, call: Call, route: Route | None, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and not fault.stored:
            early = await broken(request, call, fault, self.faults)
            if early is not None:
                return early
        verdict = None
        try:
            route = self._admitted(call, route)
            verdict = self._paced(call, route)
            if verdict.wait:
                limited = faulty(call, rate_limited(round(verdict.wait, 3), scope=verdict.scope, via=self.pace.via))
                limited.headers.update(verdict.headers)
                return limited
            if self.watch is not None:
                self.watch(call)
            answer = route.work(Asked(self.world, call))
        except DiscordError as refused:
            answer = Answer(refused.answer, refused.status)
        if fault is not None and fault.stored:
            late = await broken(request, call, fault, self.faults)
            if late is not None:
                return late
        return _json(call, answer.body, answer.status, verdict)

    def _admitted(self, call: Call, route: Route | None) -> Route:
        """https://docs.discord.com/developers/reference#authentication."""
        if route is None:
            raise DiscordError(0, status=404, message="404: Not Found")
        if not route.open and (self.world.state or call.token != f"Bot {self.world.token}"):
            raise DiscordError(0)
        return route

    def _paced(self, call: Call, route: Route) -> Verdict:
        major = "+".join(call.parts[name] for name in _MAJOR if name in call.parts)
        return self.pace.take(route.name, major, self.world.clock.seconds(), exempt=route.open)


async def _body(request: web.Request) -> tuple[Any, tuple[Sent, ...]]:
    """Return the JSON of a request, and the files that came with it."""
    if not request.can_read_body:
        return None, ()
    if request.content_type == "multipart/form-data":
        form = await request.post()
        found = [(_FILE.fullmatch(name), part) for name, part in form.items()]
        files = tuple(
            Sent(named[1], part.filename, part.content_type, part.file.read())
            for named, part in found
            if named is not None and isinstance(part, web.FileField)
        )
        body = form.get("payload_json", "{}")
        # With a type of its own it comes as bytes.
        return json.loads(body if isinstance(body, str | bytes | bytearray) else "{}"), files
    text = await request.text()
    if not text:
        return None, ()
    if request.content_type != JSON:
        raise DiscordError(INVALID_FORM, message="Expected \"Content-Type\" header to be one of {'application/json'}.")
    try:
        return json.loads(text), ()
    except json.JSONDecodeError as failed:
        # Code 50109, "The request body contains invalid JSON."
        raise DiscordError(50_109, message="The request body contains invalid JSON.") from failed


def _json(call: Call, answer: Any, status: int, verdict: Verdict | None = None) -> web.Response:
    """Answer with exactly `application/json`: discord.py takes anything else for text."""
    call.status, call.answer = status, answer
    headers = dict(VIA) | (verdict.headers if verdict else {})
    if status == 429 and isinstance(answer, dict):
        headers |= {"Retry-After": str(int(answer.get("retry_after", 1)) + 1), "X-RateLimit-Scope": "user"}
    if status == 204:
        return web.Response(status=status, headers=headers)
    body: Json | list[Any] = answer
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers | {"Content-Type": JSON})
