"""Which questions read through a table that grows: all that the program asks while its tests run, on both engines.

    python -m tests.plans                                  run the tests of loops, commands, web and store, and look
    python -m tests.plans --statements FOLDER              look at what an earlier run has kept there

SQLite plans without a look at what there is; PostgreSQL is given the world of the board's benchmarks, analysed.  Ends
with 1 if a scan is found that tests/plans/allowed.py has no reason for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.clock import SystemClock
from bot.store.database import migrate
from tests.board.world import Size, fill
from tests.databases import migrate_by_hand, opened, sqlite_in, start_by_hand
from tests.plans.allowed import reason
from tests.plans.plans import NOT_ITS, Scan, of_postgresql, of_sqlite
from tests.plans.standing import standing

_TESTS = ("tests/loops", "tests/commands", "tests/web", "tests/store", "tests/cli")


def collected(folder: Path) -> dict[str, list[str]]:
    """Return what was kept in a folder, by engine."""
    found = {tuple(one) for file in folder.glob("*.json") for one in json.loads(file.read_text(encoding="utf-8"))}
    return {engine: sorted(text for of, text in found if of == engine) for engine in ("sqlite", "postgresql")}


def run_tests(folder: Path) -> None:
    """Run tests and keep what they ask in a folder."""
    environment = {**os.environ, "SITREP_STATEMENTS": str(folder)}
    words = (sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "tests.plans.collect", *_TESTS)
    subprocess.run(words, check=True, env=environment)


# Large enough that PostgreSQL prefers an index where there is one.
_SIZE = Size(vendors=300, incidents=4_000, probes=10, gaps=2_000)
Asked = dict[str, str]
Found = list[tuple[str, Scan]]


def all_of(engine: str, statements: list[str]) -> Asked:
    """Return what stands ready, by where it stands, and what was collected besides that."""
    ready = standing(engine)
    return ready | {f"asked {number}": text for number, text in enumerate({*statements} - {*ready.values()})}


async def of_file(asked: Asked) -> Found:
    folder = Path(tempfile.mkdtemp(prefix="sitrep-plans-"))
    async with opened(sqlite_in(folder)) as database:
        await migrate(database)
    file = str(folder / "sitrep.db")
    mine = {name: text for name, text in asked.items() if not any(word in text for word in NOT_ITS)}
    return [(name, scan) for name, text in mine.items() for scan in of_sqlite(file, [text])]


async def of_server(asked: Asked, size: Size) -> Found:
    server = start_by_hand()
    try:
        await asyncio.to_thread(migrate_by_hand, server)
        async with opened(server.url("migrated")) as database:
            await fill(database, size, SystemClock().now())
            return await database.read(lambda connection: list(of_postgresql(connection, asked)))
    finally:
        server.stop()


def judged(engine: str, found: Found) -> Iterator[Scan]:
    """Print every scan, and yield those that there is no reason for."""
    for name, scan in sorted(found):
        why = reason(name, scan)
        print(f"{'ok  ' if why else 'SCAN'}  {engine}: {name}: {scan.table} by {scan.way}: {why or scan.statement}")
        if not why:
            yield scan


def main() -> int:
    """Read the command line, and begin."""
    parser = argparse.ArgumentParser(
        prog="tests.plans", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--statements", type=Path, help="what was kept by an earlier run")
    options = parser.parse_args()
    folder = options.statements or Path(tempfile.mkdtemp(prefix="sitrep-statements-"))
    if options.statements is None:
        run_tests(folder)
    asked = {engine: all_of(engine, those) for engine, those in collected(folder).items()}
    print({engine: len(those) for engine, those in asked.items()}, folder)
    bad = [*judged("sqlite", asyncio.run(of_file(asked["sqlite"])))]
    bad += judged("postgresql", asyncio.run(of_server(asked["postgresql"], _SIZE)))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
