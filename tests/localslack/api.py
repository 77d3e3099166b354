"""The Web API at /api/<method>: https://docs.slack.dev/apis/web-api.

Every call goes the same way: arguments, what was planned to go wrong before it, whose token, how often, which scope,
the method itself, what was planned to go wrong after it, the answer.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.localslack import chat, files, others, reading, views
from tests.localslack.arguments import APP, METHODS, NOBODY, Method, arguments
from tests.localslack.breaking import broken, faulty
from tests.localslack.calls import Asked, Call, Journal
from tests.localslack.errors import Json, SlackError
from tests.localslack.faults import Fault, Faults, rate_limited
from tests.localslack.nouns import Installation
from tests.localslack.pace import Pace
from tests.localslack.places import needs
from tests.localslack.world import World

Work = Callable[[Asked], Json]

_JSON = "application/json; charset=utf-8"
_NOBODY = Installation(token="", team="", bot_user="", bot_id="", app="")

WORK: dict[str, Work] = {
    "auth.test": others.auth_test,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "conversations.history": reading.history,
    "conversations.replies": reading.replies,
    "conversations.info": others.info,
    "conversations.list": others.listed,
    "conversations.members": others.members,
    "conversations.join": others.join,
    "conversations.open": others.opened,
    "users.info": others.user_info,
    "usergroups.list": others.usergroups,
    "usergroups.users.list": others.usergroup_users,
    "oauth.v2.access": others.oauth_access,
    "files.getUploadURLExternal": files.upload_url,
    "files.completeUploadExternal": files.complete,
    "views.open": views.opened,
    "views.update": views.updated,
    "views.publish": views.published,
}


@dataclass(slots=True)
class Api:
    world: World
    faults: Faults
    pace: Pace
    journal: Journal
    url: str = ""
    work: dict[str, Work] = field(default_factory=lambda: dict(WORK))
    under_way: set[asyncio.Task[web.StreamResponse]] = field(default_factory=set[asyncio.Task[web.StreamResponse]])

    async def close(self) -> None:
        """Lose what is under way still."""
        for one in self.under_way:
            one.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        call = Call(method=request.match_info["method"], args={}, at=self.world.clock.seconds(), verb=request.method)
        self.journal.note(call)
        try:
            return await self._answered(request, call)
        finally:
            self.journal.changed()

    async def _answered(self, request: web.Request, call: Call) -> web.StreamResponse:
        call.content_type = request.content_type
        try:
            call.args = _client(request) | await arguments(request)
        except SlackError as refused:
            return _json(call, refused.answer)
        call.token = _token(request, call.args)
        fault = call.fault = self.faults.next(call.method, call.args)
        if fault is not None and fault.way:
            coming = asyncio.create_task(self._arriving(request, call, fault.way))
            self.under_way.add(coming)
            coming.add_done_callback(self.under_way.discard)
            # Whoever gives up cancels his request, and not what he has sent.
            return await asyncio.shield(coming)
        return await self._met(request, call, fault)

    async def _arriving(self, request: web.Request, call: Call, way: float) -> web.StreamResponse:
        await asyncio.sleep(way)
        call.at = self.world.clock.seconds()
        return await self._met(request, call, None)

    async def _met(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse:
        if fault is not None and not fault.stored:
            early = await broken(request, call, fault, self.faults)
            if early is not None:
                return early
        wait, by = 0, _NOBODY
        try:
            method, by = self._admitted(call)
            wait = self.pace.wait(call.method, by.team, str(call.args.get("channel")), self.world.clock.seconds())
            answer = {} if wait else self._worked(call, method, by)
        except SlackError as refused:
            answer = refused.answer
        if wait:
            return faulty(call, rate_limited(wait))
        if fault is not None and fault.stored:
            late = await broken(request, call, fault, self.faults)
            if late is not None:
                return late
        return _json(call, answer, by)

    def _admitted(self, call: Call) -> tuple[Method, Installation]:
        method = METHODS.get(call.method)
        if method is None:
            raise SlackError("unknown_method", req_method=call.method)
        call.unknown = sorted(set(call.args) - method.takes - {"token"})
        by = self._caller(call, method)
        call.team = by.team
        return method, by

    def _caller(self, call: Call, method: Method) -> Installation:
        """https://docs.slack.dev/authentication/tokens: app-level tokens open sockets, bot tokens do the rest."""
        if method.token == NOBODY:
            return _NOBODY
        if not call.token:
            raise SlackError("not_authed")
        if method.token == APP:
            return self._app(call)
        if call.token.startswith("xapp-"):
            raise SlackError("not_allowed_token_type")
        found = self.world.installations.get(call.token)
        if found is None:
            raise SlackError("invalid_auth")
        if found.state:
            raise SlackError(found.state)
        return found

    def _app(self, call: Call) -> Installation:
        if not call.token.startswith("xapp-"):
            raise SlackError("not_allowed_token_type")
        if call.token not in self.world.app_tokens:
            raise SlackError("invalid_auth")
        app = self.world.app_tokens[call.token]
        return Installation(token=call.token, team="", bot_user="", bot_id="", app=app, scopes=("connections:write",))

    def _worked(self, call: Call, method: Method, by: Installation) -> Json:
        asked = Asked(self.world, call.args, by, self.url)
        if method.scope and not method.scope.startswith("*"):
            needs(asked, method.scope)
        if call.method not in self.work:
            raise SlackError("unknown_method", req_method=call.method)
        return self.work[call.method](asked)


def _client(request: web.Request) -> Json:
    """Return who an app says it is, by HTTP Basic, as oauth.v2.access accepts."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    client, _, secret = b64decode(given).decode().partition(":")
    return {"client_id": client, "client_secret": secret}


def _token(request: web.Request, args: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(args.get("token", ""))


def _json(call: Call, answer: Json, by: Installation = _NOBODY) -> web.Response:
    call.status, call.answer = 200, answer
    headers = {"Content-Type": _JSON}
    if by.token:
        headers["x-oauth-scopes"] = ",".join(by.scopes)
        scope = METHODS[call.method].scope
        if scope:
            headers["x-accepted-oauth-scopes"] = scope
    return web.Response(body=json.dumps(answer).encode(), headers=headers)
