"""All probes of one vendor fail at once: what that takes, and whether each costs the same however many they are."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.probing import Rule
from bot.core.rules import Route
from bot.errors import PermanentFailure
from bot.fetch import Fetcher
from bot.loops.checking import Probe, Probing
from bot.loops.probing import taken
from bot.loops.sight import Eyes
from bot.loops.take_in import Rules
from bot.model import Destination, Fault, ProbeResult, Source, SourceKind
from bot.ports import Setup, Web
from bot.store import polls, probes, sources
from bot.store.database import Database, migrate, open_database
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, plain, under
from tests.bench.pages import BEGINNING
from tests.bench.program import database_in
from tests.fakes import ManualClock

FEW, MANY = 50, 400
RULE = Rule(interval=timedelta(seconds=30))
RULES = Rules((Route(name="default", to=(Destination("console"),)),))


def measure() -> Iterator[Figure]:
    few, many = apart(failing, FEW), apart(failing, MANY)
    yield plain(f"{FEW} probes of one vendor fail at once: CPU", 1e3 * few.cpu, "ms")
    yield plain(f"{MANY} of them: CPU", 1e3 * many.cpu, "ms")
    yield under("the same for each probe, many against few", many.cpu / MANY / (few.cpu / FEW), 3, "x")


async def failing(number: int) -> Spent:
    """Return what it takes when so many probes see for the third time that the vendor fails, all at one instant."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(database_in(Path(folder)))
        await migrate(database)
        clock = ManualClock(BEGINNING)
        probing = await _begun(database, number, clock)
        for _ in range(RULE.fail_after - 1):
            await _checked(probing, clock)
        with Spent() as spent:
            await _checked(probing, clock)
        await database.close()
    return spent


async def _begun(database: Database, number: int, clock: ManualClock) -> Probing:
    found = {one.source.key: one for one in (_probe(n) for n in range(number))}
    await sources.register(database, [one.source for one in found.values()], clock.now())
    web = Fetcher(now=clock.now)
    return Probing(database, web, RULES, clock, "bench", asyncio.Event(), found, Eyes(database, clock))


async def _checked(probing: Probing, clock: ManualClock) -> None:
    """Check all once, a minute later, and commit what comes of it."""
    clock.move(minutes=1)
    now = clock.now()
    due = await probes.claim_due(
        probing.database, "bench", now, until=now, limit=len(probing.probes), lease=probing.lease
    )
    fails = ProbeResult(ok=False, at=now, reason="HTTP 503", fault=Fault.SERVER)
    looks = await asyncio.gather(*(taken(probing, one, fails) for one in due))
    await polls.record(probing.database, [look for look in looks if look is not None])


def _probe(number: int) -> Probe:
    source = Source(
        key=f"probe:p{number}",
        vendor="acme",
        vendor_name="Acme",
        name=f"p{number}",
        format="http",
        url="https://acme.example",
        kind=SourceKind.PROBE,
        interval=RULE.interval,
        components=(f"Part {number % 7}",),
        remind=(),
    )
    return Probe(source, Setup(target="", options=None, timeout=timedelta(seconds=10)), RULE, _never)


async def _never(_setup: Setup, _web: Web, _at: datetime) -> ProbeResult:
    raise PermanentFailure("nothing is asked here")
