"""`sitrep replay`: recorded snapshots through the whole path, at the times at which they were taken."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from adapters.console import Console
from bot import catalog, plugins
from bot.cli.dating import dated
from bot.cli.frames import Frame, Series
from bot.cli.rehearsed import RULE, Check, Part, checks
from bot.clock import Clock, SimulatedClock
from bot.core.message import Message, plain
from bot.errors import ConfigError, ParseError
from bot.loops.deliver import Delivering
from bot.loops.replay import Replay, check, finish, play
from bot.loops.take_in import Rules
from bot.model import ChangeKind, Ref, Snapshot, Source, Step, StepKind
from bot.settings.names import slug_of_page
from bot.store.database import Database, claim_purpose, migrate, open_database
from bot.store.errands import Errand

# A pause between two snapshots that would last longer than this, even at the speed asked for, is cut short.
LONGEST_PAUSE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to replay and how.  `speed` is how many times faster than life, None for as fast as it goes.

    `probes` are checked beside what was recorded of pages; `beside` goes on while it is played, and `end` is done when
    all was, at that time.
    """

    series: tuple[Series, ...]
    probes: tuple[Part, ...] = ()
    beside: Callable[[Database, Clock], AbstractAsyncContextManager[object]] = lambda _database, _clock: nullcontext()
    end: Callable[[Database, datetime], Awaitable[None]] | None = None
    format: str | None = None
    vendor: str | None = None
    speed: float | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """A series with the source that it speaks for."""

    source: Source
    series: Series


class Paper:
    """A platform that takes everything and shows nothing: a replay never sends to a real channel."""

    longest = 100_000

    def __init__(self, name: str) -> None:
        """Stand in for the platform called `name`."""
        self.name = name

    async def post(self, address: str, message: Message, key: str, earlier: Ref | None = None) -> Ref:
        """Take a root message."""
        del address, message, earlier
        return Ref(key)

    async def reply(self, root: Ref, message: Message, key: str) -> Ref:
        """Take a reply."""
        del root, message
        return Ref(key)

    async def edit(self, root: Ref, message: Message, earlier: Ref | None = None) -> None:
        """Take an edit."""

    async def find(self, address: str, root: Ref | None, key: str, since: datetime) -> Ref | None:
        """Everything that was begun was taken."""
        del address, root, since
        return Ref(key)


def recordings(wish: Wish) -> tuple[Recording, ...]:
    """Return whose pages were recorded.  ConfigError names every series of which that can not be told."""
    found, mistakes = [], []
    for one in wish.series:
        try:
            source = _source(one, wish)
            read = partial(plugins.format_named(source.format).parse, source=source)
            found.append(Recording(source, replace(one, frames=tuple(dated(one.frames, read)))))
        except (ParseError, ConfigError) as e:
            mistakes.append(f"{one.name}: {e}")
    if mistakes:
        raise ConfigError(*mistakes)
    return tuple(found)


def _source(one: Series, wish: Wish) -> Source:
    """The first answer in it that some format can read tells the format, and with it the vendor."""
    draft = Source(key="", vendor=wish.vendor or "unknown", name="", format=wish.format or "auto", url="")
    error: ParseError | None = None
    for frame in one.frames:
        body = frame.path.read_bytes()
        try:
            name, snapshot = _read(body, draft, wish.format)
        except ParseError as e:
            error = error or e
            continue
        vendor, title = _vendor(one, wish.vendor, snapshot.page_url, snapshot.page_name)
        url = _address(snapshot.page_url, vendor)
        return Source(key=f"replay:{vendor}:{one.name}", vendor=vendor, name=title, format=name, url=url)
    raise error or ParseError("nothing in it can be read")


def _address(told: str | None, vendor: str) -> str:
    """Return the page's own address; a list of incidents alone does not tell it."""
    if told and urlsplit(told).hostname:
        return told
    known = catalog.find(vendor)
    return known.page if known else f"https://{vendor}.invalid"


def _read(body: bytes, source: Source, name: str | None) -> tuple[str, Snapshot]:
    if name is None:
        return plugins.detect(body, source)
    return name, plugins.format_named(name).parse(body, source)


def _vendor(one: Series, named: str | None, url: str | None, title: str | None) -> tuple[str, str]:
    """Return slug and name: as asked for, by the page's own address, by what the folder is called."""
    if named is not None:
        known = catalog.find(named)
        return (known.slug, known.name) if known else (named, title or named)
    host = url.split("/")[2] if url and "//" in url else ""
    words = [one.name.partition("-")[0], *(frame.path.name.partition("-")[0] for frame in one.frames[:1])]
    candidates = (catalog.by_host(host), *(catalog.find(word) for word in words))
    known = next((vendor for vendor in candidates if vendor is not None), None)
    if known is not None:
        return known.slug, known.name
    if not host:
        raise ConfigError("whose page this is can not be told from it; name it with --vendor")
    return slug_of_page(url or "", title, catalog.load()), title or host


