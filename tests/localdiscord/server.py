"""The local Discord itself.

async with local_discord() as local:
    ops = local.world.channel("ops")
    with pointed_at(local):
        client = discord.Client(intents=discord.Intents(guilds=True))
        await client.login(local.token)
        await client.get_partial_messageable(int(ops.id)).send("hello")

    assert [message.content for message in local.world.roots(ops.id)] == ["hello"]
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import discord.gateway
import discord.http
import yarl
from aiohttp import web

from tests.localdiscord.api import Api
from tests.localdiscord.control import Control
from tests.localdiscord.local import LocalDiscord
from tests.localdiscord.pace import Pace

HOST = "127.0.0.1"


def served(local: LocalDiscord, api: Api) -> web.Application:
    """Return everything that a local Discord answers to."""
    app = web.Application(client_max_size=32 * 1024**2)
    app.router.add_route("*", "/api/v10/{path:.*}", api.respond)
    app.router.add_get("/gateway", local.gateway.accept)
    app.router.add_get("/gateway/", local.gateway.accept)
    app.router.add_post("/control/{verb}", Control(local).respond)
    return app


@asynccontextmanager
async def local_discord(*, limits: bool = True, port: int = 0) -> AsyncIterator[LocalDiscord]:
    """Run a Discord of its own until the block ends; without `limits` nothing is answered 429 unless it is planned."""
    local = LocalDiscord(pace=Pace(enforced=limits))
    api = Api(local.world, local.faults, local.pace, local.journal)
    runner = web.AppRunner(served(local, api), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    local.url = f"http://{HOST}:{runner.addresses[0][1]}"
    local.world.gateway_url = local.gateway.url = local.gateway_url
    try:
        yield local
    finally:
        local.faults.clear()
        await local.gateway.close()
        await api.close()
        await runner.cleanup()
    if local.journal.crashes:
        raise ExceptionGroup("the local Discord itself failed", local.journal.crashes)


@contextmanager
def pointed_at(local: LocalDiscord) -> Iterator[None]:
    """Let discord.py talk with a local Discord for the length of the block; clients started in it stay with it."""
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = (route.BASE, socket.DEFAULT_GATEWAY)
    route.BASE, socket.DEFAULT_GATEWAY = local.api_url, yarl.URL(local.gateway_url)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before
