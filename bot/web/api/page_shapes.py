"""The shapes of a status page as Statuspage's API v2 has them.

Facts: 3,391 captured summaries of one page and the payloads of three more (see bot/feeds/statuspage.py), every key of
which is here with its type.  What Statuspage has no word for stands under `sitrep`, which its clients pass over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.web.api.written import Instant

Status = Literal["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
Impact = Literal["none", "minor", "major", "critical", "maintenance"]
IncidentStatus = Literal["investigating", "identified", "monitoring", "resolved", "postmortem"]
MaintenanceStatus = Literal["scheduled", "in_progress", "verifying", "completed", "postmortem"]
UpdateStatus = Literal[
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "postmortem",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Whose page it is."""

    id: str
    name: str
    url: str
    time_zone: str = "Etc/UTC"
    updated_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """How everything stands: the worst of it, and a few words."""

    indicator: Impact
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentMore:
    """What Statuspage has no word for.

    `status` may be `unknown`, where the component's own says `degraded_performance`.  `derived` follows from other
    things that are listed; `relayed` is known only from another Sitrep.
    """

    status: str
    vendor: str | None = None
    derived: bool = False
    relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A vendor (a group), one of its components, or a service of the team's own."""

    id: str
    name: str
    status: Status
    created_at: Instant | None
    updated_at: Instant | None
    position: int
    description: str | None
    showcase: bool = True
    start_date: str | None
    group_id: str | None
    page_id: str
    group: bool = False
    only_show_if_degraded: bool = False
    sitrep: ComponentMore


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Component):
    """A component that holds others, whose ids it lists."""

    group: bool = True
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One component that an update speaks of."""

    code: str
    name: str
    old_status: Status
    new_status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMore:
    """Who says it (`vendor`, `probe`, `person`, `bot`), what they are called, and on what occasion."""

    who: str
    author: str | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One statement; an edit keeps its id."""

    id: str
    status: UpdateStatus
    body: str
    incident_id: str
    created_at: Instant
    updated_at: Instant
    display_at: Instant
    affected_components: tuple[Affected, ...] | None
    deliver_notifications: bool = True
    custom_tweet: str | None = None
    tweet_id: str | None = None
    sitrep: UpdateMore


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMore:
    """Whose it is, in Sitrep's own words, and both clocks."""

    vendor: str
    vendor_name: str
    kind: str
    state: str
    impact: str
    peak: str
    ending: str | None
    detected_at: Instant | None
    acknowledged_at: Instant | None
    services: tuple[str, ...]
    vendor_url: str | None
    relayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Either:
    id: str
    name: str
    created_at: Instant
    updated_at: Instant
    monitoring_at: Instant | None
    resolved_at: Instant | None
    impact: Impact
    shortlink: str
    started_at: Instant
    page_id: str
    incident_updates: tuple[Update, ...]
    components: tuple[Component, ...]
    reminder_intervals: str | None = None
    sitrep: IncidentMore


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(_Either):
    """One trouble; updates are newest first."""

    status: IncidentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(_Either):
    """Something planned; its times are null where nobody told them."""

    status: MaintenanceStatus
    scheduled_for: Instant | None
    scheduled_until: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDocument:
    """`status.json`."""

    page: Page
    status: Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryDocument:
    """`summary.json`: everything that is open or to come."""

    page: Page
    components: tuple[Component | Group, ...]
    incidents: tuple[Incident, ...]
    scheduled_maintenances: tuple[Maintenance, ...]
    status: Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsDocument:
    """`components.json`."""

    page: Page
    components: tuple[Component | Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentsDocument:
    """`incidents.json`, `incidents/unresolved.json`."""

    page: Page
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancesDocument:
    """`scheduled-maintenances.json`, and those to come or going on."""

    page: Page
    scheduled_maintenances: tuple[Maintenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDocument:
    """`incidents/<id>.json`: one incident or maintenance."""

    page: Page
    incident: Incident | Maintenance = field()
