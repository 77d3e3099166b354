"""What is watched, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.model.words import ComponentStatus, Fault, Impact, Kind, SourceKind, State

# The format of a source whose format has to be found out.
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One watched thing; `remind` is how long before a maintenance begins it is told once more.

    `vendor_name` is what the vendor is called whose trouble a witness of ours tells of; a witness that has none tells
    of something of our own, and accuses nobody.  `runs_on` is whoever has the platform that it stands on, if known.
    Its `interval` is `exact` if somebody asked for it: then it is not looked at more often while something is wrong.
    """

    key: str
    vendor: str
    name: str
    format: str
    url: str
    kind: SourceKind = SourceKind.FEED
    interval: timedelta = timedelta(seconds=30)
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    remind: tuple[timedelta, ...] = (timedelta(hours=1),)
    vendor_name: str = ""
    runs_on: str = ""
    exact: bool = False

    @property
    def whose(self) -> str:
        """What an incident of its vendor is called after."""
        return self.vendor_name or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What checks have used up: how many there were, their tokens, and the money if the prices are known."""

    checks: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        """Return both together."""
        return Spent(
            checks=self.checks + other.checks,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            money=self.money + other.money,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the checks of one probe may use up on one day (UTC); without `money` only their number counts."""

    checks: int
    money: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One check of a probe: whether it passed; if not, why, in words and by its class; how long it took.

    `facts` are what else was seen, by name.  `cost` is what it has used up, if it costs anything, and `ceiling` what a
    day of such checks may.
    """

    ok: bool
    at: datetime
    reason: str = ""
    fault: Fault | None = None
    latency: timedelta | None = None
    facts: tuple[tuple[str, str], ...] = ()
    cost: Spent | None = None
    ceiling: Ceiling | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it tells nothing about what was checked, because something of our own is in the way."""
        return self.fault is not None and self.fault.is_ours


@dataclass(frozen=True, slots=True)
class Component:
    """One part of what a vendor offers, as a source describes it; `id` never changes, `name` may."""

    id: str
    name: str
    status: ComponentStatus = ComponentStatus.UNKNOWN
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One statement of a vendor, its words as plain text.  An edit keeps the id and changes the body."""

    id: str
    state: State
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one source says of one incident.  Updates are oldest first; all times are UTC instants.

    `started_at` is when the trouble began, `published_at` when the vendor first wrote of it,
    `starts_at` and `ends_at` are the announced window of a maintenance.  `evidence` is what one of our own witnesses
    sees, in a few words.
    """

    external_id: str
    title: str
    state: State
    impact: Impact = Impact.UNKNOWN
    kind: Kind = Kind.INCIDENT
    components: tuple[Component, ...] = ()
    updates: tuple[Update, ...] = ()
    url: str | None = None
    started_at: datetime | None = None
    published_at: datetime | None = None
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    evidence: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the source still counts it among its troubles."""
        return not self.state.is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a source says at one moment.

    `complete_open_set` says whether it lists every open incident (then absence means something) or is
    only a window (then it does not).  `gone` names incidents that were looked up one by one and that
    the vendor no longer has.  `unknown_words` are the vendor's words that no mapping knows.
    """

    vendor: str
    format: str
    incidents: tuple[Claim, ...] = ()
    components: tuple[Component, ...] = ()
    indicator: Impact = Impact.UNKNOWN
    complete_open_set: bool = False
    page_id: str | None = None
    page_name: str | None = None
    page_url: str | None = None
    unknown_words: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a vendor's page showed at the last good look."""

    indicator: Impact = Impact.UNKNOWN
    components: tuple[Component, ...] = ()
    url: str | None = None
    unknown_words: tuple[str, ...] = ()
