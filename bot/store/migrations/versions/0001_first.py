"""The first schema: sources and their polls, claims, incidents, timelines, announcements, gaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.migrations import board, people
from bot.store.migrations.people import id_, instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
# The oldest revision whose programs work on this one (docs/decisions/0046).
oldest = "0001"


def upgrade() -> None:
    """Bring the schema one step forward."""
    _announcements()
    _callers()
    _claims()
    _incidents()
    board.listed()
    people.oncall()
    people.audit()
    people.agreed_in_chat()
    people.fleet()
    people.latecomers()
    people.passes()
    people.reports()
    _polls()
    _sources()


def _announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", id_(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=True),
        sa.Column("earlier", sa.Text(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("root_hash", sa.Text(), nullable=False),
        sa.Column("due_at", instant(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("held_at", instant(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("told_in", sa.Text(), nullable=False),
        sa.Column("posted_at", instant(), nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("incident", "destination", name="announcement_once"),
    )
    op.create_index("announcement_root", "announcement", ["root"], unique=False)
    op.create_index("announcement_earlier", "announcement", ["earlier"], unique=False)
    for name, columns, rows in (
        ("announcement_due", ["state", "platform", "urgency", "due_at"], "due_at IS NOT NULL"),
        ("announcement_stuck", ["id"], "state <> 'live'"),
        ("announcement_held", ["destination", "held"], "held <> ''"),
        ("announcement_listed", ["destination", "digest"], "digest <> ''"),
        ("announcement_posted", ["destination", "posted_at"], "posted_at IS NOT NULL"),
    ):
        some = sa.text(rows)
        op.create_index(name, "announcement", columns, unique=False, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "digest",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "destination", "why", "route")),
        *(sa.Column(name, instant(), nullable=False) for name in ("starts_at", "ends_at")),
        sa.Column("told", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "destination"),
    )
    op.create_index("digest_of", "digest", ["destination", "why", "starts_at"], unique=False)


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_trouble", sa.Boolean(), nullable=False),
        sa.Column("begins_at", instant(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("missing_since", instant(), nullable=True),
        sa.PrimaryKeyConstraint("source", "external_id"),
    )
    op.create_table(
        "revisit",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id"),
    )
    op.create_index("ix_revisit_due_at", "revisit", ["due_at"], unique=False)
    op.create_index("claim_open", "claim", ["source", "is_open"], unique=False)
    op.create_index("claim_vendor", "claim", ["vendor", "external_id"], unique=False)
    some = sa.text("begins_at IS NOT NULL")
    op.create_index("claim_begins", "claim", ["begins_at"], unique=False, sqlite_where=some, postgresql_where=some)


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("resolved_at", instant(), nullable=True),
        sa.Column("witnessed", sa.Boolean(), nullable=False),
        sa.Column("silent_from", instant(), nullable=True),
        sa.Column("attend_at", instant(), nullable=True),
        sa.Column("report_at", instant(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("burst", sa.Text(), nullable=True),
        sa.Column("runs_on", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("courses", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("incident_open", "incident", ["is_open", "vendor"], unique=False)
    op.create_index("incident_newest", "incident", ["is_open", "started_at"], unique=False)
    op.create_index("incident_started", "incident", ["started_at"], unique=False)
    op.create_index("incident_ended", "incident", ["vendor", "resolved_at"], unique=False)
    some, on_sqlite = sa.text("witnessed"), sa.text("witnessed = 1")
    op.create_index("incident_witnessed", "incident", ["id"], sqlite_where=on_sqlite, postgresql_where=some)
    some = sa.text("silent_from IS NOT NULL")
    op.create_index("incident_silent", "incident", ["silent_from"], sqlite_where=some, postgresql_where=some)
    op.create_index("incident_vendor", "incident", ["vendor", "started_at"], unique=False)
    some = sa.text("attend_at IS NOT NULL")
    op.create_index("incident_attend", "incident", ["attend_at"], sqlite_where=some, postgresql_where=some)
    some = sa.text("report_at IS NOT NULL")
    op.create_index("incident_report", "incident", ["report_at"], sqlite_where=some, postgresql_where=some)
    for name in ("cause", "runs_on"):
        some = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"incident_{name}", "incident", [name], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "timeline_entry",
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", instant(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "seq"),
    )
    op.create_index("entry_recorded", "timeline_entry", ["recorded_at"], unique=False)


def _callers() -> None:
    op.create_table(
        "heard",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("told_at", instant(), nullable=True),
        sa.Column("expires_at", instant(), nullable=True),
        sa.Column("patience", sa.Integer(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "series"),
    )
    some = sa.text("expires_at IS NOT NULL")
    op.create_index("heard_expires", "heard", ["expires_at"], unique=False, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _polls() -> None:
    op.create_table(
        "poll",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("first_look", instant(), nullable=True),
        sa.Column("last_look", instant(), nullable=True),
        sa.Column("last_try", instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", instant(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index("poll_due", "poll", ["kind", "active", "due_at"], unique=False)
    some = sa.text("failing_since IS NOT NULL")
    op.create_index("poll_failing", "poll", ["failing_since"], unique=False, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "probe",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "probe_minute",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("minute", instant(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("slow", sa.Integer(), nullable=False),
        sa.Column("latency", sa.Float(), nullable=False),
        sa.Column("slowest", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("source", "minute"),
    )
    op.create_index("probe_minute_minute", "probe_minute", ["minute"], unique=False)
    op.create_table(
        "probe_spent",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("money", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day"),
    )


def _sources() -> None:
    op.create_table(
        "gap",
        sa.Column("id", id_(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("began_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gap_ended", "gap", ["ended_at"], unique=False)
    op.create_index("ix_gap_source", "gap", ["source"], unique=False)
    op.create_table(
        "note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "source",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("validators", sa.Text(), nullable=True),
        sa.Column("page_id", sa.Text(), nullable=True),
        sa.Column("detected", sa.Text(), nullable=True),
        sa.Column("glance", sa.Text(), nullable=True),
        sa.Column("parts", sa.Text(), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_source_called", "source", ["called"], unique=False)
    op.create_index("source_vendor", "source", ["vendor", "active", "kind", "severity", "name", "key"], unique=False)
    standing = ["active", "severity", "called", "vendor", "name", "key", "kind"]
    op.create_index("source_standing", "source", standing, unique=False)
    op.create_table(
        "installation",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "workspace"),
    )
