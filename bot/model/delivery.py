"""Where it is told, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.incidents import TimelineEntry
from bot.model.words import AnnouncementState, Hold, StepKind


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
    """A step that may have been sent: recorded before the send, removed after its result.

    One that was `missed` was looked for in vain, and is to be done again: it may arrive late all the same.
    """

    key: str
    kind: StepKind
    through: int
    since: datetime
    missed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One incident in one destination: what the channel shows so far.

    `earlier` is the last root that was deleted; `heard` the last entry that was broadcast by itself, where a thread
    can not do that.

    `held` says why it is kept back, if it is; it was first at `held_at`.  `digest` is the one that lists it, and
    `told_in` the one that told of its end, so that nothing more is owed.  `posted_at` is when its first root was begun,
    where that matters: it was held back, or its route counts them.
    """

    id: int
    incident: str
    destination: Destination
    due_at: datetime | None
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
    held: Hold | None = None
    held_at: datetime | None = None
    digest: str = ""
    told_in: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message in one destination that tells of several incidents; it is announced as an incident is, by its `name`.

    It is about what was held back from `starts_at` to `ends_at`.  `clock` is the time zone by which its words count
    hours, and `most` the cap that was reached, where that is why; `route` is whose that is.
    """

    name: str
    destination: Destination
    why: Hold
    starts_at: datetime
    ends_at: datetime
    clock: str = "UTC"
    most: int = 0
    route: str = ""
