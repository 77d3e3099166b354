"""The web port: one small server for everything that is asked over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.errors import ConfigError
from bot.web.patience import Patience


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.  Raises ConfigError if it can not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=256)
    except OSError as e:
        why = "another program listens there" if e.errno == errno.EADDRINUSE else e.strerror
        raise ConfigError(f"PORT: can not listen on {host}:{port}: {why}; set PORT (and HOST)") from e
    # Else an answer's second packet waits 40 ms for the first one's receipt.  uvloop sees to that by itself, asyncio
    # only for sockets that name their protocol.  Connections inherit it.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def serve(routes: Sequence[Route], listening: socket.socket, ending: Callable[[], None] = lambda: None) -> None:
    """Serve `routes`, and `/healthz` for whoever asks whether we live, until cancelled.

    `ending` is called before the answers that are under way are waited for: it lets those end that have no end.
    """
    app = Starlette(routes=[*routes, Route("/healthz", _health)])
    config = uvicorn.Config(
        app,
        http=Patience,
        # Where a library for it happens to be installed, it would log addresses, and there are tokens in some.
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    finally:
        ending()
        server.should_exit = True
        await serving
        listening.close()


async def _health(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse("ok\n")


class _Server(uvicorn.Server):
    """uvicorn without its own idea of signals: the program has one already."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
