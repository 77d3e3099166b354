"""What people ask for in a chat, who asks it, and where.  Adapters turn clicks and words into these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.model.delivery import Ref


class Action(StrEnum):
    """Everything that can be asked for."""

    STATUS = "status"
    HISTORY = "history"
    INCIDENTS = "incidents"
    DETAILS = "details"
    ACK = "ack"
    UNACK = "unack"
    NOTE = "note"
    MUTE = "mute"
    UNMUTE = "unmute"
    AFFECTED = "affected"
    WORKS = "works"
    REPORT = "report"
    FALLBACK_ON = "fallback_on"
    FALLBACK_OFF = "fallback_off"
    LINK = "link"
    JOIN = "join"
    UNLINK = "unlink"
    WATCH = "watch"
    UNWATCH = "unwatch"
    WATCHES = "watches"
    ONCALL = "oncall"
    OVERRIDE = "override"
    UNOVERRIDE = "unoverride"
    ROUTES = "routes"
    ROUTES_TEST = "routes_test"
    HEALTH = "health"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a chat platform; `key` is the same for ever, `name` is what colleagues read.

    `roles` are the ids of the groups that they are in, where the platform says so.
    """

    platform: str
    id: str
    name: str
    roles: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Write it as the configuration does: `slack:U0123`."""
        return f"{self.platform}:{self.id}"

    @property
    def keys(self) -> frozenset[str]:
        """Everything by which the configuration may mean them: themselves, and `discord:role:<id>` for each role."""
        return frozenset({self.key, *(f"{self.platform}:role:{role}" for role in self.roles)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing asked for.

    `incident` is an id or the beginning of one; without it the thread's is meant, or the newest.  `query` is what
    somebody typed for a vendor, a component or another incident, `text` a note in their own words, `span` how long
    (None: until it is resolved), `url` a message elsewhere.
    """

    action: Action
    query: str = ""
    incident: str | None = None
    text: str = ""
    span: timedelta | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command, who asks, and where: `thread` is the root message in whose thread, or on which button, it was."""

    command: Command
    person: Person
    address: str = ""
    thread: Ref | None = None
