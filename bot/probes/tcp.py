"""Opens a connection to a port; says something there and listens, if that is asked for."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta

from pydantic import Field

from bot.model import ProbeResult
from bot.ports import Setup, Web
from bot.probes._address import host_and_port
from bot.probes._keys import Keys, filled

_LONGEST = 64 * 1024


class Options(Keys):
    """What is said, and what has to come."""

    send: str | None = Field(default=None, description="What to say first.", examples=['"PING\\r\\n"'])
    expect: str | None = Field(default=None, description="What has to come.", examples=['"+PONG"'])


def read_target(text: str) -> None:
    """Raise ValueError if a target is none."""
    host_and_port(text)


async def check(setup: Setup, _web: Web, at: datetime) -> ProbeResult:
    """Connect once."""
    host, port = host_and_port(setup.target)
    options: Options = setup.options
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(setup.timeout.total_seconds()):
            reason = await _talked(host, port, options, setup)
    except TimeoutError:
        reason = f"no answer within {setup.timeout.total_seconds():g} s"
    except socket.gaierror:
        reason = f"no address for {host}"
    except OSError as error:
        reason = f"no connection to {host}: {os.strerror(error.errno).lower() if error.errno else 'it failed'}"
    return ProbeResult(ok=not reason, at=at, reason=reason, latency=timedelta(seconds=loop.time() - began))


async def _talked(host: str, port: int, options: Options, setup: Setup) -> str:
    """Return what was wrong, or nothing."""
    reader, writer = await asyncio.open_connection(host, port, limit=_LONGEST)
    try:
        if options.send is not None:
            writer.write(filled(options.send, setup.secrets).encode())
            await writer.drain()
        if options.expect is None:
            return ""
        return await _heard(reader, options.expect.encode())
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _heard(reader: asyncio.StreamReader, expected: bytes) -> str:
    heard = b""
    while expected not in heard:
        part = await reader.read(4096)
        if not part or len(heard) > _LONGEST:
            return (
                f"said {heard[:60].decode(errors='replace')!r} and nothing that was expected"
                if heard
                else "said nothing"
            )
        heard += part
    return ""
