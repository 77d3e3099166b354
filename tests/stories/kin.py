"""Two Sitreps of one time: the first one is asked over HTTP, and the second may watch it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.core.routing import ours
from bot.model import Source
from bot.web.api.routes import routes
from bot.web.board.pages import Board
from bot.web.server import bound, serve
from tests.databases import sqlite_in
from tests.stories import configs
from tests.stories.world import World, living


@dataclass(slots=True)
class Asked:
    """What a Sitrep publishes, at an address."""

    address: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.asks("GET", path, **headers)

    async def asks(self, method: str, path: str, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        # Certificates that nobody asks for take longer to read than all the rest.
        async with httpx.AsyncClient(base_url=self.address, timeout=20, verify=False) as client:  # noqa: S501  (likewise)
            return await client.request(method, path, headers=given)

    async def json(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return json.loads(answer.content)


@asynccontextmanager
async def published(world: World) -> AsyncIterator[Asked]:
    """Serve what a world knows, as long as it is not restarted."""
    await world.begins()
    configured = world.settings()
    board = Board(world.program.database, world.clock, ours(configured.services), configured.board_url)
    async with serving(board) as found:
        yield found


@asynccontextmanager
async def serving(board: Board) -> AsyncIterator[Asked]:
    """Serve what a board knows; every answer is made anew."""
    socket = bound("127.0.0.1", 0)
    port = socket.getsockname()[1]
    task = asyncio.create_task(serve(routes(board, keeps=0), socket))
    try:
        yield Asked(f"http://127.0.0.1:{port}")
    finally:
        task.cancel()
        await asyncio.wait([task])


def watching(address: str, name: str = "Kin") -> str:
    """Return the table that watches another Sitrep; that it speaks as Statuspage does has to be found out."""
    return f'[[watch]]\nurl = "{address}"\nname = "{name}"\ninterval = "1m"\nformat = "statuspage"\n'


def source(address: str, name: str = "Kin") -> Source:
    """Return what that table stands for."""
    return Source(key="feed:kin", vendor="kin", name=name, format="statuspage", url=address)


@asynccontextmanager
async def beside(world: World, folder: Path, migrated: Path) -> AsyncIterator[World]:
    """Give a second world of the same time, with a database of its own."""
    async with living(folder, _copied(migrated, folder), world.clock) as other:
        other.config = configs.ROUTES
        yield other


def _copied(migrated: Path, folder: Path) -> str:
    folder.mkdir()
    shutil.copyfile(migrated, folder / "sitrep.db")
    return sqlite_in(folder)


async def both(one: World, other: World, minutes: float) -> None:
    """Let time pass for both, a minute at a time, each after the other."""
    await pass_by(minutes, one, other)


async def pass_by(minutes: float, *worlds: World) -> None:
    """Let time pass, a minute at a time, for one world after the other."""
    for _ in range(round(minutes)):
        worlds[0].clock.move(minutes=1)
        for world in worlds:
            await world.begins()
            await world.program.round()
