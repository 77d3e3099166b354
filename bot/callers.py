"""Those who call in, put together: from what is configured to routes, and to loops for what does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bot import catalog, plugins
from bot.clock import Clock
from bot.gauges import UNCOUNTED, Gauges
from bot.loops import hearing, heartbeats
from bot.loops.take_in import Rules
from bot.model import Source, SourceKind
from bot.settings import Job, Settings
from bot.settings.callers import accused
from bot.store.database import Database
from bot.vitals import Pace, Turns

if TYPE_CHECKING:
    from starlette.routing import Route

Loops = dict[str, Callable[[], Awaitable[None]]]
Shown = list[Callable[[], Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Around:
    """What is there for them: `due` is set when something is to be announced, `watched` are the pages."""

    database: Database
    rules: Rules
    clock: Clock
    due: asyncio.Event
    watched: Sequence[Source]
    shown: Shown = field(default_factory=Shown)
    gauges: Gauges = UNCOUNTED
    turns: Turns = field(default_factory=Turns)

    def paced(self, loop: str) -> Pace:
        """Return the clock that a loop sleeps by."""
        return Pace(self.clock, self.turns, loop)


def routes(settings: Settings, around: Around, loops: Loops) -> list[Route]:
    """Return what is to be served for those who call in, and add to `loops` what must run for them.

    What is to be shown of them, and is not told, goes to `around.shown`.
    """
    return [*_hooks(settings, around, loops), *_heartbeats(settings, around, loops)]


def _hooks(settings: Settings, around: Around, loops: Loops) -> list[Route]:
    name = partial(accused, watched=around.watched, catalog=catalog.load())
    ear = hearing.Hearing(around.database, around.rules, around.paced("hearing"), around.due, name)
    # Also where no hook is configured any more: what it told once grows old all the same.
    loops["hearing"] = partial(hearing.expire, ear)
    if not settings.doors:
        return []
    from bot.web import hooks  # noqa: PLC0415  (a fifth of a second, for those who need it)

    doors = [
        hooks.Door(door.hook, plugins.hook_named(door.hook.type), door.token.reveal())
        for door in settings.doors
        if door.token is not None
    ]
    return hooks.routes(doors, partial(hearing.hear, ear), around.clock, gauges=around.gauges)


def _heartbeats(settings: Settings, around: Around, loops: Loops) -> list[Route]:
    jobs = [_job(job, around) for job in settings.jobs]
    beating = heartbeats.Beating(
        around.database, jobs, around.rules, around.paced("heartbeats"), around.due, windows=settings.windows
    )
    around.shown.append(partial(heartbeats.shown, beating))
    # Also where no job is configured any more, as above.
    loops["heartbeats"] = partial(heartbeats.watch, beating)
    if not jobs:
        return []
    from bot.web import heartbeats as web  # noqa: PLC0415  (as above)

    doors = [web.Door(job.slug, job.token.reveal()) for job in settings.jobs if job.token is not None]
    return web.routes(doors, partial(heartbeats.call, beating), around.clock, gauges=around.gauges)


def _job(job: Job, around: Around) -> heartbeats.Job:
    """Return a job as a witness; without a vendor it tells of something of our own."""
    vendor = accused(job.vendor, around.watched, catalog.load()) if job.vendor else None
    source = Source(
        key=heartbeats.source_key(job.slug),
        vendor=vendor.slug if vendor else f"probe-{job.slug}",
        name=job.name,
        format="heartbeat",
        url="",
        kind=SourceKind.PROBE,
        interval=job.spec.every,
        vendor_name=vendor.name if vendor else "",
    )
    return heartbeats.Job(job.name, job.slug, job.spec, source, job.component)
