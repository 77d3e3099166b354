"""Those who call in, for `status`: what is configured, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.catalog import Catalog
from bot.core.calling import CallerView, of_hook, of_job
from bot.core.heartbeat import Heartbeat, state
from bot.core.hooks import note_of
from bot.model import Source
from bot.settings import Job, Settings
from bot.settings.callers import accused
from bot.store import heartbeats
from bot.store.database import Database
from bot.store.listening import heard_until

Callers = Callable[[], Awaitable[Sequence[CallerView]]]


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is to call in, each with the vendor whose trouble it tells of: jobs, and hooks by name."""

    jobs: tuple[tuple[Job, str | None], ...] = ()
    hooks: tuple[tuple[str, str | None], ...] = ()


def expected(settings: Settings, watched: Iterable[Source], catalog: Catalog) -> Expected:
    """Return who is to call in."""
    pages = tuple(watched)

    def whose(vendor: str | None) -> str | None:
        return accused(vendor, pages, catalog).slug if vendor else None

    return Expected(
        jobs=tuple((job, whose(job.vendor)) for job in settings.jobs),
        hooks=tuple((door.hook.name, whose(door.hook.vendor)) for door in settings.doors),
    )


async def views(database: Database, those: Expected, now: datetime) -> tuple[CallerView, ...]:
    """Return how they stand."""
    known = await heartbeats.every(database) if those.jobs else {}
    heard = await heard_until(database, [note_of(name) for name, _ in those.hooks]) if those.hooks else {}
    jobs = (of_job(job.name, of, state(known.get(job.slug, Heartbeat()), job.spec, now)) for job, of in those.jobs)
    return (*jobs, *(of_hook(name, of, heard.get(note_of(name))) for name, of in those.hooks))


async def nobody() -> Sequence[CallerView]:
    """Return none: nobody is to call in."""
    return ()
