"""The tables.  Values that only the core looks into are kept as JSON; what queries ask for has columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.core.sharing import shard_of
from bot.store.columns import Id, Instant, inline, table, where
from bot.store.listed_table import ListedRow
from bot.store.own_tables import GapRow, InstallationRow, InstanceRow, LatecomerRow, NoteRow
from bot.store.people_tables import (
    AuditRow,
    ChatRouteRow,
    MutingRow,
    OverrideRow,
    ReportAdditionRow,
    SpentPassRow,
)
from bot.store.witness_tables import HeardRow, HeartbeatRow, ProbeMinuteRow, ProbeRow, ProbeSpentRow


def _shard(context: Any) -> int:
    """Return what `shard` is for a row that is being added."""
    return shard_of(context.get_current_parameters()["destination"])


class SourceRow(SQLModel, table=True):
    """One watched thing: what it is, and what its page said last.  A poll that finds nothing new leaves it alone.

    A page may be long.  What is often asked of it is kept beside it: its `severity`, 0 when all is well, and
    `glance`, what of it is not well; `parts` has the names of its components, each between line ends.  `name` is
    what it is listed under, `called` its own name as it is compared.  `origin` tells
    whether the file says to watch it, or somebody in chat.  Where nobody named the format, `detected` has the one that
    was found, and an address.
    The long columns come last: SQLite reads a row from its beginning.
    """

    __tablename__ = "source"
    # Whole: how everything stands is read from it without touching the rows, which are long.
    __table_args__ = (
        Index("source_standing", "active", "severity", "called", "vendor", "name", "key", "kind"),
        Index("source_vendor", "vendor", "active", "kind", "severity", "name", "key"),
    )

    key: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(default="feed", sa_type=Text)
    vendor: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    called: str = Field(sa_type=Text, index=True)
    format: str = Field(sa_type=Text)
    spec: str = Field(sa_type=Text)
    origin: str = Field(default="file", sa_type=Text)
    active: bool = True
    severity: int | None = None
    endpoint: str | None = Field(default=None, sa_type=Text)
    validators: str | None = Field(default=None, sa_type=Text)
    page_id: str | None = Field(default=None, sa_type=Text)
    detected: str | None = Field(default=None, sa_type=Text)
    glance: str | None = Field(default=None, sa_type=Text)
    parts: str | None = Field(default=None, sa_type=Text)
    page: str | None = Field(default=None, sa_type=Text)


class PollRow(SQLModel, table=True):
    """When one source is read next, who is reading it, and what became of that: all that every poll changes.

    Apart from `source`, whose rows are long: PostgreSQL writes a row anew for every change, and SQLite too.
    A transaction that changes both begins here, so that no two wait for each other.  `failing_since` is empty while
    the source can be read.  `active` and `kind` are the source's own, kept here as well for the sake of the index:
    feeds and probes are claimed apart, so that neither has to wait for the other.
    """

    __tablename__ = "poll"
    __table_args__ = (
        Index("poll_due", "kind", "active", "due_at"),
        Index("poll_failing", "failing_since", **where("failing_since IS NOT NULL")),
        # A claim changes no column of an index.  In a page with room to spare such a change writes no index entry, and
        # the next visitor sweeps up after it, without waiting for a vacuum:
        # https://www.postgresql.org/docs/current/storage-hot.html
        # https://www.postgresql.org/docs/current/sql-createtable.html#RELOPTION-FILLFACTOR
        {"postgresql_with": {"fillfactor": 50}},
    )

    source: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(default="feed", sa_type=Text)
    active: bool = True
    due_at: datetime = Field(sa_type=Instant)
    owner: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    fence: int = 0
    first_look: datetime | None = Field(default=None, sa_type=Instant)
    last_look: datetime | None = Field(default=None, sa_type=Instant)
    last_try: datetime | None = Field(default=None, sa_type=Instant)
    failures: int = 0
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    failure: str = Field(default="", sa_type=Text)


class ClaimRow(SQLModel, table=True):
    """What one source says of one incident, as last seen; kept for ever, so that nothing is told twice.

    `is_trouble` is for what is worth a closer look: open, begun, and of a state that the source names.
    `begins_at` is when a maintenance begins that has not begun.
    """

    __tablename__ = "claim"
    __table_args__ = (
        Index("claim_open", "source", "is_open"),
        Index("claim_vendor", "vendor", "external_id"),
        Index("claim_begins", "begins_at", **where("begins_at IS NOT NULL")),
    )

    source: str = Field(primary_key=True, sa_type=Text)
    external_id: str = Field(primary_key=True, sa_type=Text)
    vendor: str = Field(sa_type=Text)
    incident: str | None = Field(default=None, sa_type=Text)
    is_open: bool
    is_trouble: bool
    begins_at: datetime | None = Field(default=None, sa_type=Instant)
    body: str = Field(sa_type=Text)
    seen: str = Field(sa_type=Text)
    missing_since: datetime | None = Field(default=None, sa_type=Instant)


class IncidentRow(SQLModel, table=True):
    """Our record of one trouble: the fold of its timeline, kept ready.

    `witnessed` is for an open one that witnesses of ours tell of, `silent_from` when its vendor may first be called
    silent.  `attend_at` is when it is to be looked at for what time alone brings about, such as an escalation: at once
    when it was written while open; `report_at`, when for its report, once over.  `courses` is how far the plans are.
    `cause` is for a burst, `burst` the one that it is told in, `runs_on` the platform that its vendor stands on.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("incident_open", "is_open", "vendor"),
        Index("incident_newest", "is_open", "started_at"),
        Index("incident_started", "started_at"),
        Index("incident_ended", "vendor", "resolved_at"),
        Index("incident_witnessed", "id", **where("witnessed", on_sqlite="witnessed = 1")),
        Index("incident_silent", "silent_from", **where("silent_from IS NOT NULL")),
        Index("incident_vendor", "vendor", "started_at"),
        Index("incident_attend", "attend_at", **where("attend_at IS NOT NULL")),
        Index("incident_report", "report_at", **where("report_at IS NOT NULL")),
        Index("incident_cause", "cause", **where("cause IS NOT NULL")),
        Index("incident_runs_on", "runs_on", **where("runs_on IS NOT NULL")),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    vendor: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    is_open: bool
    state: str = Field(sa_type=Text)
    impact: str = Field(sa_type=Text)
    started_at: datetime = Field(sa_type=Instant)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    witnessed: bool = False
    silent_from: datetime | None = Field(default=None, sa_type=Instant)
    attend_at: datetime | None = Field(default=None, sa_type=Instant)
    report_at: datetime | None = Field(default=None, sa_type=Instant)
    cause: str | None = Field(default=None, sa_type=Text)
    burst: str | None = Field(default=None, sa_type=Text)
    runs_on: str | None = Field(default=None, sa_type=Text)
    last_seq: int
    courses: str = Field(default="", sa_type=Text)
    body: str = Field(sa_type=Text)


