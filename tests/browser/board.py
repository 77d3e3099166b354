"""The program whose board is looked at: it has seen one of everything, and watches a page that a test may write."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession

from bot.clock import SystemClock
from tests.board import showcase
from tests.databases import opened, sqlite_in
from tests.e2e.program import PATIENCE, Sitrep, sitrep_in
from tests.e2e.statuspage import StatusPage
from tests.servers import Answer, Server, serve

_INTERVAL = "5s"


@dataclass(slots=True)
class Board:
    """A running program; `url` is where its board is, `page` the one that it reads every few seconds."""

    sitrep: Sitrep
    page: StatusPage
    server: Server
    url: str

    def show(self) -> None:
        """Let the page show what has become of it."""
        self.server.answers = {path: Answer.json(one, etag=True) for path, one in self.page.documents()}

    async def starts(self) -> None:
        """Start the program, and return when its board answers."""
        await self.sitrep.started()
        async with ClientSession() as client, asyncio.timeout(PATIENCE):
            while not await _answers(client, self.url):  # noqa: ASYNC110  (another program rings no bell)
                await asyncio.sleep(0.02)

    async def ends(self) -> None:
        await self.sitrep.stop()


async def _answers(client: ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            return answer.status == 200
    except ClientConnectionError:
        return False


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Board]:
    """Run a program on the database in `folder`, which is migrated, until the block ends."""
    now = SystemClock().now
    async with opened(sqlite_in(folder)) as database:
        await showcase.show(database, now())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / ".env").write_text(f"PORT={port}\nHOST=127.0.0.1\n", encoding="utf-8")
    async with serve() as server, sitrep_in(folder) as sitrep:
        board = Board(sitrep, StatusPage("brightside", now), server, f"http://127.0.0.1:{port}")
        board.show()
        sitrep.watches({"Brightside": server.url}, _INTERVAL, showcase.TABLES)
        await board.starts()
        async with opened(sqlite_in(folder)) as database:
            await showcase.park(database)
        yield board
        await board.ends()
