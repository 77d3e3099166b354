"""Opens a connection to a port; says something there and listens, if that is asked for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from time import perf_counter

from pydantic import Field

from bot.model import Fault, ProbeResult
from bot.ports import Setup, Web
from bot.probes._address import host_and_port
from bot.probes._keys import Keys, Span, filled, refuse_secret
from bot.probes._results import Facts, Objection, place_of, result_of, seconds, shown
from bot.probes._sockets import connected

_LONGEST = 64 * 1024


class Options(Keys):
    """What is said, and what has to come."""

    send: str | None = Field(default=None, description="What to say first.", examples=['"PING\\r\\n"'])
    expect: str | None = Field(default=None, description="A text that has to come.", examples=['"+PONG"'])
    slower_than: Span | None = Field(
        default=None, description="If it all takes longer, it is a failure.", examples=['"500ms"']
    )


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    refuse_secret(text)
    host_and_port(text)


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Connect once."""
    options: Options = setup.options
    return await result_of(setup, at, _look(setup, options), options.slower_than)


async def _look(setup: Setup, options: Options) -> Facts:
    host, port = place_of(setup)
    began, deadline = perf_counter(), asyncio.get_running_loop().time() + setup.timeout.total_seconds()
    async with connected(host, port, setup.timeout) as (reader, writer):
        facts: Facts = (("connected", seconds(timedelta(seconds=perf_counter() - began))),)
        async with asyncio.timeout_at(deadline):
            if options.send is not None:
                writer.write(filled(options.send, setup.secrets).encode())
                await writer.drain()
            if options.expect is not None:
                await _hear(reader, options.expect.encode(), setup)
        return facts


async def _hear(reader: asyncio.StreamReader, expected: bytes, setup: Setup) -> None:
    heard = b""
    while expected not in heard:
        part = await reader.read(4096)
        if not part and not heard:
            raise Objection(Fault.EMPTY, "hung up without a word")
        if not part or len(heard) > _LONGEST:
            said = shown(heard[:_LONGEST].decode(errors="replace"), setup.secrets)
            raise Objection(Fault.WRONG, f"said {said}, and nothing that was expected")
        heard += part