class EntryRow(SQLModel, table=True):
    """One line of an incident's history; rows are only ever added.  The board asks what was recorded lately."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("entry_recorded", "recorded_at"),)

    incident: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Instant)
    body: str = Field(sa_type=Text)


class AnnouncementRow(SQLModel, table=True):
    """One incident in one destination: what the channel shows, and what is to be done about it.

    `due_at` is empty when the channel shows the truth.  `revision` grows with every change of the
    incident, so that a delivery that has just finished does not overlook one that came meanwhile.

    A digest is announced as an incident is: then `incident` is its name, and `about` says what sort of digest it is.
    `held` is why a channel does not have an incident yet, `digest` the one that lists it, and `told_in` the one that
    has told of its end.  `posted_at` is when the first root was begun, and `route` by which route, where a cap counts.
    `shard` tells which of several instances is to tell it.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("incident", "destination", name="announcement_once"),
        Index("announcement_held", "destination", "held", **where("held <> ''")),
        Index("announcement_listed", "destination", "digest", **where("digest <> ''")),
        Index("announcement_posted", "destination", "posted_at", **where("posted_at IS NOT NULL")),
        Index("announcement_due", "state", "platform", "urgency", "due_at", **where("due_at IS NOT NULL")),
        Index("announcement_stuck", "id", **where("state <> 'live'")),
        Index("announcement_root", "root"),
        Index("announcement_earlier", "earlier"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    incident: str = Field(sa_type=Text)
    destination: str = Field(sa_type=Text)
    platform: str = Field(sa_type=Text)
    state: str = Field(default="live", sa_type=Text)
    root: str | None = Field(default=None, sa_type=Text)
    earlier: str | None = Field(default=None, sa_type=Text)
    generation: int = 0
    last_seq: int = 0
    heard: int = 0
    root_hash: str = Field(default="", sa_type=Text)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 0
    urgency: int = 0
    attempts: int = 0
    error: str = Field(default="", sa_type=Text)
    intent: str | None = Field(default=None, sa_type=Text)
    owner: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    fence: int = 0
    about: str = Field(default="incident", sa_type=Text)
    held: str = Field(default="", sa_type=Text)
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    digest: str = Field(default="", sa_type=Text)
    told_in: str = Field(default="", sa_type=Text)
    posted_at: datetime | None = Field(default=None, sa_type=Instant)
    route: str = Field(default="", sa_type=Text)
    # None is never stored: it follows from the destination, whoever adds a row.
    shard: int | None = Field(default=None, nullable=False, sa_column_kwargs={"default": _shard})


class DigestRow(SQLModel, table=True):
    """One message in one destination that tells of several incidents: about which time, and why there is one."""

    __tablename__ = "digest"
    __table_args__ = (Index("digest_of", "destination", "why", "starts_at"),)

    name: str = Field(primary_key=True, sa_type=Text)
    destination: str = Field(primary_key=True, sa_type=Text)
    why: str = Field(sa_type=Text)
    route: str = Field(sa_type=Text)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    told: int | None = None
    body: str = Field(sa_type=Text)


class RevisitRow(SQLModel, table=True):
    """An incident that is over and that is read of again when due, for its root cause."""

    __tablename__ = "revisit"

    source: str = Field(primary_key=True, sa_type=Text)
    external_id: str = Field(primary_key=True, sa_type=Text)
    due_at: datetime = Field(sa_type=Instant, index=True)


SOURCE = table(SourceRow)
POLL = table(PollRow)
PROBE = table(ProbeRow)
PROBE_MINUTE = table(ProbeMinuteRow)
PROBE_SPENT = table(ProbeSpentRow)
CLAIM = table(ClaimRow)
INCIDENT = table(IncidentRow)
ENTRY = table(EntryRow)
ANNOUNCEMENT = table(AnnouncementRow)
# What is parked or given up: few, among all that was ever announced.
STUCK = ANNOUNCEMENT.c.state != inline("live")
DIGEST = table(DigestRow)
GAP = table(GapRow)
REVISIT = table(RevisitRow)
LATECOMER = table(LatecomerRow)
HEARD = table(HeardRow)
HEARTBEAT = table(HeartbeatRow)
OVERRIDE = table(OverrideRow)
AUDIT = table(AuditRow)
MUTING = table(MutingRow)
CHAT_ROUTE = table(ChatRouteRow)
SPENT_PASS = table(SpentPassRow)
REPORT_ADDITION = table(ReportAdditionRow)
NOTE = table(NoteRow)
LISTED = table(ListedRow)
INSTALLATION = table(InstallationRow)
INSTANCE = table(InstanceRow)
