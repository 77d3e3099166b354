"""How long somebody waits for an answer, while thousands of pages are watched and many incidents are stored."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam, update

from bot import catalog, plugins
from bot.clock import SystemClock
from bot.commands.desk import Desk
from bot.commands.reporting import Hearing
from bot.core import health
from bot.core.reports import Reported, Target
from bot.loops.reading import page_of
from bot.model import ChangeKind, Impact, Incident, Kind, Person, Snapshot, Source, State, Statement, TimelineEntry, Who
from bot.store import polls, sources
from bot.store.commits import write_entries, write_incidents
from bot.store.database import Database, migrate, open_database
from bot.store.polls import Look
from bot.store.standings import page_columns
from bot.store.tables import POLL, SOURCE
from tests.bench.apart import apart
from tests.bench.figures import Figure, percentile, plain, under
from tests.bench.pages import summary
from tests.bench.postgres import postgres
from tests.bench.program import database_in
from tests.bench.watches import source_at

SOURCES, INCIDENTS, OPEN = 5_000, 10_000, 500
_INTERVAL = timedelta(seconds=30)
_TIMES = 200
_ASKED = {
    "status of one": "status page-{n}",
    "status of a part": "status service 1",
    "status of nobody": "status nobody{n}",
    "status of all": "status",
    "incidents": "incidents",
    "details": "details page-{n}-0",
    "ack": "ack page-{n}-0",
    "health": "health",
}


def measure() -> Iterator[Figure]:
    yield from _figures("SQLite", apart(asked, None))
    with postgres() as url:
        yield from _figures("PostgreSQL", apart(asked, url))


def _figures(engine: str, waits: Mapping[str, Sequence[float]]) -> Iterator[Figure]:
    for what, times in waits.items():
        yield plain(f"{what}, {engine}: median", 1e3 * percentile(times, 0.5), "ms")
        yield under(f"{what}, {engine}: 99 %", 1e3 * percentile(times, 0.99), 100, "ms")


async def asked(url: str | None) -> Mapping[str, Sequence[float]]:
    """Return how long each answer took, in seconds, with the pages being watched at the same time."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(url or database_in(Path(folder)))
        await migrate(database)
        watched = [source_at(f"https://{number}.example", number, _INTERVAL) for number in range(SOURCES)]
        await filled(database, watched)
        desk = Desk(database, catalog.load(), SystemClock(), asyncio.Event(), nobody, Hearing(unheard))
        for text in _ASKED.values():
            await _timed(desk, text, 0)
        watching = asyncio.create_task(_watched(database))
        found = {what: [await _timed(desk, text, n) for n in range(_TIMES)] for what, text in _ASKED.items()}
        watching.cancel()
        await asyncio.wait([watching])
        await database.close()
    return found


async def _timed(desk: Desk, text: str, number: int) -> float:
    by = Person("slack", f"U{number}", "somebody")
    began = time.perf_counter()
    await desk.say(text.format(n=number % OPEN), by)
    taken = time.perf_counter() - began
    await asyncio.sleep(0.005)
    return taken


async def _watched(database: Database) -> None:
    """Do what the watch loop does with pages on which nothing is new."""
    while True:
        now = datetime.now(UTC)
        due = await polls.claim_due(database, "bench", now, limit=100, lease=timedelta(minutes=1))
        looks = [
            Look(key=w.source.key, fence=w.fence, health=health.seen(w.health, now), due_at=now + _INTERVAL)
            for w in due
        ]
        await polls.record(database, looks)
        await asyncio.sleep(0.25)


async def filled(database: Database, watched: Sequence[Source]) -> None:
    """Remember of every page that it was read, and ten thousand incidents of which some are open."""
    now = datetime.now(UTC)
    await sources.register(database, watched, now)
    page = page_columns(page_of(plugins.format_named("statuspage").parse(summary(), watched[0])))
    due = [{"b_key": one.key, "b_due": now + _INTERVAL * (number / len(watched))} for number, one in enumerate(watched)]
    each = update(POLL).where(POLL.c.source == bindparam("b_key")).values(due_at=bindparam("b_due"))

    def work(connection: Connection) -> None:
        connection.execute(update(SOURCE).values(**page))
        connection.execute(update(POLL).values(first_look=now, last_look=now, last_try=now))
        connection.execute(each, due)
        for number in range(INCIDENTS):
            incident = _incident(number, now)
            write_incidents(connection, [incident], {})
            write_entries(connection, [_entry(incident, seq) for seq in range(1, incident.last_seq + 1)])

    await database.write(work)
    await database.write(lambda connection: connection.exec_driver_sql("ANALYZE"))


def _incident(number: int, now: datetime) -> Incident:
    vendor, age = f"page-{number % OPEN}", timedelta(minutes=number)
    one = Incident(
        id=f"{vendor}-{number // OPEN}",
        vendor=vendor,
        name=vendor,
        kind=Kind.INCIDENT,
        title=f"Elevated errors, the {number}th time",
        state=State.INVESTIGATING,
        impact=Impact.MAJOR,
        peak=Impact.MAJOR,
        started_at=now - age,
        first_seen_at=now - age,
        latest=Statement(text="We are looking into it. " * 10, author=vendor, at=now - age),
        last_seq=5,
    )
    return one if number < OPEN else replace(one, state=State.RESOLVED, resolved_at=now - age)


def _entry(incident: Incident, seq: int) -> TimelineEntry:
    return TimelineEntry(
        incident=incident.id,
        seq=seq,
        happened_at=incident.started_at,
        recorded_at=incident.started_at,
        who=Who.VENDOR,
        author=incident.name,
        kind=ChangeKind.OPENED if seq == 1 else ChangeKind.UPDATED,
        state=incident.state,
        impact=incident.impact,
        text="We are looking into it. " * 10,
        said=State.INVESTIGATING,
    )


async def unheard(target: Target, person: Person, words: str) -> Reported:
    raise LookupError(f"{target} {person} {words}")


async def nobody(source: Source) -> Snapshot:
    raise LookupError(source.key)
