"""The server of all pages, in a process of its own: it does next to nothing for a request.

There are calm pages that never change, lively ones on which outages are generated, feeds whose windows shrink, recorded
ones where a corpus is at hand; and targets of probes, that fail now and then.
Each page is one vendor of `/vendors/<name>`, on one of a hundred hosts.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from threading import Thread
from typing import cast
from urllib.parse import unquote

import uvloop

from tests.bench.pages import summary
from tests.e2e.statuspage import StatusPage
from tests.soak import outages
from tests.soak.dial import BEGINS, Dial
from tests.soak.feeds import Feed
from tests.soak.outages import Place, Weather
from tests.soak.recorded import Recording, recordings

HOSTS = tuple(f"127.0.0.{number}" for number in range(2, 102))
MARK = re.compile(r"(?:lively|struck|endless|feed)-\d+/\d+:")
# A page has so many outages a day.
_DAILY = 4.0
# When many vendors are struck at once, in seconds.
STRIKES = (9.2 * 3600, 15.7 * 3600, 20.4 * 3600)
_FAILS_EVERY, _FAILS_FOR = 3 * 3600.0, 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pages of which kind there are."""

    seed: int
    sources: int
    corpus: str = ""

    @property
    def lively(self) -> int:
        return max(self.sources // 25, 2)

    @property
    def struck(self) -> int:
        return max(self.sources // 100, 4)

    @property
    def endless(self) -> int:
        return max(self.sources // 500, 1)

    @property
    def feeds(self) -> int:
        return max(self.sources // 100, 1)

    @property
    def recorded(self) -> int:
        return len(recordings(self.corpus))

    @property
    def probes(self) -> int:
        return 50

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield the name of every page with its format."""
        kinds = {"lively": self.lively, "struck": self.struck, "endless": self.endless, "recorded": self.recorded}
        for kind, number in kinds.items():
            yield from ((f"{kind}-{n}", "statuspage") for n in range(number))
        yield from ((f"feed-{n}", "feed") for n in range(self.feeds))
        calm = self.sources - sum(kinds.values()) - self.feeds
        yield from ((f"calm-{n}", "statuspage") for n in range(max(calm, 0)))


@dataclass(frozen=True, slots=True)
class Vendors:
    """The running server."""

    plan: Plan
    port: int
    _line: Connection

    def url(self, name: str, number: int, form: str) -> str:
        host = HOSTS[number % len(HOSTS)]
        return f"http://{host}:{self.port}/vendors/{name}{'/history.rss' if form == 'feed' else ''}"

    def health(self, number: int) -> str:
        return f"http://{HOSTS[number % len(HOSTS)]}:{self.port}/health/{number}"

    def told(self) -> dict[str, float]:
        """Return when each word was first given out, in seconds since the beginning."""
        self._line.send("told")
        return cast("dict[str, float]", self._line.recv())

    def requests(self) -> int:
        self._line.send("requests")
        return cast("int", self._line.recv())


@contextmanager
def serving(plan: Plan, dial: Path) -> Iterator[Vendors]:
    """Serve until the block ends."""
    ours, its = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(its, plan, dial), daemon=True)
    process.start()
    try:
        yield Vendors(plan, ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


@dataclass(slots=True)
class World:
    """All pages as they are now."""

    dial: Dial
    weather: Weather
    places: dict[str, Place] = field(default_factory=dict[str, Place])
    feeds: dict[str, Feed] = field(default_factory=dict[str, Feed])
    recorded: dict[str, Recording] = field(default_factory=dict[str, Recording])
    told: dict[str, float] = field(default_factory=dict[str, float])
    requests: int = 0
    _made: dict[tuple[str, str], tuple[int, bytes]] = field(default_factory=dict[tuple[str, str], tuple[int, bytes]])

    def answer(self, path: str, known: str) -> bytes | None:
        """Return an answer; None for a connection that is cut."""
        self.requests += 1
        seconds = self.dial.seconds()
        self.weather.until(seconds)
        _, kind, name, rest = (*path.split("/", 3), "", "", "")[:4]
        if kind == "health":
            fails = (seconds + 97 * int(name)) % _FAILS_EVERY < _FAILS_FOR and int(name) % 5 == 0
            return _answered(503 if fails else 200, b'{"status": "ok"}', "")
        if name in self.places:
            return self._lively(name, rest, known, seconds)
        if name in self.feeds:
            body = self.feeds[name].body(seconds)
            return self._noted(_answered(200, body, f"f{hash(body)}", known), body, seconds)
        if name in self.recorded:
            return self._recorded(name, rest, known, seconds)
        if name.startswith("calm-") and rest == "api/v2/summary.json":
            return _answered(200, summary(page=name, components=6), "calm", known)
        return _answered(404, b"{}", "")

    def _lively(self, name: str, rest: str, known: str, seconds: float) -> bytes | None:
        place = self.places[name]
        if place.broken:
            return _broken(place, self._document(place, name, rest))
        body = self._document(place, name, rest)
        if not body:
            return _answered(404, b"{}", "")
        return self._noted(_answered(200, body, f"v{place.version}", known), body, seconds)

    def _document(self, place: Place, name: str, rest: str) -> bytes:
        """Return a document of a page, written anew when the page has changed; nothing if there is none."""
        version, body = self._made.get((name, rest), (-1, b""))
        if version == place.version:
            return body
        body = next((json.dumps(said).encode() for path, said in place.page.documents() if path == f"/{rest}"), b"")
        self._made[name, rest] = (place.version, body)
        return body

    def _recorded(self, name: str, rest: str, known: str, seconds: float) -> bytes:
        if rest != "api/v2/summary.json":
            return _answered(404, b"{}", "")
        version, body = self.recorded[name].at(seconds)
        return _answered(200, body, f"r{version}", known)

    def _noted(self, answer: bytes, body: bytes, seconds: float) -> bytes:
        """Return the same, and note when each word was first given out."""
        if answer.startswith(b"HTTP/1.1 200"):
            for word in MARK.findall(body.decode()):
                self.told.setdefault(word, seconds)
        return answer


_REASONS = {200: "OK", 304: "Not Modified", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}


def _answered(status: int, body: bytes, tag: str, known: str = "") -> bytes:
    mark = f'W/"{tag}"'
    if tag and known == mark:
        return f"HTTP/1.1 304 Not Modified\r\nETag: {mark}\r\n\r\n".encode()
    etag = f"ETag: {mark}\r\n" if tag else ""
    kind = "text/html" if body.startswith(b"<!doctype") else "application/json"
    kind = "application/rss+xml" if body.startswith(b"<?xml") else kind
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{etag}\r\n"
    return head.encode() + body


def _broken(place: Place, body: bytes) -> bytes | None:
    if place.broken == "cut off":
        return None
    answers = {
        "error": (500, b"<!doctype html><title>Sorry</title>"),
        "html": (200, b"<!doctype html><title>We will be back soon</title>"),
        "empty": (200, b""),
        "torn": (200, body[: len(body) // 2]),
        "gone": (404, b"{}"),
    }
    status, said = answers[place.broken]
    return _answered(status, said, "")


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if not self._request.endswith(b"\r\n\r\n"):
            return
        head, self._request = self._request.decode("latin-1"), b""
        path = unquote(head.split(" ", 2)[1].partition("?")[0])
        known = re.search(r"^if-none-match: *(.*?)\r$", head, re.IGNORECASE | re.MULTILINE)
        answer = self._world.answer(path, known[1] if known else "")
        if answer is None:
            self._transport.abort()
        else:
            self._transport.write(answer)


def _serve(line: Connection, plan: Plan, dial: Path) -> None:
    uvloop.run(_answer_for_ever(line, made(plan, Dial(dial, holder=1))))


def made(plan: Plan, dial: Dial) -> World:
    """Return the world of a plan, at its beginning."""
    weather = Weather(BEGINS)
    world = World(dial, weather)
    for name, form in plan.pages():
        kind, _, number = name.partition("-")
        dice = Random(f"{plan.seed} {name}")
        if form == "feed":
            world.feeds[name] = Feed(name, dice)
        elif kind == "recorded":
            folder = recordings(plan.corpus)[int(number)]
            world.recorded[name] = Recording(folder, dice.uniform(0, 12) * 3600)
        elif kind != "calm":
            place = world.places[name] = Place(StatusPage(name, weather.now), dice)
            _begin(world, place, kind)
    return world


def _begin(world: World, place: Place, kind: str) -> None:
    if kind == "endless":
        world.weather.add(place, outages.endless(place))
    elif kind == "struck":
        for at in STRIKES:
            world.weather.add(place, outages.at_once(at)(place))
    else:
        world.weather.add(place, outages.one_after_the_other(place, _DAILY))


async def _answer_for_ever(line: Connection, world: World) -> None:
    loop, port = asyncio.get_running_loop(), 0
    for host in HOSTS:
        one = socket(AF_INET, SOCK_STREAM)
        one.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        one.bind((host, port))
        port = one.getsockname()[1]
        await loop.create_server(lambda: _Talk(world), sock=one)
    line.send(port)
    Thread(target=_report, args=(line, world), daemon=True).start()
    await asyncio.Event().wait()


def _report(line: Connection, world: World) -> None:
    """Tell what was seen whenever somebody asks."""
    while True:
        seen = getattr(world, line.recv())
        line.send(dict(seen) if isinstance(seen, dict) else seen)
