"""The local Slack itself.

async with local_slack() as slack:
    client = AsyncWebClient(slack.token, base_url=slack.api_url, retry_handlers=[])
    ops = slack.world.channel("ops")
    await client.chat_postMessage(channel=ops.id, text="hello")

    assert [message.text for message in slack.world.roots(ops.id)] == ["hello"]
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tests.localslack.api import Api
from tests.localslack.control import Control
from tests.localslack.files import upload
from tests.localslack.local import LocalSlack
from tests.localslack.pace import Pace
from tests.localslack.responses import respond

HOST = "127.0.0.1"


def served(slack: LocalSlack, api: Api) -> web.Application:
    """Return everything that a local Slack answers to."""
    app = web.Application(client_max_size=16 * 1024**2)
    app.router.add_route("*", "/api/{method}", api.respond)
    app.router.add_get("/link/", slack.sockets.accept)
    app.router.add_post("/control/{verb}", Control(slack).respond)
    app.router.add_post("/upload/v1/{id}", partial(upload, slack.world, slack.journal, slack.faults))
    app.router.add_post("/respond/{name:.+}", partial(respond, slack.world, slack.journal, slack.faults))
    return app


@asynccontextmanager
async def local_slack(*, limits: bool = True, port: int = 0) -> AsyncIterator[LocalSlack]:
    """Run a Slack of its own until the block ends; without `limits` nothing is answered 429 unless it is planned."""
    slack = LocalSlack(pace=Pace(enforced=limits))
    api = Api(slack.world, slack.faults, slack.pace, slack.journal)
    api.work["apps.connections.open"] = slack.sockets.issue
    runner = web.AppRunner(served(slack, api), handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    slack.url = api.url = slack.sockets.url = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        slack.faults.clear()
        await slack.sockets.close()
        await api.close()
        await runner.cleanup()
