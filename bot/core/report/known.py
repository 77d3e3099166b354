"""What a report knows, one value for each blank of the story; what is not known is there too, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.message import Span
from bot.core.report.material import Section
from bot.core.report.spoken import Cause, Channel, Said, Talk
from bot.core.report.unknown import Unknown
from bot.model import Card, ComponentStatus, Impact, Kind, Member, State


class Speaker(StrEnum):
    """Whose word a line of the timeline rests on."""

    VENDOR, WITNESS, PERSON, SITREP = "vendor", "witness", "person", "sitrep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long it was by somebody's clock; `began_by` and `ended_by` say what began and ended it.

    While it goes on, `ended_at` is not known, and `lasted` is how long it has gone on so far.  `spent` is how much of
    that it was there, where it was gone in between.  `ended_said_at` is when the end was told of, if well after it.
    """

    began_at: datetime | Unknown
    ended_at: datetime | Unknown
    began_by: str = ""
    ended_by: str = ""
    ended_said_at: datetime | None = None
    lasted: timedelta | None = None
    spent: timedelta | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """When we knew of it first, through whom, and what was seen; `sure_at` is when that was more than a suspicion.

    `is_own` says whether a witness of ours saw it; else it was read, or told.  `first_sign` is the first check that
    failed, `page` what the vendor's own page said then.
    """

    at: datetime | Unknown
    by: str = ""
    saw: str = ""
    is_own: bool = False
    is_told_by_team: bool = False
    first_sign: datetime | None = None
    page: str = ""
    sure_at: datetime | None = None
    sure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """When the vendor told of it first; `lag` is how much later than us, less than nothing if it was first.

    `read_at` is when we read it, where that was later; `dated_from` from when the vendor dates it.
    """

    at: datetime | Unknown
    lag: timedelta | Unknown
    read_at: datetime | None = None
    dated_from: datetime | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the timeline: when it happened, who says so, and what; `known_at` where we knew of it later."""

    at: datetime
    seq: int
    speaker: Speaker
    source: str
    what: str
    details: tuple[tuple[Span, ...], ...] = ()
    text: str = ""
    statement: int | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component as it was listed: how bad at worst, from when, and how it stood at the end."""

    name: str
    worst: ComponentStatus
    last: ComponentStatus
    since: datetime
    by: str

    @property
    def is_well(self) -> bool:
        """Whether it was listed, and never shown in any trouble."""
        return self.worst is ComponentStatus.OPERATIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the checks of one probe came to while it lasted; `slowest` is the longest pass."""

    name: str
    checks: int
    failures: int
    slow: int
    slowest: timedelta | None = None
    by_the_hour: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What it touched.  `services` depend on it by the configuration; `affected` and `works` are people here."""

    parts: tuple[Part, ...] = ()
    services: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    affected: int = 0
    works: int = 0
    checks: tuple[Checks, ...] = ()
    why_no_parts: str = ""
    why_no_checks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where it was announced, what became of that, and the address of the message, where that is known."""

    destination: str
    how: str
    is_told: bool = True
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A gap of our own: what we did not see or do, and from when until when, where that has a time."""

    what: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something left to do.  One that a person wrote has a `number`; the others follow from what is known."""

    text: str
    number: int | None = None
    author: str = ""
    at: datetime | None = None
    done_by: str = ""
    done_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is left to be done."""
        return self.done_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody here has added: theirs, and nothing that Sitrep knows."""

    section: Section
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a report says of an incident, as of a time; what goes on was last looked at at `seen_at`.

    `ours`, `vendors` and `whole` are the clocks: what our witnesses saw, what the vendor says, and what the channel was
    told.  `deeds` are what people here did, and what Sitrep did for them.  `measures` are the numbers of the statements
    in which the vendor spoke after the fix, `first_taken` who had it first and from when, `switched` what ran on its
    fallback, from when until when.  `elsewhere` is the incident as part of which it went on; of what
    `is_told_afterwards` the vendor told first when it was over.
    """

    id: str
    vendor: str
    name: str
    title: str
    headline: str
    kind: Kind
    state: State
    standing: str
    impact: Impact
    peak: Impact
    is_open: bool
    as_of: datetime
    seen_at: datetime
    summary: str
    whole: Clock
    ours: Clock
    vendors: Clock
    detection: Detection
    acknowledgement: Acknowledgement
    cause: Cause
    talk: Talk
    effect: Effect
    url: str | None = None
    planned: tuple[datetime | None, datetime | None] | None = None
    severity: tuple[tuple[Impact, timedelta], ...] = ()
    channels: tuple[Channel, ...] = ()
    statements: tuple[Said, ...] = ()
    timeline: tuple[Row, ...] = ()
    deeds: tuple[Row, ...] = ()
    measures: tuple[int, ...] = ()
    told: tuple[Told, ...] = ()
    lacks: tuple[Lack, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    remarks: tuple[Remark, ...] = ()
    members: tuple[Member, ...] = ()
    burst: str = ""
    has_vendor: bool = True
    first_taken: tuple[datetime, str] | None = None
    switched: tuple[tuple[str, datetime, datetime | None], ...] = ()
    elsewhere: str = ""
    is_told_afterwards: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether nobody looks any more at what was open."""
        return self.seen_at < self.as_of