async def replay(wish: Wish, rules: Rules, database_url: str | None, say: Callable[[str], None]) -> int:
    """Play everything in the order of its times; returns how many steps were announced."""
    found = recordings(wish)
    scenes = sorted(_scenes(found, wish.probes), key=lambda scene: scene.at)
    steps = 0

    def observe(errand: Errand, step: Step) -> None:
        nonlocal steps
        steps += 1
        if wish.as_json:
            say(json.dumps(step_line(errand, step, clock.now()), ensure_ascii=False))

    clock = SimulatedClock(scenes[0].at)
    async with _database(database_url) as database, wish.beside(database, clock):
        endings = {one.source.key: one.series.ending for one in found}
        stage = Replay(
            database,
            rules,
            clock,
            _delivering(database, clock, rules, wish, observe),
            _lost,
            lambda source, external_id: endings[source.key](external_id),
        )
        previous = scenes[0].at
        for scene in scenes:
            await _pause(scene.at - previous, wish.speed)
            await scene.play(stage)
            previous = scene.at
        await finish(stage)
        if wish.end is not None:
            await wish.end(database, previous)
    return steps


@dataclass(frozen=True, slots=True)
class _Scene:
    """Something that happened at a time: a page was read, or a probe was checked."""

    at: datetime
    play: Callable[[Replay], Awaitable[None]]


def _scenes(found: Sequence[Recording], probes: Sequence[Part]) -> Iterator[_Scene]:
    for one in found:
        yield from (_Scene(frame.at, partial(_read_again, one.source, frame)) for frame in one.series.frames)
    last = max(frame.at for one in found for frame in one.series.frames)
    for part in probes:
        source = part.source(found[0].source.vendor, found[0].source.name)
        yield from (_Scene(one.at, partial(_checked_again, one)) for one in checks(part, source, last))


async def _read_again(source: Source, frame: Frame, stage: Replay) -> None:
    await play(stage, source, frame.path.read_bytes(), frame.at)


async def _checked_again(one: Check, stage: Replay) -> None:
    await check(stage, one.source, one.state, RULE, one.at)


async def _pause(span: timedelta, speed: float | None) -> None:
    if speed is not None:
        await asyncio.sleep(min(span.total_seconds() / speed, LONGEST_PAUSE))


def _delivering(
    database: Database, clock: SimulatedClock, rules: Rules, wish: Wish, observe: Callable[[Errand, Step], None]
) -> Delivering:
    names = {destination.platform for route in rules.routes for destination in route.to}
    return Delivering(
        database=database,
        platforms={name: Paper(name) if wish.as_json else _shown() for name in names},
        clock=clock,
        owner="replay",
        chance=lambda: 0.0,
        due=asyncio.Event(),
        observe=observe,
        ruling=rules.ruling,
    )


def _shown() -> Console:
    return Console(sys.stdout, colour=sys.stdout.isatty(), zone=UTC)


def _lost(source: Source, reason: str) -> None:
    sys.stderr.write(f"{source.name}: not a snapshot, its last good state stands: {reason}\n")


@asynccontextmanager
async def _database(url: str | None) -> AsyncIterator[Database]:
    """Open the database that was named, or one that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sitrep-replay-") as folder:
        database = open_database(url or f"sqlite+aiosqlite:///{Path(folder) / 'replay.db'}")
        try:
            database.hold()
            await migrate(database)
            await claim_purpose(database, "replay")
            yield database
        finally:
            await database.close()


def step_line(errand: Errand, step: Step, now: datetime) -> Mapping[str, object]:
    """Return one announcement step as the contract writes it.

    `seq` is the last timeline entry that the channel has after it; `kind` is the entry's, `opened` for a
    root and `updated` for whatever brings several things up to date at once.
    """
    incident = errand.incident
    if incident is None:
        return _digest_line(errand, now)
    entry = step.entries[-1] if step.entries else None
    kinds = {StepKind.POST: ChangeKind.OPENED, StepKind.REPLY: entry.kind if entry else ChangeKind.UPDATED}
    return {
        "at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "destination": str(errand.announcement.destination),
        "step": "reply" if step.kind is StepKind.CATCH_UP else step.kind.value,
        "incident": incident.id,
        "vendor": incident.vendor,
        "kind": kinds.get(step.kind, ChangeKind.UPDATED).value,
        "state": (entry.state if entry else incident.state).value,
        "impact": (entry.impact if entry else incident.impact).value,
        "title": incident.title,
        "text": plain(errand.message),
        "seq": step.through,
    }


def _digest_line(errand: Errand, now: datetime) -> Mapping[str, object]:
    """Return the step of a digest, which is of no one incident."""
    return {
        "at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "destination": str(errand.announcement.destination),
        "step": errand.step.kind.value,
        "incident": errand.announcement.incident,
        "vendor": "",
        "kind": "digest",
        "state": "",
        "impact": "none",
        "title": errand.message.headline,
        "text": plain(errand.message),
        "seq": errand.step.through,
    }
