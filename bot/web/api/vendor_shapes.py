"""The shapes of one vendor in `/api/v1`: its record and its days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.core.days import Sort
from bot.model import Impact
from bot.web.api.shapes import Component, Incident, Vendor
from bot.web.api.written import Instant, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """How long something was of one impact."""

    impact: Impact
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of UTC: the worst of it, how long it was of which impact, and for how long of it nobody watched."""

    date: dt.date
    sort: Sort
    words: str
    spent: tuple[Spent, ...]
    suspected: Seconds
    unwatched: Seconds
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """The one that stands out, and in which incident."""

    seconds: Seconds
    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """How much later than us the vendor told of its troubles; `never_told` are those that it never told of."""

    counted: int
    vendor_first: int
    never_told: int
    median: Seconds | None
    average: Seconds | None
    worst: Extreme | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often it says something while an incident is open."""

    counted: int
    median: Seconds | None
    longest_silence: Extreme | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """What only our own witnesses told of, and that is over."""

    counted: int
    open: int
    single_witness: int
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """For how many of the incidents that are over a root cause was published, and how long after their ends."""

    published: int
    of: int
    median: Seconds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A vendor's record of 90 days; `grade` is null where it was watched too little for one."""

    since: Instant
    until: Instant
    watched_since: Instant | None
    watched: Seconds
    unwatched: Seconds
    grade: str | None
    incidents: int
    open: int
    open_when_watching_began: int
    incomplete: bool
    trouble: Seconds
    trouble_summed: Seconds
    spent: tuple[Spent, ...]
    maintenances: int
    maintenance: Seconds
    acknowledgement: Lags
    backdated: int
    backdated_most: Extreme | None
    cadence: Cadence
    all_clears: int
    false_all_clears: tuple[str, ...]
    unconfirmed: Unconfirmed
    root_causes: Causes


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorWhole:
    """One vendor: its sources, its components, its open incidents, its record, its last 90 days."""

    vendor: str
    name: str
    sources: tuple[Vendor, ...]
    components: tuple[Component, ...]
    incidents: tuple[Incident, ...]
    scorecard: Scorecard | None
    days: tuple[Day, ...]
