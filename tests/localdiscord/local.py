"""A running Discord, as a test holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.localdiscord.calls import Journal
from tests.localdiscord.faults import Faults
from tests.localdiscord.gateway import AUTHENTICATION_FAILED, Gateway
from tests.localdiscord.pace import Pace
from tests.localdiscord.people import Person
from tests.localdiscord.world import PERSON, World


@dataclass(slots=True)
class LocalDiscord:
    """A running Discord: its state, what goes wrong in it, what it was asked."""

    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=Pace)
    journal: Journal = field(default_factory=Journal)
    gateway: Gateway = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.world)

    @property
    def api_url(self) -> str:
        """Return what `discord.http.Route.BASE` takes."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Return what `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY` takes, as a `yarl.URL`."""
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    @property
    def token(self) -> str:
        return self.world.token

    def revokes(self) -> None:
        """Let the token be good no more: every call is 401, and the gateway closes with 4004."""
        self.world.state = "revoked"
        self.gateway.closes(AUTHENTICATION_FAILED)

    def person(self, user: str = PERSON) -> Person:
        return Person(self.world, self.world.users[user], self.gateway.carries)
