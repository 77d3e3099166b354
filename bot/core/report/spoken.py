"""What the vendor said, as a report knows it: its statements, the feeds that brought them, how it spoke, the cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.all_clears import AllClear
from bot.core.causes import is_headed
from bot.core.courses import Pause
from bot.core.report.unknown import Unknown
from bot.model import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed through which the vendor spoke, and how many statements came from it."""

    name: str
    format: str | Unknown
    url: str | Unknown
    statements: int


@dataclass(frozen=True, slots=True)
class Edit:
    """When we saw that a statement had been changed, and what it had said before."""

    seen_at: datetime
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement of the vendor's, to the letter; `text` is how it reads now, `edits` what it was before, oldest first.

    `is_late` is one that came when the incident was over, `retracted_at` when we saw that it had been taken back.  `of`
    is the member of a burst that it is about.
    """

    number: int
    at: datetime
    read_at: datetime
    author: str
    state: State | None
    text: str
    channel: str
    edits: tuple[Edit, ...] = ()
    is_late: bool = False
    retracted_at: datetime | None = None
    of: str = ""

    @property
    def is_cause(self) -> bool:
        """Whether the vendor itself calls it the cause: a postmortem, or words after the end under such a heading."""
        return self.state is State.POSTMORTEM or (self.is_late and is_headed(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The root cause as the vendor published it: when, in which statements, and how long after the end.

    `late` are statements made or rewritten after the end which it does not call a root cause.
    """

    at: datetime | Unknown
    statements: tuple[int, ...] = ()
    after: timedelta | None = None
    late: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How the vendor communicated: while it was open it made `statements`, one every `cadence` (median).

    `wordless` are its updates without any text, which count for the cadence as well.
    `vanished` is the time from its last word until it was no longer listed, where it never said that it was over.
    """

    statements: int
    cadence: timedelta | Unknown
    longest: Pause | Unknown
    wordless: int = 0
    running: Pause | None = None
    vanished: Pause | None = None
    late_promises: tuple[tuple[datetime, datetime], ...] = ()
    all_clears: tuple[AllClear, ...] = ()
    edited: int = 0
    retracted: int = 0
    backdated: timedelta | None = None
