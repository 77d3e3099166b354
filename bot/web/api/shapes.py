"""The shapes of `/api/v1`.  The OpenAPI document is made of these, so that it can not say anything else.

Times are ISO 8601 in UTC, lengths of time are seconds; what is not known is null, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict
from typing_extensions import TypedDict

from bot.model import AnnouncementState, ChangeKind, ComponentStatus, Impact, Kind, State, Who
from bot.web.api.written import Instant, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component of a vendor."""

    id: str
    name: str
    status: ComponentStatus
    group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Somebody's own words, verbatim."""

    text: str
    author: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has it."""

    name: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident as it stands.

    `detected_at` is when the first witness of ours saw it, `acknowledged_at` when the vendor first wrote of it; `lag`
    is how much later that was, less than nothing if the vendor was first, null as long as not both have spoken.
    `duration` is how long it lasted, null as long as it goes on.  `we_see` is what our own witnesses see, in a few
    words.
    """

    id: str
    url: str
    vendor: str
    vendor_name: str
    kind: Kind
    title: str
    headline: str
    state: State
    is_open: bool
    impact: Impact
    peak: Impact
    started_at: Instant
    first_seen_at: Instant
    detected_at: Instant | None
    acknowledged_at: Instant | None
    lag: Seconds | None
    resolved_at: Instant | None
    duration: Seconds | None
    starts_at: Instant | None
    ends_at: Instant | None
    ending: ChangeKind | None
    was_open_at_first_look: bool
    components: tuple[Component, ...]
    services: tuple[str, ...]
    vendor_url: str | None
    latest: Quoted | None
    we_see: str | None
    acknowledged_by: Holder | None
    burst: str | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that was `before` and is `after`; nothing (`""`) is what was not there, or is not there any more."""

    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a history.

    `text` are somebody's own words, `words` what Sitrep says of it in chat.  `state` and `impact` are the incident's
    after it, `said` is the state that the text itself names.  A `quiet` one was never told.
    """

    seq: int
    happened_at: Instant
    recorded_at: Instant
    who: Who
    author: str
    kind: ChangeKind
    state: State
    impact: Impact
    said: State | None
    text: str | None
    words: str
    changes: tuple[Change, ...]
    quiet: bool
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWhole:
    """One incident with its history, oldest first: the last 1,000 lines of `lines` in all."""

    incident: Incident
    timeline: tuple[Line, ...]
    lines: int


class Report(TypedDict):
    """A report: more than is listed here is in it.  What is not known is null, and `<name>_unknown` says why."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # how pydantic is told

    schema: str
    id: str
    as_of: str
    title: str
    summary: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """A page of incidents, the newest first; `next` is the address of the next page, null on the last."""

    incidents: tuple[Incident, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """How one watched source stands.

    `impact` is null as long as nothing is known of it: then it is not well either.  `stale_since` is since when it can
    not be read, and `reason` why; what is said of it then is what was known last.
    """

    vendor: str
    name: str
    source: str
    label: str
    impact: Impact | None
    checked_at: Instant | None
    stale_since: Instant | None
    reason: str | None
    is_probe: bool
    incidents: tuple[str, ...]
    page: str | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendors:
    """Everything watched, the worst first."""

    vendors: tuple[Vendor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How everything stands, in a few words and in numbers.

    `suspected` of those in trouble are told of by our own witnesses alone.  `unknown` can not be read, or were not
    looked at yet.
    """

    words: str
    watched: int
    in_trouble: int
    suspected: int
    unknown: int
    open_incidents: int
    worst: tuple[Vendor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a service depends on; `impact` is null where that can not be told, and `words` say why."""

    vendor: str
    name: str
    impact: Impact | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How a service of the team's own stands, and why."""

    name: str
    label: str
    impact: Impact | None
    owner: str | None
    runbook: str | None
    needs: tuple[Need, ...]
    incidents: tuple[str, ...]
    fallback: Need | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The team's own services, the worst first."""

    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Something planned; `incident` is null while it is too far off to be one."""

    incident: str | None
    vendor: str
    vendor_name: str
    title: str
    state: State
    starts_at: Instant | None
    ends_at: Instant | None
    components: tuple[Component, ...]
    services: tuple[str, ...]
    vendor_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenances:
    """What goes on and what is planned, by when it begins."""

    maintenances: tuple[Maintenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One incident that could not be told in one place: it waits for a person (`parked`), or was given up (`dead`)."""

    incident: str
    destination: str
    state: AnnouncementState
    error: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What Sitrep itself can not do just now: `is_well` if there is nothing of it."""

    is_well: bool
    watched: int
    not_read_yet: int
    stale: tuple[Vendor, ...]
    stale_total: int
    stuck: tuple[Stuck, ...]
    stuck_total: int
    waiting: int
    open_incidents: int
