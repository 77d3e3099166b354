"""What people ask for in a chat, who asks it, and where.  Adapters turn clicks and words into these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.model.delivery import Ref
from bot.model.words import Impact, State


class Action(StrEnum):
    """Everything that can be asked for."""

    STATUS = "status"
    HISTORY = "history"
    INCIDENTS = "incidents"
    DETAILS = "details"
    TIMELINE = "timeline"
    WRITE_UP = "write_up"
    WRITE = "write"
    DECLARE = "declare"
    UPDATE = "update"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    ACK = "ack"
    UNACK = "unack"
    TAKE = "take"
    ASSIGN = "assign"
    HANDOVER = "handover"
    ESCALATE = "escalate"
    NOTE = "note"
    MUTE = "mute"
    UNMUTE = "unmute"
    MUTES = "mutes"
    AFFECTED = "affected"
    WORKS = "works"
    REPORT = "report"
    FALLBACK_ON = "fallback_on"
    FALLBACK_OFF = "fallback_off"
    LINK = "link"
    JOIN = "join"
    UNLINK = "unlink"
    UNGROUP = "ungroup"
    WATCH = "watch"
    UNWATCH = "unwatch"
    WATCHES = "watches"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    ONCALL = "oncall"
    OVERRIDE = "override"
    UNOVERRIDE = "unoverride"
    AUDIT = "audit"
    ROUTES = "routes"
    ROUTES_TEST = "routes_test"
    BOARD = "board"
    HEALTH = "health"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a chat platform; `key` is the same for ever, `name` is what colleagues read.

    `roles` are the ids of the groups that they are in, where the platform says so; `groups` are those that it had to be
    asked for, as the configuration writes them.  `team` is where they write from, if a platform has several workspaces.
    """

    platform: str
    id: str
    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    team: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Write it as the configuration does: `slack:U0123`."""
        return f"{self.platform}:{self.id}"

    @property
    def keys(self) -> frozenset[str]:
        """Everything by which the configuration may mean them: themselves, `discord:role:<id>` for a role, groups."""
        return frozenset({self.key, *(f"{self.platform}:role:{role}" for role in self.roles), *self.groups})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing asked for.

    `incident` is an id or the beginning of one; without it the thread's is meant, or the newest.  `query` is what
    somebody typed for a vendor, a component, a person or another incident, `text` a note in their own words, `span` how
    long (None: until it is resolved), `url` a message elsewhere.  `when` is until when, as it was typed:
    `Mon 09:00`, or `for good`.

    `title`, `impact`, `state` and `services` are what somebody says of an incident of our own; the `incident` of a
    declaration is the one that it follows.
    """

    action: Action
    query: str = ""
    incident: str | None = None
    text: str = ""
    span: timedelta | None = None
    url: str | None = None
    when: str = ""
    title: str = ""
    impact: Impact | None = None
    state: State | None = None
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command, who asks, and where: `thread` is the root message in whose thread, or on which button, it was.

    `request` is the platform's own name for this request, the same however often it is delivered.
    """

    command: Command
    person: Person
    address: str = ""
    thread: Ref | None = None
    request: str = ""
