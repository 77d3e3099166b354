"""What one changed page costs, from its bytes to the commit: parse, gather, diff, correlate, tell, route, commit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import plugins
from bot.core import health
from bot.core.rules import Route
from bot.loops.reading import page_of
from bot.loops.take_in import Ending, Rules, take_in
from bot.model import Claim, Destination, Snapshot, Source
from bot.store import polls, sources
from bot.store.database import Database, migrate, open_database
from bot.store.polls import Look
from bot.store.sources import Watched
from tests.bench.apart import Spent, apart
from tests.bench.figures import Figure, plain, under
from tests.bench.pages import BEGINNING, with_one_more
from tests.bench.postgres import postgres
from tests.bench.program import database_in
from tests.bench.watches import source_at

RULES = Rules((Route(name="default", to=(Destination("console"),)),))
NOON = BEGINNING + timedelta(hours=3)
_LEASE = timedelta(hours=1)
_ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Size:
    """How much is on a page: components, and open incidents with ten updates each."""

    components: int
    incidents: int


COMMON = Size(30, 2)
TENFOLD = Size(300, 20)


def measure() -> Iterator[Figure]:
    common = apart(changed, COMMON, 40, None)
    yield under("one changed page, bytes to commit (30 components, 2 incidents): CPU", 1e3 * common.cpu, 5, "ms")
    tenfold = apart(changed, TENFOLD, 10, None)
    yield plain("the same, ten times as much on the page: CPU", 1e3 * tenfold.cpu, "ms")
    with postgres() as url:
        elsewhere = apart(changed, COMMON, 40, url)
    yield plain("the same as the first, PostgreSQL: CPU of Sitrep", 1e3 * elsewhere.cpu, "ms")
    yield plain("the same as the first, PostgreSQL: time", 1e3 * elsewhere.wall, "ms")


async def changed(size: Size, number: int, url: str | None) -> Spent:
    """Return what one changed page of `number` takes, in the median of some rounds; on SQLite unless there is a url."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(url or database_in(Path(folder)))
        await migrate(database)
        rounds = [await _round(database, size, range(n * number, (n + 1) * number)) for n in range(_ROUNDS)]
        await database.close()
    middle = sorted(rounds, key=lambda spent: spent.cpu)[_ROUNDS // 2]
    return Spent(cpu=middle.cpu / number, wall=middle.wall / number)


async def _round(database: Database, size: Size, numbers: Sequence[int]) -> Spent:
    """Each page has been read once before; now its first incident has one update more."""
    before, after = with_one_more(components=size.components, incidents=size.incidents)
    for number in numbers:
        await sources.add(database, source_at(f"https://{number}.example", number, timedelta(seconds=30)), NOON)
    for watched in await polls.claim_due(database, "bench", NOON, limit=len(numbers), lease=_LEASE):
        await taken_in(database, watched, before, NOON)
    later = NOON + timedelta(minutes=1)
    with Spent() as spent:
        for watched in await polls.claim_due(database, "bench", later, limit=len(numbers), lease=_LEASE):
            await taken_in(database, watched, after, later)
    return spent


async def taken_in(database: Database, watched: Watched, body: bytes, now: datetime, rules: Rules = RULES) -> None:
    """Do with `body` what the watch loop does with the answer of a page that has changed."""
    read = plugins.format_named(watched.source.format).parse(body, watched.source)
    snapshot = replace(read, taken_at=now)
    await take_in(
        database, watched, snapshot, rules=rules, follow_up=unknown, look=lambda _: _look(watched, snapshot, now)
    )


def _look(watched: Watched, snapshot: Snapshot, now: datetime) -> Look:
    return Look(
        key=watched.source.key,
        fence=watched.fence,
        health=health.seen(watched.health, now),
        due_at=now + timedelta(seconds=30),
        page=page_of(snapshot),
        page_id=snapshot.page_id,
        endpoint=watched.source.url,
        validators=json.dumps({"etag": None, "last_modified": None, "digest": "0" * 32}),
    )


async def unknown(source: Source, external_id: str) -> Claim | Ending:
    raise LookupError(f"{external_id} of {source.name} should still be there")
