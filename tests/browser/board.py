"""The program whose board is looked at: it has seen one of everything, and watches a page that a test may write."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from aiohttp import ClientConnectionError, ClientSession
from sqlalchemy import update

from bot.clock import SystemClock
from bot.core import team
from bot.model import Incident, State
from bot.store import incidents
from bot.store.database import Database
from bot.store.tables import POLL
from tests.board import showcase
from tests.databases import opened, sqlite_in
from tests.e2e.program import PATIENCE, Sitrep, sitrep_in
from tests.e2e.statuspage import StatusPage
from tests.servers import Answer, Server, serve

_INTERVAL = "5s"
SECRET = "a-secret-of-the-tests-alone-long-enough"


@dataclass(slots=True)
class Board:
    """A running program; `url` is where its board is, `page` the one that it reads every few seconds."""

    sitrep: Sitrep
    page: StatusPage
    server: Server
    url: str
    places: Mapping[str, str] = field(default_factory=dict[str, str])

    def show(self) -> None:
        """Let the page show what has become of it."""
        self.server.answers = {path: Answer.json(one, etag=True) for path, one in self.page.documents()}

    async def reads_now(self) -> None:
        """Let the page show what has become of it, and have it read at once."""
        self.show()
        due = update(POLL).where(POLL.c.source == "feed:brightside").values(due_at=SystemClock().now())
        async with opened(sqlite_in(self.sitrep.folder)) as database:
            await database.write(lambda connection: connection.execute(due))

    async def starts(self) -> None:
        """Start the program, and return when its board answers."""
        await self.sitrep.started()
        async with ClientSession() as client, asyncio.timeout(PATIENCE):
            while not await _answers(client, self.url):  # noqa: ASYNC110  (another program rings no bell)
                await asyncio.sleep(0.02)
        # Only now: a start tries anew to deliver what could not be delivered.
        async with opened(sqlite_in(self.sitrep.folder)) as database:
            await showcase.park(database)

    async def ends(self) -> None:
        await self.sitrep.stop()


async def _answers(client: ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            return answer.status == 200
    except ClientConnectionError:
        return False


async def _places(database: Database) -> Mapping[str, str]:
    """Return where the incidents are that tests speak of, by what they call them."""
    found = await incidents.recent_incidents(database, 100)
    first = {name: next(one.id for one in found if is_it(one)) for name, is_it in _CALLED.items()}
    places = {name: f"/incidents/{quote(id_)}" for name, id_ in first.items()}
    return places | {f"report of {name}": f"{place}/report" for name, place in places.items()}


_CALLED: Mapping[str, Callable[[Incident], bool]] = {
    "two clocks": lambda one: one.vendor == "github" and one.is_open,
    "the whole story": lambda one: one.state is State.POSTMORTEM,
    "many at once": lambda one: bool(one.cause) and one.is_open,
    "maintenance": lambda one: one.state is State.IN_PROGRESS,
    "our own": lambda one: one.vendor == team.VENDOR and one.is_open,
    "hostile": lambda one: one.vendor == "evil" and "script" in one.title,
    "hostile and long": lambda one: one.vendor == "evil" and "script" not in one.title,
}


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Board]:
    """Run a program on the database in `folder`, which is migrated, until the block ends."""
    now = SystemClock().now
    async with opened(sqlite_in(folder)) as database:
        await showcase.show(database, now())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / ".env").write_text(f"PORT={port}\nHOST=127.0.0.1\nSITREP_BOARD_SECRET={SECRET}\n", encoding="utf-8")
    async with serve() as server, sitrep_in(folder) as sitrep:
        board = Board(sitrep, StatusPage("brightside", now), server, f"http://127.0.0.1:{port}")
        board.show()
        sitrep.watches({"Brightside": server.url}, _INTERVAL, showcase.TABLES)
        await board.starts()
        async with opened(sqlite_in(folder)) as database:
            board.places = await _places(database)
        yield board
        await board.ends()
