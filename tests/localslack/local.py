"""A running Slack, as a test holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from tests.localslack.calls import Journal
from tests.localslack.delivery import Carrier
from tests.localslack.faults import Faults
from tests.localslack.pace import Pace
from tests.localslack.payloads import Scene
from tests.localslack.people import Person
from tests.localslack.responses import settle
from tests.localslack.signed import Signed, calling
from tests.localslack.sockets import Sockets
from tests.localslack.world import PERSON, World


@dataclass(slots=True)
class LocalSlack:
    """A running Slack: its state, what goes wrong in it, what it was asked."""

    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=Pace)
    journal: Journal = field(default_factory=Journal)
    sockets: Sockets = field(default_factory=Sockets)
    signing_secret: str = "signing-secret"
    url: str = ""
    _http: Signed | None = None

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

    @property
    def carrier(self) -> Carrier:
        """Return what brings payloads to the app: signed requests within `signed()`, sockets otherwise."""
        return self._http or self.sockets

    def person(self, user: str = PERSON) -> Person:
        scene = Scene(self.world, self.world.users[user], self.url)
        return Person(scene, self.carrier, partial(settle, self.world))

    @asynccontextmanager
    async def signed(self, url: str) -> AsyncIterator[Signed]:
        """Let payloads go to the app by signed requests for the length of the block."""
        async with calling(url, self.signing_secret, self.world.clock) as http:
            self._http = http
            try:
                yield http
            finally:
                self._http = None
