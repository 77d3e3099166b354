"""A PagerDuty, an Opsgenie and a receiver of webhooks of our own on 127.0.0.1, which behave as theirs are documented.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events, https://docs.opsgenie.com/docs/alert-api and
…/alert-api-continued.  None of them looks at a clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
API_KEY = "eb243592-0000-4000-8000-1afdf565c889"
SECRET = "a-secret-of-the-tests"
_SEVERITIES = {"critical", "error", "warning", "info"}
_LONGEST_EVENT = 512 * 1024
Row = dict[str, Any]


class Local:
    """A server that takes requests one by one, does what `_take` says, and can be told to fail."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.fault: web.Response | None = None
        self.is_mute = False
        self.hangs: asyncio.Event | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(request)
        self.bodies.append(body)
        if self.hangs is not None:
            await self.hangs.wait()
        if self.fault is not None:
            return web.Response(status=self.fault.status, headers=self.fault.headers, body=self.fault.body)
        taken = self._take(request, body)
        if self.is_mute and request.transport is not None:
            request.transport.close()
        return taken

    def _take(self, request: web.Request, body: bytes) -> web.Response:
        raise NotImplementedError

    @contextmanager
    def failing(self, status: int, headers: dict[str, str] | None = None, text: str = "") -> Iterator[None]:
        self.fault = web.Response(status=status, headers=headers or {}, text=text)
        yield
        self.fault = None

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Let everything arrive, and answer nothing."""
        self.is_mute = True
        yield
        self.is_mute = False


@dataclass(slots=True)
class Alert:
    """An alert at PagerDuty, and every event that was applied to it."""

    dedup_key: str
    events: list[Row]
    status: str = "triggered"

    @property
    def text(self) -> str:
        return "\n".join(_strings(self.events[0]))


@dataclass(slots=True)
class Note:
    text: str
    user: str


@dataclass(slots=True)
class Page:
    """An alert at Opsgenie."""

    alias: str
    row: Row
    status: str = "open"
    acked_by: str = ""
    count: int = 1
    notes: list[Note] = field(default_factory=list[Note])

    @property
    def text(self) -> str:
        return f"{self.row['message']}\n{self.row.get('description', '')}"


class LocalPagerDuty(Local):
    """`rings` has what a person was rung for: only a new alert, that is not one more event of an open one."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[Alert] = []
        self.rings: list[str] = []

    @property
    def events(self) -> list[Row]:
        return [json.loads(body) for body in self.bodies]

    def by_hand(self, status: str) -> None:
        """Let a person do something with every alert that is open."""
        for alert in self.alerts:
            alert.status = status

    def _take(self, request: web.Request, body: bytes) -> web.Response:
        if request.path != "/v2/enqueue" or request.method != "POST":
            return web.json_response({}, status=404)
        event = json.loads(body)
        wrong = [*_wrong(event, len(body))]
        if wrong:
            told = {"status": "invalid event", "message": "Event object is invalid", "errors": wrong}
            return web.json_response(told, status=400)
        self._apply(event)
        told = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return web.json_response(told, status=202)

    def _apply(self, event: Row) -> None:
        key = event["dedup_key"]
        known = next((one for one in self.alerts if one.dedup_key == key and one.status != "resolved"), None)
        if event["event_action"] == "trigger" and known is None:
            self.alerts.append(Alert(key, [event]))
            self.rings.append(event["payload"]["summary"])
        elif known is not None:
            known.events.append(event)
            known.status = {"acknowledge": "acknowledged", "resolve": "resolved"}.get(
                event["event_action"], known.status
            )


def _wrong(event: Row, size: int) -> Iterator[str]:
    if event.get("routing_key") != ROUTING_KEY:
        yield f"Invalid routing key {event.get('routing_key')}"
    if event.get("event_action") not in {"trigger", "acknowledge", "resolve"}:
        yield "'event_action' is invalid"
    if not 1 <= len(event.get("dedup_key", "")) <= 255:
        yield "Length of 'dedup_key' is incorrect"
    if size > _LONGEST_EVENT:
        yield "Payload is too large"
    if event.get("event_action") == "trigger":
        payload = event["payload"]
        if not 1 <= len(payload["summary"]) <= 1024:
            yield "Length of 'payload.summary' is incorrect"
        if payload["severity"] not in _SEVERITIES:
            yield "'payload.severity' is invalid"
        if not payload["source"]:
            yield "'payload.source' is missing"


