"""Connections that are not for the web: to each address of a host in turn, within a time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

import certifi

from bot.model import Fault
from bot.probes._results import Objection, seconds

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_LONGEST = 64 * 1024


@asynccontextmanager
async def connected(host: str, port: int, within: timedelta) -> AsyncIterator[Streams]:
    """Open a connection, to the first of the host's addresses that lets us; what is said on it is in no hurry here."""
    try:
        reader, writer = await _opened(host, port, within)
    except TimeoutError:
        raise Objection(Fault.TIMEOUT, f"no connection to {host} within {seconds(within)}") from None
    try:
        yield reader, writer
    finally:
        # How long a server takes to say goodbye does not matter.
        writer.close()


async def _opened(host: str, port: int, within: timedelta) -> Streams:
    """Try the addresses one by one: asked to try all, the loop loses the reason if they fail differently."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within.total_seconds()
    async with asyncio.timeout_at(deadline):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(where[4][0]) for where in found))
    problem: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for number, address in enumerate(addresses):
        share = (deadline - loop.time()) / (len(addresses) - number)
        try:
            async with asyncio.timeout(share):
                return await asyncio.open_connection(address, port, limit=_LONGEST)
        except OSError as error:
            problem = error
    raise problem


@cache
def usual_trust() -> ssl.SSLContext:
    """Return what certificates are checked against: what this machine trusts, and what browsers do."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def trust_of(file: str | None) -> ssl.SSLContext:
    """Return what certificates are checked against, a file of them instead of the usual ones if it is given."""
    if file is None:
        return usual_trust()
    try:
        return ssl.create_default_context(cafile=file)
    except OSError:
        raise Objection(Fault.SETUP, f"the file of certificates {file} can not be read") from None
