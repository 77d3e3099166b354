"""The real program, started as its users start it: `python -m bot …` in a folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from tests.databases import opened, sqlite_in
from tests.e2e.warm import Warm, begin

ROOT = Path(__file__).resolve().parents[2]
# Generous: a machine that runs other tests as well starts Python slowly.
PATIENCE = 60.0
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the console's log: what was shown, under which root."""

    key: str
    step: str
    root: str
    text: str

    @property
    def incident(self) -> str:
        return self.root.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str


async def patiently(holds: Callable[[], object], *, within: float = PATIENCE, every: float = 0.02) -> bool:
    """Return as soon as it holds whether it does: False if it did not in all this time."""
    deadline = asyncio.get_running_loop().time() + within
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(every)
    return True


async def until(holds: Callable[[], object], what: str, *, every: float = 0.02) -> None:
    """Return as soon as it holds; fail, saying what was waited for, if it never does."""
    assert await patiently(holds, every=every), f"waited {PATIENCE:g} s in vain: {what}"


@dataclass(slots=True)
class Sitrep:
    """A folder with a configuration, and at most one running program in it."""

    folder: Path
    database_url: str
    process: asyncio.subprocess.Process | Warm | None = None
    _told: list[Told] = field(default_factory=list[Told])
    _read: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "sitrep.toml"

    @property
    def log(self) -> Path:
        return self.folder / "console.jsonl"

    @property
    def err(self) -> str:
        """All that the program has ever said to its operator."""
        return (self.folder / "err").read_text(encoding="utf-8")

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database_url,
            "SITREP_CONSOLE_LOG": str(self.log),
        }

    def watches(self, urls: Mapping[str, str], interval: str = "5s", more: str = "") -> None:
        """Write the configuration that watches Statuspages, by name and address."""
        tables = [f'[egress]\nallow = ["127.0.0.1"]\n{more}']
        tables += [
            f'[[watch]]\nurl = "{url}"\nname = "{name}"\nformat = "statuspage"\ninterval = "{interval}"\n'
            for name, url in urls.items()
        ]
        self.config.write_text("\n".join(tables), encoding="utf-8")

    async def start(self) -> None:
        assert self.process is None
        arguments = ("run", "--config", str(self.config))
        self.process = await begin(arguments, self.folder, self.environment, self.folder / "out", self.folder / "err")

    async def start_cold(self) -> None:
        """Start it as users do, with nothing imported yet."""
        assert self.process is None
        with (self.folder / "out").open("ab") as out, (self.folder / "err").open("ab") as err:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", str(self.config)),
                cwd=self.folder,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    async def started(self) -> None:
        """Start, and return once it says that it watches."""
        before = self._watched
        await self.start()
        await self._watches_again(before)

    async def started_cold(self) -> None:
        """Start it as users do, and return once it says that it watches."""
        before = self._watched
        await self.start_cold()
        await self._watches_again(before)

    @property
    def _watched(self) -> int:
        return self.err.count("watching") if (self.folder / "err").exists() else 0

    async def _watches_again(self, before: int) -> None:
        await until(lambda: self.err.count("watching") > before or self.has_ended, "the program watches")
        assert not self.has_ended, self.err

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.returncode is not None

    async def kill(self) -> None:
        """End it as a power cut does."""
        process = self._running()
        process.kill()
        assert await process.wait() == -signal.SIGKILL

    async def stop(self, number: int = signal.SIGTERM, *, within: float = 10.0) -> int:
        """Ask it to end, and return its exit status; fail if it takes longer than it may."""
        process = self._running()
        process.send_signal(number)
        try:
            return await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            process.kill()
            raise

    def _running(self) -> asyncio.subprocess.Process | Warm:
        assert self.process is not None
        process, self.process = self.process, None
        return process

    async def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Run a command to its end."""
        said = tuple(self.folder / f".said-{next(_NUMBERS)}" for _ in range(2))
        process = await begin(arguments, self.folder, {**self.environment, **(environment or {})}, *said)
        status = await asyncio.wait_for(process.wait(), PATIENCE)
        out, err = (one.read_text(encoding="utf-8") for one in said)
        return Ended(status, out, err)

    def told(self) -> list[Told]:
        """Return what the console's log holds; a line that was torn by a kill was never shown."""
        if self.log.exists():
            with self.log.open("rb") as log:
                log.seek(self._read)
                whole, end, _ = log.read().rpartition(b"\n")
            self._read += len(whole + end)
            self._told += [Told(**row) for row in _rows(whole.split(b"\n"))]
        return self._told

    async def ask(self, query: str) -> list[Any]:
        """Return the first column of what the database answers."""
        async with opened(self.database_url) as database:
            return list(await database.read(lambda connection: connection.execute(text(query)).scalars().all()))

    async def until_content(self) -> None:
        """Return when nothing is to be told any more, as far as the database knows."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while restless := await self.ask(_RESTLESS):
            assert asyncio.get_running_loop().time() < deadline, f"still to be told: {restless}"
            await asyncio.sleep(0.05)

    async def held(self) -> list[str]:
        """Return what a program that was told to stop has not given back, or has not finished."""
        return await self.ask(f"{_RESTLESS} UNION ALL {_LEASED}")

    async def leaked(self) -> list[str]:
        """Return what nobody can go on with who begins now.

        That something has become due in the last moment is none of it: an edit of unknown end is looked at once more.
        """
        return await self.ask(f"{_UNFINISHED} UNION ALL {_LEASED}")

    async def until_failed(self, times: int) -> None:
        """Return when every watched page has failed so many times in a row."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while min(await self.ask("SELECT failures FROM poll")) < times:
            assert asyncio.get_running_loop().time() < deadline, f"no {times} failures within {PATIENCE:g} s"
            await asyncio.sleep(0.1)

    async def let_leases_run_out(self) -> None:
        """Let a minute pass for whoever would wait for a dead instance's leases."""

        def work(connection: Connection) -> None:
            for table in {"poll", "announcement"}.intersection(inspect(connection).get_table_names()):
                past = f"UPDATE {table} SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL"  # noqa: S608  (the tables are ours)
                connection.execute(text(past))

        async with opened(self.database_url) as database:
            await database.write(work)


_RESTLESS = """
    SELECT 'announcement of ' || incident || ' to ' || destination FROM announcement
    WHERE due_at IS NOT NULL OR owner IS NOT NULL OR lease_until IS NOT NULL OR intent IS NOT NULL
        OR state <> 'live' OR root IS NULL
"""
_UNFINISHED = """
    SELECT 'announcement of ' || incident || ' to ' || destination FROM announcement
    WHERE owner IS NOT NULL OR lease_until IS NOT NULL OR intent IS NOT NULL
"""
_LEASED = "SELECT 'poll of ' || source FROM poll WHERE owner IS NOT NULL OR lease_until IS NOT NULL"


def _rows(lines: Sequence[bytes]) -> Iterable[dict[str, str]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


@asynccontextmanager
async def sitrep_in(folder: Path, database_url: str | None = None) -> AsyncIterator[Sitrep]:
    """Give a folder to run Sitrep in; what still runs at the end is killed."""
    sitrep = Sitrep(folder, database_url or sqlite_in(folder))
    try:
        yield sitrep
    finally:
        if sitrep.process is not None:
            if sitrep.process.returncode is None:
                sitrep.process.kill()
            await sitrep.process.wait()
