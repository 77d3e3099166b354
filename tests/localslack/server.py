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
from dataclasses import dataclass, field

from aiohttp import web

from tests.localslack.api import Api
from tests.localslack.calls import Journal
from tests.localslack.faults import Faults
from tests.localslack.pace import Pace
from tests.localslack.world import World

HOST = "127.0.0.1"


@dataclass(slots=True)
class LocalSlack:
    """A running Slack: its state, what goes wrong in it, what it was asked."""

    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=Pace)
    journal: Journal = field(default_factory=Journal)
    url: str = ""

    @property
    def api_url(self) -> str:
        """Return what `AsyncWebClient(base_url=…)` takes."""
        return f"{self.url}/api/"

    @property
    def token(self) -> str:
        return self.world.installation.token

    @property
    def app_token(self) -> str:
        return next(iter(self.world.app_tokens))


@asynccontextmanager
async def local_slack(*, limits: bool = True, port: int = 0) -> AsyncIterator[LocalSlack]:
    """Run a Slack of its own until the block ends; without `limits` nothing is answered 429 unless it is planned."""
    slack = LocalSlack(pace=Pace(enforced=limits))
    api = Api(slack.world, slack.faults, slack.pace, slack.journal)
    app = web.Application(client_max_size=16 * 1024**2)
    app.router.add_route("*", "/api/{method}", api.respond)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    slack.url = api.url = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        slack.faults.clear()
        await runner.cleanup()
