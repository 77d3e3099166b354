"""What the tests of probes share: a check with its keys as a file has them, and local servers to check."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from bot.fetch import EgressPolicy
from bot.model import ProbeResult, Spent
from bot.plugins import probe_named
from bot.ports import Setup
from tests.fetch.world import FakeResolver, local_fetcher

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = timedelta(seconds=5)
BRIEF = timedelta(seconds=0.3)
# For what has to come in time on a busy machine, before the rest never comes.
SECOND = timedelta(seconds=1)
HERE = "127.0.0.1"


async def checked(
    kind: str,
    target: str,
    *,
    secrets: Mapping[str, str] | None = None,
    within: timedelta = LONG,
    spent: Spent | None = None,
    at: datetime = AT,
    egress: EgressPolicy | None = None,
    known_as: str = "status.test",
    **keys: Any,
) -> ProbeResult:
    """Check once, as the loop does; `known_as` leads here."""
    probe = probe_named(kind)
    probe.read_target(target)
    setup = Setup(
        target=target,
        options=probe.Options.model_validate(keys),
        timeout=within,
        secrets=secrets or {},
        spent=spent or Spent(),
    )
    resolver = FakeResolver(**{known_as: [[HERE]]})
    async with local_fetcher(resolver=resolver, egress=egress or EgressPolicy.allowing(HERE)) as web:
        return await probe.check(setup, web, at)


def options(kind: str, **keys: Any) -> Any:
    return probe_named(kind).Options.model_validate(keys)


def mistake(kind: str, **keys: Any) -> str:
    """Return what is said of keys that are wrong, in one line."""
    with pytest.raises(ValidationError) as caught:
        options(kind, **keys)
    (one,) = caught.value.errors()
    assert "\n" not in one["msg"]
    return str(one["msg"]).removeprefix("Value error, ")


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind((HERE, 0))
        return int(unused.getsockname()[1])


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(talk: Talk, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Let a server talk to whoever comes; yield its address."""
    talks: set[asyncio.Task[None] | None] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(meet, HERE, 0, ssl=tls)
    try:
        yield f"{HERE}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in filter(None, talks):
            task.cancel()
        await server.wait_closed()


async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Take the connection and never say a word."""
    await asyncio.Event().wait()


@asynccontextmanager
async def resetting() -> AsyncIterator[str]:
    """Accept connections and reset them at once; yield the address."""

    async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async with talking(reset) as address:
        yield address


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def tls_server(*names: str, until: datetime | None = None) -> ssl.SSLContext:
    """Return what a server shows: a certificate of our authority, by default for 127.0.0.1 and status.test."""
    certificate = authority().issue_cert(*(names or (HERE, "status.test")), not_after=until)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def authority_file(folder: Path) -> str:
    """Write the authority's certificate into a file, and return its path."""
    file = folder / "ca.pem"
    authority().cert_pem.write_to_path(str(file))
    return str(file)
