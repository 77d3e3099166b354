"""The web port: one small server for everything that is asked over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from bot.errors import ConfigError, StoreUnavailable
from bot.gauges import UNCOUNTED, Gauges
from bot.web import errors
from bot.web.bodies import Refused
from bot.web.patience import Patience
from bot.web.stack import Stack

# What is under way elsewhere had its time before: all ends within ten seconds (docs/operations.md).
GRACE = 2


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


def application(routes: Sequence[BaseRoute], gauges: Gauges = UNCOUNTED) -> Starlette:
    """Return what answers all requests: every answer is counted, and dressed in headers; what is refused is said."""
    app = Starlette(
        routes=routes,
        middleware=[Middleware(partial(Stack, crashed=errors.crashed, gauges=gauges))],
        exception_handlers={
            HTTPException: errors.of_http,
            Refused: errors.of_refusal,
            StoreUnavailable: errors.of_store,
        },
    )
    # Else it would send people to where the header `Host` says, which anybody can write.
    app.router.redirect_slashes = False
    return app


async def serve(
    routes: Sequence[BaseRoute],
    listening: socket.socket,
    gauges: Gauges = UNCOUNTED,
    ending: Callable[[], None] = lambda: None,
    grace: int = GRACE,
) -> None:
    """Serve `routes` until cancelled; answers that are under way then get `grace` seconds.

    `ending` is called before the answers that are under way are waited for: it lets those end that have no end.
    """
    app = application(routes, gauges)
    config = uvicorn.Config(
        app,
        http=Patience,
        # Where a library for it happens to be installed, it would log addresses, and there are tokens in some.
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=grace,
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


class _Server(uvicorn.Server):
    """uvicorn without its own idea of signals: the program has one already."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
