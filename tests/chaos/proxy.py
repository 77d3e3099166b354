"""What stands between a program and its database, or a chat: a wire that can be cut, or go silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# The name that PostgreSQL's clients look for in a folder:
# https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-UNIX-SOCKET-DIRECTORIES
SOCKET = ".s.PGSQL.5432"
_HOST = "127.0.0.1"
_PIECE = 65_536


@dataclass(slots=True)
class Wire:
    """Connections to one database, by its folder, or to one server, by its port.

    While it `is_cut` there are none; it is silent as long as `open` is not set.
    `wanted` is how many there were, or would have been; `lost` are those that stay silent for ever.
    """

    there: Path | int
    wanted: int = 0
    is_cut: bool = False
    open: asyncio.Event = field(default_factory=asyncio.Event)
    lost: list[asyncio.Event] = field(default_factory=list[asyncio.Event])
    _ends: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def cut(self) -> None:
        """Close every connection, and take none."""
        self.is_cut = True
        for end in [*self._ends]:
            end.transport.abort()

    def silence(self) -> None:
        """Let nothing through, without a word to either side."""
        self.open.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self.is_cut = False
        self.open.set()

    def lead_to(self, there: Path, *, silently: bool) -> None:
        """Lead to another place from now on: what was led elsewhere ends, or is never heard of again."""
        self.there = there
        if silently:
            self.open.clear()
            self.lost.append(self.open)
            self.open = asyncio.Event()
        else:
            self.cut()
        self.mend()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection there and back, until either side ends it."""
        self.wanted += 1
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            there, answers = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, answers}
        gate = self.open
        try:
            await asyncio.gather(self._pump(gate, reader, answers), self._pump(gate, there, writer))
        finally:
            self._ends -= {writer, answers}
            for end in (writer, answers):
                end.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.there, int):
            return await asyncio.open_connection(_HOST, self.there)
        return await asyncio.open_unix_connection(str(self.there / SOCKET))

    async def _pump(self, gate: asyncio.Event, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(_PIECE):
                await gate.wait()
                sink.write(piece)
                await sink.drain()
        # That the other side is gone is not heard either.
        await gate.wait()
        sink.close()


@asynccontextmanager
async def wire(folder: Path, there: Path) -> AsyncIterator[Wire]:
    """Listen in `folder` as PostgreSQL would, for the length of the block, and carry everything to that in `there`."""
    made = Wire(there)
    async with _listening(made, await asyncio.start_unix_server(made.carry, str(folder / SOCKET))):
        yield made


@asynccontextmanager
async def line(port: int) -> AsyncIterator[tuple[Wire, int]]:
    """Listen for the length of the block, and carry everything to that port; gives the port to go there by as well."""
    made = Wire(port)
    server = await asyncio.start_server(made.carry, _HOST, 0)
    async with _listening(made, server):
        yield made, int(server.sockets[0].getsockname()[1])


@asynccontextmanager
async def _listening(made: Wire, server: asyncio.Server) -> AsyncIterator[None]:
    made.open.set()
    try:
        yield
    finally:
        made.cut()
        for gate in (made.open, *made.lost):
            gate.set()
        server.close()
