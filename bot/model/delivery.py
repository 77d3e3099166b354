"""Where it is told, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.incidents import TimelineEntry
from bot.model.words import AnnouncementState, StepKind


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an incident is told: a platform's name and an address that only that platform reads."""

    platform: str
    address: str = ""

    @classmethod
    def parse(cls, text: str) -> Destination:
        """Read `slack:C0123`, `discord:456` or `console`."""
        platform, _, address = text.partition(":")
        return cls(platform.strip().lower(), address.strip())

    def __str__(self) -> str:
        """Write it as the configuration does."""
        return f"{self.platform}:{self.address}" if self.address else self.platform


@dataclass(frozen=True, slots=True)
class Ref:
    """A platform's own handle on one message; nobody else looks inside."""

    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do for an announcement.

    `through` is the timeline seq that the thread has once it is done; `key` is the same for every
    repetition of the same step, so that a repetition can be recognised.
    """

    kind: StepKind
    key: str
    through: int
    entries: tuple[TimelineEntry, ...] = ()
    root_hash: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A step that may have been sent: recorded before the send, removed after its result."""

    key: str
    kind: StepKind
    through: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One incident in one destination: what the channel shows so far.

    `earlier` is the last root that was deleted; `heard` the last entry that was broadcast by itself, where a thread
    can not do that.
    """

    id: int
    incident: str
    destination: Destination
    due_at: datetime
    state: AnnouncementState = AnnouncementState.LIVE
    root: Ref | None = None
    generation: int = 0
    last_seq: int = 0
    heard: int = 0
    root_hash: str = ""
    attempts: int = 0
    error: str = ""
    intent: Intent | None = None
    fence: int = 0
    earlier: Ref | None = None
