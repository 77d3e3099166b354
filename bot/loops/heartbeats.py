"""The heartbeats loop: jobs that should have called in and did not, that failed, or that take too long, are told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.core import heartbeat, told
from bot.core.health import Health
from bot.core.heartbeat import Call, Condition, Heartbeat, Spec, Standing
from bot.core.windows import Window, around
from bot.loops.take_in import Ending, Heard, Rules, take_in
from bot.model import Claim, Snapshot, Source, SourceKind
from bot.store import heartbeats
from bot.store.database import Database
from bot.store.listening import listening
from bot.store.sources import Watched

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)
# So often it is noted that we listen.  After a start, or a longer silence, what was due meanwhile is expected anew.
NOTE = timedelta(seconds=10)
DEAF = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that calls in, at `slug` in the address: the witness that it is, and what is expected of it."""

    name: str
    slug: str
    spec: Spec
    source: Source
    component: str | None = None


@dataclass(slots=True)
class Beating:
    """What the loop works with.  `heard` is set when a job has called, `announced` when there is news.

    `known` is how each job stood when it was last told of, `standings` how it stands, by name.
    """

    database: Database
    jobs: Sequence[Job]
    rules: Rules
    clock: Clock
    announced: asyncio.Event
    windows: Sequence[Window] = ()
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    known: dict[str, Condition] = field(default_factory=dict[str, Condition])
    standings: dict[str, Standing] = field(default_factory=dict[str, Standing])
    noted: datetime | None = None


async def call(beating: Beating, name: str, one: Call) -> None:
    """Note the call of a job; what follows from it is told at once."""
    await heartbeats.change(beating.database, name, partial(_called, one))
    beating.heard.set()


def _called(one: Call, known: Heartbeat) -> Heartbeat:
    return heartbeat.called(known, one)


def shown(beating: Beating) -> tuple[str, ...]:
    """Return a line for each job of which something is to be shown that is not told: it is waited for, or late."""
    waited = (Condition.WAITING, Condition.LATE)
    return tuple(f"{name}: {one.words}" for name, one in beating.standings.items() if one.condition in waited)


async def watch(beating: Beating) -> None:
    """Look every few seconds, and whenever a job has called, until cancelled."""
    await begin(beating)
    while True:
        await look(beating)
        await _wait(beating)


async def _wait(beating: Beating) -> None:
    """Return when a job has called, or it is time to look."""
    waits = (
        asyncio.create_task(beating.heard.wait()),
        asyncio.ensure_future(beating.clock.sleep(PAUSE)),
    )
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
    beating.heard.clear()


async def look(beating: Beating) -> None:
    """Tell how each job stands, if that has changed."""
    if not beating.jobs:
        return
    await _listen(beating)
    known = await heartbeats.every(beating.database)
    now = beating.clock.now()
    for job in beating.jobs:
        standing = heartbeat.state(known.get(job.slug, Heartbeat()), job.spec, now)
        beating.standings[job.name] = standing
        if standing.condition is beating.known.get(job.slug):
            continue
        if standing.is_trouble and around(beating.windows, job.name, now) is not None:
            continue
        await _tell(beating, job, standing, now)
        beating.known[job.slug] = standing.condition


async def _listen(beating: Beating) -> None:
    """Note that we listen; what was due while nobody did is expected anew."""
    now = beating.clock.now()
    if beating.noted is not None and now - beating.noted < NOTE:
        return
    before = await listening(beating.database, "heartbeats", now)
    is_start, beating.noted = beating.noted is None, now
    if before is None or (now - before < DEAF and not is_start):
        return
    log.info("not listening to heartbeats from=%s until=%s: what was due then is expected anew", before, now)
    for job in beating.jobs:
        await heartbeats.change(beating.database, job.slug, partial(_excused, job.spec, before, now))


def _excused(spec: Spec, began: datetime, ended: datetime, known: Heartbeat) -> Heartbeat:
    return heartbeat.excused(known, spec, began, ended)


async def _tell(beating: Beating, job: Job, standing: Standing, now: datetime) -> None:
    if standing.condition in {Condition.LATE, Condition.WAITING}:
        log.info("heartbeat job=%s condition=%s", job.slug, standing.condition)
    snapshot = heartbeat.snapshot_of(job.source, standing, job.component, now)
    await _take_in(beating, job.source, snapshot, partial(heartbeat.heard, standing))


async def begin(beating: Beating) -> None:
    """Give up what is open of jobs that are not configured any more: nobody will tell its end."""
    now = beating.clock.now()
    known = await heartbeats.every(beating.database)
    for name in sorted(known.keys() - {job.slug for job in beating.jobs}):
        key = source_key(name)
        vendor = await heartbeats.left_open(beating.database, key)
        if vendor is not None:
            source = Source(key=key, vendor=vendor, name=name, format="heartbeat", url="", kind=SourceKind.PROBE)
            nothing = Snapshot(vendor=vendor, format="heartbeat", taken_at=now)
            await _take_in(beating, source, nothing, told.given_up)
        # Last: of a job that is forgotten nobody would look for what it left open.
        await heartbeats.forget(beating.database, name)


def source_key(slug: str) -> str:
    """Return the key of the witness that a job is."""
    return f"probe:{slug}"


async def _take_in(beating: Beating, source: Source, snapshot: Snapshot, heard: Heard) -> None:
    now = beating.clock.now()
    taken = await take_in(
        beating.database,
        Watched(source=source, health=Health(first_look=now, last_look=now)),
        snapshot,
        rules=beating.rules,
        follow_up=_nowhere,
        heard=heard,
    )
    for entry in taken.told.entries:
        log.info("noted incident=%s seq=%d kind=%s state=%s", entry.incident, entry.seq, entry.kind, entry.state)
    if taken.told.entries:
        beating.announced.set()


async def _nowhere(_source: Source, _external_id: str) -> Claim | Ending:
    return Ending.UNREADABLE
