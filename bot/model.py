"""The nouns: frozen values that every other module speaks in.  Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where an incident or a maintenance stands; a word that no format knows becomes UNKNOWN."""

    SUSPECTED = "suspected"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected; UNKNOWN is never over, because unknown is never green."""
        return self in {State.RESOLVED, State.POSTMORTEM, State.COMPLETED}


class Impact(StrEnum):
    """How bad it is.  UNKNOWN is what a feed that tells no severity leaves us with."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """The order of severity; UNKNOWN counts like MINOR: never green, never an alarm of its own."""
        return {"none": 0, "maintenance": 1, "unknown": 2, "minor": 2, "major": 3, "critical": 4}[self.value]


class ComponentStatus(StrEnum):
    """How one component of a vendor is, in Statuspage's words, which most formats share."""

    OPERATIONAL = "operational"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    UNDER_MAINTENANCE = "under_maintenance"
    UNKNOWN = "unknown"

    @property
    def impact(self) -> Impact:
        """What this status means for severity.

        A partial outage of one component is what Statuspage's own indicator calls minor, a major one
        major (counted on GitHub's page, 2020 to 2026).
        """
        return _STATUS_IMPACT[self]


_STATUS_IMPACT = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MINOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.MAJOR,
    ComponentStatus.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    ComponentStatus.UNKNOWN: Impact.UNKNOWN,
}


class Kind(StrEnum):
    """What sort of thing a claim or an incident is."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    NOTICE = "notice"
    COMPONENT = "component"
    SUSPECTED = "suspected"


class SourceKind(StrEnum):
    """Who is speaking: a vendor's feed, or one of our own probes."""

    FEED = "feed"
    PROBE = "probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One watched thing."""

    key: str
    vendor: str
    name: str
    format: str
    url: str
    kind: SourceKind = SourceKind.FEED
    interval: timedelta = timedelta(seconds=30)
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


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
    `starts_at` and `ends_at` are the announced window of a maintenance.
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


class ChangeKind(StrEnum):
    """Why something is said."""

    OPENED = "opened"
    UPDATED = "updated"
    EDITED = "edited"
    IMPACT_CHANGED = "impact_changed"
    COMPONENTS_CHANGED = "components_changed"
    RENAMED = "renamed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    POSTMORTEM = "postmortem"
    COMPONENT_CHANGED = "component_changed"
    # Not found by the diff but by correlation: the vendor's own incident joins one that was ours first,
    # or one of ours turns out to be part of a vendor's.
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Transition:
    """One thing that was `before` and is `after`; `subject` names it (`impact`, `title`, a component)."""

    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the diff found: its reason, the claim as it is now, and the vendor's words that came with it."""

    kind: ChangeKind
    claim: Claim
    update: Update | None = None
    transitions: tuple[Transition, ...] = ()


class Who(StrEnum):
    """Whose doing a timeline entry is."""

    VENDOR = "vendor"
    PROBE = "probe"
    PERSON = "person"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """What an incident keeps of one of its claims; `key` is `<source>|<external id>`."""

    key: str
    kind: Kind
    title: str
    state: State
    impact: Impact
    components: tuple[Component, ...] = ()
    url: str | None = None
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of an incident's history, never changed once written.

    `text` holds somebody's own words, verbatim; what Sitrep says about them is made from the other
    fields by the wording.  `state` and `impact` are the incident's after this entry, `said` is the state
    that the words themselves name.  A `quiet` entry is kept but never sent.
    """

    incident: str
    seq: int
    happened_at: datetime
    recorded_at: datetime
    who: Who
    author: str
    kind: ChangeKind
    state: State
    impact: Impact
    text: str = ""
    said: State | None = None
    transitions: tuple[Transition, ...] = ()
    claim: ClaimView | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The words quoted in a root message."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Our record of one trouble: the fold of its timeline."""

    id: str
    vendor: str
    name: str
    kind: Kind
    title: str
    state: State
    impact: Impact
    peak: Impact
    started_at: datetime
    first_seen_at: datetime
    resolved_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    url: str | None = None
    components: tuple[Component, ...] = ()
    latest: Statement | None = None
    claims: tuple[ClaimView, ...] = ()
    was_open_at_first_look: bool = False
    ending: ChangeKind | None = None
    last_seq: int = 0

    @property
    def is_open(self) -> bool:
        """Whether any of its claims still stands."""
        return not self.state.is_over


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


class AnnouncementState(StrEnum):
    """`parked` waits for a person (the channel is gone, forbidden); `dead` was given up after its last attempt."""

    LIVE = "live"
    PARKED = "parked"
    DEAD = "dead"


class StepKind(StrEnum):
    """What can be done to an announcement."""

    POST = "post"
    REPLY = "reply"
    CATCH_UP = "catch_up"
    EDIT = "edit"


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
    """One incident in one destination: what the channel shows so far."""

    id: int
    incident: str
    destination: Destination
    due_at: datetime
    state: AnnouncementState = AnnouncementState.LIVE
    root: Ref | None = None
    generation: int = 0
    last_seq: int = 0
    root_hash: str = ""
    attempts: int = 0
    error: str = ""
    intent: Intent | None = None
    fence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One check of a probe: whether it passed, why not, and how long it took."""

    ok: bool
    at: datetime
    reason: str = ""
    latency: timedelta | None = None
    facts: tuple[tuple[str, str], ...] = field(default=())