class LocalOpsgenie(Local):
    """Takes requests with 202 and carries them out later: whenever somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: list[Page] = []
        self._pending: list[tuple[str, str, Row]] = []
        self._rings: list[str] = []
        self.done: list[str] = []

    @property
    def rings(self) -> list[str]:
        return self._rings if self.pages else []

    @property
    def pages(self) -> list[Page]:
        for alias, what, row in self._pending:
            self._apply(alias, what, row)
        self._pending.clear()
        return self._pages

    def _take(self, request: web.Request, body: bytes) -> web.Response:
        if request.headers.get("Authorization") != f"GenieKey {API_KEY}":
            return web.json_response({"message": "Could not authenticate", "took": 0.0}, status=401)
        parts = request.path.removeprefix("/v2/alerts").strip("/").split("/")
        if request.method == "GET":
            return self._read(request, parts)
        row = json.loads(body)
        alias, what = (row["alias"], "create") if parts == [""] else (parts[0], parts[1])
        if what in {"priority", "message", "description"} and request.method != "PUT":
            return web.json_response({"message": "Method not allowed"}, status=405)
        wrong = {name: "too long" for name, most in _MOST.items() if len(str(row.get(name, ""))) > most}
        if wrong or (what == "create" and not row.get("message")):
            return web.json_response({"message": "Request body is not processable", "errors": wrong}, status=422)
        self._pending.append((alias, what, row))
        return web.json_response({"result": "Request will be processed", "requestId": "r-1", "took": 0.1}, status=202)

    def _read(self, request: web.Request, parts: list[str]) -> web.Response:
        if parts == [""]:
            return web.json_response({"data": []})
        page = next((page for page in reversed(self.pages) if page.alias == parts[0]), None)
        if page is None:
            return web.json_response({"message": "Alert does not exist"}, status=404)
        if parts[1:] == ["notes"]:
            newest = list(reversed(page.notes))[: int(request.query["limit"])]
            return web.json_response({"data": [{"note": note.text, "owner": note.user} for note in newest]})
        return web.json_response({"data": {**page.row, "status": page.status, "acknowledged": bool(page.acked_by)}})

    def _apply(self, alias: str, what: str, row: Row) -> None:
        page = next((page for page in self._pages if page.alias == alias and page.status == "open"), None)
        self.done.append(what)
        if what == "create" and page is None:
            self._pages.append(Page(alias, row))
            self._rings.append(row["message"])
        elif page is None:
            return
        elif what == "create":
            page.count += 1
        elif what == "notes":
            page.notes.append(Note(row["note"], row["user"]))
        elif what in {"priority", "message", "description"}:
            page.row[what] = row[what]
        elif what == "close":
            page.status = "closed"
        else:
            page.acked_by = row["user"] if what == "acknowledge" else ""


_MOST = {"message": 130, "description": 15_000, "note": 25_000, "alias": 512, "entity": 512, "user": 100, "source": 100}


class Receiver(Local):
    """Whoever hears a webhook and keeps to its documentation: an id that is known is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[str, Row] = {}

    def _take(self, request: web.Request, body: bytes) -> web.Response:
        if request.method == "POST":
            event = json.loads(body)
            self.events.setdefault(event["id"], event)
        return web.Response(status=204)

    def roots(self) -> list[str]:
        now = {one["alert"]: one["text"] for one in self.events.values() if one["step"] in {"post", "edit"}}
        return list(now.values())

    def thread(self, alert: str) -> list[str]:
        return [one["text"] for one in self.events.values() if one["step"] == "reply" and one["alert"] == alert]


@asynccontextmanager
async def serving(local: Local) -> AsyncIterator[str]:
    """Serve it; its `url` is where."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/{rest:.*}", local.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    local.url = f"http://{host}:{port}"
    try:
        yield local.url
    finally:
        await runner.cleanup()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def strings(bodies: Sequence[bytes]) -> list[str]:
    """Return every text in some bodies."""
    return [text for body in bodies if body for text in _strings(json.loads(body))]
